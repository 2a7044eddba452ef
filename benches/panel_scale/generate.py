#!/usr/bin/env python3
"""Writes accounts, contracts, an event log of any size and the study that turns them into a panel.

    generate.py N_EVENTS N_ACCOUNTS OUT_DIR [--format parquet|csv] [--files K] [--seed S]

The log is in order of months and shuffled within them. Same arguments, same rows; both formats hold the same rows.
"""
import argparse
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

FIRST = np.datetime64("2022-10-01")
FROM = np.datetime64("2023-10-01")
TO = np.datetime64("2026-09-30")
CHUNK = 2_000_000
DAY = 86_400
KINDS = ["login", "view", "edit", "report", "export"]
SHARES = [0.35, 0.30, 0.20, 0.10, 0.05]

HEAD = """\
schema = 1

[study]
name = "panel_scale"
purpose = "time the building of a panel from a long event log"

[kgi]
outcome = "churn"

[tables]
period = "1mo"
from = 2023-10-01
to = 2026-09-30
accounts = { path = "accounts.csv", account = "account_id", start = "signup" }
contracts = { path = "contracts.csv", account = "account_id", start = "start", end = "end" }

[[tables.events]]
name = "log"
path = "events-*.%s"
account = "account_id"
at = "at"
keep_duplicates = true
"""

KPIS = [
    ("events_30d", 'agg = "count"\nwindow = "30d"'),
    ("logins_90d", 'agg = "count"\nwindow = "90d"\nwhere = { kind = "login" }'),
    ("minutes_90d", 'agg = "sum"\nvalue = "minutes"\nwindow = "90d"'),
    ("report_minutes_30d", 'agg = "sum"\nvalue = "minutes"\nwindow = "30d"\nwhere = { kind = ["report", "export"] }'),
    ("days_30d", 'agg = "distinct_days"\nwindow = "30d"'),
    ("days_90d", 'agg = "distinct_days"\nwindow = "90d"'),
    ("since_any", 'agg = "days_since"'),
    ("since_report", 'agg = "days_since"\nwhere = { kind = "report" }'),
    ("change_events_30d", 'agg = "change"\nwindow = "30d"'),
    ("change_minutes_90d", 'agg = "change"\nvalue = "minutes"\nwindow = "90d"'),
]


def study(extension):
    blocks = [HEAD % extension]
    for name, keys in KPIS:
        blocks.append(f'[[kpi]]\nname = "{name}"\nkind = "behaviour"\nhoped = "more"\nfrom = "log"\n{keys}\n')
    return "\n".join(blocks)


def accounts(rng, n):
    """Start and last day (TO where the contract is open) in days since FIRST, and who left."""
    from_day, last = int((FROM - FIRST).astype(int)), int((TO - FIRST).astype(int))
    early = rng.random(n) < 1 / 3
    start = np.where(early, rng.integers(0, from_day, n), rng.integers(from_day, last - 13, n))
    life = rng.exponential(1_200, n).astype(np.int64) + 14
    end = np.maximum(start, from_day) + life
    left = end <= last
    return start, np.where(left, end, last), left


def text(days, shown=None):
    out = (FIRST + days).astype("datetime64[D]").astype(str)
    return out if shown is None else np.where(shown, out, "")


