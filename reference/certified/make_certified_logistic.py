"""Solve small logistic models with 60 digits, plain and with Firth's penalty, from the definition.

The penalised log-likelihood is written down and maximised by Newton steps with derivatives taken
numerically by mpmath. The answers are written to ``tests/reference/certified/logistic.json``.

    python reference/certified/make_certified_logistic.py
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from mpmath import det, diff, exp, inverse, log, lu_solve, matrix, mp, mpf, nstr, sqrt, zeros

mp.dps = 60
DIGITS = 25
TARGET = Path(__file__).resolve().parents[2] / "tests" / "reference" / "certified" / "logistic.json"


def data_set(name: str, n: int, p: int, seed: int, *, separated: bool, weighted: bool) -> Any:
    """Draw rows with plain decimals; separated: the first column alone tells the outcomes apart."""
    draw = random.Random(seed)  # noqa: S311  it only makes up examples
    columns = [[round(draw.gauss(0.0, 1.0), 2) for _ in range(p)] for _ in range(n)]
    outcome = [draw.random() < 0.4 for _ in range(n)]
    if separated:
        outcome = [row[0] > 0.4 for row in columns]
    weight = [float(draw.choice([1, 1, 2, 3])) if weighted else 1.0 for _ in range(n)]
    return {"name": name, "columns": columns, "outcome": outcome, "weight": weight}


def information_of(rows: Any, beta: Any) -> Any:
    """Return the information at a point."""
    p = len(beta)
    found = zeros(p, p)
    for x, w in zip(rows["design"], rows["w"], strict=True):
        mu = 1 / (1 + exp(-sum(a * b for a, b in zip(x, beta, strict=True))))
        for i in range(p):
            for j in range(p):
                found[i, j] += w * mu * (1 - mu) * x[i] * x[j]
    return found


def height(rows: Any, beta: Any, *, penalised: bool) -> Any:
    """Return the log-likelihood, with half the log determinant of the information if wanted."""
    value = mpf(0)
    for x, y, w in zip(rows["design"], rows["outcome"], rows["w"], strict=True):
        eta = sum(a * b for a, b in zip(x, beta, strict=True))
        value += w * ((eta if y else 0) - log(1 + exp(eta)))
    return value + log(det(information_of(rows, beta))) / 2 if penalised else value


def maximum(rows: Any, *, penalised: bool) -> list[Any]:
    """Return where the height is largest: halved Newton steps, derivatives by differences."""
    p = len(rows["design"][0])
    beta = [mpf(0)] * p

    def at(*point: Any) -> Any:
        return height(rows, point, penalised=penalised)

    for _ in range(100):
        unit = [[1 if k == j else 0 for k in range(p)] for j in range(p)]
        gradient = matrix([diff(at, tuple(beta), tuple(unit[j])) for j in range(p)])
        curvature = zeros(p, p)
        for i in range(p):
            for j in range(i + 1):
                order = tuple(a + b for a, b in zip(unit[i], unit[j], strict=True))
                curvature[i, j] = curvature[j, i] = -diff(at, tuple(beta), order)
        step = lu_solve(curvature, gradient)
        now, size = at(*beta), mpf(1)
        while at(*[b + size * s for b, s in zip(beta, step, strict=True)]) < now - mpf(10) ** -50:
            size /= 2
        beta = [b + size * s for b, s in zip(beta, step, strict=True)]
        if max(abs(s) for s in step) < mpf(10) ** -28:
            return beta
    raise ArithmeticError(rows["name"])


def solved(rows: Any) -> Any:
    """Return the rows with their answers as text."""
    exact = {
        "design": [[mpf(1), *(mpf(str(v)) for v in row)] for row in rows["columns"]],
        "outcome": rows["outcome"],
        "w": [mpf(w) for w in rows["weight"]],
        "name": rows["name"],
    }
    penalised = rows["name"].startswith("separated")
    beta = maximum(exact, penalised=penalised)
    covariance = inverse(information_of(exact, beta))
    return rows | {
        "penalised": penalised,
        "coefficients": [nstr(b, DIGITS) for b in beta],
        "standard_errors": [nstr(sqrt(covariance[j, j]), DIGITS) for j in range(len(beta))],
        "log_likelihood": nstr(height(exact, beta, penalised=False), DIGITS),
    }


def main() -> None:
    """Write the file."""
    sets = [
        data_set("plain", 40, 2, 1, separated=False, weighted=False),
        data_set("weighted", 40, 2, 2, separated=False, weighted=True),
        data_set("separated", 20, 1, 3, separated=True, weighted=False),
        data_set("separated and weighted", 30, 2, 4, separated=True, weighted=True),
    ]
    TARGET.write_text(json.dumps([solved(rows) for rows in sets], indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
