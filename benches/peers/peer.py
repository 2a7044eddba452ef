#!/usr/bin/env python3
"""Run one peer on one file in this process and print the JSON object that `peer_fit` prints.

    peer.py NAME FILE.parquet [--repeat K]         K times from opening the file to coefficients and standard errors
    peer.py NAME FILE.parquet --models M           the file once, then M fits (see `many`)
    peer.py raw FILE.parquet OUT.f64               y, account, x1..xp as little-endian f64, column by column, for R
    peer.py versions                               what is installed, and which BLAS

Imports and one fit of 400 made-up rows come before the clock. Each peer gets the matrix in the memory order it is fastest with, filled row
group by row group so that no second copy is held. Standard errors are printed as CR0: a small-sample factor that the peer put in is
taken out, and `covariance_note` says which.
"""

import argparse
import contextlib
import json
import sys
import time
import warnings

import numpy as np
import pyarrow.parquet as pq


def load(path, order, constant):
    """(x, y, account); with `constant`, the first column of x is 1."""
    file = pq.ParquetFile(path)
    names = [name for name in file.schema_arrow.names if name not in ("y", "account")]
    n, first = file.metadata.num_rows, int(constant)
    x = np.empty((n, first + len(names)), order=order)
    x[:, :first] = 1.0
    y, account = np.empty(n), np.empty(n, dtype=np.int64)
    start = 0
    for group in range(file.num_row_groups):
        rows = file.read_row_group(group)
        end = start + rows.num_rows
        y[start:end] = rows["y"].to_numpy()
        account[start:end] = rows["account"].to_numpy()
        for j, name in enumerate(names):
            x[start:end, first + j] = rows[name].to_numpy()
        start = end
    return x, y, account


class Peer:
    """`fit` returns what `result` and `covariance` read; `order` and `constant` say which matrix it wants."""

    order, constant, note, covariance_note = "F", False, "", None

    def covariance(self, model, x, y, account):
        return None


class Glum(Peer):
    """Iteratively reweighted least squares on a dense column-major matrix; clustered covariance by its own method."""

    note = "irls-ls, alpha = 0, gradient_tol 1e-8"
    covariance_note = "CR1 with G/(G-1) (n-1)/(n-p-1), factor taken out"

    def fit(self, x, y, account):
        from glum import GeneralizedLinearRegressor

        return GeneralizedLinearRegressor(family="binomial", alpha=0, solver="irls-ls", fit_intercept=True, gradient_tol=1e-8).fit(x, y)

    def coef(self, model):
        return np.append(model.intercept_, model.coef_), int(model.n_iter_)

    def covariance(self, model, x, y, account):
        clustered = model.covariance_matrix(x, y, clusters=account)
        n, n_clusters = x.shape[0], np.unique(account).size
        factor = n_clusters / (n_clusters - 1) * (n - 1) / (n - x.shape[1] - 1)
        return np.sqrt(np.diag(clustered) / factor)


class SklearnNewton(Peer):
    order = "C"
    note = "newton-cholesky, C = inf, tol 1e-6"

    def fit(self, x, y, account):
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-6, max_iter=200).fit(x, y)

    def coef(self, model):
        return np.append(model.intercept_, model.coef_[0]), int(np.max(model.n_iter_))


class SklearnLbfgs(Peer):
    """Columns standardised in place first, as scikit-learn's warning advises: on raw columns 5000 steps do not converge."""

    order = "C"
    note = "lbfgs on standardised columns (inside the clock), C = inf, tol 1e-9"

    def fit(self, x, y, account):
        from sklearn.linear_model import LogisticRegression
        from sklearn.preprocessing import StandardScaler

        scaler = StandardScaler(copy=False)
        return scaler, LogisticRegression(C=np.inf, solver="lbfgs", tol=1e-9, max_iter=2000).fit(scaler.fit_transform(x), y)

    def coef(self, model):
        scaler, model = model
        slopes = model.coef_[0] / scaler.scale_
        return np.append(model.intercept_ - slopes @ scaler.mean_, slopes), int(np.max(model.n_iter_))


class Statsmodels(Peer):
    """Both fits compute the clustered covariance inside `fit`, so its seconds are taken by a clock around `cov_cluster`."""

    constant = True
    covariance_note = "CR0 (use_correction=False)"

    def fit(self, x, y, account):
        import statsmodels.stats.sandwich_covariance as sandwich

        self.covariance_seconds = 0.0
        inner = sandwich.cov_cluster

        def timed(*positional, **named):
            start = time.perf_counter()
            value = inner(*positional, **named)
            self.covariance_seconds += time.perf_counter() - start
            return value

        sandwich.cov_cluster = timed
        try:
            clustered = {"cov_type": "cluster", "cov_kwds": {"groups": account, "use_correction": False}}
            return self.fit_clustered(x, y, clustered)
        finally:
            sandwich.cov_cluster = inner

    def coef(self, model):
        return np.asarray(model.params), self.iterations(model)

    def covariance(self, model, x, y, account):
        return np.asarray(model.bse)


class StatsmodelsLogit(Statsmodels):
    note = "Logit, newton, tol 1e-8"

    def fit_clustered(self, x, y, clustered):
        from statsmodels.discrete.discrete_model import Logit

        return Logit(y, x).fit(method="newton", tol=1e-8, maxiter=100, disp=0, **clustered)

    def iterations(self, model):
        return int(model.mle_retvals["iterations"])


