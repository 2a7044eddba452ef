#!/usr/bin/env python3
"""Compares two panels cell by cell: compare.py A.csv B.csv. Exit code 1 where they differ.

Numbers agree to 1e-9 of their size (1e-9 absolutely below one): sums run in another order. Everything else is exact.
"""
import csv
import math
import sys

SHOWN = 10


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def same(a, b):
    if a == b:
        return True
    words = {"true": "1", "false": "0"}
    a, b = words.get(a, a), words.get(b, b)
    try:
        x, y = float(a), float(b)
    except ValueError:
        return a == b
    return math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-9)


def main():
    a, b = rows(sys.argv[1]), rows(sys.argv[2])
    problems = []
    if a[0] != b[0]:
        problems.append(f"columns: {a[0]} and {b[0]}")
    if len(a) != len(b):
        problems.append(f"rows: {len(a) - 1} and {len(b) - 1}")
    cells = different = 0
    for x, y in zip(a[1:], b[1:]):
        for name, p, q in zip(a[0], x, y):
            cells += 1
            if not same(p, q):
                different += 1
                if different <= SHOWN:
                    problems.append(f"{x[0]} {x[1]} {name}: {p!r} and {q!r}")
    print(f"{len(a) - 1} rows, {cells} cells, {different} differ")
    for problem in problems:
        print(" ", problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
