"""Solve small Cox models with 80 digits, straight from the definition of the partial likelihood.

No risk set is ever updated here: each is built anew from the rows with entry < t <= exit. The
answers are written to ``tests/reference/certified/cox.json``. Run again with

    python reference/certified/make_certified.py
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from mpmath import cholesky_solve, det, diff, exp, inverse, log, matrix, mp, mpf, nstr, sqrt, zeros

mp.dps = 80
DIGITS = 30
TARGET = Path(__file__).resolve().parents[2] / "tests" / "reference" / "certified" / "cox.json"
CHI2_95 = mp.erfinv(mpf("0.95")) ** 2 * 2


def data_set(name: str, n: int, p: int, seed: int, **change: Any) -> dict[str, Any]:
    """Draw rows with plain decimals; ``change`` overrides how a part is drawn."""
    draw = random.Random(seed)  # noqa: S311  it only makes up examples
    shift = change.get("shift", [0.0] * p)
    scale = change.get("scale", [1.0] * p)
    step = change.get("step", 0.001)
    exits = [round(max(step, round(draw.expovariate(0.1) / step) * step), 6) for _ in range(n)]
    rows: dict[str, Any] = {
        "name": name,
        "entry": [None] * n,
        "exit": exits,
        "event": [draw.random() < 0.7 for _ in range(n)],
        "stratum": [0] * n,
        "patient": list(range(n)),
        "weight": [1.0] * n,
        "offset": [0.0] * n,
        "design": [
            [shift[j] + scale[j] * round(draw.gauss(0.0, 1.0), 3) for j in range(p)]
            for _ in range(n)
        ],
    }
    if change.get("delayed"):
        rows["entry"] = [
            None if draw.random() < 0.3 else round(x * draw.random() * 0.8, 6) for x in exits
        ]
    if "strata" in change:
        rows["stratum"] = [draw.randrange(change["strata"]) for _ in range(n)]
    if "weights" in change:
        low, high = change["weights"]
        rows["weight"] = [float(f"{10 ** draw.uniform(low, high):.6g}") for _ in range(n)]
    if change.get("offset"):
        rows["offset"] = [round(draw.gauss(0.0, 1.0), 2) for _ in range(n)]
    if "patients" in change:
        rows["patient"] = [draw.randrange(change["patients"]) for _ in range(n)]
    return rows


def add_row(rows: dict[str, Any], **row: Any) -> dict[str, Any]:
    """Append one row."""
    usual = {"stratum": 0, "patient": len(rows["exit"]), "weight": 1.0, "offset": 0.0}
    for key, value in (usual | row).items():
        rows[key].append(value)
    return rows


def data_sets() -> list[dict[str, Any]]:
    """List the certified data sets."""
    ties = {"step": 2.0}
    outlier = data_set("large_row_enters_and_leaves", 30, 1, 9, delayed=True)
    add_row(outlier, entry=2.0, exit=9.0, event=False, design=[0.7], offset=54.0)
    add_row(outlier, entry=9.0, exit=14.0, event=True, design=[-0.4], offset=50.0)
    far = data_set("covariate_500_enters_and_leaves", 30, 1, 10, delayed=True)
    times = sorted(far["exit"])
    add_row(far, entry=times[7], exit=(times[7] + times[8]) / 2, event=True, design=[500.0])
    irrelevant = data_set("irrelevant_row_of_500", 25, 2, 11)
    times = sorted(irrelevant["exit"])
    add_row(
        irrelevant,
        entry=times[4] + (times[5] - times[4]) / 4,
        exit=times[4] + (times[5] - times[4]) / 2,
        event=False,
        design=[500.0, -500.0],
    )
    return [
        data_set("plain", 12, 1, 1),
        data_set("ties", 30, 2, 2, **ties),
        data_set("delayed_entry", 30, 2, 3, delayed=True),
        data_set("strata", 40, 2, 4, strata=3, **ties),
        data_set("weights", 30, 2, 5, weights=(-1.0, 1.0), **ties),
        data_set("weights_over_12_orders", 40, 2, 6, weights=(-6.0, 6.0)),
        data_set("shifted_by_1e8", 30, 2, 7, shift=[1e8, -1e8], **ties),
        data_set("scaled_by_1e8", 30, 2, 8, scale=[1e8, 1e-8], delayed=True),
        outlier,
        far,
        irrelevant,
        data_set("shifted_by_1e9_few_ties", 20, 1, 12, shift=[1e9], step=1.0),
        data_set(
            "everything", 60, 3, 13,
            strata=2, weights=(-1.0, 1.0), delayed=True, offset=True, patients=25, **ties,
        ),
    ]  # fmt: skip


class Model:
    """One data set under one rule for ties, in 80-digit numbers."""

    def __init__(self, rows: dict[str, Any], ties: str) -> None:
        """Read the rows; every binary number is taken exactly."""
        self.efron = ties == "efron"
        self.x = [[mpf(v) for v in row] for row in rows["design"]]
        self.w = [mpf(v) for v in rows["weight"]]
        self.offset = [mpf(v) for v in rows["offset"]]
        self.patient = rows["patient"]
        self.n, self.p = len(self.x), len(self.x[0])
        self.steps: list[tuple[list[int], list[int], mpf, mpf]] = []
        when = sorted(
            {
                (s, t)
                for s, t, e in zip(rows["stratum"], rows["exit"], rows["event"], strict=True)
                if e
            }
        )
        for s, t in when:
            at_risk = [
                i
                for i in range(self.n)
                if rows["stratum"][i] == s
                and (rows["entry"][i] is None or rows["entry"][i] < t)
                and t <= rows["exit"][i]
            ]
            tied = [i for i in at_risk if rows["event"][i] and rows["exit"][i] == t]
            d = len(tied)
            total = sum(self.w[i] for i in tied)
            for step in range(d if self.efron else 1):
                gone = mpf(step) / d if self.efron else mpf(0)
                self.steps.append((at_risk, tied, gone, total / d if self.efron else total))

    def hazards(self, b: list[mpf]) -> list[mpf]:
        """Return exp(linear predictor) of each row; the largest covariate value is harmless."""
        return [
            exp(self.offset[i] + sum(x * y for x, y in zip(self.x[i], b, strict=True)))
            for i in range(self.n)
        ]

    def shares(self, b: list[mpf]) -> list[tuple[dict[int, mpf], mpf, mpf]]:
        """Return for each step the share of each row, the log denominator, and the weight."""
        risk = [w * h for w, h in zip(self.w, self.hazards(b), strict=True)]
        found = []
        for at_risk, tied, gone, weight in self.steps:
            inside = {i: risk[i] * (1 - gone if i in tied else 1) for i in at_risk}
            total = sum(inside.values())
            found.append(({i: r / total for i, r in inside.items()}, log(total), weight))
        return found

    def moments(self, b: list[mpf]) -> tuple[mpf, list[mpf], Any]:
        """Return log likelihood, gradient and information."""
        events = {i for _, tied, _, _ in self.steps for i in tied}
        value = mpf(0)
        gradient = [mpf(0)] * self.p
        for i in events:
            value += self.w[i] * (
                self.offset[i] + sum(x * y for x, y in zip(self.x[i], b, strict=True))
            )
            gradient = [g + self.w[i] * x for g, x in zip(gradient, self.x[i], strict=True)]
        information = zeros(self.p)
        for share, log_total, weight in self.shares(b):
            value -= weight * log_total
            mean = [sum(q * self.x[i][m] for i, q in share.items()) for m in range(self.p)]
            gradient = [g - weight * m for g, m in zip(gradient, mean, strict=True)]
            for m in range(self.p):
                for j in range(self.p):
                    information[m, j] += weight * sum(
                        q * (self.x[i][m] - mean[m]) * (self.x[i][j] - mean[j])
                        for i, q in share.items()
                    )
        return value, gradient, information

    def residuals(self, b: list[mpf]) -> list[list[mpf]]:
        """Return weighted score residuals, each row's sum over its own risk sets."""
        hazard = self.hazards(b)
        rows = [[mpf(0)] * self.p for _ in range(self.n)]
        for (share, log_total, weight), (_, tied, gone, _) in zip(
            self.shares(b), self.steps, strict=True
        ):
            mean = [sum(q * self.x[i][m] for i, q in share.items()) for m in range(self.p)]
            split = len(tied) if self.efron else 1
            for i in share:
                expected = weight / exp(log_total) * hazard[i]
                if i in tied:
                    expected *= 1 - gone
                seen = mpf(1) / split if i in tied else mpf(0)
                for m in range(self.p):
                    rows[i][m] += self.w[i] * (self.x[i][m] - mean[m]) * (seen - expected)
        return rows


