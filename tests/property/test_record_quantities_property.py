"""What holds of thermal doses and conversions whatever the numbers are."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from timezero.arrays import Floats
from timezero.intake.computed.doses import DOSE_UNITS, convert_dose, convert_volume
from timezero.intake.computed.readings import Readings, readings_of
from timezero.intake.computed.thermal_dose import thermal_dose
from timezero.intake.computed.warm_minutes import minutes_at_or_above

DEGREES = st.floats(30.0, 48.0)
STEPS = st.floats(0.1, 14.9)
SERIES = st.lists(st.tuples(STEPS, DEGREES), min_size=2, max_size=30)
POSITIVE = st.floats(0.01, 1e4)


def series(drawn: list[tuple[float, float]]) -> Readings:
    steps, degrees = (np.array(part) for part in zip(*drawn, strict=True))
    return readings_of(np.cumsum(steps), degrees)


def cut(readings: Readings, minutes: Floats) -> Readings:
    return readings_of(
        np.unique(np.concatenate([readings.minutes, minutes])),
        np.interp(
            np.unique(np.concatenate([readings.minutes, minutes])),
            readings.minutes,
            readings.temperature,
        ),
    )


@given(SERIES, st.data())
@settings(max_examples=60)
def test_dose_and_minutes_add_up_over_any_split(
    drawn: list[tuple[float, float]], data: st.DataObject
) -> None:
    readings = series(drawn)
    first, last = float(readings.minutes[0]), float(readings.minutes[-1])
    at = data.draw(st.floats(first, last))
    parts = [part for ends in ((first, at), (at, last)) if (part := readings.between(*ends))]
    for below in ("counted", "zero"):
        whole = thermal_dose(readings, below_39=below)
        split = sum(thermal_dose(part, below_39=below) for part in parts)
        assert np.isclose(whole, split, rtol=1e-9, atol=1e-9)
    warm = sum(minutes_at_or_above(part) for part in parts)
    assert np.isclose(minutes_at_or_above(readings), warm, rtol=1e-9, atol=1e-6)


@given(SERIES, st.floats(0.0, 3.0))
@settings(max_examples=60)
def test_warmer_is_never_less(drawn: list[tuple[float, float]], by: float) -> None:
    readings = series(drawn)
    warmer = Readings(minutes=readings.minutes, temperature=readings.temperature + by)
    for integration in ("line", "step"):
        lower = thermal_dose(readings, integration=integration)
        assert thermal_dose(warmer, integration=integration) >= lower * (1 - 1e-12)
    assert minutes_at_or_above(warmer) >= minutes_at_or_above(readings) - 1e-9


@given(SERIES)
@settings(max_examples=60)
def test_a_line_lies_between_the_steps_of_its_ends(drawn: list[tuple[float, float]]) -> None:
    readings = series(drawn)
    low, high = (
        Readings(
            minutes=readings.minutes,
            temperature=np.append(
                extreme(readings.temperature[:-1], readings.temperature[1:]), 0.0
            ),
        )
        for extreme in (np.minimum, np.maximum)
    )
    dose = thermal_dose(readings)
    assert thermal_dose(low, integration="step") <= dose * (1 + 1e-9) + 1e-12
    assert dose <= thermal_dose(high, integration="step") * (1 + 1e-9) + 1e-12


@given(SERIES)
@settings(max_examples=40)
def test_below_39_only_adds_and_a_finer_table_changes_nothing(
    drawn: list[tuple[float, float]],
) -> None:
    readings = series(drawn)
    assert thermal_dose(readings, below_39="zero") <= thermal_dose(readings) + 1e-12
    middle = (readings.minutes[:-1] + readings.minutes[1:]) / 2.0
    assert np.isclose(thermal_dose(cut(readings, middle)), thermal_dose(readings), rtol=1e-9)


@given(POSITIVE, st.floats(0.5, 3.5), st.floats(0.5, 12.0))
@settings(max_examples=60)
def test_doses_come_back(dose: float, surface: float, litres: float) -> None:
    needed = {"surface_m2": np.array([surface]), "litres": np.array([litres])}
    for unit in DOSE_UNITS:
        for to in DOSE_UNITS:
            there = convert_dose(np.array([dose]), unit, to, **needed)
            back = convert_dose(there.values, to, unit, **needed)
            assert np.isclose(back.values[0], dose, rtol=1e-12)
            assert there.reasons == ("",)


@given(POSITIVE, st.floats(0.5, 3.5))
@settings(max_examples=40)
def test_volumes_come_back(volume: float, surface: float) -> None:
    there = convert_volume(np.array([volume]), "l", "l_per_m2", surface_m2=np.array([surface]))
    back = convert_volume(there.values, "l_per_m2", "l", surface_m2=np.array([surface]))
    assert np.isclose(back.values[0], volume, rtol=1e-12)
