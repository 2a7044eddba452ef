"""Firth logit of sex2.csv, solved in extended precision until the modified score vanishes.

Run: python generate.py PATH/TO/sex2.csv   (writes expected.csv beside itself)
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

names = ["age", "oc", "vic", "vicl", "vis", "dia"]
data = pd.read_csv(sys.argv[1])
x = np.column_stack([np.ones(len(data)), data[names].to_numpy(float)]).astype(np.longdouble)
y = data["case"].to_numpy(np.longdouble)


def inverse(a):
    """Double-precision inverse, polished by Newton-Schulz steps in extended precision."""
    v = np.linalg.inv(a.astype(float)).astype(np.longdouble)
    for _ in range(4):
        v = v @ (2 * np.eye(len(a)) - a @ v)
    return v


def score(b):
    mu = 1 / (1 + np.exp(-x @ b))
    w = mu * (1 - mu)
    v = inverse((x.T * w) @ x)
    hat = w * np.einsum("ij,jk,ik->i", x, v, x)
    return x.T @ (y - mu + hat * (0.5 - mu)), v, mu


b = np.zeros(7, np.longdouble)
for _ in range(500):
    u, v, _ = score(b)
    b = b + 0.6 * v @ u
u, v, mu = score(b)
assert abs(u).max() < 1e-15
log_likelihood = float((y * np.log(mu) + (1 - y) * np.log(1 - mu)).sum())
rows = [(t, repr(float(c)), repr(float(s)), repr(log_likelihood)) for t, c, s in zip(["(Intercept)", *names], b, np.sqrt(np.diag(v)))]
pd.DataFrame(rows, columns=["term", "estimate", "std_error", "loglik"]).to_csv(
    Path(__file__).parent / "expected.csv", index=False
)
