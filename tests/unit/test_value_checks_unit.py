"""Checks and steps on identity, numbers, codes and events: innocent files raise none of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bad_inputs.clean import DATA, clean_rows, write_csv
from timezero.errors import InputRefused
from timezero.findings import Finding, Question
from timezero.intake.checks.covariate_units_mixed import upper_group
from timezero.intake.checks.event_coding_doubtful import later_share
from timezero.intake.cohort import read_cohort
from timezero.intake.known_items import known_item
from timezero.intake.protocol_file import validated
from timezero.intake.spellings import normal_identifier, same_spelling, slips
from timezero.intake.steps.dates_for_text import as_typed
from timezero.intake.steps.missing_codes import codes_apart
from timezero.model.cohort import Cohort
from timezero.model.recipe import Recipe

# Checks whose faults are in tests/bad_inputs: their innocent neighbours are below.
NEIGHBOURS = (
    "covariate_known_later",
    "covariate_out_of_range",
    "covariate_units_mixed",
    "covariate_unique",
    "event_coding_doubtful",
    "treatment_yes_no",
)


def asked(
    folder: Path,
    *,
    covariates: tuple[str, ...] = (),
    recipe: dict[str, Any] | None = None,
    table: dict[str, Any] | None = None,
    **columns: Any,
) -> tuple[Finding, ...]:
    """Return what is said of the clean registry with some columns put in."""
    return _read(folder, covariates, recipe or {}, table or {}, columns)[1]


def _read(
    folder: Path,
    covariates: tuple[str, ...],
    recipe: dict[str, Any],
    table: dict[str, Any],
    columns: dict[str, Any],
) -> tuple[Cohort | None, tuple[Finding, ...]]:
    data = {k.removeprefix("data_"): v for k, v in columns.items() if k.startswith("data_")}
    rows = clean_rows()
    for name, cells in columns.items():
        if name.startswith("data_"):
            continue
        at = cells.items() if isinstance(cells, dict) else enumerate(cells)
        for k, text in at:
            rows[k][name] = text
    told = DATA | {"covariates": (*DATA["covariates"], *covariates)} | data
    told_recipe = {"tables": {"registry": table | {"columns": recipe}}}
    try:
        cohort = read_cohort(
            write_csv(folder, rows),
            validated({"data": told}),
            recipe=Recipe.model_validate(told_recipe),
        )
    except InputRefused as refused:
        return None, refused.findings
    return cohort, cohort.findings


def codes(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.code for finding in findings}


@pytest.mark.parametrize(
    "column",
    [
        {"CC": ["0", "1"] * 6},
        {"age2": [str(50 * k) for k in range(12)]},
        {"KPS": ["90", "80", "100", "70"] * 3},
        {"dose": ["35", "100"] * 6},
        {"albumin_gl": [f"{30 + k}" for k in range(12)]},
        {"stage": ["1/2", "3-4"] * 6},
        {"grade": ["II", "III", "IIIa", "IIIb"] * 3},
        {"tumour": ["T3a", "T3b", "T4a", "T4d"] * 3},
        {"kind": ["HIPEC", "EPIC", "NIPEC"] * 4},
        {"months_before": ["12.345", "0.250", "8.125"] * 4},
        {"score": ["7", "8", "9", "6", "5", "4"] * 2},
        {"weight": ["62", "99", "88", "75", "70", "58"] * 2},
        {"change": ["-1", "3", "-9", "0", "5", "-2"] * 2},
        {"parity": ["1", "2", "0", "3", "", "4"] * 2},
        {"class": ["1", "2", "3", "", "2", "1"] * 2},
        {"yes": ["no", "yes", "x"] * 4},
    ],
    ids=lambda column: next(iter(column)),
)
def test_an_innocent_column_is_not_asked_about(column: dict[str, Any], tmp_path: Path) -> None:
    found = asked(tmp_path, covariates=tuple(column), **column)
    innocent = {"covariate_missing", "covariate_collinear", "identifying_columns"}
    assert {f.code for f in found if f.severity in {"error", "question", "warning"}} <= innocent | {
        "arm_without_events"
    }


@pytest.mark.parametrize(
    "names",
    [("1-12", "11-2"), ("P1", "P11"), ("S01-003", "S01-03A"), ("12", "012A"), ("+1", "-1")],
)
def test_different_identifiers_are_not_alike(names: tuple[str, str]) -> None:
    assert normal_identifier(names[0]) != normal_identifier(names[1])


@pytest.mark.parametrize(
    "names",
    [("P 12", "p12"), ("P-12", "P12"), ("007", "7"), ("1.0", "1"), ("P1\u200b2", "P12"),
     ("\uff3012", "P12"), ("A-007", "A7")],
)  # fmt: skip
def test_spellings_of_one_identifier_are_alike(names: tuple[str, str]) -> None:
    assert normal_identifier(names[0]) == normal_identifier(names[1])


def test_only_slips_of_the_pen_in_rare_words_are_suggested() -> None:
    counts = {"mucinous": 40, "mucinuos": 1, "CC0": 30, "CC1": 1, "HIPEC": 30, "EPIC": 1}
    assert slips(counts) == [("mucinuos", "mucinous")]
    assert slips({"Grade II": 60, "Grade III": 1, "stage 3a": 50, "stage 3b": 1}) == []
    assert slips({"left side": 5, "left sides": 4}) == []
    assert same_spelling(["CC0", "CC-0", "cc0", "CC1"]) == [("CC0", "CC-0", "cc0")]
    assert same_spelling(["1-12", "11-2", "ER+", "ER-", "1.5", "15"]) == []


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([0, 1, 2, 1, 9], [9]),
        ([0, 1, 2, 3, 8, 9], [8, 9]),
        ([6, 12, 28, 99], [99]),
        ([20, 55, 88, 99], []),
        ([4, 5, 6, 7, 8, 9], []),
        ([0, 39, 12, 8, 9], []),
        ([1.5, 2.5, -1], [-1]),
        ([-3, 2, -1], []),
        ([1, 2, 3, 99, 999], [99, 999]),
        ([99, 999], []),
        ([3.1, 80.2, 99], []),
    ],
)
def test_codes_are_asked_about_only_beyond_a_gap(values: list[float], found: list[float]) -> None:
    assert sorted(codes_apart(np.array(values, dtype=np.float64)).tolist()) == found


def test_a_code_among_times_has_no_proposal(tmp_path: Path) -> None:
    found = asked(tmp_path, second_crs={1: "9999"})
    (question,) = [f for f in found if f.code == "missing_codes"]
    assert isinstance(question, Question)
    assert question.default is None
    assert [option.value for option in question.options] == [("9999",), ()]
    assert "never" in question.options[0].words


def test_a_treatment_without_dates_is_refused_by_name(tmp_path: Path) -> None:
    said = {k: "yes" if row["second_crs"] else "no" for k, row in enumerate(clean_rows())}
    found = [f for f in asked(tmp_path, second_crs=said) if f.code == "treatment_yes_no"]
    assert [f.severity for f in found] == ["error"]
    assert found[0].n_rows >= 3
    assert "treatment_yes_no" not in codes(asked(tmp_path))


def test_whether_somebody_was_treated_is_never_made_up(tmp_path: Path) -> None:
    found = asked(tmp_path, second_crs={1: "unknown", 2: "none"})
    (told,) = [f for f in found if f.code == "missing_words"]
    assert told.evidence == ("G4: none -> empty",)
    assert any(f.severity == "error" and "G3" in f.where for f in found)


def test_years_of_transplants_and_the_like_are_no_reversed_coding(tmp_path: Path) -> None:
    assert "event_coding_doubtful" not in codes(asked(tmp_path))


def test_a_column_that_may_tell_who_it_is_and_is_used_is_kept_and_said(tmp_path: Path) -> None:
    names = [f"Invented{k % 3}" for k in range(12)]
    cohort, found = _read(tmp_path, ("surname",), {}, {}, {"surname": names})
    assert cohort is not None
    assert "surname" in {covariate.name for covariate in cohort.covariates}
    told = [f.what for f in found if f.code == "identifying_columns"]
    assert any(what.startswith("used in the study") and "surname" in what for what in told)
    assert not any("Invented" in str(f) + str(f.evidence) for f in found)


def test_copies_count_in_the_attrition(tmp_path: Path) -> None:
    rows = clean_rows()
    path = write_csv(tmp_path, [*rows, rows[3]])
    cohort = read_cohort(path, validated({"data": DATA}))
    assert cohort.n == 12
    assert sum(step.n_removed for step in cohort.attrition) == 1


@pytest.mark.parametrize(
    ("text", "days", "typed"),
    [("2019-04-03", 17989.0, "3-4"), ("04-Mar", np.nan, "3-4"), ("2-Jan", np.nan, "1-2"),
     ("1990-03-01", 7364.0, "3-90")],
)  # fmt: skip
def test_dates_become_the_numbers_they_were(text: str, days: float, typed: str) -> None:
    assert as_typed(text, days, "-") == typed


def test_two_units_fall_into_two_groups() -> None:
    generator = np.random.default_rng(5)
    milligrams = generator.lognormal(0.0, 0.3, 40)
    mixed = np.concatenate([milligrams, generator.lognormal(0.0, 0.3, 15) * 88.4])
    assert np.flatnonzero(upper_group(mixed)).tolist() == list(range(40, 55))
    metres = np.concatenate([generator.normal(170, 9, 30), generator.normal(1.7, 0.09, 3)])
    assert int(upper_group(metres).sum()) == 30


def test_how_often_the_first_is_later() -> None:
    assert later_share(np.array([3.0, 5.0]), np.array([1.0, 3.0])) == (1 + 0.5 + 1 + 1) / 4


def test_only_a_certain_header_names_an_item() -> None:
    assert known_item("PCI") is not None
    assert known_item("CC second CRS") is not None
    for header in ("remark", "x", "months_before", "pci or so, see notes"):
        assert known_item(header) is None
