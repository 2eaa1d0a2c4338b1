"""Registries with one to five defects: the first 500 of the list behind the stored result."""

from __future__ import annotations

from pathlib import Path

import pytest
from numpy.random import default_rng

from bad_inputs.case import courses
from bad_inputs.clean import DATA
from bad_inputs.defects import DEFECTS
from bad_inputs.mutated import clean_sheet, judge, spoilt, true_courses, untold, write
from timezero.intake.cohort import read_cohort
from timezero.intake.protocol_file import validated

FILES, PART = 500, 25


@pytest.mark.parametrize("first", range(0, FILES, PART))
def test_nothing_crashes_hangs_or_changes_in_silence(first: int, tmp_path: Path) -> None:
    found = [judge(seed, tmp_path) for seed in range(first, first + PART)]
    assert [one for one in found if one.bad] == []


def test_every_defect_occurs_among_them() -> None:
    occurring = {name for seed in range(FILES) for name in spoilt(seed)[2]}
    assert occurring == set(DEFECTS)


def test_the_judge_notices_a_silent_change(tmp_path: Path) -> None:
    sheet = clean_sheet(default_rng(1))
    truth = true_courses(sheet)
    row = next(row for row in sheet.rows if row[sheet.at("status")] == "dead")
    row[sheet.at("last_contact")] = "2018-12-30"
    changed = read_cohort(write(sheet, tmp_path), validated({"data": DATA}))
    assert untold(changed, truth, sheet) == [row[0]]


def test_a_clean_registry_is_read_as_it_is(tmp_path: Path) -> None:
    for seed in range(5):
        sheet = clean_sheet(default_rng([3, seed]))
        cohort = read_cohort(write(sheet, tmp_path), validated({"data": DATA}))
        assert courses(cohort) == true_courses(sheet)
