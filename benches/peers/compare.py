#!/usr/bin/env python3
"""Time our logistic fit and its peers in turn, and print one Markdown table per size.

    compare.py --ours target/release/examples/peer_fit [--sizes 1e5x20 1e6x20 1e6x50] [--rounds 3] [--many]

Standard library alone, so that the driver is small and its own memory is in nobody's peak. `benches/peers/run` calls it.
"""

import argparse
import datetime
import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON_PEERS = ["glum", "sklearn-newton-cholesky", "sklearn-lbfgs", "statsmodels-logit", "statsmodels-glm"]
OURS = "fuellamp"
R = "r-glm"
MIB = 1024.0 * 1024.0
# Cores that others may keep busy before a size starts. Above it the figures are worthless: BLAS threads spin while they wait for each
# other, and one seen on two busy cores took 27 times its quiet seconds.
BUSY_LIMIT = 0.15


def say(text):
    print(text, file=sys.stderr, flush=True)


def environment(threads):
    """Every pool at the same number of threads; without the two variables that slow a current OpenBLAS."""
    env = {name: value for name, value in os.environ.items() if name not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    pools = ["OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR", "RAYON", "VECLIB"]
    env |= {f"{pool}_NUM_THREADS": str(threads) for pool in pools}
    return env | {"NUMEXPR_MAX_THREADS": str(threads), "POLARS_MAX_THREADS": str(threads), "ARROW_NUM_THREADS": str(threads)}


def busy_cores(seconds=2.0):
    """Cores at work over the next seconds, stolen time included; nothing of ours runs meanwhile."""

    def ticks():
        user, nice, system, idle, waiting, *rest = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
        return user + nice + system + sum(rest), idle + waiting

    busy, idle = ticks()
    time.sleep(seconds)
    busy_later, idle_later = ticks()
    busy, idle = busy_later - busy, idle_later - idle
    return (os.cpu_count() or 1) * busy / max(busy + idle, 1)


def warn_if_busy():
    busy = busy_cores()
    if busy <= BUSY_LIMIT:
        return
    warning = f"the machine is busy: others keep {busy:.1f} of {os.cpu_count()} cores at work; do not quote these figures"
    say(f"WARNING: {warning}")
    print(f"**Warning: {warning}.**\n", flush=True)


def count(rows):
    return f"{rows:,}".replace(",", " ")


class Failed(Exception):
    pass


def run_json(command, env, timeout):
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        raise Failed(f"no result within {timeout} s") from None
    except OSError as error:
        raise Failed(str(error)) from None
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise Failed(f"exit code {done.returncode}: {last}")
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError as error:
        raise Failed(f"printed no JSON object: {error}") from None


def data_file(settings, size, env):
    """The cached Parquet file of this size; its name carries the text of the generator and the pinned versions."""
    rows, columns = size
    text = (HERE / "generate.py").read_bytes() + (HERE / "requirements.txt").read_bytes()
    name = f"{rows}x{columns}-{hashlib.sha256(text).hexdigest()[:8]}.parquet"
    path = settings.cache / name
    if not path.exists():
        settings.cache.mkdir(parents=True, exist_ok=True)
        say(f"generate {path}")
        subprocess.run([sys.executable, HERE / "generate.py", str(rows), str(columns), path], env=env, check=True, stdout=sys.stderr)
    return path


def raw_file(path, env):
    raw = path.with_suffix(".f64")
    if not raw.exists():
        partial = raw.with_suffix(".partial")
        subprocess.run([sys.executable, HERE / "peer.py", "raw", path, partial], env=env, check=True)
        partial.rename(raw)
    return raw


def warm(path):
    """Into the page cache, so that round 1 does not pay for the disk."""
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass


def command(settings, name, path, size, env):
    if name == OURS:
        return [settings.ours, path, "--threads", str(settings.threads), "--repeat", "1"]
    if name == R:
        return [settings.rscript, HERE / "peer.R", raw_file(path, env), str(size[0]), str(size[1])]
    return [sys.executable, HERE / "peer.py", name, path]


def largest_relative_difference(values, reference):
    if len(values) != len(reference):
        raise Failed(f"{len(values)} numbers against {len(reference)}")
    pairs = list(zip(values, reference))
    return max((abs(a - b) / abs(b) if b else abs(a)) for a, b in pairs)


class Summary:
    """The rounds of one program: the best run's seconds and their parts, the median, the largest peak."""

    def __init__(self, runs):
        best = min(runs, key=lambda run: min(run["seconds"]))
        k = best["seconds"].index(min(best["seconds"]))
        self.seconds = best["seconds"][k]
        self.median = statistics.median(s for run in runs for s in run["seconds"])
        self.fit = best["fit_seconds"][k]
        covariance = best.get("covariance_seconds")
        self.covariance = covariance[k] if covariance else None
        self.without_se = self.seconds - (self.covariance or 0.0)
        self.peak = max(run["peak_rss_bytes"] for run in runs)
        self.before = max(run.get("rss_before_bytes") or 0 for run in runs)
        self.iterations = best["iterations"]
        self.coef, self.se = best["coef"], best.get("se")
        self.note, self.covariance_note = best.get("note", ""), best.get("covariance_note")
        self.rounds = len(runs)


def measure(settings, names, size, path, env):
    """Rounds in turn: ours, peer 1, peer 2, ...; then again. A program that failed once is not run again."""
    runs, failures = {name: [] for name in names}, {}
    for number in range(1, settings.rounds + 1):
        for name in names:
            if name in failures or (name in settings.once and number > 1 and size[0] >= 1_000_000):
                continue
            try:
                result = run_json(command(settings, name, path, size, env), env, settings.timeout)
            except Failed as failure:
                failures[name] = str(failure)
                say(f"  round {number}  {name:<24} FAILED: {failure}")
                continue
            runs[name].append(result)
            say(f"  round {number}  {name:<24} {min(result['seconds']):9.3f} s")
    return {name: Summary(made) for name, made in runs.items() if made and name not in failures}, failures


def cell(value, form):
    return "none" if value is None else format(value, form)


def table(size, summaries, failures, reference):
    rows, columns = size
    matrix = rows * columns * 8
    base = summaries[reference]
    lines = [
        f"## {count(rows)} rows, {columns} columns",
        "",
        "| program | best s | median s | fit s | SE s | ratio | ratio without SE | peak MiB | peak / matrix | coef. diff. | SE diff. | iterations | rounds |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, s in sorted(summaries.items(), key=lambda item: (item[0] != reference, item[1].seconds)):
        coef_difference = "" if name == reference else format(largest_relative_difference(s.coef, base.coef), ".1e")
        se_difference = "" if name == reference else cell(s.se and largest_relative_difference(s.se, base.se), ".1e")
        lines.append(
            f"| {name} | {s.seconds:.3f} | {s.median:.3f} | {s.fit:.3f} | {cell(s.covariance, '.3f')} "
            f"| {s.seconds / base.seconds:.2f} | {s.without_se / base.without_se:.2f} | {s.peak / MIB:.0f} | {s.peak / matrix:.2f} "
            f"| {coef_difference} | {se_difference} | {s.iterations} | {s.rounds} |"
        )
    for name, failure in failures.items():
        lines.append(f"| {name} | failed: {failure} |" + " |" * 11)
    return "\n".join(lines) + f"\n\nMatrix: {matrix / MIB:.0f} MiB. Ratios and differences are to {reference}.\n"


def fastest(summaries, wanted, seconds):
    peers = [(seconds(s), name) for name, s in summaries.items() if name != OURS and wanted(s)]
    return min(peers) if peers else None


def watched(size, summaries):
    """The ratios that the project promises to watch; above 1, ours is the faster."""
    ours = summaries[OURS]
    statsmodels = {name: s for name, s in summaries.items() if name.startswith("statsmodels")}
    lines = [f"### Watched, {size[0]:.0e} x {size[1]}".replace("e+0", "e"), ""]
    for label, found, own in [
        ("fastest peer with clustered standard errors / ours", fastest(summaries, lambda s: s.se, lambda s: s.seconds), ours.seconds),
        ("fastest peer to coefficients alone / ours to coefficients alone", fastest(summaries, lambda s: True, lambda s: s.without_se), ours.without_se),
        ("statsmodels / ours", fastest(statsmodels, lambda s: True, lambda s: s.seconds), ours.seconds),
    ]:
        if found:
            lines.append(f"- {label}: **{found[0] / own:.2f}** ({found[1]}, {found[0]:.3f} s against {own:.3f} s)")
        else:
            lines.append(f"- {label}: not measured")
    return "\n".join(lines) + "\n"


def many(settings, names, env):
    """150 models by ours against 15 by the fastest peer, on one file, each model of all columns but one."""
    size = settings.many_size
    path = data_file(settings, size, env)
    warm(path)
    say(f"{settings.our_models} models, {count(size[0])} x {size[1]}")
    warn_if_busy()
    trial, failures = {}, {}
    for name in names:
        if name in (OURS, R):
            continue
        try:
            trial[name] = Summary([run_json(command(settings, name, path, size, env), env, settings.timeout)])
            say(f"  trial  {name:<24} {trial[name].seconds:9.3f} s")
        except Failed as failure:
            failures[name] = str(failure)
    chosen = {found[1] for found in (fastest(trial, lambda s: s.se, lambda s: s.seconds), fastest(trial, lambda s: True, lambda s: s.without_se)) if found}
    programs = {name: [sys.executable, HERE / "peer.py", name, path, "--models", str(settings.peer_models)] for name in sorted(chosen)}
    if OURS in names:
        programs = {OURS: [settings.ours, path, "--threads", str(settings.threads), "--models", str(settings.our_models)]} | programs
    lines = [
        f"## Many models: {count(size[0])} rows, {size[1]} columns, all but one in each",
        "",
        "| program | models | seconds | without SE | seconds per model |",
        "|---|--:|--:|--:|--:|",
    ]
    best = {}
    for _ in range(settings.many_rounds):
        for name, program in programs.items():
            if name in failures:
                continue
            try:
                made = run_json(program, env, settings.timeout)
                say(f"  many   {name:<24} {made['seconds']:9.3f} s")
                if name not in best or made["seconds"] < best[name]["seconds"]:
                    best[name] = made
            except Failed as failure:
                failures[name] = str(failure)
    for name, made in best.items():
        models = settings.our_models if name == OURS else settings.peer_models
        covariance = made.get("covariance_seconds")
        without = made["seconds"] - (covariance or 0.0) if name != OURS or covariance is not None else None
        lines.append(f"| {name} | {models} | {made['seconds']:.2f} | {'' if without is None else format(without, '.2f')} | {made['seconds'] / models:.3f} |")
    lines += [f"| {name} | failed: {failure} | | | |" for name, failure in failures.items()] + [""]
    for name, made in best.items():
        if OURS in best and name != OURS:
            ratio = made["seconds"] / best[OURS]["seconds"]
            lines.append(f"- {settings.peer_models} models of {name} / {settings.our_models} of ours: **{ratio:.2f}**")
    print("\n".join(lines) + "\n", flush=True)
    return failures


def cpu_name():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown processor"


def size_of(text):
    rows, columns = text.lower().split("x")
    return int(float(rows)), int(columns)


def settings_from_arguments():
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fuellamp" / "peers-data"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", default=None, help="our binary; without it the peers alone are compared, with glum as the reference")
    parser.add_argument("--sizes", nargs="+", type=size_of, default=[size_of(s) for s in ("1e5x20", "1e6x20", "1e6x50")], metavar="ROWSxCOLUMNS")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", nargs="+", choices=[*PYTHON_PEERS, R], default=[*PYTHON_PEERS, R])
    parser.add_argument("--once", nargs="*", default=[], metavar="PEER", help="run these in round 1 alone from 1e6 rows on")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=1800.0, help="seconds for one process")
    parser.add_argument("--cache", type=Path, default=cache, help="folder of the generated files")
    parser.add_argument("--json", type=Path, help="also write every figure here")
    parser.add_argument("--many", action="store_true", help="the comparison of many models instead of the sizes")
    parser.add_argument("--many-size", type=size_of, default=size_of("1e6x25"), metavar="ROWSxCOLUMNS")
    parser.add_argument("--many-rounds", type=int, default=1)
    parser.add_argument("--our-models", type=int, default=150)
    parser.add_argument("--peer-models", type=int, default=15)
    return parser.parse_args()


