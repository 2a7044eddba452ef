"""Fits the full model of a run again with statsmodels, from the study file, its table and artifact.json alone.

    pip install pandas statsmodels
    python notebooks/refit.py STUDY.toml DIR            # DIR: the folder of `fuellamp run STUDY.toml --out DIR`

Knows [panel] and [snapshot] studies with a horizon of one period; docs/refit.md says what it does and in which order.
Prints the largest differences and ends with 1 where they are larger than rounding.
"""

import json
import math
import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm

CARRY, CARRY_SPARSE, SPARSE = 3, 6, 0.4
SMOOTHING, HINT_WINDOW, LEVEL_ROWS, MAX_LEVELS, PERIODS_FOR_TREND, SKEWED = 3, 3, 20, 30, 6, 1.0


def scale_of(values, log):
    """Whether the logarithm is taken, centre and standard deviation of the known values."""
    known = values.dropna()
    if known.empty or known.min() >= known.max():
        return None
    skewness = ((known - known.mean()) / known.std()).pow(3).mean()
    log = known.min() >= 0 and (log == "always" or (log == "if skewed" and skewness > SKEWED))
    seen = np.log1p(known) if log else known
    return log, seen.mean(), seen.std()


def scaled(values, scale):
    log, centre, sd = scale
    return ((np.log1p(values) if log else values) - centre) / sd


def window_mean(account, period, values, width):
    """Mean of the known values of the last `width` periods."""
    out = np.full(len(values), np.nan)
    for row in range(len(values)):
        seen, past = [], row
        while past >= 0 and account[past] == account[row] and period[row] - period[past] < width:
            if not np.isnan(values[past]):
                seen.append(values[past])
            past -= 1
        if seen:
            out[row] = sum(seen) / len(seen)
    return out


def carried(account, period, values, most):
    """The last known value, up to `most` periods old."""
    out, last = values.copy(), None
    for row in range(len(values)):
        if row == 0 or account[row] != account[row - 1]:
            last = None
        if not np.isnan(values[row]):
            last = (period[row], values[row])
        elif last and period[row] - last[0] <= most:
            out[row] = last[1]
    return out


def numbers(column):
    """Numbers; of a text with two values the one that says yes, else the later one in byte order, is 1."""
    found = pd.to_numeric(column, errors="coerce")
    text = column[found.isna() & column.notna()]
    if text.empty:
        return found.astype(float)
    levels = sorted(column.dropna().unique())
    one = next((level for level in levels if level.lower() in ("yes", "true")), levels[-1])
    return (column == one).astype(float).where(column.notna())


