"""Which KPIs a company has, and what is planted in each."""

import numpy as np

from blocks import Blocks

OK = {  # label, trap, accepted verdicts: as in the truth of the other generators
    "T1": ("reverse causation: rescue contact", True, ["reverse_causal", "lagging"]),
    "T2": ("selection: bought for the feature", True, ["confounded"]),
    "T3": ("metered usage: sign differs by plan", True, ["segment_dependent"]),
    "T4": ("survey always positive, stale", True, ["stale", "no_evidence"]),
    "T5": ("lagging: moves only after the decision", True, ["lagging"]),
    "T5x": ("leakage: data exports after the decision", True, ["lagging"]),
    "T5b": ("symptom of latent churn intent", True, ["lagging", "confounded", "reverse_causal"]),
    "T5c": ("symptom of latent satisfaction", True, ["confounded", "lagging", "mediated"]),
    "T6m": ("use -> results -> recognition: upstream step", False, ["mediated"]),
    "T6z": ("usage that shares a cause with results", True, ["mediated", "confounded"]),
    "T6r": ("recognised results (end of the chain)", False, ["validated"]),
    "T7": ("noise", True, ["no_evidence"]),
    "T8": ("redundant near-copy", True, ["redundant"]),
    "T9": ("segment confounding (Simpson)", True, ["confounded", "no_evidence"]),
    "T10": ("true protective lever", False, ["validated"]),
    "T11": ("true harmful driver (tickets)", False, ["validated"]),
    "T12": ("true, only below a threshold", False, ["validated"]),
    "T13": ("effect fades over time", True, ["fading"]),
    "T14": ("true effect masked by a confounder", False, ["validated"]),
    "T15": ("contact helps AND rescue visits exist", False, ["validated", "reverse_causal"]),
    "T16": ("contact that truly annoys (exogenous)", False, ["validated"]),
}


class Cast(Blocks):
    """Draws mechanisms and gives each a kind, a shape and a hope."""

    def draw(self):
        r, adv = self.r, self.family == "adversarial"
        K = int(r.integers(8, 15))
        nl = int(np.clip(round(K * r.uniform(0.35, 0.5)), np.ceil(0.35 * K), np.floor(0.5 * K)))
        lw = {"T10": 3.0, "T11": 1.2, "T12": 1.4, "T14": 1.3, "T15": 1.5, "T16": 1.2}
        if not adv:
            lw |= {"T6r": 1.6, "T6m": 1.0}
        tw = {
            "T1": 1.4,
            "T2": 1.0,
            "T3": 1.1,
            "T4": 1.1,
            "T5": 1.3,
            "T5x": 1.0,
            "T5b": 1.1,
            "T5c": 1.6,
            "T7": 1.3,
            "T8": 1.3,
            "T9": 1.1,
            "T13": 1.2,
        }
        cap = {"T10": 3, "T7": 2, "T5c": 2}
        out = []

        def take(w, ok):
            c = [m for m in w if out.count(m) < cap.get(m, 1) and ok(m)]
            p = np.array([w[m] * (0.4 ** out.count(m)) for m in c])
            out.append(str(r.choice(c, p=p / p.sum())))

        for i in range(nl):
            take(lw, lambda m: (m != "T14" or "T10" in out) and (m != "T6m" or "T6r" in out))
        if "T6r" in out:
            tw["T6z"] = 1.2
        for i in range(K - nl):
            take(tw, lambda m: m != "T8" or any(k in out for k in ("T10", "T12", "T5c")))
        out = [str(m) for m in r.permutation(out)]
        self.kpis = [{"m": m, "name": f"kpi_{i + 1:02d}"} for i, m in enumerate(out)]

    def cast(self, k):
        """kind, hoped and shape as a sensible analyst would describe it."""
        r, m, adv = self.r, k["m"], self.family == "adversarial"
        c = lambda *a: str(r.choice(a))
        use = ("count", "share", "heavy", "days", "count")
        act = ("small", "hours", "small", "count", "flag")
        res = ("share", "heavy", "rating")
        beh_or_res = "behaviour" if adv else c("behaviour", "behaviour", "outcome")
        kind = {
            "T1": "action",
            "T2": beh_or_res,
            "T3": "behaviour",
            "T4": "perception",
            "T5": beh_or_res,
            "T5x": "friction",
            "T6m": "behaviour",
            "T6z": "behaviour",
            "T6r": c("perception", "outcome"),
            "T9": c("action", "behaviour"),
            "T11": "friction",
            "T12": beh_or_res,
            "T13": c("behaviour", "action"),
            "T14": "action",
            "T15": "action",
            "T16": "action",
        }.get(m)
        if m == "T10":
            kind = c("behaviour", "behaviour", "action") if adv else c("behaviour", "behaviour", "action", "outcome")
        if m == "T7":
            kind = c("behaviour", "action") if adv else c("behaviour", "action", "outcome", "perception")
        if m == "T5c":
            kind = "behaviour" if adv else c("behaviour", "behaviour", "outcome", "perception")
        if m == "T5b":
            kind = (
                c("behaviour", "behaviour", "friction")
                if adv
                else c("behaviour", "behaviour", "perception", "friction")
            )
        if m == "T8":
            kind = "behaviour"  # takes over its parent's below
        k["kind"] = kind
        k["hoped"] = "less" if kind == "friction" else "more"
        k["shape"] = {
            "action": c(*act),
            "behaviour": c(*use),
            "outcome": c(*res),
            "perception": c("rating", "scale11"),
            "friction": c("count", "small"),
        }[kind]
        if m == "T3":
            k["shape"] = c("count", "heavy")
        if m in ("T5x", "T1", "T15"):
            k["shape"] = "small"
        if m == "T11":
            k["shape"] = c("count", "small", "count")
        if m in ("T12", "T13", "T14") and k["shape"] == "flag":
            k["shape"] = "small"
        if m == "T5" and k["shape"] == "flag":
            k["shape"] = "days"
        # sparse: only asked each quarter
        k["sparse"] = m == "T4" or (
            kind == "perception"
            and self.family != "hard"
            and r.random() < {"T6r": 0.25, "T5c": 0.5, "T5b": 0.0}.get(m, 0.3)
        )
