#!/usr/bin/env bash
# Compares `fuellamp panel` with oracle.py on every prepared study: run.sh FUELLAMP SHARED [NAME...]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$1 shared=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$here/prepare.py" "$shared" "$work"
status=0
for folder in "$here/../../data/demo_tables/" "$work"/*/; do
  name=$(basename "$folder")
  if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then continue; fi
  "$program" --quiet panel "$folder/study.toml" --out "$work/ours.csv" 2>"$work/notes" || { echo "$name: refused"; cat "$work/notes"; status=1; continue; }
  python3 "$here/oracle.py" "$folder/study.toml" --out "$work/theirs.csv"
  printf '%s: ' "$name"
  python3 "$here/compare.py" "$work/ours.csv" "$work/theirs.csv" || status=1
done
exit $status
