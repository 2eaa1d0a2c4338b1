"""Quantities of the CRS/HIPEC record, worked out by hand."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from timezero.errors import InputRefused, UnknownName
from timezero.intake.computed.age import age_at
from timezero.intake.computed.body_mass import body_mass_index
from timezero.intake.computed.body_surface import FORMULAS, body_surface
from timezero.intake.computed.clavien import is_major
from timezero.intake.computed.completeness import completeness_fits
from timezero.intake.computed.doses import (
    NO_SURFACE,
    NO_VALUE,
    NO_VOLUME,
    convert_dose,
    convert_volume,
)
from timezero.intake.computed.early_death import died_within
from timezero.intake.computed.lesion_size import authorities, lesion_size
from timezero.intake.computed.mean_temperature import mean_temperature
from timezero.intake.computed.pci import pci_total
from timezero.intake.computed.readings import readings_of
from timezero.intake.computed.thermal_dose import thermal_dose
from timezero.intake.computed.warm_minutes import minutes_at_or_above

NAN = math.nan
E_PROMISE, IMAIOS = "e-promise score page", "imaios teaching case; appendix-cancer.com"


def day(text: str) -> float:
    return float((date.fromisoformat(text) - date(1970, 1, 1)).days)


@pytest.mark.parametrize(
    ("minutes", "degrees", "dose"),
    [(60, 42, 15), (90, 42, 22.5), (90, 41, 5.625), (90, 42.5, 45), (30, 43, 30), (30, 44, 60)],
)
@pytest.mark.parametrize("integration", ["line", "step"])
def test_thermal_dose_at_a_constant_temperature(
    minutes: int, degrees: float, dose: float, integration: str
) -> None:
    times = np.arange(0.0, minutes + 1.0, 10.0)
    readings = readings_of(times, np.full(times.size, float(degrees)))
    assert thermal_dose(readings, integration=integration) == pytest.approx(dose, rel=1e-14)


def test_thermal_dose_along_straight_lines() -> None:
    # From 41 to 43 in 10 minutes, k = ln 4: 10 (1 - 4^-2) / (2 ln 4).
    below = readings_of(np.array([0.0, 10.0]), np.array([41.0, 43.0]))
    assert thermal_dose(below) == pytest.approx(10 * (1 - 1 / 16) / (2 * math.log(4)), rel=1e-14)
    # From 43 to 45 in 10 minutes, k = ln 2: 10 (2^2 - 1) / (2 ln 2).
    above = readings_of(np.array([0.0, 10.0]), np.array([43.0, 45.0]))
    assert thermal_dose(above) == pytest.approx(10 * 3 / (2 * math.log(2)), rel=1e-14)
    # Across 43 both parts add, up or down.
    across = readings_of(np.array([0.0, 20.0]), np.array([45.0, 41.0]), longest_gap=20.0)
    assert thermal_dose(across) == pytest.approx(thermal_dose(below) + thermal_dose(above))


def test_thermal_dose_below_39_is_a_choice() -> None:
    cool = readings_of(np.array([0.0, 10.0]), np.array([38.0, 38.0]))
    assert thermal_dose(cool) == pytest.approx(10 * 4.0**-5)
    assert thermal_dose(cool, below_39="zero") == 0.0
    at_39 = readings_of(np.array([0.0, 10.0]), np.array([39.0, 39.0]))
    assert thermal_dose(at_39, below_39="zero") == pytest.approx(10 * 4.0**-4)


def test_a_step_holds_each_reading_until_the_next() -> None:
    readings = readings_of(np.array([0.0, 10.0, 12.0]), np.array([43.0, 44.0, 50.0]))
    assert thermal_dose(readings, integration="step") == pytest.approx(10 * 1 + 2 * 2)


def test_minutes_at_or_above() -> None:
    readings = readings_of(np.array([0.0, 10.0, 20.0, 30.0]), np.array([40.0, 42.0, 42.0, 41.0]))
    assert minutes_at_or_above(readings) == pytest.approx(5 + 10 + 10)
    assert minutes_at_or_above(readings, 42.0) == pytest.approx(10)
    assert minutes_at_or_above(readings, 42.1) == 0.0


def test_mean_over_time_and_not_over_readings() -> None:
    readings = readings_of(
        np.array([0.0, 10.0, 11.0, 12.0, 13.0]), np.array([40.0, 42.0, 42.0, 42.0, 42.0])
    )
    assert mean_temperature(readings, ((0.0, 13.0),)) == pytest.approx((10 * 41 + 3 * 42) / 13)
    assert mean_temperature(readings, ((5.0, 10.0),)) == pytest.approx(41.5)
    assert mean_temperature(readings, ((-5.0, 5.0), (12.0, 99.0))) == pytest.approx(
        (5 * 40.5 + 1 * 42) / 6
    )
    assert math.isnan(mean_temperature(readings, ()))
    assert math.isnan(mean_temperature(readings, ((20.0, 30.0),)))


@pytest.mark.parametrize(
    ("minutes", "degrees", "code"),
    [
        ([0.0, NAN], [42.0, 42.0], "TZ-CMP-04"),
        ([0.0, 10.0, 5.0], [42.0, 42.0, 42.0], "TZ-CMP-05"),
        ([0.0, 0.0], [42.0, 42.0], "TZ-CMP-05"),
        ([0.0, 5.0], [42.0, NAN], "TZ-CMP-06"),
        ([0.0, 5.0, 10.0, 20.1], [42.0, 42.0, NAN, 42.0], "TZ-CMP-07"),
    ],
)
def test_series_without_a_course_are_refused_by_name(
    minutes: list[float], degrees: list[float], code: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        readings_of(np.array(minutes), np.array(degrees))
    assert refused.value.code == code


def test_a_gap_of_fifteen_minutes_is_bridged() -> None:
    readings = readings_of(np.array([0.0, 5.0, 15.0]), np.array([42.0, NAN, 42.0]))
    assert thermal_dose(readings) == pytest.approx(15 / 4)


def test_pci_adds_thirteen_regions() -> None:
    whole = [3, 2, 1, 0, 3, 2, 1, 0, 3, 2, 1, 0, 3]
    one_missing = [NAN, *whole[1:]]
    half, four = [1.5, *whole[1:]], [4, *whole[1:]]
    rows = np.array([whole, [3] * 13, [0] * 13, one_missing, half, four, [NAN] * 13], dtype=float)
    np.testing.assert_array_equal(pci_total(rows), [21, 39, 0, NAN, NAN, NAN, NAN])
    filled = pci_total(rows, missing_is_zero=True)
    np.testing.assert_array_equal(filled, [21, 39, 0, 18, NAN, NAN, NAN])


def test_a_simplified_index_is_not_mapped() -> None:
    with pytest.raises(InputRefused, match="13 regions"):
        pci_total(np.ones((2, 7)))


def test_lesion_sizes_at_the_edges_of_each_authority() -> None:
    sizes = np.array([0.0, 0.4, 0.5, 0.6, 4.9, 5.0, 5.1, -1.0, NAN])
    np.testing.assert_array_equal(
        lesion_size(sizes, authority=E_PROMISE), [0, 1, 1, 2, 2, NAN, 3, NAN, NAN]
    )
    np.testing.assert_array_equal(
        lesion_size(sizes, authority=IMAIOS), [0, 1, 2, 2, 2, 2, 3, NAN, NAN]
    )
    grown_together = lesion_size(
        np.array([0.3, 0.3]), authority=IMAIOS, confluent=np.array([True, False])
    )
    np.testing.assert_array_equal(grown_together, [3, 1])


def test_no_authority_is_the_default() -> None:
    assert authorities() == (E_PROMISE, IMAIOS)
    with pytest.raises(UnknownName, match="no authority is called ''"):
        lesion_size(np.array([1.0]), authority="")


def test_completeness_and_residual_size() -> None:
    score = np.array([0, 0, 1, 1, 2, 2, 2, 3, 3, 1, NAN, 0])
    left = np.array([0, 30, 2.5, 2.6, 2.5, 25, 26, 25, 24, 0, 5, NAN])
    expected = [True, False, True, False, True, True, False, True, False, False, True, True]
    np.testing.assert_array_equal(completeness_fits(score, left), expected)


def test_body_surface_of_known_persons() -> None:
    height, weight = np.array([180.0, 160.0, 170.0, 0.0]), np.array([80.0, 90.0, 70.0, 70.0])
    np.testing.assert_allclose(body_surface(height, weight)[:2], [2.0, 2.0], rtol=1e-15)
    by_logarithms = {
        "mosteller": 10 ** ((math.log10(170) + math.log10(70) - math.log10(3600)) / 2),
        "dubois": 10 ** (math.log10(0.007184) + 0.725 * math.log10(170) + 0.425 * math.log10(70)),
        "haycock": 10
        ** (math.log10(0.024265) + 0.3964 * math.log10(170) + 0.5378 * math.log10(70)),
    }
    assert set(FORMULAS) == set(by_logarithms)
    for formula, area in by_logarithms.items():
        made = body_surface(height, weight, formula=formula)
        assert made[2] == pytest.approx(area, rel=1e-12)
        assert made[2] == pytest.approx(1.82, abs=0.015)
        assert math.isnan(made[3])


def test_body_mass_index() -> None:
    made = body_mass_index(np.array([200.0, 170.0, NAN]), np.array([80.0, 0.0, 70.0]))
    np.testing.assert_array_equal(made, [20.0, NAN, NAN])


def test_doses_are_converted_where_the_numbers_are_recorded() -> None:
    dose, surface = np.array([50.0, 50.0, NAN]), np.array([2.0, NAN, 2.0])
    flat = convert_dose(dose, "mg_per_m2", "mg", surface_m2=surface)
    np.testing.assert_array_equal(flat.values, [100.0, NAN, NAN])
    assert flat.reasons == ("", NO_SURFACE, NO_VALUE)
    both = convert_dose(dose, "mg_per_m2", "mg_per_l", surface_m2=surface, litres=np.full(3, 4.0))
    np.testing.assert_array_equal(both.values, [25.0, NAN, NAN])
    neither = convert_dose(dose, "mg_per_m2", "mg_per_l")
    assert neither.reasons[2] == f"{NO_VALUE}; {NO_SURFACE}; {NO_VOLUME}"
    same = convert_dose(dose, "mg", "mg")
    np.testing.assert_array_equal(same.values, dose)
    with pytest.raises(UnknownName, match="no unit 'g'"):
        convert_dose(dose, "g", "mg")  # type: ignore[arg-type]


def test_volumes_are_converted_with_the_body_surface() -> None:
    litres = convert_volume(np.array([2.0]), "l_per_m2", "l", surface_m2=np.array([1.8]))
    assert litres.values[0] == pytest.approx(3.6)
    without = convert_volume(np.array([2.0]), "l_per_m2", "l")
    assert without.reasons == (NO_SURFACE,)
    assert math.isnan(without.values[0])


def test_death_within_thirty_days() -> None:
    operated = np.full(7, day("2016-01-05"))
    dates = ["2016-02-04", "2016-02-05", "2016-01-05", "2016-01-04", None, None, None]
    seen_on = [None, None, None, None, "2016-02-04", "2016-02-03", None]
    death, seen = (
        np.array([NAN if d is None else day(d) for d in given]) for given in (dates, seen_on)
    )
    said = died_within(30, procedure=operated, death=death, last_contact=seen)
    np.testing.assert_array_equal(said, [1, 0, 1, NAN, 0, NAN, NAN])


def test_major_complications() -> None:
    grades = ["0", "I", "II", "III", "IIIa", "IIIb", "IV", "V", "3", "iiia", None]
    np.testing.assert_array_equal(is_major(grades), [0, 0, 0, 1, 1, 1, 1, 1, NAN, NAN, NAN])


def test_age_in_completed_years() -> None:
    births = ["1950-06-15", "1950-06-15", "1960-02-29", "1960-02-29", "2000-01-01", "1950-12-31"]
    on = ["2016-06-14", "2016-06-15", "2017-02-28", "2017-03-01", "1999-12-31", "2016-01-01"]
    made = age_at(np.array([*map(day, births), NAN]), np.array([*map(day, on), 0.0]))
    np.testing.assert_array_equal(made, [65, 66, 56, 57, NAN, 65, NAN])
