"""Stored R results, the rows they were computed from, and a comparison that keeps count."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from timezero.arrays import Bools, Floats
from timezero.model.estimate import Curve
from timezero.model.person_time import PersonTime

REFERENCE = Path(__file__).resolve().parents[2] / "reference"

# R iterates to a relative change of 1e-14 in the log likelihood and carries 15 to 16 digits; its
# risk-set sums lose two or three of them by subtraction. Six orders of magnitude are left above
# that, and an error of method or convention shows at 1e-2 to 1e-6.
AGREEMENT = 1e-9

compared: dict[str, tuple[int, float, str]] = {}


def as_numbers(value: Any) -> Floats:
    """Return stored numbers, null as NaN."""
    if isinstance(value, list):
        return np.array([as_numbers(v) for v in value])
    return np.array(np.nan if value is None else float(value))


def _agrees(
    what: str,
    ours: Any,
    theirs: Any,
    *,
    within: float = AGREEMENT,
    scale: Any = None,
) -> None:
    found, stored = np.asarray(ours, dtype=np.float64), as_numbers(theirs)
    assert found.shape == stored.shape, f"{what}: shape {found.shape}, R has {stored.shape}"
    missing = np.flatnonzero(np.isnan(found) != np.isnan(stored))
    assert missing.size == 0, f"{what}: missing on one side only, at {missing}"
    there = ~np.isnan(stored)
    size = np.abs(stored) if scale is None else np.broadcast_to(scale, stored.shape)
    gap = np.abs(found - stored)[there]
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(gap == 0.0, 0.0, gap / size[there])
    worst = float(relative.max(initial=0.0))
    family = what.split(":", maxsplit=1)[0]
    n, largest, where = compared.get(family, (0, 0.0, ""))
    compared[family] = (n + int(there.sum()), *max((largest, where), (worst, what)))
    if worst > within:
        at = int(relative.argmax())
        pair = f"{found[there].flat[at]!r}, R has {stored[there].flat[at]!r}"
        pytest.fail(f"{what}: off by {worst:.3g}: ours {pair}")


def _later(curve: Curve, kept: Bools) -> Curve:
    steps = [f.name for f in fields(Curve) if isinstance(getattr(curve, f.name), np.ndarray)]
    return replace(curve, **{name: getattr(curve, name)[kept] for name in steps})


@pytest.fixture(scope="session")
def agrees() -> Callable[..., None]:
    """Return the comparison: relative to R's number, or to a scale that is given."""
    return _agrees


@pytest.fixture(scope="session")
def curve_agrees() -> Callable[[str, Curve, dict[str, Any]], None]:
    """Return the comparison of a whole curve, at every time at which a row ends."""

    def compare(what: str, curve: Curve, stored: dict[str, Any]) -> None:
        times = as_numbers(stored["times"])
        # A crossing at time zero itself ends a row that R's files do not have.
        early = (curve.times == 0.0) & (curve.n_events + curve.n_censored == 0.0)
        curve = _later(curve, ~early)
        at = np.searchsorted(times, curve.times)
        for name in ("times", "survival", "n_at_risk", "n_events"):
            theirs = as_numbers(stored[name])[at]
            _agrees(f"{what} {name}", getattr(curve, name), theirs.tolist())
        # R has no crossings and no rows that go on in the same arm: for it all are censored.
        leaving = curve.n_censored + curve.n_crossed
        assert np.all(leaving <= as_numbers(stored["n_censored"])[at] + 1e-9), what
        # Times that only R has are rows that go on in the same arm: nothing happens at them.
        others = np.setdiff1d(np.arange(times.size), at)
        assert np.all(as_numbers(stored["n_events"])[others] == 0), what
        # Where survival is 1 or 0 neither has limits, where it is 0 neither has an error.
        for name in ("standard_error", "lower", "upper"):
            theirs = as_numbers(stored[name])[at]
            _agrees(f"{what} {name}", getattr(curve, name), theirs.tolist())

    return compare


@pytest.fixture(scope="session")
def read_rows() -> Callable[..., tuple[PersonTime, dict[str, Floats]]]:
    """Return a reader of stored rows: person-time, and its covariates by name."""

    def read(file: str) -> tuple[PersonTime, dict[str, Floats]]:
        with (REFERENCE / "data" / file).open(encoding="utf-8", newline="") as lines:
            table = list(csv.DictReader(lines))
        columns = {name: np.array([float(row[name]) for row in table]) for name in table[0]}
        whole = {name: columns[name].astype(np.int64) for name in ("arm", "patient", "stratum")}
        rows = PersonTime(
            entry=columns["entry"],
            exit=columns["exit"],
            event=columns["event"] == 1,
            weight=columns["weight"],
            labels=("reference", "intervention"),
            counted_from="the beginning of the file",
            **whole,
        )
        return rows, columns

    return read


@pytest.fixture(scope="session")
def read_output() -> Callable[[str], Any]:
    """Return a reader of stored results."""

    def read(program: str) -> Any:
        return json.loads((REFERENCE / "output" / f"{program}.json").read_text("utf-8"))

    return read


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many numbers were compared, and which pair was furthest apart."""
    if not compared:
        return
    terminalreporter.section("agreement with R")
    for family, (n, largest, where) in sorted(compared.items()):
        terminalreporter.write_line(f"{family}: {n} numbers, largest {largest:.2g} ({where})")
    total = sum(n for n, _, _ in compared.values())
    terminalreporter.write_line(f"{total} numbers in all")
