"""Compatible effects on a toy in which the posterior is known."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import norm

from late_patients import NOBODY_FRAIL
from timezero.arrays import Floats
from timezero.audit.compatible import (
    EffectWorlds,
    describe_effect,
    match_print,
    share_reproduced,
)
from timezero.audit.printed_table import PrintedTable
from timezero.audit.prior import Coordinate, Prior, named_values
from timezero.audit.targets import Target, Targets
from timezero.audit.worlds_of_claim import Run

NAMES = ("n_late", "n_never", "log_hazard_ratio", "wait")
SHIFT = 0.8
NOISE = (0.3, 0.5)
SEEN = (-0.4, 0.6)
PRIOR = Prior(
    coordinates=(
        Coordinate(name="other", label="", lower=0.0, upper=1.0),
        Coordinate(name="hazard_ratio", label="", lower=0.01, upper=100.0, scale="log"),
    ),
    families=("weibull",),
    levels=(0,),
    tables=NOBODY_FRAIL,
)
TARGETS = Targets(
    targets=tuple(
        Target(statistic=name, scale="plain", lower=seen, upper=seen, use="contrast", printed=name)
        for name, seen in zip(NAMES[2:], SEEN, strict=True)
    ),
    cap=1.0,
)


@dataclass
class Toy:
    """A printed ratio that is the true one, shifted by another unknown that is printed too."""

    prior: Prior = PRIOR
    targets: Targets = TARGETS
    number: int = 1
    n_late: float = 20.0

    def table(self, values: Floats) -> PrintedTable:
        return PrintedTable(names=NAMES, values=values)

    def simulated(self, x: Floats, kind: Floats, part: int, *, run: Run) -> Floats:
        rng = np.random.default_rng([run.seed, part])
        assert set(kind) <= {0}
        noise = rng.standard_normal((x.shape[0], 2)) * NOISE
        ratio = np.log(named_values(self.prior, x)["hazard_ratio"]) + SHIFT * x[:, 0]
        sizes = np.full(x.shape[0], self.n_late)
        return np.column_stack([sizes, sizes, ratio + noise[:, 0], x[:, 0] + noise[:, 1]])


def matched(**changes) -> EffectWorlds | None:
    return match_print(Toy(**changes), Run(seed=5, effort=0.4), n_patients=60)


def test_a_known_posterior_is_found() -> None:
    worlds = matched()
    assert worlds is not None
    # The other unknown given its print: variance 1 / (1 + 1/0.25) = 0.2, mean 0.8 of what is seen;
    # the ratio is even on the log scale, so it is what is seen less the shift.
    mean = SEEN[0] - SHIFT * 0.8 * SEEN[1]
    spread = math.sqrt(NOISE[0] ** 2 + SHIFT**2 * 0.2)
    weight = worlds.weight / worlds.weight.sum()
    found = float(weight @ worlds.log_hazard_ratio)
    assert found == pytest.approx(mean, abs=0.06)
    deviation = math.sqrt(weight @ (worlds.log_hazard_ratio - found) ** 2)
    assert deviation == pytest.approx(spread, rel=0.12)
    effect = describe_effect(worlds, setting="none")
    expected = np.exp(norm.ppf([0.05, 0.5, 0.95], mean, spread))
    ours = [getattr(effect.hazard_ratio, q) for q in ("q05", "q50", "q95")]
    assert np.log(ours) == pytest.approx(np.log(expected), abs=0.12)
    assert effect.p_benefit == pytest.approx(norm.cdf(0.0, mean, spread), abs=0.03)
    assert effect.fits == 1.0
    heights = np.array(effect.density.columns["density"])
    grid = np.log(np.array(effect.density.columns["hazard_ratio"]))
    assert np.trapezoid(heights, grid) == pytest.approx(1.0, abs=0.02)
    assert grid[np.argmax(heights)] == pytest.approx(mean, abs=0.15)


def test_what_no_world_has_is_said() -> None:
    far = Target(
        statistic="wait", scale="plain", lower=30.0, upper=30.0, use="waiting", printed="wait"
    )
    worlds = matched(targets=Targets(targets=(TARGETS.targets[0], far), cap=1.0))
    assert worlds is not None
    assert worlds.fits == 0.5


def test_worlds_without_two_groups_are_no_answer() -> None:
    assert matched(n_late=1.0) is None


def test_share_reproduced() -> None:
    excess = np.column_stack([np.linspace(-1, 1, 999), np.linspace(0.1, 1, 999), np.zeros(999)])
    assert share_reproduced(excess) == pytest.approx(2 / 3)
    assert share_reproduced(np.empty((9, 0))) == 1.0
