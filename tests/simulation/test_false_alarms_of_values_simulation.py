"""How often checks of values are wrong about clean data: units, reversed events, missing codes."""

from __future__ import annotations

import numpy as np
import pytest

from timezero.intake.checks.covariate_units_mixed import _other_centre, upper_group
from timezero.intake.checks.event_coding_doubtful import is_far_later, shares_at_the_end
from timezero.intake.steps.missing_codes import codes_apart

DRAWS = 500


@pytest.mark.parametrize("n", [12, 20, 50, 200])
@pytest.mark.parametrize("spread", [0.1, 0.5, 1.0, 1.5])
def test_one_unit_is_rarely_taken_for_two(n: int, spread: float) -> None:
    generator = np.random.default_rng(int(1000 * spread) + n)
    alarms = sum(upper_group(generator.lognormal(3.0, spread, n)).any() for _ in range(DRAWS))
    assert alarms / DRAWS < 0.02


@pytest.mark.parametrize("spread", [0.1, 0.5, 1.0, 1.5])
def test_centres_with_one_unit_are_rarely_taken_for_two(spread: float) -> None:
    generator = np.random.default_rng(int(1000 * spread))
    alarms = 0
    for _ in range(DRAWS):
        values, centre = generator.lognormal(3.0, spread, 60), np.arange(60.0) % 8
        alarms += bool(_other_centre(values, centre).any())
    assert alarms / DRAWS < 0.02


@pytest.mark.parametrize(
    ("factor", "spread"), [(88.4, 0.35), (10.0, 0.12), (100.0, 0.06), (2.54, 0.06)]
)
def test_two_units_are_nearly_always_seen(factor: float, spread: float) -> None:
    generator = np.random.default_rng(int(factor))
    seen = 0
    for _ in range(DRAWS):
        values = generator.lognormal(1.0, spread, 60)
        values[:12] *= factor
        seen += int(upper_group(values).sum()) == 12
    assert seen / DRAWS > 0.95


@pytest.mark.parametrize("n", [12, 29, 100, 500])
@pytest.mark.parametrize("shape", [0.7, 1.0, 1.5])
@pytest.mark.parametrize("median", [12.0, 36.0, 80.0])
def test_ordinary_registries_look_rightly_coded(n: int, shape: float, median: float) -> None:
    """Patients enter over ten years; some are lost; the rest are followed to the data cut."""
    generator = np.random.default_rng(n + int(10 * shape) + int(median))
    alarms, draws = 0, 300
    for _ in range(draws):
        enter = generator.uniform(0.0, 120.0, n)
        death = median / np.log(2.0) ** (1 / shape) * generator.weibull(shape, n)
        lost = generator.exponential(150.0, n)
        left = 132.0 - enter
        time = np.minimum.reduce([death, lost, left])
        event = death <= np.minimum(lost, left)
        if min(event.sum(), (~event).sum()) < 3:
            continue
        with_event, without = shares_at_the_end((enter + time) * 30.44, event, ~event)
        at_end = with_event > 0.5 and without <= with_event / 5.0
        alarms += at_end or is_far_later(time[event], time[~event])
    assert alarms / draws < 0.01


def test_registries_coded_the_wrong_way_round_are_mostly_seen() -> None:
    generator = np.random.default_rng(8)
    seen = 0
    for _ in range(DRAWS):
        enter = generator.uniform(0.0, 96.0, 60)
        death = generator.exponential(30.0, 60)
        time = np.minimum(death, 132.0 - enter)
        alive = death > time
        with_event, without = shares_at_the_end((enter + time) * 30.44, alive, ~alive)
        seen += (with_event > 0.5 and without <= with_event / 5.0) or is_far_later(
            time[alive], time[~alive]
        )
    assert seen / DRAWS > 0.95


@pytest.mark.parametrize("n", [12, 30, 200])
def test_measurements_are_rarely_taken_for_codes(n: int) -> None:
    generator = np.random.default_rng(n)
    alarms = 0
    for _ in range(DRAWS):
        for values in (
            np.round(generator.normal(60, 12, n)),
            np.round(generator.lognormal(3.5, 0.8, n)),
            generator.integers(0, 40, n).astype(np.float64),
        ):
            alarms += codes_apart(values).size > 0
    assert alarms / (3 * DRAWS) < 0.01
