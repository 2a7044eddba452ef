#!/usr/bin/env python3
"""Write one Parquet file of account-periods for the comparison: y, account, x1..xp.

    generate.py ROWS COLUMNS OUT.parquet [--seed 20240331]

The same arguments and the same versions give the same file. Rows are sorted by account, about 20 to an account. The columns share
four factors and half their variance belongs to the account, as usage figures do; by j mod 5 they are

    1  normal                     2  normal, times 1e3            3  heavy-tailed count (log-normal Poisson)
    4  0 or 1, 10 to 50 % ones    0  normal, times 1e-2

The log-odds are linear in the columns plus an account effect (standard deviation 0.7); the intercept is set for 3 % of events. Rows after
an event are kept: the file measures speed, it is not a study. Snappy compression, row groups of 131 072 rows, pyarrow's other defaults.
"""

import argparse
import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FACTORS = 4
EVENT_SHARE = 0.03
ACCOUNT_EFFECT_SD = 0.7
ROW_GROUP = 131_072


def accounts(rng, n):
    """Account index of each row, 0 to G-1, in runs of 1 + Poisson(19)."""
    sizes = 1 + rng.poisson(19, size=n // 10 + 1)
    return np.repeat(np.arange(sizes.size, dtype=np.int32), sizes)[:n]


def column(rng, j, account, n_accounts, factors):
    loading = rng.uniform(-0.6, 0.6, FACTORS)
    common = factors @ loading
    own_account = rng.standard_normal(n_accounts)[account]
    latent = common + np.sqrt(0.5) * (own_account + rng.standard_normal(account.size))
    latent /= latent.std()
    kind = j % 5
    if kind == 1:
        return latent
    if kind == 2:
        return 250.0 + 1e3 * latent
    if kind == 3:
        return rng.poisson(np.exp(1.2 * latent - 0.5)).astype(np.float64)
    if kind == 4:
        return (latent > np.quantile(latent, 1.0 - rng.uniform(0.1, 0.5))).astype(np.float64)
    return 1e-2 * latent


def intercept_for(share, log_odds):
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if np.mean(1.0 / (1.0 + np.exp(-(middle + log_odds)))) < share:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def table(n, p, seed):
    rng = np.random.default_rng([seed, n, p])
    account = accounts(rng, n)
    n_accounts = int(account[-1]) + 1
    factors = np.sqrt(0.5) * (rng.standard_normal((n_accounts, FACTORS))[account] + rng.standard_normal((n, FACTORS)))
    log_odds = ACCOUNT_EFFECT_SD * rng.standard_normal(n_accounts)[account]
    columns = {}
    for j in range(1, p + 1):
        x = column(rng, j, account, n_accounts, factors)
        log_odds += rng.choice([-1.0, 1.0]) * rng.uniform(0.05, 0.25) / x.std() * (x - x.mean())
        columns[f"x{j}"] = x
    hazard = 1.0 / (1.0 + np.exp(-(intercept_for(EVENT_SHARE, log_odds) + log_odds)))
    y = (rng.random(n) < hazard).astype(np.float64)
    return pa.table({"y": y, "account": account, **columns})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=lambda text: int(float(text)))
    parser.add_argument("columns", type=int)
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=20240331)
    arguments = parser.parse_args()
    made = table(arguments.rows, arguments.columns, arguments.seed)
    partial = arguments.out + ".partial"
    pq.write_table(made, partial, compression="snappy", row_group_size=ROW_GROUP)
    os.replace(partial, arguments.out)
    y = made["y"].to_numpy()
    print(f"{arguments.out}: {y.size} rows, {arguments.columns} columns, {made['account'][-1].as_py() + 1} accounts, events {y.mean():.4f}")


if __name__ == "__main__":
    main()