def refit(study_path, folder):
    study = tomllib.loads(Path(study_path).read_text(encoding="utf-8"))
    artifact = json.loads((Path(folder) / "artifact.json").read_text(encoding="utf-8"))
    kgi, roles = study["kgi"] if "kgi" in study else {}, study.get("roles", {})
    source = study.get("panel") or study["snapshot"]
    snapshot = "snapshot" in study
    assert kgi.get("horizon", 1) == 1, "more than one period of outcome is not done here"
    assert artifact["fit"]["penalty"] == "none", "statsmodels has no such penalty"
    table = pd.read_csv(Path(study_path).parent / source["path"], dtype=str, keep_default_na=False)
    table = table.apply(lambda column: column.str.strip()).replace("", None)
    table["_account"] = table[source["account"]] if "account" in source else table.index.astype(str)
    # Periods are counted on the calendar of the data: a period nobody has would leave a hole.
    if snapshot:
        table["_t"] = 0
    elif (as_number := pd.to_numeric(table[source["period"]], errors="coerce")).notna().all():
        table["_t"] = (as_number - as_number.min()).astype(int)
    else:
        month = pd.PeriodIndex(pd.to_datetime(table[source["period"]]), freq="M")
        table["_t"] = [(m - month.min()).n for m in month]
    table = table.drop_duplicates().sort_values(["_account", "_t"]).reset_index(drop=True)

    # The event is the first recorded notice, else the outcome; what comes after it is gone.
    positive = source.get("positive")
    left = (table[source["outcome"]] == positive).astype(float) if positive else numbers(table[source["outcome"]])
    if notice := roles.get("notice"):
        left = left.where(left > 0, numbers(table[notice]).fillna(0))
    event = table["_t"].where(left > 0).groupby(table["_account"]).transform("min")
    if not snapshot:
        table = table[~(table["_t"] > event)]
        event = event[table.index]
        table = table.reset_index(drop=True)
    y = (table["_t"] == event.reset_index(drop=True)).astype(float)
    account, period = table["_account"].to_numpy(), table["_t"].to_numpy()
    lag = 0 if snapshot else kgi.get("gap", 0) + 1
    place = {key: row for row, key in enumerate(zip(account, period))}
    past = np.array([place.get((a, t - lag), -1) for a, t in zip(account, period)])
    free = np.ones(len(table), bool)
    if due := roles.get("renewal_in"):
        periods = numbers(table[due])
        free = ((periods <= 0) | periods.isna() | (y > 0)).to_numpy()
    rows = np.flatnonzero(free & (past >= 0))
    own, before = rows, past[rows]

    columns = {"(intercept)": np.ones(len(rows))}

    def number(name, values, log):
        if scale := scale_of(values, log):
            columns[name] = scaled(values, scale).fillna(0).to_numpy()
            columns[f"{name}[missing]"] = values.isna().astype(float).to_numpy()

    def category(name, at):
        values = table[name].iloc[at].reset_index(drop=True)
        counted = sorted(values.value_counts().items(), key=lambda pair: (-pair[1], pair[0]))
        kept = [level for level, n in counted[1 : MAX_LEVELS + 1] if n >= LEVEL_ROWS]
        for level in kept:
            columns[f"{name}[{level}]"] = (values == level).astype(float).to_numpy()
        rest = ~values.isin([counted[0][0], *kept]) & values.notna()
        columns[f"{name}[(other)]"] = rest.astype(float).to_numpy()
        columns[f"{name}[(missing)]"] = values.isna().astype(float).to_numpy()

    def at(values, which):
        return pd.Series(np.asarray(values, float)[which])

    def several(role):
        found = roles.get(role, [])
        return [found] if isinstance(found, str) else found

    for role in ("segment", "billing", "term", "phase", "owner"):
        for name in several(role):
            category(name, before)
    for name in several("price"):
        number(name, at(numbers(table[name]), before), "always")
    for name in several("tenure"):
        number(name, at(numbers(table[name]), own), "always")
    for name in several("controls"):
        is_text = pd.to_numeric(table[name], errors="coerce").isna().gt(table[name].isna()).any()
        category(name, own) if is_text else number(name, at(numbers(table[name]), own), "if skewed")
    if not snapshot and period.max() + 1 >= PERIODS_FOR_TREND:
        number("(calendar)", at(period, own), "never")
        number("(calendar²)", at((period - period.max() / 2) ** 2, own), "never")
    for name in several("disclosed_risk"):
        hinted = window_mean(account, period, numbers(table[name]).fillna(0).to_numpy(), HINT_WINDOW) > 0
        number(name, at(hinted, before), "never")
    for name in several("reasons"):
        number(name, at(numbers(table[name]), before), "never")
    for kpi in study["kpi"]:
        values = numbers(table[kpi.get("column", kpi["name"])])
        policy = kpi.get("missing")
        most = CARRY_SPARSE if values.isna().mean() > SPARSE else CARRY
        if policy == "zero":
            values, most = values.fillna(0), 0
        elif policy is not None:
            most = policy["carry"] if isinstance(policy, dict) else 0
        values = values.to_numpy() if snapshot else carried(account, period, values.to_numpy(), most)
        scale = scale_of(at(values, before), "if skewed")
        if scale is None:
            continue
        z = scaled(pd.Series(values), scale).to_numpy()
        smooth = z if snapshot else window_mean(account, period, z, SMOOTHING)
        number(kpi["name"], at(smooth, before), "never")

    # Which of the columns have a coefficient of their own is recorded, and why others have none stands in docs/refit.md.
    terms = {term["term"]: term for term in artifact["fit"]["terms"]}
    absent = [term for term in terms if term not in columns]
    assert not absent, f"not made here: {absent}"
    x = np.column_stack([columns[term] for term in terms])
    groups = pd.factorize(account[rows])[0]
    model = sm.Logit(y.to_numpy()[rows], x)
    options = {"disp": 0, "method": "newton", "tol": 1e-14, "maxiter": 100}
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}, **options)
    n_groups = groups.max() + 1
    errors = fit.bse * math.sqrt(n_groups / (n_groups - 1))
    recorded = artifact["fit"]
    assert (len(rows), int(y.to_numpy()[rows].sum())) == (recorded["n_rows"], recorded["n_events"])
    coefficient = max(abs(fit.params - [term["estimate"] for term in terms.values()]))
    error = max(abs(errors / [term["std_error"] for term in terms.values()] - 1))
    likelihood = abs(fit.llf - recorded["log_likelihood"])
    print(f"{len(rows)} rows, {recorded['n_events']} events, {len(terms)} terms; {recorded['penalty']}, {recorded['covariance']}")
    print(f"largest differences: coefficients {coefficient:.1e}, log-likelihood {likelihood:.1e}, standard errors {error:.1e} (relative)")
    return coefficient < 1e-8 and likelihood < 1e-6 and error < 1e-6


if __name__ == "__main__":
    sys.exit(0 if refit(*sys.argv[1:3]) else 1)