class Log:
    """The files of the log, one after the other, cut at equal numbers of rows."""

    def __init__(self, folder, extension, files, total):
        self.folder, self.extension, self.files, self.total = folder, extension, files, total
        self.rows, self.number, self.writer = 0, 0, None

    def write(self, table):
        while table.num_rows:
            limit = self.total * (self.number + 1) // self.files
            head = table.slice(0, limit - self.rows)
            self._open(table.schema)
            self.writer.write_table(head)
            self.rows += head.num_rows
            table = table.slice(head.num_rows)
            if self.rows == limit:
                self.close()
                self.number += 1

    def _open(self, schema):
        if self.writer is not None:
            return
        path = self.folder / f"events-{self.number:02d}.{self.extension}"
        if self.extension == "csv":
            self.writer = pacsv.CSVWriter(path, schema, write_options=pacsv.WriteOptions(quoting_style="none", quoting_header="none"))
        else:
            # Text columns in dictionary pages, as a plain string type for every reader.
            self.writer = pq.ParquetWriter(path, schema, compression="snappy", store_schema=False,
                                           dictionary_pagesize_limit=1 << 22, use_dictionary=["account_id", "kind"])

    def close(self):
        if self.writer is not None:
            self.writer.close()
            self.writer = None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("events", type=lambda s: int(float(s)))
    parser.add_argument("accounts", type=lambda s: int(float(s)))
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--format", choices=["parquet", "csv"], default="parquet")
    parser.add_argument("--files", type=int, default=4)
    parser.add_argument("--seed", type=int, default=20261001)
    args = parser.parse_args()
    rng = np.random.Generator(np.random.PCG64(args.seed))
    args.out.mkdir(parents=True, exist_ok=True)
    for old in args.out.glob("events-*"):
        old.unlink()

    n = args.accounts
    start, end, left = accounts(rng, n)
    ids = np.char.add("A", np.char.zfill(np.arange(n).astype(str), 7))
    segment = np.array(["small", "middle", "large"])[rng.choice(3, n, p=[0.6, 0.3, 0.1])]
    write = lambda name, columns: pacsv.write_csv(
        pa.table(columns), args.out / name, pacsv.WriteOptions(quoting_style="none", quoting_header="none"))
    write("accounts.csv", {"account_id": ids, "signup": text(start), "segment": segment})
    write("contracts.csv", {"account_id": ids, "start": text(start), "end": text(end, left)})
    (args.out / "study.toml").write_text(study(args.format))

    # A heavy tail over accounts; an account writes the same number of events per day of its life, on average.
    weight = rng.lognormal(0.0, 1.2, n)
    months = np.arange(FIRST.astype("datetime64[M]"), TO.astype("datetime64[M]") + 1)
    low = np.array([max(int((m.astype("datetime64[D]") - FIRST).astype(int)), 0) for m in months])
    high = np.array([int(((m + 1).astype("datetime64[D]") - FIRST).astype(int)) for m in months])
    days = lambda m: np.clip(np.minimum(end + 1, high[m]) - np.maximum(start, low[m]), 0, None)
    mass = np.array([(weight * days(m)).sum() for m in range(len(months))])
    edges = np.round(np.cumsum(mass) / mass.sum() * args.events).astype(np.int64)
    per_month = np.diff(edges, prepend=0)

    names, kinds = pa.array(ids), pa.array(KINDS)
    log = Log(args.out, args.format, args.files, args.events)
    cuts, id_next = np.cumsum(SHARES)[:-1], 1
    for m, wanted in enumerate(per_month):
        span = days(m)
        p = weight * span
        while wanted:
            size = int(min(wanted, CHUNK))
            wanted -= size
            who = np.repeat(np.arange(n, dtype=np.int32), rng.multinomial(size, p / p.sum()))
            rng.shuffle(who)
            seconds = (rng.random(size) * (span[who] * DAY)).astype(np.int64)
            seconds += np.maximum(start, low[m])[who] * DAY
            at = (FIRST.astype("datetime64[s]").astype(np.int64) + seconds) * 1_000_000
            kind = np.searchsorted(cuts, rng.random(size), side="right").astype(np.int8)
            minutes = np.round(rng.standard_exponential(size) * 12.0, 1)
            account = pa.DictionaryArray.from_arrays(pa.array(who), names)
            kind = pa.DictionaryArray.from_arrays(pa.array(kind), kinds)
            stamp = pa.array(at, pa.timestamp("us"))
            if args.format == "csv":
                account, kind = account.dictionary_decode(), kind.dictionary_decode()
                stamp = stamp.cast(pa.timestamp("s"))
            log.write(pa.table({
                "event_id": np.arange(id_next, id_next + size, dtype=np.int64),
                "account_id": account,
                "at": stamp,
                "kind": kind,
                "minutes": pa.array(minutes, mask=rng.random(size) < 0.05),
            }))
            id_next += size
    log.close()
    print(f"{args.events} events, {n} accounts, {int(left.sum())} of them left, {log.number} files")


if __name__ == "__main__":
    main()
