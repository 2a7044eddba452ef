#!/usr/bin/env bash
# What one build setting costs: a cold build of the program into an empty folder, with wall clock, CPU time and size.
#
#   benches/build_cost.sh                                   the default
#   benches/build_cost.sh CARGO_PROFILE_RELEASE_OPT_LEVEL=1
#   benches/build_cost.sh CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
#   POLARS="lazy csv temporal" benches/build_cost.sh        more features of polars than the default
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
for setting in "$@"; do export "${setting?}"; done
TIMEFORMAT='wall %R s, user %U s, system %S s'
time cargo build --release --quiet --target-dir "$work/target"
printf 'binary %s bytes: %s %s\n' "$(stat -c %s target/release/fuellamp)" "${POLARS:-default features}" "$*"
