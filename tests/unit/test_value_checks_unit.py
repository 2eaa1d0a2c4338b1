"""Checks and steps on identity, numbers, codes and events: innocent files raise none of them."""

from __future__ import annotations

from itertools import cycle
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
from timezero.intake.event_words import value_groups
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


# What a newcomer's files found: values.


def _questions(found: tuple[Finding, ...]) -> dict[tuple[str, ...], Question]:
    return {f.key: f for f in found if isinstance(f, Question)}


def _statuses(dead: tuple[str, ...], alive: tuple[str, ...] = ("alive",)) -> dict[int, str]:
    """Return the statuses of the clean registry, written in several ways in turn."""
    turn = {"dead": cycle(dead), "alive": cycle(alive)}
    return {k: next(turn[row["status"]]) for k, row in enumerate(clean_rows())}


def test_a_declared_value_is_read_in_any_capitals_and_spaces(tmp_path: Path) -> None:
    plain, _ = _read(tmp_path, (), {}, {}, {})
    status = _statuses(("Dead", "dead ", "DEAD", "dead"))
    cohort, found = _read(tmp_path, (), {}, {}, {"status": status, "data_censored_value": ()})
    assert plain is not None
    assert cohort is not None
    assert cohort.event.tolist() == plain.event.tolist()
    (told,) = [f for f in found if f.code == "event_spelling"]
    written = [text for text in status.values() if text.strip() in {"Dead", "DEAD"}]
    assert told.n_rows == len(written)
    assert all(line.endswith("-> dead") for line in told.evidence)


def test_spellings_that_are_all_declared_are_not_asked_about(tmp_path: Path) -> None:
    status = _statuses(("Dead", "DEAD", "dead"), ("Alive", "alive"))
    declared = {
        "data_event_value": ("Dead", "DEAD", "dead"),
        "data_censored_value": ("Alive", "alive"),
    }
    cohort, found = _read(tmp_path, (), {}, {}, {"status": status} | declared)
    assert cohort is not None
    assert not {"event_spelling", "value_spellings", "values_merged"} & codes(found)


def test_undeclared_spellings_are_one_question(tmp_path: Path) -> None:
    status = _statuses(("dead",), ("alive", "Alive", "ALIVE"))
    columns = {"status": status, "data_censored_value": ()}
    key = ("tables", "registry", "columns", "status", "values_settled")
    assert set(_questions(asked(tmp_path, **columns))) == {key}
    answer = {"status": {"values_settled": "one_value"}}
    cohort, found = _read(tmp_path, (), answer, {}, columns)
    assert cohort is not None
    (told,) = [f for f in found if f.code == "values_merged"]
    assert told.evidence
    apart = asked(tmp_path, recipe={"status": {"values_settled": True}}, **columns)
    assert {question[0] for question in _questions(apart)} == {"data"}


def test_capitals_may_be_codes_when_the_recipe_says_so_or_they_are_one_letter(
    tmp_path: Path,
) -> None:
    columns = {"status": _statuses(("dead", "Dead")), "data_censored_value": ()}
    said = {"status": {"values": {"Dead": "Dead"}}}
    assert "event_spelling" not in codes(asked(tmp_path, recipe=said, **columns))
    letters = {"status": _statuses(("d", "D")), "data_event_value": ("d",)}
    found = asked(tmp_path, **letters)
    assert "event_spelling" not in codes(found)
    assert _questions(found)


def test_identifiers_with_leading_zeros_are_one_question(tmp_path: Path) -> None:
    names = [f"{k + 1:03d}" if k < 6 else str(k - 5) for k in range(12)]
    key = ("tables", "registry", "identifiers_settled")
    questions = _questions(asked(tmp_path, patient_id=names))
    assert set(questions) == {key}
    assert [option.value for option in questions[key].options] == [True, "one_patient"]
    assert questions[key].evidence[0] == "1 and 001"
    assert len(questions[key].evidence) == 6
    table = {"identifiers_settled": True}
    cohort, _ = _read(tmp_path, (), {}, table, {"patient_id": names})
    assert cohort is not None
    assert cohort.n == 12
    same = asked(tmp_path, table={"identifiers_settled": "one_patient"}, patient_id=names)
    (told,) = [f for f in same if f.code == "id_merged"]
    assert told.n_rows == 6
    assert {"id_conflicting", "id_duplicated"} & codes(same)


@pytest.mark.parametrize("word", ["NC", "n.b.", "N.C.", "unbek.", "ns/nc"])
def test_an_abbreviation_among_numbers_is_asked_about(word: str, tmp_path: Path) -> None:
    ages = [word if k in {1, 3} else str(40 + k) for k in range(12)]
    key = ("tables", "registry", "columns", "years", "missing")
    questions = _questions(asked(tmp_path, covariates=("years",), years=ages))
    assert questions[key].default == (word,)
    assert questions[key].n_rows == 2
    answered = asked(
        tmp_path, covariates=("years",), years=ages, recipe={"years": {"missing": (word,)}}
    )
    assert not _questions(answered)


