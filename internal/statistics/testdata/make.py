#!/usr/bin/env python3
"""Statistics, and effects in grids of the settings of sweeps, computed by SciPy and statsmodels.

    make.py           writes statistics.json beside this file
    make.py --check   computes it again and compares it with the file; exit status 1 if they differ

    summaries   values; n, mean, deviation, min, max
    paired      a, b; t and p of scipy.stats.ttest_rel
    spearman    x, y; rho and p of scipy.stats.spearmanr
    kruskal     groups; h and p of scipy.stats.kruskal
    variance    axes (names and levels), cells (a point and the values of its seeds); of the statsmodels model with all
                interactions: noise, the root of its residual mean square; effects and error, rows of anova_lm; higher, the
                sum of its interactions of three or more; total; levels, the mean and its standard error by setting and
                value. Without noise f and p are null.

Needs numpy, scipy and statsmodels.
"""

import itertools
import json
import math
import random
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

FILE = Path(__file__).with_name("statistics.json")
TOLERANCE = 1e-9  # relative, for --check: other versions add in another order
DRAW = random.Random(11)


def normal(n, mean=0.0, deviation=1.0):
    return [round(DRAW.gauss(mean, deviation), 4) for _ in range(n)]


def summary(values):
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return dict(values=values, n=len(values), mean=float(np.mean(values)), deviation=deviation, min=min(values), max=max(values))


def paired(a, b):
    result = scipy.stats.ttest_rel(a, b)
    return dict(a=a, b=b, t=float(result.statistic), p=float(result.pvalue))


def spearman(x, y):
    result = scipy.stats.spearmanr(x, y)
    return dict(x=x, y=y, rho=float(result.statistic), p=float(result.pvalue))


def kruskal(*groups):
    result = scipy.stats.kruskal(*groups)
    return dict(groups=groups, h=float(result.statistic), p=float(result.pvalue))


def variance(axes, seeds, loss, deviation):
    """A full grid: axes are lists of values by name, loss is a function of the indices of a point's values."""
    cells, rows = [], []
    for indices in itertools.product(*(range(len(values)) for values in axes.values())):
        values = normal(seeds, loss(*indices), deviation)
        cells.append(dict(point=[v[i] for v, i in zip(axes.values(), indices)], values=values))
        rows += [dict(zip(axes, cells[-1]["point"]), y=y) for y in values]
    frame = pd.DataFrame(rows)
    model = ols("y ~ " + " * ".join(f"C({name})" for name in axes), frame).fit()
    made = dict(axes=axes, cells=cells, mean=float(frame.y.mean()), total=float(((frame.y - frame.y.mean()) ** 2).sum()),
                effects={}, higher=dict(sum=0.0, freedom=0), levels={})
    tested = seeds > 1
    made["noise"] = math.sqrt(model.mse_resid) if tested else None
    with warnings.catch_warnings(action="ignore"):  # of division by the residual, which is 0 with one seed
        table = anova_lm(model)
    for name, row in table.iterrows():
        part = dict(sum=float(row["sum_sq"]), freedom=int(row["df"]))
        names = [n[2:-1] for n in name.split(":")]
        if name == "Residual":
            made["error"] = part if tested else dict(sum=0.0, freedom=0)
        elif len(names) > 2:
            made["higher"] = {key: made["higher"][key] + part[key] for key in part}
        else:
            f, p = (float(row["F"]), float(row["PR(>F)"])) if tested else (None, None)
            made["effects"][" ".join(names)] = part | dict(f=f, p=p)
    for name, values in axes.items():
        groups = [frame.y[frame[name] == v] for v in values]
        made["levels"][name] = [dict(mean=float(g.mean()), error=made["noise"] / math.sqrt(len(g)) if tested else None)
                                for g in groups]
    return made


def bowl(i, j, k=0):
    return 2 + 0.3 * (i - 1) ** 2 - 0.2 * j + 0.1 * i * j * k


def main():
    rate, dim, layers = ["0.003", "0.01", "0.03"], ["16", "32"], ["1", "2"]
    ranked = normal(12)
    cubes = [round(x**3, 4) for x in ranked]
    made = dict(
        summaries=[summary(v) for v in ([1.25], [2.0, 2.0], normal(7, 1.7, 0.02), normal(40, -3, 100))],
        paired=[paired(a, [round(x + d, 4) for x, d in zip(a, normal(len(a), shift, 0.1))])
                for a, shift in ((normal(2), 0), (normal(3), 0.1), (normal(8), 0.02), (normal(40), 3))],
        spearman=[
            spearman(ranked, normal(12)),
            spearman([1, 1, 2, 2, 2, 3, 4, 4], normal(8)),
            spearman([0, 1, 0, 1, 1, 0], [3, 1, 3, 3, 1, 4]),
            spearman(ranked, cubes),
            spearman(ranked, [round(-x + y, 4) for x, y in zip(ranked, normal(12))]),
            spearman([3, 1, 2], [1, 2, 3]),
        ],
        kruskal=[
            kruskal(normal(5), normal(4), normal(6, 3)),
            kruskal([1, 1, 2], [2, 3, 3, 3], [1, 4], [5]),
            kruskal(normal(30), normal(30, 2)),
            kruskal([1.5], [2.5], [3.5]),
        ],
        variance=[
            variance(dict(lr=rate, layers=layers), 3, bowl, 0.05),
            variance(dict(lr=rate, dim=dim + ["64", "128"], layers=layers), 2, bowl, 0.3),
            variance(dict(lr=rate, dim=dim, layers=layers, tied=["true", "false"]), 3,
                     lambda i, j, k, m: bowl(i, j, k) + 5 * m * i * j * k, 0.01),
            variance(dict(layers=layers), 5, lambda k: k, 1.0),
            variance(dict(lr=rate, dim=dim, layers=layers), 1, bowl, 0.05),
        ],
    )
    if "--check" in sys.argv:
        sys.exit(differ(json.loads(FILE.read_text()), json.loads(json.dumps(made))) and f"{FILE} is not what make.py writes")
    lists = [f"{json.dumps(name)}: [\n" + ",\n".join(map(json.dumps, cases)) + "\n]" for name, cases in made.items()]
    FILE.write_text("{\n" + ",\n".join(lists) + "\n}\n")


def differ(a, b):
    """Whether two JSON values differ by more than rounding."""
    if isinstance(a, dict):
        return a.keys() != getattr(b, "keys", list)() or any(differ(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return not isinstance(b, list) or len(a) != len(b) or any(map(differ, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return not math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=1e-15)
    return a != b


main()
