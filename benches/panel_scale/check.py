#!/usr/bin/env python3
"""Compares two panels on account, period and the ten KPIs (and outcome): counts exactly, sums and means to 1e-6.

    check.py PANEL_A PANEL_B        Parquet or CSV, any order of rows; exit status 1 when they differ
"""
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

EXACT = ["outcome", "events_30d", "logins_90d", "days_30d", "days_90d", "since_any", "since_report", "change_events_30d"]
CLOSE = ["minutes_90d", "report_minutes_30d", "change_minutes_90d"]


def read(path):
    text = pacsv.ConvertOptions(strings_can_be_null=True, null_values=["", "NA"],
                                column_types={"account": pa.string(), "account_id": pa.string()})
    table = pq.read_table(path) if path.endswith(".parquet") else pacsv.read_csv(path, convert_options=text)
    names = {"account_id": "account"}
    table = table.rename_columns([names.get(c, c) for c in table.column_names])
    missing = [c for c in ["account", "period"] + EXACT + CLOSE if c not in table.column_names]
    if missing:
        sys.exit(f"{path}: no column {', '.join(missing)}")
    period = table["period"].cast(pa.string())
    period = pc.cast(pc.utf8_slice_codeunits(period, 0, 10), pa.date32())
    table = table.set_column(table.column_names.index("period"), "period", period)
    table = table.set_column(table.column_names.index("account"), "account", table["account"].cast(pa.string()))
    table = table.select(["account", "period"] + EXACT + CLOSE).combine_chunks()
    return table.take(pc.sort_indices(table, sort_keys=[("account", "ascending"), ("period", "ascending")]))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    a, b = read(sys.argv[1]), read(sys.argv[2])
    if a.num_rows != b.num_rows or not (a["account"].equals(b["account"]) and a["period"].equals(b["period"])):
        keys = [set(zip(t["account"].to_pylist(), t["period"].to_pylist())) for t in (a, b)]
        only = [sorted(keys[0] - keys[1])[:3], sorted(keys[1] - keys[0])[:3]]
        sys.exit(f"rows differ: {a.num_rows} and {b.num_rows}; only in the first {only[0]}, only in the second {only[1]}")
    bad = 0
    for name in EXACT + CLOSE:
        x, y = (t[name].cast(pa.float64()).to_numpy(zero_copy_only=False) for t in (a, b))
        tolerance = 0.0 if name in EXACT else 1e-6 * np.maximum(1.0, np.maximum(np.abs(x), np.abs(y)))
        same = (np.isnan(x) & np.isnan(y)) | (np.abs(x - y) <= tolerance)
        wrong = np.flatnonzero(~same)
        bad += len(wrong)
        known = int((~np.isnan(x)).sum())
        print(f"{name:20} {'same' if not len(wrong) else f'{len(wrong)} differ'} ({known} known)")
        for i in wrong[:3]:
            print(f"    {a['account'][i]} {a['period'][i]}: {x[i]} and {y[i]}")
    print(f"{a.num_rows} rows, {bad} values differ")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
