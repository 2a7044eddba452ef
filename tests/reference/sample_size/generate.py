"""Minimum sample sizes of prediction models, from pmsampsize (Python, by the authors of the R package).

Run: python generate.py   (in this folder; writes expected.csv)

The C statistic is turned into Cox-Snell's R2 by pmsampsize in one simulated sample of a million rows.
"""

import contextlib
import csv
import io

from pmsampsize.pmsampsize import pmsampsize

CASES = {
    "chagas": dict(csrsquared=0.288, parameters=24, prevalence=0.174),
    "preeclampsia": dict(csrsquared=0.05, parameters=30, prevalence=0.05),
    "nagelkerke": dict(nagrsquared=0.15, parameters=30, prevalence=0.05),
    "strong": dict(csrsquared=0.55, parameters=24, prevalence=0.174),
    "common": dict(csrsquared=0.288, parameters=24, prevalence=0.25),
    "overall_risk": dict(csrsquared=0.3, parameters=4, prevalence=0.5),
    "shrinkage": dict(csrsquared=0.1, parameters=12, prevalence=0.3, shrinkage=0.95),
    "cstatistic": dict(cstatistic=0.89, parameters=24, prevalence=0.174),
    "cstatistic_weak": dict(cstatistic=0.65, parameters=10, prevalence=0.08),
}

with open("expected.csv", "w", newline="") as out:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["case", "n_shrinkage", "n_optimism", "n_risk", "n", "r2_cs", "r2_max", "shrinkage", "epp"])
    for case, question in CASES.items():
        with contextlib.redirect_stdout(io.StringIO()):
            found = pmsampsize(type="b", **question)
        table = [row for row in found["results_table"] if isinstance(row, list)]
        writer.writerow([case, *(row[1] for row in table[:3]), found["sample_size"], f"{found['rsquared']:.8g}",
                         f"{found['max_r2a']:.8g}", f"{found['final_shrinkage']:.8g}", found["EPP"]])
