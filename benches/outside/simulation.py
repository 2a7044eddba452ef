"""Runs a company: KPIs that act enter the hazard of the decision to leave, the others follow health, decisions or nothing."""

import numpy as np

from cast import Cast
from company import expit, lag, z


class Simulation(Cast):
    """The months of a company, until those who leave have left."""

    def run(self):
        r = self.r
        self.company()
        self.health()
        self.draw()
        n, T, fam, adv = self.n, self.T, self.family, self.family == "adversarial"
        ms = [k["m"] for k in self.kpis]
        u_ = r.random()
        self.prog = ("random" if r.random() < 0.65 else "chosen") if u_ < 0.4 else None
        for k in self.kpis:
            self.cast(k)
            k["push"] = None
            if (
                self.prog
                and k["m"]
                in (
                    "T1",
                    "T2",
                    "T3",
                    "T5",
                    "T5c",
                    "T6m",
                    "T6r",
                    "T6z",
                    "T7",
                    "T9",
                    "T10",
                    "T12",
                    "T13",
                    "T14",
                    "T15",
                    "T16",
                )
                and not k["sparse"]
                and r.random() < 0.55
            ):
                k["push"] = self.programme()
                k["delta"] = r.uniform(0.5, 0.95)
            k["parent"], k["beta"], k["mem"] = None, 0.0, None
        by = lambda m: [k for k in self.kpis if k["m"] == m]
        act = self.active
        std = lambda a: (a - a[act].mean()) / (a[act].std() + 1e-9)

        def put(k, u):
            if k["push"] is not None:
                u = u + k["delta"] * (0.5 * k["push"] + 0.5 * lag(k["push"]))
            k["u"] = u
            k["x"], k["bend"] = self.shape(u, k["shape"])
            k["h"] = std(k["bend"](k["x"]))

        size = lambda a=0.28, b=0.68: r.uniform(a, b)
        lp = np.zeros((n, T))
        part = {}

        def arrow(k, eff, deriv, mem):
            nonlocal lp
            lp = lp + eff
            part[k["name"]] = eff
            k["do"], k["mem"] = float(deriv), mem

        matur = self.drive(0.3)  # hidden: how far the customer's own project has come (T6)
        # ---- levers first, parents before children
        for m in ["T10", "T11", "T12", "T13", "T3", "T6m", "T6r", "T16", "T15", "T14"]:
            for k in by(m):
                hl = r.uniform(0, 0.32)  # share of the driver owed to health: never dominant
                if m in ("T10", "T12", "T13"):
                    u = self.drive()
                    u = self.team(u) if k["kind"] == "action" else z(u + hl * self.sat)
                    put(k, u)
                elif m == "T11":  # product incidents come to groups of accounts, and tickets breed tickets
                    put(k, z(self.drive() - r.uniform(0, 0.2) * self.sat + 0.25 * (self.age < 4)))
                elif m == "T3":
                    put(k, z(self.drive() + 0.15 * self.metered[:, None] + 0.1 * self.sat))
                elif m == "T6m":
                    put(k, z(self.drive() + r.uniform(0, 0.15) * self.sat))
                elif m == "T6r":
                    use = by("T6m")[0]["h"] if by("T6m") else None
                    R = np.zeros((n, T))
                    own = self.drive(0.2)
                    gu, gm = (0.75 if use is not None else 0.0), (0.7 if by("T6z") else 0.3)
                    x = np.zeros(n)
                    for t in range(T):
                        src = (
                            gm * matur[:, t] + 0.6 * own[:, t] + (gu * use[:, max(t - 1, 0)] if use is not None else 0)
                        )
                        x = 0.45 * x + 0.55 * src if t else src * 0.8
                        R[:, t] = x
                    self.R = R
                    rec = R / R[act].std() + r.uniform(0.05, 0.25) * self.sat + 0.25 * self.drive(0.3)
                    sd = rec[act].std()
                    put(k, (rec - rec[act].mean()) / sd)
                    if use is not None:
                        gain = np.corrcoef(k["u"][act], k["h"][act])[0, 1] / sd * gu / R[act].std()
                        k["gain"] = float(gain)
                elif m == "T16":  # quota-driven calls and upsell mails: a calendar and an owner, not the customer
                    put(k, z(self.drive(0.2) + 0.35 * self.own_q[self.own] + 0.2 * self.budget[None]))
                elif m == "T15":
                    u = self.team(self.drive())
                    if k["push"] is not None:
                        u = u + k["delta"] * k["push"]
                    trig = (self.hint | (lag(self.hint * 1.0) > 0)) * r.uniform(0.9, 1.8) + self.alarm * r.uniform(
                        0.15, 0.5
                    )
                    k["trig"] = trig
                    k["x"] = (
                        r.poisson(np.minimum(np.exp(np.log(r.uniform(1.3, 2.6)) + 0.7 * u), 20)) + r.poisson(trig)
                    ).astype(float)
                    k["bend"] = np.log1p
                    k["h"] = std(np.log1p(k["x"]))
                elif m == "T14":  # given to those who are short of the parent
                    p = by("T10")[int(r.integers(len(by("T10"))))]
                    k["parent"] = p["name"]
                    put(k, z(-r.uniform(0.75, 1.05) * z(0.5 * lag(p["h"]) + 0.5 * lag(p["h"], 2)) + self.drive(0.2)))
                # the arrow
                H, mem = self.past(k["h"])
                if m in ("T10", "T14", "T15", "T6r"):
                    b = size(0.32, 0.66)
                    if m == "T10" and any(q["m"] == "T14" for q in self.kpis):
                        b = size(0.45, 0.7)
                    arrow(k, -b * H, -b, mem)
                    if m == "T6r" and by("T6m"):
                        q = by("T6m")[0]
                        q["do"], q["mem"] = -b * k["gain"], "chain"
                elif m in ("T11", "T16"):
                    b = size(0.3, 0.66)
                    arrow(k, b * H, b, mem)
                elif m == "T12":
                    thr = np.quantile(H[act], r.uniform(0.35, 0.5))
                    b = size(0.3, 0.5) / (H[act] < thr).mean()
                    b = min(b, 1.15)
                    arrow(k, -b * np.minimum(H - thr, 0), -b * (H[act] < thr).mean(), mem)
                elif m == "T13":
                    b, mid = size(0.55, 0.9), T * r.uniform(0.4, 0.55)
                    w = expit(-(np.arange(T) - mid) / r.uniform(1.0, 2.5))[None]
                    arrow(k, -b * w * H, -b * (w * act).sum() / act.sum(), mem)
                    k["early"], k["late"] = -b * float(w[0, : T // 2].mean()), -b * float(w[0, T // 2 :].mean())
                elif m == "T3":
                    bf, bm = size(0.4, 0.75), size(0.4, 0.75)
                    arrow(
                        k,
                        np.where(self.metered[:, None], bm, -bf) * H,
                        bm * self.metered.mean() - bf * (1 - self.metered.mean()),
                        mem,
                    )
                    k["flat"], k["met"] = -bf, bm
        # ---- hazard of the decision
        self.b_sat = r.uniform(0.25, 0.6)
        bst = np.array([0.0, -0.15, 0.0, r.uniform(0.3, 0.7), r.uniform(1.3, 2.1)])
        b_pur = r.uniform(0.65, 1.1) if "T2" in ms else 0.2
        b_seg = r.uniform(0.5, 0.85) if "T9" in ms else r.uniform(0.0, 0.35)
        b_seg *= r.choice([-1, 1])
        base = (
            bst[self.state]
            - self.b_sat * self.sat
            + 0.45 * self.champ
            - b_pur * self.purpose[:, None]
            + b_seg * self.segz[:, None]
            + r.uniform(0.2, 0.6) * self.rise
            + 0.2 * self.budget[None]
            + self.own_h[self.own]
            - 0.15 * np.log1p(np.maximum(self.age, 0))
        )
        lp = lp + lag(base)  # health of last month; the KPIs are lagged already
        self.b_seg = b_seg
        off_ann = r.uniform(1.3, 2.1)
        Lm = r.choice(3, (n, T), p=[0.55, 0.35, 0.10])
        cyc = r.choice(4, (n, 16), p=[0.35, 0.35, 0.2, 0.1])
        La = np.take_along_axis(cyc, np.clip(self.age // 12, 0, 15), 1)
        ann = self.annual[:, None]
        ready = act & (self.age >= 2)
        elig = ready & np.where(ann, self.mte == self.notice[:, None] + La, True)
        L = np.where(ann, La, Lm)
        eta = np.where(elig, lp + off_ann * ann, -99)
        U = np.log(r.random((n, T)))
        U = U - np.log1p(-np.exp(U))

        def decide(a):
            hit = elig & (a + eta > U)
            d = np.where(hit.any(1), hit.argmax(1), 10**6)
            nt = d + L[np.arange(n), np.minimum(d, T - 1)]
            return d, nt, nt + self.notice

        lo, hi = -12.0, 4.0
        rate = r.uniform(*self.f["rate"])
        aim = np.exp(r.uniform(*np.log(self.f["ev"]))) if fam == "hard" else None
        for _ in range(40):  # rate first; the events' range has the last word
            a = (lo + hi) / 2
            d, nt, c = decide(a)
            ev = int((c < T).sum())
            rows = int((act & (np.arange(T)[None] <= c[:, None])).sum())
            want = np.clip(rate * rows, self.f["ev"][0], self.f["ev"][1])
            if aim:
                want = np.clip(np.clip(aim, 0.0108 * rows, 0.034 * rows), *self.f["ev"])
            if ev < want:
                lo = a
            else:
                hi = a
        self.d, self.nt, self.c, self.events, self.rows, self.a = d, nt, c, ev, rows, a
        self.lp, self.elig, self.base, self.part = lp, elig, lag(base), part
        tt = np.arange(T)[None]
        decided = tt >= d[:, None]
        noticed = tt >= nt[:, None]
        self.decided, self.noticed = decided, noticed
        deciding = self.deciding | decided
        # after the decision people talk too (some), and the save desk calls after a notice
        talk = (r.random((n, T)) < 0.5 * self.tell) & decided
        hint2 = self.hint | talk
        # ---- traps, which know about the decision or about health and about nothing the customer reacts to
        wind = np.minimum(
            np.maximum(nt + r.choice([-1, 0, 1], n, p=[0.08, 0.57, 0.35]), d + 1), c
        )  # winding down begins
        wound = tt >= wind[:, None]
        for m in ["T1", "T2", "T4", "T5", "T5x", "T5b", "T5c", "T6z", "T7", "T9"]:
            for k in by(m):
                if m == "T1":
                    u = self.team(self.drive(0.3))
                    if k["push"] is not None:
                        u = u + k["delta"] * k["push"]
                    we, wp = r.uniform(0.9, 2.2), r.uniform(0.1, 0.7)
                    trig = (
                        we * (hint2 | (lag(hint2 * 1.0) > 0))
                        + wp * (self.alarm & (lag(self.alarm * 1.0) == 0))
                        + r.uniform(0.8, 2.0) * noticed
                        + 0.25 * self.champ
                    )
                    if r.random() < 0.5:
                        trig = trig * np.clip(1 - 0.3 * self.crowd, 0.3, 1.5)  # the team cannot be everywhere
                    k["x"] = (
                        r.poisson(np.minimum(np.exp(np.log(r.uniform(0.4, 1.3)) + 0.5 * u), 20)) + r.poisson(trig)
                    ).astype(float)
                    continue
                if m == "T2":
                    put(k, z(1.7 * self.purpose[:, None] + self.drive(0.25)))
                elif m == "T4":
                    five = r.random() < 0.5
                    top = r.random((n, T))
                    x = (
                        np.where(top < 0.62, 5, np.where(top < 0.965, 4, 3))
                        if five
                        else np.where(top < 0.6, 10, np.where(top < 0.965, 9, r.integers(6, 9, (n, T))))
                    )
                    k["x"] = x.astype(float)
                elif m == "T5":
                    put(k, z(self.drive() + r.uniform(0, 0.1) * self.sat))
                    f1, f2 = r.uniform(0.3, 0.55), r.uniform(0.05, 0.25)
                    first = wound & ~(tt > wind[:, None])
                    x = k["x"] * np.where(wound, np.where(first, f1, f2), 1)
                    k["x"] = (
                        1 + (k["x"] - 1) * np.where(wound, f2 + 0.1, 1)
                        if k["shape"] == "rating"
                        else (np.round(x) if k["shape"] in ("count", "days", "small") else np.round(x, 1))
                    )
                elif m == "T5x":
                    lam = np.exp(np.log(r.uniform(0.05, 0.3)) + 0.5 * self.drive())
                    big = tt >= np.minimum(np.maximum(nt + r.choice([0, 1], n, p=[0.75, 0.25]), d), c)[:, None]
                    k["x"] = (
                        r.poisson(np.minimum(lam, 6))
                        + big * r.poisson(np.maximum(1, r.gamma(2, r.uniform(1, 4), (n, T))))
                    ).astype(float)
                elif m == "T5b":
                    s = r.uniform(1.3, 2.0) * (1 if k["kind"] == "friction" else -1)
                    put(k, z(self.drive() + s * deciding))
                elif m == "T5c":
                    put(k, z(r.uniform(0.7, 1.3) * self.sat + self.drive(0.3)))
                elif m == "T6z":
                    put(k, z(1.1 * (0.5 * lag(matur) + 0.5 * matur) + 0.7 * self.drive(0.3)))
                elif m == "T7":
                    put(k, self.team(self.drive()) if k["kind"] == "action" and r.random() < 0.5 else self.drive())
                elif m == "T9":
                    put(k, z(r.uniform(0.9, 1.4) * self.segz[:, None] + self.drive(0.25)))
        for k in by("T15"):  # save visits after the decision: too late to help
            k["x"] = k["x"] + r.poisson(1.3 * (talk | noticed) * r.uniform(0.6, 1.4))
        # after a notice, use of everything may sag a little, levers included
        if r.random() < 0.35:
            for k in self.kpis:
                if (
                    k["kind"] == "behaviour"
                    and k["m"] in ("T10", "T12", "T13", "T3", "T6m", "T5c")
                    and k["shape"] in ("count", "share", "heavy", "days")
                ):
                    fct = np.where(noticed, r.uniform(0.65, 0.9), 1)
                    x = k["x"] * fct
                    k["x"] = np.round(x) if k["shape"] in ("count", "days") else np.round(x, 1)
        for k in by("T8"):  # another team's dashboard of the same thing: other unit, other cut-off day
            cand = by("T10") + by("T12") + by("T5c")
            cand = [q for q in cand if not q["sparse"]] or cand
            p = cand[int(r.integers(len(cand)))]
            k["parent"], k["kind"], k["hoped"] = p["name"], p["kind"], p["hoped"]
            if k["kind"] == "outcome" and adv:
                k["kind"] = "behaviour"
            x = (1 - (w := r.uniform(0, 0.12))) * p["x"] + w * lag(p["x"])
            if p["shape"] in ("share", "days", "rating", "scale11", "flag"):
                s = x[act].std()
                k["x"] = np.round((x + r.normal(0, r.uniform(0.15, 0.3), (n, T)) * s) * r.choice([1, 0.01, 4]), 4)
                k["x"] = np.maximum(k["x"], 0)
            else:
                s = np.log1p(p["x"])[act].std()
                k["x"] = np.round(
                    x * r.choice([0.2, 1.7, 30]) * np.exp(s * r.normal(0, r.uniform(0.12, 0.28), (n, T))), 2
                )
            k["sparse"] = False
        self.hint2 = hint2
        return self