class StatsmodelsGlm(Statsmodels):
    note = "GLM(Binomial), IRLS, tol 1e-8"

    def fit_clustered(self, x, y, clustered):
        from statsmodels.genmod.families import Binomial
        from statsmodels.genmod.generalized_linear_model import GLM

        return GLM(y, x, family=Binomial()).fit(method="IRLS", tol=1e-8, maxiter=100, **clustered)

    def iterations(self, model):
        return int(model.fit_history["iteration"])


PEERS = {
    "glum": Glum,
    "sklearn-newton-cholesky": SklearnNewton,
    "sklearn-lbfgs": SklearnLbfgs,
    "statsmodels-logit": StatsmodelsLogit,
    "statsmodels-glm": StatsmodelsGlm,
}


def estimate(peer, x, y, account):
    """Coefficients, iterations, standard errors or None, seconds of the fit, seconds of the covariance or None."""
    start = time.perf_counter()
    model = peer.fit(x, y, account)
    coef, iterations = peer.coef(model)
    middle = time.perf_counter()
    se = peer.covariance(model, x, y, account)
    end = time.perf_counter()
    inside = getattr(peer, "covariance_seconds", 0.0)
    return coef, iterations, se, middle - start - inside, None if se is None else end - middle + inside


def warm_up(peer):
    rng = np.random.default_rng(1)
    x = np.asarray(rng.standard_normal((400, 3)), order=peer.order)
    if peer.constant:
        x[:, 0] = 1.0
    estimate(peer, x, (rng.random(400) < 0.3).astype(float), np.repeat(np.arange(40), 10))


def peak_rss_bytes():
    """High-water mark of this process image; unlike ru_maxrss it does not start at the parent's."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    raise SystemExit("error: no VmHWM in /proc/self/status: peak memory is read on Linux only")


def run(name, path, repeat):
    peer = PEERS[name]()
    warm_up(peer)
    out = {"name": name, "seconds": [], "read_seconds": [], "fit_seconds": [], "covariance_seconds": []}
    before = peak_rss_bytes()
    for _ in range(repeat):
        start = time.perf_counter()
        x, y, account = load(path, peer.order, peer.constant)
        read = time.perf_counter() - start
        coef, iterations, se, fit_seconds, covariance_seconds = estimate(peer, x, y, account)
        out["seconds"].append(time.perf_counter() - start)
        out["read_seconds"].append(read)
        out["fit_seconds"].append(fit_seconds)
        out["covariance_seconds"].append(covariance_seconds)
        del x, y, account
    if se is None:
        out["covariance_seconds"] = None
    return out | {
        "iterations": iterations,
        "coef": coef.tolist(),
        "se": None if se is None else se.tolist(),
        "peak_rss_bytes": peak_rss_bytes(),
        "rss_before_bytes": before,
        "note": peer.note,
        "covariance_note": peer.covariance_note,
    }


def many(name, path, models):
    """Model m is of every column but number m mod (p + 1); for 0, of all. Each with clustered standard errors where the peer has them."""
    peer = PEERS[name]()
    warm_up(peer)
    start = time.perf_counter()
    x, y, account = load(path, peer.order, peer.constant)
    read = time.perf_counter() - start
    first = int(peer.constant)
    p = x.shape[1] - first
    fits = covariances = 0.0
    for m in range(models):
        left_out = m % (p + 1)
        kept = [j for j in range(x.shape[1]) if left_out == 0 or j != first + left_out - 1]
        x_model = x.T[kept].T if peer.order == "F" else x[:, kept]
        *_, fit_seconds, covariance_seconds = estimate(peer, x_model, y, account)
        fits += fit_seconds
        covariances += covariance_seconds or 0.0
    return {
        "name": name,
        "models": models,
        "seconds": time.perf_counter() - start,
        "read_seconds": read,
        "fit_seconds": fits,
        "covariance_seconds": covariances if peer.covariance_note else None,
        "peak_rss_bytes": peak_rss_bytes(),
    }


def raw(path, out):
    x, y, account = load(path, "F", False)
    with open(out, "wb") as file:
        for values in (y, account.astype(np.float64), *x.T):
            np.ascontiguousarray(values, dtype="<f8").tofile(file)


def versions():
    import importlib.metadata
    import platform

    import scipy.linalg  # noqa: F401  loads its BLAS
    import sklearn  # noqa: F401
    import threadpoolctl

    packages = ["numpy", "scipy", "pandas", "pyarrow", "scikit-learn", "statsmodels", "glum", "tabmat"]
    blas = {f"{pool['internal_api']} {pool['version']} {pool.get('architecture', '')}".strip() for pool in threadpoolctl.threadpool_info()}
    return {"python": platform.python_version(), "pools": sorted(blas)} | {name: importlib.metadata.version(name) for name in packages}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=[*PEERS, "raw", "versions"])
    parser.add_argument("file", nargs="?")
    parser.add_argument("out", nargs="?")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--models", type=int)
    arguments = parser.parse_args()
    # What a peer prints must not mix with the JSON; its warnings stay visible on standard error.
    with contextlib.redirect_stdout(sys.stderr):
        warnings.simplefilter("once")
        if arguments.name == "versions":
            result = versions()
        elif arguments.name == "raw":
            raw(arguments.file, arguments.out)
            return
        elif arguments.models:
            result = many(arguments.name, arguments.file, arguments.models)
        else:
            result = run(arguments.name, arguments.file, arguments.repeat)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
