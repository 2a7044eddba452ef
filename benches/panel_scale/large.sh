#!/usr/bin/env bash
# A log larger than memory: one CSV file of 100 million events under several names, read as one table.
# large.sh FUELLAMP PYTHON DIR [COPIES]; 10 copies are about 40 GiB to read. What is kept of them goes to a temporary file.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$1 python=$2 work=$3 copies=${4:-10}
folder="$work/large"
[ -f "$folder/study.toml" ] || "$python" "$here/generate.py" 100000000 100000 "$folder" --files 1 --format csv > /dev/null
one="$folder/events-00.csv"
find "$folder" -name 'events-copy-*.csv' -delete
for ((n = 1; n < copies; n++)); do ln "$one" "$folder/events-copy-$n.csv"; done
du -ch --count-links "$folder"/events-*.csv | tail -n 1
/usr/bin/time -f '%e s, CPU %U + %S s, peak %M KiB' "$program" --quiet panel "$folder/study.toml" --out "$folder/ours.parquet"
