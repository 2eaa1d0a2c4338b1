"""Periods of a few patients, written out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from changing_patients import COMPETING, EVENT, OnePatient, cohort_of, origins_of
from timezero.align.history import encoded, history_at, split_at_measurements
from timezero.align.person_periods import person_periods
from timezero.align.time_varying import time_varying
from timezero.errors import AnalysisRefused
from timezero.model.cohort import History


def periods(patients: list[OnePatient], order: str = "treatment_first", **more: Any) -> Any:
    options = {"width": 10.0, "horizon": 30.0} | more
    cohort = options.pop("cohort", None) or cohort_of(patients)
    return person_periods(
        cohort,
        origin=origins_of(patients),
        columns=np.empty((len(patients), 0)),
        names=(),
        event_order=order,
        words_of_origin="time zero",
        **options,
    )


def marks(flags: Any) -> str:
    return "".join("x" if flag else "-" for flag in flags)


def test_an_exit_at_a_bound_belongs_to_the_period_before_it() -> None:
    found = periods([OnePatient(exit=20, end=EVENT)])
    assert found.period.tolist() == [0, 1]
    assert marks(found.event) == "-x"
    assert marks(found.lost) == "--"


def test_treatment_counts_in_its_period_or_from_the_next() -> None:
    patients = [OnePatient(exit=40, end=EVENT, initiation=14)]
    first, last = periods(patients), periods(patients, "event_first")
    assert (marks(first.treated), marks(first.eligible)) == ("-xx", "xx-")
    assert (marks(last.treated), marks(last.eligible)) == ("--x", "xxx")


def test_treatment_at_a_bound_counts_from_it() -> None:
    patients = [OnePatient(exit=40, initiation=10)]
    assert marks(periods(patients).treated) == "xxx"
    assert marks(periods(patients, "event_first").treated) == "-xx"


def test_treatment_at_the_exit_never_counts() -> None:
    found = periods([OnePatient(exit=15, end=EVENT, initiation=15)])
    assert marks(found.treated) == "--"
    assert marks(found.eligible) == "xx"


def test_treatment_at_the_origin_could_be_chosen_and_before_it_could_not() -> None:
    at, before = (
        OnePatient(exit=25, origin=5, initiation=5),
        OnePatient(exit=25, origin=5, initiation=4),
    )
    found = periods([at, before])
    assert marks(found.treated) == "xxxx"
    assert marks(found.eligible) == "x---"


def test_late_entry_begins_with_the_first_whole_period() -> None:
    found = periods([OnePatient(exit=29, entry=11), OnePatient(exit=29, entry=10)])
    assert found.patient.tolist() == [0, 1]
    assert found.period.tolist() == [2, 1, 2]


def test_who_has_no_whole_period_has_no_row() -> None:
    found = periods([OnePatient(exit=9, entry=3), OnePatient(exit=4, origin=4), OnePatient(exit=3)])
    assert found.patient.tolist() == [2]
    assert found.first.tolist() == [0, 1]


def test_the_horizon_is_no_loss_and_hides_what_comes_later() -> None:
    patients = [OnePatient(exit=30), OnePatient(exit=31, end=EVENT), OnePatient(exit=29)]
    found = periods(patients)
    assert marks(found.event) == "---" * 3
    assert marks(found.lost) == "---" + "---" + "--x"


def test_a_horizon_within_a_period_hides_the_rest_of_it() -> None:
    found = periods([OnePatient(exit=28, end=EVENT), OnePatient(exit=25, end=EVENT)], horizon=26.0)
    assert marks(found.event) == "---" + "--x"
    assert marks(found.lost) == "---" + "---"


def test_competing_events_are_no_events_and_no_loss() -> None:
    found = periods([OnePatient(exit=12, end=COMPETING)])
    assert (marks(found.event), marks(found.competing), marks(found.lost)) == ("--", "-x", "--")


def test_an_event_at_time_zero_is_in_the_first_period() -> None:
    cohort = cohort_of([OnePatient(exit=0, end=EVENT)])
    found = periods([OnePatient(exit=0)], cohort=cohort)
    assert (found.period.tolist(), marks(found.event)) == ([0], "x")


def test_values_count_from_the_period_that_begins_with_them_until_they_are_old() -> None:
    patient = OnePatient(exit=60, measured=((-3, 7.0), (10, 5.0), (11, 6.0)))
    found = periods([patient], cohort=cohort_of([patient], maximum_age=29.0), horizon=60.0)
    np.testing.assert_array_equal(found.columns[:, 0], [7.0, 5.0, 6.0, 6.0, 6.0, np.nan])


def test_a_value_is_not_known_at_its_own_moment_but_at_time_zero() -> None:
    history = cohort_of([OnePatient(exit=60, measured=((0, 7.0), (10, 5.0)))]).histories[0]
    at = np.array([0.0, 10.0, 10.0 * (1 + 1e-12), 10.5])
    whose = np.zeros(4, dtype=np.int64)
    assert history_at(history, whose, at).tolist() == [7.0, 7.0, 7.0, 5.0]
    assert history_at(history, whose, at, just_after=True).tolist() == [7.0, 5.0, 5.0, 5.0]


def test_levels_become_columns() -> None:
    history = History(
        name="fitness",
        kind="categorical",
        patient=np.array([0]),
        time=np.array([0.0]),
        values=np.array([2.0]),
        levels=("fit", "frail", "ill"),
    )
    names, columns = encoded(history, np.array([0.0, 2.0, np.nan]))
    assert names == ("fitness = frail", "fitness = ill")
    np.testing.assert_array_equal(columns, [[0, 0], [0, 1], [np.nan, np.nan]])


def test_rows_without_a_new_value_stay_whole() -> None:
    cohort = cohort_of([OnePatient(exit=20, initiation=8), OnePatient(exit=9, end=EVENT)])
    whole = time_varying(cohort)
    split, columns, _ = split_at_measurements(whole, cohort)
    assert split.exit.tolist() == whole.exit.tolist()
    assert np.isnan(columns).all()


@pytest.mark.parametrize(("width", "horizon"), [(0.0, 5.0), (1.0, -1.0), (np.inf, 5.0)])
def test_impossible_periods_are_refused(width: float, horizon: float) -> None:
    with pytest.raises(AnalysisRefused, match="no periods"):
        periods([OnePatient(exit=9)], width=width, horizon=horizon)
