"""Simulated B2B companies with planted truth, by other hands than the generators in Rust.

    companies.py FAMILY N OUT --seed S       FAMILY: easy, medium, hard, adversarial (no recorded trace of customer health)

writes OUT/FAMILY_SSSSS/{panel.parquet,study.toml,truth.json}, as `examples/confusion` reads them. Written without sight of the
generators, the rules and the thresholds that it judges; see README.md.

Customer health is a semi-Markov chain (onboarding, adopting, steady, drifting, deciding) plus changes of the champion; the decision
to leave is a discrete hazard taken covertly before a notice that falls due before a monthly or annual term ends. KPIs are bent into
counts, shares, heavy tails, days, flags and surveys; levers act through their own past values as recorded, traps do not act at all.
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np
import pandas as pd

from cast import OK
from company import FAMILIES
from simulation import Simulation


class World(Simulation):
    """A company with what is recorded of it."""

    def missing(self):
        r, n, T, act = self.r, self.n, self.T, self.active
        tot = r.uniform(*self.f["miss"])
        self.miss_target = tot
        for k in self.kpis:
            x = k["x"].astype(float).copy()
            if k["m"] == "T4" or k["sparse"]:
                k["out"] = self.ask(x)
                continue
            p = (
                tot * r.uniform(0.5, 1.5)
                if self.family != "hard"
                else float(np.clip(tot * r.uniform(0.85, 1.15), 0.115, 0.205))
            )
            gone = np.zeros((n, T), bool)
            if p > 0.01 and r.random() < 0.5:  # a broken pipeline: one month, everybody or one segment
                t = int(r.integers(2, T))
                hit = np.ones(n, bool) if r.random() < 0.5 else self.seg == r.integers(len(self.segn))
                if hit.mean() / T < 0.6 * p:
                    gone[hit, t] = True
            left = max(0.0, p - gone[act].mean())
            run = r.random((n, T)) < left * 0.5 / 4  # tracking off for some months
            for j in range(4):
                gone[:, j:] |= run[:, : T - j]
            gone |= r.random((n, T)) < left * 0.5
            x[gone] = np.nan
            k["out"] = x

    def write(self, out):
        r, n, T, fam = self.r, self.n, self.T, self.family
        self.missing()
        tt = np.arange(T)[None]
        keep = self.active & (tt <= self.c[:, None])
        i, t = np.where(keep)
        ids = 1000 + np.sort(r.choice(9 * n, n, replace=False))
        d = {
            "account_id": ids[i],
            "month": t,
            "segment": self.segn[self.seg[i]],
            "plan": np.where(self.metered[i], "metered", "flat"),
            "monthly_price": self.price[i, t],
            "term": np.where(self.annual[i], "annual", "monthly"),
            "tenure": self.age[i, t],
            "onboarding": (self.age[i, t] < 3).astype(int),
            "notice_months": self.notice[i],
            "months_to_term_end": self.mte[i, t],
            "churn": (t == self.c[i]).astype(int),
        }
        roles = [
            'segment = ["segment"]',
            'billing = "plan"',
            'price = "monthly_price"',
            'tenure = "tenure"',
            'term = "term"',
            'renewal_in = "months_to_term_end"',
            'notice_periods = "notice_months"',
            'controls = ["onboarding"]',
        ]
        rec_notice = fam in ("easy", "medium") and r.random() < 0.5
        rec_flag = fam != "adversarial" and r.random() < 0.55
        reasons = []
        if rec_notice:
            d["notice_given"] = self.noticed[i, t].astype(int)
            roles.append('notice = "notice_given"')
        if rec_flag:
            flag = self.hint2 & (r.random((n, T)) < r.uniform(0.6, 0.95))
            d["risk_flag"] = flag[i, t].astype(int)
            roles.append('disclosed_risk = "risk_flag"')
        if r.random() < 0.5:
            c = self.champ_left * (r.random((n, T)) < 0.85)
            d["champion_left"] = c[i, t].astype(int)
            reasons.append('"champion_left"')
        if r.random() < (0.55 if any(k["m"] == "T2" for k in self.kpis) else 0.25):
            d["purpose_special"] = self.purpose[i].astype(int)
            reasons.append('"purpose_special"')
        if reasons:
            roles.append(f"reasons = [{', '.join(reasons)}]")
        rec_owner = self.owner_ok and r.random() < 0.35
        if rec_owner:
            d["csm"] = np.array([f"csm_{q:02d}" for q in range(self.C)])[self.own[i, t]]
            roles.append('owner = "csm"')
        for k in self.kpis:
            d[k["name"]] = k["out"][i, t]
        for k in self.kpis:
            if k["push"] is not None:
                d["push_" + k["name"]] = k["push"][i, t].astype(int)
        name = f"{fam}_{self.seed:05d}"
        p = Path(out) / name
        p.mkdir(parents=True, exist_ok=True)
        df = pd.DataFrame(d)
        df.to_parquet(p / "panel.parquet", index=False)
        s = f'schema = 1\n[study]\nname = "{name}"\npurpose = "which KPIs to act on"\nlanguage = "en"\nseed = 1\n\n[kgi]\noutcome = "churn"\nhorizon = 1\n\n'
        s += (
            '[panel]\npath = "panel.parquet"\naccount = "account_id"\nperiod = "month"\noutcome = "churn"\n\n[roles]\n'
            + "\n".join(roles)
            + "\n"
        )
        for k in self.kpis:
            s += f'\n[[kpi]]\nname = "{k["name"]}"\nkind = "{k["kind"]}"\nhoped = "{k["hoped"]}"\n'
            if k["push"] is not None:
                s += f'programme = {{ column = "push_{k["name"]}", assignment = "{self.prog}" }}\n'
        (p / "study.toml").write_text(s, encoding="utf-8")
        tr = {}
        for k in self.kpis:
            label, trap, ok = OK[k["m"]]
            v = float(k.get("do", 0.0))
            de = {"total": v}
            if k["m"] == "T3":
                de |= {"flat": k["flat"], "metered": k["met"]}
            if k["m"] == "T13":
                de |= {"early": k["early"], "late": k["late"]}
            tr[k["name"]] = {
                "mechanism": k["m"],
                "label": label,
                "trap": trap,
                "ok": ok,
                "do_effect": de,
                "parent": k["parent"],
                "pushed": k["push"] is not None,
                "shape": k["shape"],
                "memory": k["mem"],
                "sparse": bool(k["sparse"]),
            }
        w = {
            "family": fam,
            "n": n,
            "months": T,
            "churn": float(df.churn.mean()),
            "annual_share": float(self.annual.mean()),
            "notice_recorded": bool(rec_notice),
            "risk_flag_recorded": bool(rec_flag),
            "owner_recorded": bool(rec_owner),
            "reasons": [q.strip('"') for q in reasons],
            "programme": self.prog,
            "missing": float(self.miss_target),
            "b_sat": self.b_sat,
            "b_seg": float(self.b_seg),
        }
        truth = {"seed": self.seed, "world": w, "events": self.events, "rows": len(df), "kpis": tr}
        (p / "truth.json").write_text(json.dumps(truth, indent=1), encoding="utf-8")
        assert df.churn.sum() == self.events and len(df) == self.rows
        return df


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("family", choices=sorted(FAMILIES))
    ap.add_argument("n", type=int)
    ap.add_argument("out")
    ap.add_argument("--seed", type=int, default=7001)
    ap.add_argument("--no-owner", action="store_true", help="never record the owner role")
    a = ap.parse_args()
    for j in range(a.n):
        w = World(a.family, a.seed + j)
        w.owner_ok = not a.no_owner
        w.run()
        df = w.write(a.out)
        print(
            f"{a.family}_{w.seed:05d} n={w.n} T={w.T} rows={w.rows} events={w.events} rate={w.events / w.rows:.4f} kpis={len(w.kpis)}",
            flush=True,
        )
