"""Precision-recall points and average precision of scores with and without ties, from scikit-learn.

Run: python generate.py   (writes input.csv, expected.csv and average.csv beside itself)
"""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, precision_recall_curve

here = Path(__file__).parent
rng = np.random.default_rng(20261125)
n = 150
y = (rng.random(n) < 0.2).astype(int)
smooth = np.round(rng.normal(0.9 * y, 1), 6)
data = pd.DataFrame({"y": y, "smooth": smooth, "tied": np.round(smooth * 2) / 2, "constant": 0.25, "reversed": -smooth})
data.to_csv(here / "input.csv", index=False)

points, averages = [], []
for name in data.columns[1:]:
    precision, recall, thresholds = precision_recall_curve(data.y, data[name])
    points += [(name, repr(float(t)), repr(float(p)), repr(float(r))) for p, r, t in zip(precision, recall, thresholds)]
    averages.append((name, repr(float(average_precision_score(data.y, data[name])))))
pd.DataFrame(points, columns=["score", "threshold", "precision", "recall"]).to_csv(here / "expected.csv", index=False)
pd.DataFrame(averages, columns=["score", "average_precision"]).to_csv(here / "average.csv", index=False)
