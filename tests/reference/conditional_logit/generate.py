"""Conditional logits of infert.csv and wagepan.csv.gz by listing every subset, Newton's method in extended precision.

Run: python generate.py PATH/TO/numeric_reference   (writes expected.csv beside itself)

The shared reference (R survival::clogit) stops when the log-likelihood changes by less than 1e-9 of itself. The same rule
here, from the same start, reproduces its ten digits, which is asserted; the optimum is what is written.
"""

import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

folder = Path(sys.argv[1])
reference = pd.read_csv(folder / "reference_results.csv")
big = np.longdouble


def strata(x, y, group):
    """Per stratum with both outcomes: sums of the columns over every subset of the size observed, and over the events."""
    found = []
    for g in np.unique(group):
        rows = np.flatnonzero(group == g)
        size = int(y[rows].sum())
        if 0 < size < len(rows):
            xs = x[rows].astype(big)
            sets = np.array([xs[list(s)].sum(0) for s in combinations(range(len(rows)), size)])
            found.append((sets, xs[y[rows] == 1].sum(0)))
    return found


def at(b, parts):
    loglik, score, information = big(0), np.zeros(len(b), big), np.zeros((len(b), len(b)), big)
    for sets, events in parts:
        eta = sets @ b
        w = np.exp(eta - eta.max())
        total = w.sum()
        mean = (w / total) @ sets
        loglik += events @ b - eta.max() - np.log(total)
        score += events - mean
        information += (sets - mean).T @ ((sets - mean) * (w / total)[:, None])
    return loglik, score, information


def inverse(a):
    v = np.linalg.inv(a.astype(float)).astype(big)
    for _ in range(4):
        v = v @ (2 * np.eye(len(a)) - a @ v)
    return v


def solve(dataset, names, x, y, group):
    parts = strata(x, y, group)
    printed = reference[(reference.dataset == dataset) & reference.model.str.contains("conditional logit")]
    b, before, stopped = np.zeros(len(names), big), None, False
    for _ in range(12):
        loglik, score, information = at(b, parts)
        if before is not None and not stopped and abs(1 - before / loglik) <= 1e-9:
            stopped = True
            se = np.sqrt(np.diag(inverse(information)))
            for term, coef, s in zip(names, b, se):
                row = printed[printed.term == term].iloc[0]
                assert f"{float(coef):.10g}" == f"{row.estimate:.10g}", (term, coef, row.estimate)
                assert f"{float(s):.10g}" == f"{row.std_error:.10g}", (term, s, row.std_error)
        before = loglik
        b = b + inverse(information) @ score
    loglik, score, information = at(b, parts)
    assert stopped and abs(score).max() < 1e-14
    se = np.sqrt(np.diag(inverse(information)))
    return [(dataset, t, repr(float(c)), repr(float(s)), repr(float(loglik))) for t, c, s in zip(names, b, se)]


infert = pd.read_csv(folder / "infert.csv")
names = ["spontaneous", "induced"]
rows = solve("infert", names, infert[names].to_numpy(float), infert.case.to_numpy(), infert.stratum.to_numpy())
wages = pd.read_csv(folder / "wagepan.csv.gz")
for year in range(1981, 1988):
    wages[f"factor(year){year}"] = (wages.year == year).astype(float)
names = ["married", "rur", "south"] + [f"factor(year){year}" for year in range(1981, 1988)]
rows += solve("wagepan", names, wages[names].to_numpy(float), wages.union.to_numpy(), wages.nr.to_numpy())
pd.DataFrame(rows, columns=["dataset", "term", "estimate", "std_error", "loglik"]).to_csv(
    Path(__file__).parent / "expected.csv", index=False
)
