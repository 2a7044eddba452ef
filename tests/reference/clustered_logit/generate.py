"""Clustered and heteroskedasticity-robust covariance of a logit and of least squares, from statsmodels.

Run: python generate.py   (writes input.csv and expected.csv beside itself)
"""

from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm

here = Path(__file__).parent
rng = np.random.default_rng(20261122)
n_clusters, rows = 40, []
for g in range(n_clusters):
    level, trait = rng.normal(0, 0.8), rng.normal()
    for _ in range(int(rng.integers(1, 9))):
        usage = round(50 + 12 * (trait + rng.normal()), 3)
        price = round(1e6 * np.exp(0.3 * rng.normal()), 0)
        eta = -0.4 + 0.03 * (usage - 50) + level
        rows.append((g, usage, price, round(rng.normal(), 4), int(rng.random() < 1 / (1 + np.exp(-eta)))))
data = pd.DataFrame(rows, columns=["cluster", "usage", "price", "noise", "y"])
data["spend"] = (data.price * 1e-5 + data.usage * 0.1 + rng.normal(0, 2, len(data)) + data.cluster % 5).round(4)
data.to_csv(here / "input.csv", index=False)

expected = []
terms = ["(intercept)", "usage", "price", "noise"]


def record(model, covariance, fit):
    for term, coef, se in zip(terms, np.asarray(fit.params), np.asarray(fit.bse)):
        expected.append((model, covariance, term, repr(float(coef)), repr(float(se))))


# Columns are centred and scaled before the fit, and results carried back by the exact linear map, because statsmodels
# inverts X'WX in the units it is given.
raw = data[["usage", "price", "noise"]].to_numpy(float)
centre, scale = raw.mean(0), raw.std(0)
x = np.column_stack([np.ones(len(raw)), (raw - centre) / scale])
t = np.zeros((4, 4))
t[0, 0] = 1
t[0, 1:] = -centre / scale
t[1:, 1:] = np.diag(1 / scale)


class Back:
    def __init__(self, fit):
        self.params = t @ np.asarray(fit.params)
        self.bse = np.sqrt(np.diag(t @ np.asarray(fit.cov_params()) @ t.T))


groups = {"groups": data.cluster.to_numpy(), "use_correction": False}
for model, build in (
    ("logit", lambda **k: sm.GLM(data.y, x, family=sm.families.Binomial()).fit(tol=1e-15, maxiter=200, **k)),
    ("ols", lambda **k: sm.OLS(data.spend, x).fit(**k)),
):
    record(model, "model", Back(build()))
    record(model, "HC0", Back(build(cov_type="HC0")))
    record(model, "cluster_CR0", Back(build(cov_type="cluster", cov_kwds=groups)))
pd.DataFrame(expected, columns=["model", "covariance", "term", "estimate", "std_error"]).to_csv(
    here / "expected.csv", index=False
)
