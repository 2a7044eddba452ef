"""Parts of the Brier score from variances between and within groups, and average precision with weights.

Independent of the program: the score and average precision are scikit-learn's, parts within groups are what the law of
total (co)variance leaves of the whole.

Run: python generate.py   (in this folder; writes input.csv and expected.csv)
"""

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss

rng = np.random.default_rng(20261127)
n = 160
p = rng.beta(1.2, 4.0, n).round(2)
y = (rng.random(n) < 0.1 + 0.7 * p).astype(int)
weight = rng.lognormal(size=n).round(2)
pd.DataFrame(dict(p=p, y=y, weight=weight)).to_csv("input.csv", index=False)


def equal_groups(p, groups):
    """About equally many rows each; rows with the same prediction stay together."""
    rank = pd.Series(p).rank(method="min").to_numpy() - 1
    return np.floor(groups * rank / len(p)).astype(int)


def mean(v, w):
    return np.average(v, weights=w)


def cov(a, b, w):
    return mean(a * b, w) - mean(a, w) * mean(b, w)


rows = []
for case, w, group in [
    ("distinct", np.ones(n), p),
    ("ten", np.ones(n), equal_groups(p, 10)),
    ("ten_weighted", weight, equal_groups(p, 10)),
    ("three_weighted", weight, equal_groups(p, 3)),
]:
    frame = pd.DataFrame(dict(g=group, p=p, y=y, w=w, wp=w * p, wy=w * y))
    total = frame.groupby("g")[["w", "wp", "wy"]].transform("sum")
    pg, yg = total.wp / total.w, total.wy / total.w
    rows += [
        (case, "brier", brier_score_loss(y, p, sample_weight=w)),
        (case, "reliability", cov(pg - yg, pg - yg, w) + mean(pg - yg, w) ** 2),
        (case, "resolution", cov(yg, yg, w)),
        (case, "uncertainty", cov(y, y, w)),
        (case, "within_variance", cov(p, p, w) - cov(pg, pg, w)),
        (case, "within_covariance", 2 * (cov(p, y, w) - cov(pg, yg, w))),
        (case, "n_groups", len(np.unique(group))),
    ]
rows.append(("average_precision", "weighted", average_precision_score(y, p, sample_weight=weight)))
pd.DataFrame(rows, columns=["case", "quantity", "value"]).to_csv("expected.csv", index=False, float_format="%.14g")
