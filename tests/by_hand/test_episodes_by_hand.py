"""Operations of a few patients, numbered by hand."""

from __future__ import annotations

import numpy as np
import pytest

from timezero.intake.episodes import Kind, Place, episodes_of

C, A, O = Kind.COMPLETE, Kind.ABORTED, Kind.OTHER


def numbered(
    *operations: tuple[int, float, Kind, bool], **rules: object
) -> tuple[list[int], list[Place]]:
    found = episodes_of(
        np.array([who for who, *_ in operations]),
        np.array([day for _, day, *_ in operations]),
        kind=np.array([kind for *_, kind, _ in operations], dtype=np.int8),
        planned=np.array([planned for *_, planned in operations]),
        **rules,
    )
    return found.ordinal.tolist(), [Place(int(p)) for p in found.place]


def test_treatments_are_numbered_by_date_within_each_patient() -> None:
    ordinal, place = numbered(
        (0, 500.0, C, False), (1, 40.0, C, False), (0, 10.0, C, False), (0, 900.0, C, False)
    )
    assert ordinal == [2, 1, 1, 3]
    assert set(place) == {Place.COUNTED}


def test_an_aborted_operation_is_its_own_kind_and_never_a_repeat() -> None:
    ordinal, place = numbered((0, 0.0, C, False), (0, 300.0, A, False), (0, 600.0, C, False))
    assert ordinal == [1, 0, 2]
    assert place[1] is Place.ABORTED


@pytest.mark.parametrize(
    ("rule", "expected"), [("time_zero", [1, 2, 3]), ("not_counted", [0, 1, 2])]
)
def test_an_aborted_first_operation_counts_as_the_protocol_says(
    rule: str, expected: list[int]
) -> None:
    operations = ((0, 0.0, A, False), (0, 100.0, C, False), (0, 800.0, C, False))
    assert numbered(*operations, aborted_first=rule)[0] == expected


def test_planned_stages_and_operations_too_close_are_no_repeats() -> None:
    operations = ((0, 0.0, C, False), (0, 60.0, C, True), (0, 70.0, C, False), (0, 400.0, C, False))
    ordinal, place = numbered(*operations, minimum_interval=90.0)
    assert ordinal == [1, 0, 0, 2]
    assert place[1:3] == [Place.PLANNED_STAGE, Place.SAME_TREATMENT]


def test_a_planned_stage_before_all_others_is_the_first_treatment() -> None:
    assert numbered((0, 0.0, C, True), (0, 60.0, C, True))[0] == [1, 0]


def test_the_interval_counts_from_the_last_operation_that_counted() -> None:
    operations = ((0, 0.0, C, False), (0, 80.0, C, False), (0, 100.0, C, False))
    assert numbered(*operations, minimum_interval=90.0)[0] == [1, 0, 2]
    assert numbered(*operations, minimum_interval=100.0)[0] == [1, 0, 2]
    assert numbered(*operations, minimum_interval=101.0)[0] == [1, 0, 0]


def test_other_operations_are_left_aside() -> None:
    ordinal, place = numbered((0, 0.0, O, False), (0, 10.0, C, False), (0, 500.0, O, False))
    assert ordinal == [0, 1, 0]
    assert place == [Place.OTHER, Place.COUNTED, Place.OTHER]


def test_two_operations_of_one_day_keep_the_order_of_the_file() -> None:
    assert numbered((0, 5.0, C, False), (0, 5.0, C, False))[0] == [1, 2]