def test_a_code_and_an_abbreviation_are_one_question(tmp_path: Path) -> None:
    ages = ["n.b.", "999", *(str(40 + k) for k in range(10))]
    key = ("tables", "registry", "columns", "years", "missing")
    questions = _questions(asked(tmp_path, covariates=("years",), years=ages))
    assert questions[key].default == ("999", "n.b.")


@pytest.mark.parametrize(
    "word",
    ["nicht bekannt", "unbekannt", "non noto", "desconocido", "onbekend", "keine Angabe"],
)
def test_a_word_for_unknown_is_told_but_never_means_never(word: str, tmp_path: Path) -> None:
    ages = [word if k in {1, 3} else str(40 + k) for k in range(12)]
    found = asked(tmp_path, covariates=("years",), years=ages)
    assert any(f.code == "missing_words" and word in f.what for f in found)
    assert not _questions(found)
    treated = asked(tmp_path, second_crs={1: word})
    assert "time_unreadable" in codes(treated)
    assert "missing_words" not in codes(treated)


def test_an_abbreviation_among_words_or_treatments_is_left_alone(tmp_path: Path) -> None:
    responses = ["CR", "PR", "NC", "PD"] * 3
    found = asked(tmp_path, covariates=("response",), response=responses)
    assert "missing_codes" not in codes(found)
    treated = asked(tmp_path, second_crs={1: "NC"})
    assert "missing_codes" not in codes(treated)
    assert "time_unreadable" in codes(treated)


def _in_days(tmp_path: Path, recipe: dict[str, Any]) -> tuple[Finding, ...]:
    days = ["1,204", "980", "2,213", "3,225", "655", "2,427", "3,369", "512", "1,663", "1,587",
            "3,631", "2,717"]  # fmt: skip
    wait = ["385", "", "109", "310", "", "234", "", "", "161", "335", "", "343"]
    data = {
        "data_time_zero": None,
        "data_trigger": None,
        "data_initiation": "wait",
        "data_exit": "days",
        "data_unit": "days",
    }
    return asked(tmp_path, wait=wait, days=days, recipe=recipe, **data)


def test_no_error_stands_on_an_open_reading_of_numbers(tmp_path: Path) -> None:
    found = _in_days(tmp_path, {})
    assert ("tables", "registry", "columns", "days", "decimal") in _questions(found)
    (after,) = [f for f in found if f.code == "initiation_after_exit"]
    assert after.severity == "warning"
    assert "if days is read as it is meanwhile" in after.what
    assert not [f for f in found if f.severity == "error"]


def test_what_is_wrong_under_the_answer_is_an_error(tmp_path: Path) -> None:
    found = _in_days(tmp_path, {"days": {"decimal": ","}})
    assert [f.severity for f in found if f.code == "initiation_after_exit"] == ["error"]
    assert "initiation_after_exit" not in codes(_in_days(tmp_path, {"days": {"decimal": "."}}))


def test_a_status_with_years_is_asked_about_in_groups(tmp_path: Path) -> None:
    died = tuple(f"dead {year}" for year in range(2010, 2022))
    status = {
        k: died[k] if row["status"] == "dead" else "alive" for k, row in enumerate(clean_rows())
    }
    columns = {"status": status, "data_censored_value": ()}
    found = asked(tmp_path, **columns)
    questions = _questions(found)
    assert set(questions) == {("data", "event_value")}
    options = questions["data", "event_value"].options
    assert len(options) <= 6 + 1
    (group,) = [o for o in options if len(o.value) > 1]
    assert f"dead ... ({len(group.value)} values) is the event" in group.words
    plain, _ = _read(tmp_path, (), {}, {}, {})
    cohort, _ = _read(tmp_path, (), {}, {}, columns | {"data_event_value": group.value})
    assert plain is not None
    assert cohort is not None
    assert cohort.event.tolist() == plain.event.tolist()


def test_only_numbers_at_the_end_make_a_group() -> None:
    assert value_groups(("dead 2014", "alive", "Dead 2016", "dead")) == (
        ("dead 2014", "Dead 2016", "dead"),
        ("alive",),
    )
    apart = ("dead of disease", "dead of other cause", "alive")
    assert value_groups(apart) == (("dead of disease",), ("dead of other cause",), ("alive",))
    assert value_groups(("status 0", "status 1")) == (("status 0",), ("status 1",))


def test_yes_and_no_for_a_treatment_are_one_error(tmp_path: Path) -> None:
    said = {k: "yes" if row["second_crs"] else "no" for k, row in enumerate(clean_rows())}
    found = asked(tmp_path, second_crs=said)
    assert [f.code for f in found if f.severity == "error"] == ["treatment_yes_no"]
