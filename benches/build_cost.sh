#!/usr/bin/env bash
# What one build setting costs and gives: a cold build of the program into an empty folder (wall clock, CPU time, size), then the demo
# three times with its best time.
#
#   benches/build_cost.sh                                   the default
#   benches/build_cost.sh opt-level=1                       a key of [profile.release]
#   benches/build_cost.sh 'package."*".opt-level=1'         the same for the dependencies alone
#   POLARS="lazy csv temporal" benches/build_cost.sh        more features of polars than the default
#   PART="faer clap csv" benches/build_cost.sh lto=false    some dependencies alone, which takes a minute; no demo
#
# Crates are downloaded before the clock starts. Compare rows of one machine in one state only.
set -euo pipefail
cd "$(dirname "$0")/.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
git ls-files -z | xargs -0 cp --parents -t "$work"
cd "$work"
if [ -n "${POLARS:-}" ]; then
    extra="$(printf ', "%s"' $POLARS)"
    sed -i "/^polars = /s/\]/$extra]/" Cargo.toml
fi
cargo fetch --quiet
settings=()
for setting in "$@"; do settings+=(--config "profile.release.$setting"); done
for part in ${PART:-}; do settings+=(--package "$part"); done
TIMEFORMAT='%R %U %S'
build="$({ time cargo build --release --quiet --target-dir "$work/target" "${settings[@]}" 1>&2; } 2>&1 | tail -n 1)"
read -r wall user system <<< "$build"
printf 'build: wall %s s, CPU %.0f s; ' "$wall" "$(awk "BEGIN { print $user + $system }")"
if [ -z "${PART:-}" ]; then
    best=""
    for _ in 1 2 3; do
        demo="$({ time target/release/fuellamp demo --quiet --out "$work/demo" > "$work/printed" 2>&1; } 2>&1 | tail -n 1)"
        if [ -z "$best" ] || awk -v a="${demo%% *}" -v b="${best%% *}" 'BEGIN { exit !(a < b) }'; then best="$demo"; fi
    done
    read -r demo_wall demo_user demo_system <<< "$best"
    printf 'binary %s bytes; demo: wall %s s, CPU %.2f s; ' "$(stat -c %s target/release/fuellamp)" "$demo_wall" \
        "$(awk "BEGIN { print $demo_user + $demo_system }")"
else
    printf 'libraries %s kB; ' "$(du -sk target/release/deps | cut -f1)"
fi
printf '%s %s\n' "${POLARS:-default features}" "$*"
