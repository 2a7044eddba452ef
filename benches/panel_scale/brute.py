#!/usr/bin/env python3
"""The panel of a small folder of generate.py by the definitions, one loop per row: brute.py DIR OUT.csv"""
import csv
import datetime as dt
import pathlib
import sys

import pyarrow.parquet as pq

FROM, TO = dt.date(2023, 10, 1), dt.date(2026, 9, 30)


def month_end(day):
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)


def main():
    folder, out = pathlib.Path(sys.argv[1]), sys.argv[2]
    starts = {r["account_id"]: dt.date.fromisoformat(r["signup"]) for r in csv.DictReader(open(folder / "accounts.csv"))}
    ends = {r["account_id"]: r["end"] for r in csv.DictReader(open(folder / "contracts.csv"))}
    ends = {a: dt.date.fromisoformat(e) if e else None for a, e in ends.items()}
    events = {a: [] for a in starts}
    for path in sorted(folder.glob("events-*.parquet")):
        for r in pq.read_table(path).to_pylist():
            day, a = r["at"].date(), r["account_id"]
            if a in starts and starts[a] <= day <= (ends[a] or dt.date.max):
                events[a].append((day, r["kind"], r["minutes"]))
    with open(out, "w", newline="") as file:
        w = csv.writer(file)
        w.writerow("account period outcome events_30d logins_90d minutes_90d report_minutes_30d days_30d days_90d since_any "
                   "since_report change_events_30d change_minutes_90d".split())
        for a in sorted(starts):
            asof = month_end(max(starts[a], FROM))
            last = min(month_end(ends[a] or TO), TO)
            while asof <= last:
                old = [((asof - d).days, k, m, d) for d, k, m in events[a] if d <= asof]
                within = lambda low, high: [e for e in old if low <= e[0] < high]
                total = lambda rows: sum(e[2] for e in rows if e[2] is not None)
                mean = lambda rows: (lambda v: sum(v) / len(v) if v else None)([e[2] for e in rows if e[2] is not None])
                this, before = mean(within(0, 90)), mean(within(90, 180))
                w.writerow([
                    a, asof, int(ends[a] is not None and month_end(ends[a]) == asof),
                    len(within(0, 30)),
                    sum(e[1] == "login" for e in within(0, 90)),
                    total(within(0, 90)),
                    total([e for e in within(0, 30) if e[1] in ("report", "export")]),
                    len({e[3] for e in within(0, 30)}),
                    len({e[3] for e in within(0, 90)}),
                    min((e[0] for e in old), default=None),
                    min((e[0] for e in old if e[1] == "report"), default=None),
                    len(within(0, 30)) - len(within(30, 60)),
                    None if this is None or before is None else this - before,
                ])
                asof = month_end(asof + dt.timedelta(days=1))


if __name__ == "__main__":
    main()