def newton(model: Model) -> tuple[list[mpf], Any]:
    """Maximise with step-halving until the step is below 1e-45."""
    b = [mpf(0)] * model.p
    value, gradient, information = model.moments(b)
    for _ in range(200):
        step = cholesky_solve(information, matrix(gradient))
        new = [x + s for x, s in zip(b, step, strict=True)]
        found = model.moments(new)
        while found[0] < value - mpf(10) ** -40:
            step = step / 2
            new = [x + s for x, s in zip(b, step, strict=True)]
            found = model.moments(new)
        b, (value, gradient, information) = new, found
        if max(abs(s) * sqrt(information[j, j]) for j, s in enumerate(step)) < mpf(10) ** -45:
            return b, information
    raise AssertionError("no convergence")


def robust(model: Model, b: list[mpf], covariance: Any) -> list[mpf]:
    """Return sandwich standard errors clustered by patient."""
    rows = model.residuals(b)
    clusters: dict[int, list[mpf]] = {}
    for i, row in enumerate(rows):
        old = clusters.get(model.patient[i], [mpf(0)] * model.p)
        clusters[model.patient[i]] = [x + y for x, y in zip(old, row, strict=True)]
    total = zeros(model.p)
    for row in clusters.values():
        moved = matrix([row]) * covariance
        total += moved.T * moved
    return [sqrt(total[j, j]) for j in range(model.p)]