def r_is_missing(settings, env):
    """Why R is skipped, or None."""
    settings.rscript = shutil.which("Rscript")
    if settings.rscript is None:
        return "Rscript is not installed"
    found = subprocess.run([settings.rscript, "-e", "library(sandwich)"], env=env, capture_output=True)
    return None if found.returncode == 0 else "R has no package sandwich (Debian: r-cran-sandwich)"


def main():
    settings = settings_from_arguments()
    env = environment(settings.threads)
    names = ([OURS] if settings.ours else []) + list(settings.peers)
    missing = r_is_missing(settings, env) if R in names else None
    if missing:
        say(f"WARNING: R IS SKIPPED: {missing}")
        names.remove(R)
    print(f"# Our fit and its peers, {datetime.date.today()}\n")
    print(f"{cpu_name()}, {os.cpu_count()} cores, {settings.threads} threads each, Linux {platform.release()}.")
    versions = run_json([sys.executable, HERE / "peer.py", "versions"], env, settings.timeout)
    print("; ".join(f"{name} {', '.join(value) if isinstance(value, list) else value}" for name, value in versions.items()) + ".")
    if missing:
        print(f"**R was skipped: {missing}.**")
    print(flush=True)

    failed = False
    if settings.many:
        sys.exit(1 if many(settings, names, env) else 0)
    notes, record = {}, {}
    for size in settings.sizes:
        path = data_file(settings, size, env)
        if R in names:
            warm(raw_file(path, env))
        warm(path)
        say(f"{count(size[0])} x {size[1]}")
        warn_if_busy()
        summaries, failures = measure(settings, names, size, path, env)
        failed |= bool(failures)
        reference = next((name for name in names if name in summaries and summaries[name].se), None)
        if reference is None:
            print(f"Nothing to compare at {size}: {failures}")
            continue
        print(table(size, summaries, failures, reference), flush=True)
        if OURS in summaries:
            print(watched(size, summaries), flush=True)
        notes |= {name: s for name, s in summaries.items() if name != OURS}
        record["x".join(map(str, size))] = {name: vars(s) for name, s in summaries.items()}
    print("### How each peer was run\n")
    for name, s in notes.items():
        standard_errors = s.covariance_note or "no clustered standard errors, not charged for any"
        interpreter = f"; {s.before / MIB:.0f} MiB before the file is opened, in its peak" if s.before else ""
        print(f"- {name}: {s.note}; {standard_errors}{interpreter}")
    if settings.json:
        settings.json.write_text(json.dumps({"versions": versions, "sizes": record}, indent=1))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
