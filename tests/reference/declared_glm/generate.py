"""Declared regressions of the studies beside and under ../../studies, fitted by statsmodels.

Run: python generate.py PATH/TO/data PATH/TO/demo/panel.csv   (writes expected.csv beside itself)

Columns are centred and scaled before the fit and results carried back by the exact linear map, because statsmodels
inverts X'WX in the units it is given.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm

data, demo = Path(sys.argv[1]), Path(sys.argv[2])
expected, sizes = [], []


def coded(frame, columns):
    """Intercept, numbers as they are, texts as contrasts against the first level in byte order."""
    out = {"(intercept)": np.ones(len(frame))}
    for column in columns:
        values = frame[column]
        if pd.api.types.is_numeric_dtype(values):
            out[column] = values.to_numpy(float)
        else:
            for level in sorted(values.unique(), key=lambda text: text.encode())[1:]:
                out[f"{column}[{level}]"] = (values == level).to_numpy(float)
    return pd.DataFrame(out)


def without_aliases(x):
    """Columns that raise the rank, in order."""
    kept = []
    for term in x:
        trial = x[[*kept, term]].to_numpy()
        trial = trial / np.sqrt((trial**2).sum(0))
        if np.linalg.svd(trial, compute_uv=False)[-1] > 1e-9:
            kept.append(term)
    return x[kept]


def record(case, x, y, groups):
    x = without_aliases(x)
    raw = x.to_numpy()[:, 1:]
    centre, scale = raw.mean(0), raw.std(0)
    z = np.column_stack([np.ones(len(raw)), (raw - centre) / scale])
    back = np.zeros((z.shape[1], z.shape[1]))
    back[0, 0], back[0, 1:], back[1:, 1:] = 1, -centre / scale, np.diag(1 / scale)

    def fit(**options):
        glm = sm.GLM(y, z, family=sm.families.Binomial())
        # Started again at its own optimum, because the covariance has the weights of the step before the last.
        start = glm.fit(tol=1e-14, maxiter=200).params
        return glm.fit(start_params=start, tol=1e-14, maxiter=200, **options)

    groups = pd.factorize(groups)[0]
    n_groups = groups.max() + 1
    model = fit()
    cluster = fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})

    def se(covariance):
        return np.sqrt(np.diag(back @ covariance @ back.T))

    coef, se_model = back @ model.params, se(model.cov_params())
    se_cluster = se(cluster.cov_params() * n_groups / (n_groups - 1))
    for row in zip(x.columns, coef, se_model, se_cluster):
        expected.append((case, row[0], *(repr(float(v)) for v in row[1:])))
    sizes.append((case, len(y), int(y.sum()), n_groups, repr(float(model.llf))))


# Telecom: new customers have a blank TotalCharges; rows with it are dropped.
telco = pd.read_csv(data / "telco_ibm/telco_churn.csv")
telco["TotalCharges"] = pd.to_numeric(telco["TotalCharges"], errors="coerce")
telco = telco.dropna()
telco_columns = """gender Dependents PhoneService MultipleLines InternetService OnlineSecurity OnlineBackup DeviceProtection
TechSupport StreamingTV StreamingMovies tenure PaymentMethod Contract MonthlyCharges TotalCharges SeniorCitizen Partner
PaperlessBilling""".split()
left = (telco["Churn"] == "Yes").to_numpy(float)
record("telco", coded(telco, telco_columns), left, telco["customerID"])
standardised = telco.copy()
for column in ["tenure", "MonthlyCharges", "TotalCharges", "SeniorCitizen"]:
    values = telco[column].astype(float)
    standardised[column] = (values - values.mean()) / values.std(ddof=1)
record("telco_sd", coded(standardised, telco_columns), left, telco["customerID"])

# Recidivism: employment in the week of the arrest, and in the week before.
rossi = pd.read_csv(data / "rossi_weekly/rossi_person_week.csv")
fixed = "fin age race wexp mar paro prio week".split()
record("rossi_lag0", coded(rossi, [*fixed, "employed"]), rossi["arrest"].to_numpy(float), rossi["person_id"])
late = rossi.dropna(subset=["employed_prev_week"]).drop(columns="employed")
late = late.rename(columns={"employed_prev_week": "employed"})
record("rossi_lag1", coded(late, [*fixed, "employed"]), late["arrest"].to_numpy(float), late["person_id"])

# The simulated company: tenure and controls are the row's own, everything else that of the month before.
panel = pd.read_csv(demo).sort_values(["account_id", "month"])
before = ["segment", "plan", "logins", "usage_hours", "ticket_days_open", "exec_contacts"]
panel[before] = panel.groupby("account_id")[before].shift(1)
panel = panel.dropna(subset=before)
own = ["tenure", *before]
record("demo", coded(panel, own), panel["churn"].to_numpy(float), panel["account_id"])


# Ridge of weight 1 on everything but the intercept, by Newton's method.
sex2 = pd.read_csv(data / "numeric_reference/sex2.csv")
names = ["age", "oc", "vic", "vicl", "vis", "dia"]
x = np.column_stack([np.ones(len(sex2)), sex2[names].to_numpy(float)])
y = sex2["case"].to_numpy(float)
weight = np.diag([0.0] + [1.0] * len(names))
b = np.zeros(len(names) + 1)
for _ in range(100):
    mu = 1 / (1 + np.exp(-x @ b))
    b = b + np.linalg.solve((x.T * (mu * (1 - mu))) @ x + weight, x.T @ (y - mu) - weight @ b)
assert abs(x.T @ (y - 1 / (1 + np.exp(-x @ b))) - weight @ b).max() < 1e-12
for term, value in zip(["(intercept)", *names], b):
    expected.append(("sex2_ridge1", term, repr(float(value)), "", ""))

here = Path(__file__).parent
pd.DataFrame(expected, columns=["case", "term", "estimate", "se_model", "se_cluster"]).to_csv(
    here / "expected.csv", index=False
)
pd.DataFrame(sizes, columns=["case", "n", "events", "accounts", "log_likelihood"]).to_csv(here / "sizes.csv", index=False)