def profile(model: Model, b: mpf, standard_error: mpf, top: mpf) -> list[mpf]:
    """Return the profile-likelihood limits of the only coefficient."""
    limits = []
    for side in (-1, 1):
        at = b + side * 2 * standard_error
        for _ in range(100):
            value, gradient, _ = model.moments([at])
            step = (value - top + CHI2_95 / 2) / gradient[0]
            at -= step
            if abs(step) < mpf(10) ** -40:
                break
        limits.append(at)
    return limits


def firth(model: Model, start: mpf) -> tuple[mpf, mpf]:
    """Return Firth's estimate of the only coefficient and its standard error."""

    def score(b: mpf) -> mpf:
        _, gradient, _ = model.moments([b])
        bend = diff(lambda c: log(det(model.moments([c])[2])), b, h=mpf(10) ** -20)
        return gradient[0] + bend / 2

    b = mp.findroot(score, (start, start * mpf("0.9")), tol=mpf(10) ** -60, maxsteps=100)
    return b, 1 / sqrt(model.moments([b])[2][0, 0])


def solve(rows: dict[str, Any], ties: str) -> dict[str, Any]:
    """Return everything certified about one data set under one rule for ties."""
    model = Model(rows, ties)
    b, information = newton(model)
    covariance = inverse(information)
    errors = [sqrt(covariance[j, j]) for j in range(model.p)]
    top = model.moments(b)[0]
    found: dict[str, Any] = {
        "coefficients": b,
        "standard_errors": errors,
        "robust_standard_errors": robust(model, b, covariance),
        "log_likelihood_null": [model.moments([mpf(0)] * model.p)[0]],
        "log_likelihood": [top],
    }
    if rows["name"] == "plain":
        found["firth"] = list(firth(model, b[0]))
    if model.p == 1 and "500" not in rows["name"]:
        found["profile"] = profile(model, b[0], errors[0], top)
    return {key: [nstr(v, DIGITS) for v in values] for key, values in found.items()}


def main() -> None:
    """Write the certified results."""
    solved = []
    for rows in data_sets():
        print(rows["name"])
        solved.append(rows | {ties: solve(rows, ties) for ties in ("efron", "breslow")})
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(solved, indent=None, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
