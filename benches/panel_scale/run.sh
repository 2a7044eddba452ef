#!/usr/bin/env bash
# Builds the same panel with fuellamp and with DuckDB, one after the other, for logs of several lengths, and compares them
# cell by cell: run.sh FUELLAMP PYTHON DIR [EVENTS...]. PYTHON has numpy, pyarrow and duckdb. Data is made in DIR once.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$1 python=$2 work=$3
shift 3
[ $# -gt 0 ] || set -- 1000000 10000000 100000000
for events in "$@"; do
  folder="$work/$events"
  [ -f "$folder/study.toml" ] || "$python" "$here/generate.py" "$events" 100000 "$folder" --files 4 > /dev/null
  # Both read files that the system has just read.
  cat "$folder"/events-*.parquet > /dev/null
  printf '%s events: ' "$events"
  /usr/bin/time -f 'fuellamp %e s, CPU %U + %S s, peak %M KiB' "$program" --quiet panel "$folder/study.toml" --out "$folder/ours.parquet" 2>&1 | tail -n 1
  "$python" "$here/run_duckdb.py" "$folder" --out "$folder/theirs.parquet"
  "$python" "$here/check.py" "$folder/ours.parquet" "$folder/theirs.parquet"
done
