#!/usr/bin/env python3
"""Builds the panel of a folder of generate.py in DuckDB and prints wall time, CPU time, peak memory and rows.

    run_duckdb.py DIR [--out panel.parquet] [--sql duckdb_panel.sql] [--runs 1] [--threads 2] [--memory 16GB]

The clock runs from opening the files to the closed Parquet file; the best of the runs is printed. Each run has its own database in memory.
"""
import argparse
import pathlib
import resource
import shutil
import tempfile
import time

import duckdb


def source(folder):
    if list(folder.glob("events-*.parquet")):
        return f"read_parquet('{folder}/events-*.parquet')"
    columns = "{'event_id': 'BIGINT', 'account_id': 'VARCHAR', 'at': 'TIMESTAMP', 'kind': 'VARCHAR', 'minutes': 'DOUBLE'}"
    return f"read_csv('{folder}/events-*.csv', header = true, columns = {columns})"


def main():
    here = pathlib.Path(__file__).parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--sql", type=pathlib.Path, default=here / "duckdb_panel.sql")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="16GB")
    args = parser.parse_args()
    out = args.out or args.dir / "panel_duckdb.parquet"
    sql = args.sql.read_text()
    for key, value in {"EVENTS": source(args.dir), "DIR": str(args.dir), "OUT": str(out)}.items():
        sql = sql.replace("{" + key + "}", value)

    times, rows = [], 0
    for _ in range(args.runs):
        spill = tempfile.mkdtemp(prefix="panel_scale_spill_")
        began = time.perf_counter()
        con = duckdb.connect()
        con.execute(f"SET threads = {args.threads}").fetchall()
        con.execute(f"SET memory_limit = '{args.memory}'").fetchall()
        con.execute(f"SET temp_directory = '{spill}'").fetchall()
        con.execute("SET preserve_insertion_order = false").fetchall()
        con.execute(sql).fetchall()
        times.append(time.perf_counter() - began)
        rows = con.execute(f"SELECT count(*) FROM read_parquet('{out}')").fetchone()[0]
        con.close()
        shutil.rmtree(spill)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    peak = usage.ru_maxrss / 1024
    cpu = (usage.ru_utime + usage.ru_stime) / args.runs
    shown = " ".join(f"{t:.2f}" for t in times)
    print(f"{args.sql.stem}: best {min(times):.2f} s of [{shown}], CPU {cpu:.1f} s a run, peak {peak:.0f} MiB, {rows} rows, duckdb {duckdb.__version__}")


if __name__ == "__main__":
    main()
