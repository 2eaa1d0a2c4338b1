"""From a registry to a cohort: dates, units, rules, covariates, digest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from timezero.errors import InputRefused, UnknownName
from timezero.findings import Question, Severity
from timezero.intake.cohort import read_cohort
from timezero.intake.examples import example_study_file
from timezero.intake.protocol_file import read_protocol, registry_path
from timezero.model.cohort import Cohort
from timezero.model.protocol import AnalysisPart, DataPart, Protocol, RulesPart

ROLES: dict[str, Any] = {
    "id": "id",
    "exit": "exit",
    "event": "event",
    "initiation": "initiation",
    "event_value": ("1",),
}
NUMBERS = {
    "id": ["01", "02", "03", "04"],
    "exit": [10.0, 20.0, 30.0, 40.0],
    "event": [1, 0, 1, 0],
    "initiation": [None, 5.0, 6.0, None],
    "age": [50, 61, 47, 70],
    "sex": ["f", "m", "m", "m"],
    "surgery": [True, False, False, None],
}
DATES = """id,zero,exit,event,initiation,trigger,entry
1,2016-01-01,2016-01-31,1,,,2015-06-01
2,2016-01-01,2016-03-01,0,2016-03-01,2016-03-01,2016-01-01
3,2016-02-28,2016-03-01,1,2016-02-28,,2016-02-29
4,2016-02-01,2016-02-01,0,,,2016-02-01
"""
DATED = ROLES | {"time_zero": "zero", "trigger": "trigger", "entry": "entry", "unit": "days"}


def protocol_of(data: dict[str, Any], **rules: Any) -> Protocol:
    return Protocol(data=DataPart(**(ROLES | data)), rules=RulesPart(**rules))


def from_dates(folder: Path, *, unit: str = "days", **rules: Any) -> Cohort:
    path = folder / "registry.csv"
    path.write_text(DATES)
    rules = {"late_entry": "left_truncation", "repeat_on_first_day": "treated_at_zero"} | rules
    return read_cohort(path, protocol_of(DATED | {"unit": unit}, **rules))


def test_dates_become_days_from_time_zero(tmp_path: Path) -> None:
    cohort = from_dates(tmp_path)
    assert cohort.exit.tolist() == [30.0, 60.0, 2.0, 0.0]
    np.testing.assert_array_equal(cohort.initiation, [np.nan, 60.0, 0.0, np.nan])
    assert cohort.trigger is not None
    np.testing.assert_array_equal(cohort.trigger, [np.nan, 60.0, np.nan, np.nan])
    assert cohort.entry.tolist() == [-np.inf, -np.inf, 1.0, -np.inf]
    assert cohort.zero_exit == 0.5
    assert cohort.event.tolist() == [True, False, True, False]
    assert cohort.patient == ("1", "2", "3", "4")


def test_months_are_days_over_one_constant(tmp_path: Path) -> None:
    days, months = from_dates(tmp_path), from_dates(tmp_path, unit="months")
    np.testing.assert_array_equal(months.exit, days.exit / (365.25 / 12))
    assert months.zero_exit == 0.5 / (365.25 / 12)


def test_the_first_day_can_be_day_one(tmp_path: Path) -> None:
    cohort = from_dates(tmp_path, first_day=1)
    assert cohort.exit.tolist() == [31.0, 61.0, 3.0, 1.0]
    np.testing.assert_array_equal(cohort.initiation, [np.nan, 61.0, 1.0, np.nan])
    assert np.isnan(cohort.zero_exit)
    assert cohort.entry.tolist() == [-np.inf, -np.inf, 2.0, -np.inf]


def test_treatment_on_the_day_of_exit_moves_with_its_trigger(tmp_path: Path) -> None:
    cohort = from_dates(tmp_path, same_day="half_before", resolution=2.0)
    assert cohort.initiation[1] == 59.0
    assert cohort.trigger is not None
    assert cohort.trigger[1] == 59.0
    assert cohort.exit[1] == 60.0


def test_an_exit_at_zero_can_be_kept_there(tmp_path: Path) -> None:
    assert np.isnan(from_dates(tmp_path, zero_exit="keep").zero_exit)


def test_sources_say_where_each_time_came_from(tmp_path: Path) -> None:
    sources = {s.name: s for s in from_dates(tmp_path, first_day=1).sources}
    assert set(sources) == {"entry", "initiation", "trigger", "exit"}
    assert sources["exit"].column == "exit"
    assert sources["exit"].table == "registry.csv"
    assert "days since zero, plus one day" in sources["exit"].rule


def test_attrition_counts_every_row(tmp_path: Path) -> None:
    path = tmp_path / "registry.csv"
    path.write_text("id,exit,event,initiation\n1,2,1,\n,,,\n2,3,0,1\n")
    steps = read_cohort(path, protocol_of({})).attrition
    assert [(s.n_patients, s.n_removed) for s in steps] == [(3, 0), (2, 1), (2, 0), (2, 0)]


def test_every_format_gives_the_same_digest(tmp_path: Path) -> None:
    frame = pl.DataFrame(NUMBERS)
    frame.write_csv(tmp_path / "r.csv")
    frame.write_csv(tmp_path / "r.tsv", separator="\t")
    frame.write_parquet(tmp_path / "r.parquet")
    protocol = protocol_of({"covariates": ("age", "sex")})
    sources = [frame, frame.to_pandas(), frame.to_arrow()]
    sources += [tmp_path / f"r.{ending}" for ending in ("csv", "tsv", "parquet")]
    assert len({read_cohort(source, protocol).digest for source in sources}) == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [("id", "x"), ("exit", 11.0), ("event", 0), ("initiation", 1.0), ("age", 51), ("sex", "m")],
)
def test_the_digest_sees_every_value(column: str, value: Any) -> None:
    protocol = protocol_of({"covariates": ("age", "sex")})
    changed = NUMBERS | {column: [value, *NUMBERS[column][1:]]}
    digests = {read_cohort(pl.DataFrame(data), protocol).digest for data in (NUMBERS, changed)}
    assert len(digests) == 2


def test_the_digest_sees_unit_and_rules() -> None:
    frame = pl.DataFrame(NUMBERS)
    one = read_cohort(frame, protocol_of({}))
    assert read_cohort(frame, protocol_of({"unit": "days"})).digest != one.digest
    assert read_cohort(frame, protocol_of({"simulated": True})).digest != one.digest
    assert read_cohort(frame, protocol_of({"name": "other"})).digest == one.digest


def test_covariates_are_numbers_or_levels_from_the_most_frequent() -> None:
    protocol = protocol_of({"covariates": ("age", "sex"), "missing": ("",)})
    age, sex = read_cohort(pl.DataFrame(NUMBERS), protocol).covariates
    assert (age.kind, age.values.tolist()) == ("numeric", [50.0, 61.0, 47.0, 70.0])
    assert (sex.kind, sex.levels, sex.values.tolist()) == (
        "categorical",
        ("m", "f"),
        [1.0, 0.0, 0.0, 0.0],
    )


def test_true_and_false_are_one_and_nought() -> None:
    frame = pl.DataFrame(NUMBERS).with_columns(surgery=pl.Series([True, False, False, True]))
    (surgery,) = read_cohort(frame, protocol_of({"covariates": ("surgery",)})).covariates
    assert (surgery.kind, surgery.values.tolist()) == ("numeric", [1.0, 0.0, 0.0, 1.0])


def test_what_says_nothing_or_nothing_new_is_left_out_by_name() -> None:
    frame = pl.DataFrame(NUMBERS).with_columns(
        double=2 * pl.col("age"), same=pl.lit(1), never=pl.lit(None, dtype=pl.Float64)
    )
    covariates = ("age", "double", "same", "never", "sex")
    cohort = read_cohort(frame, protocol_of({"covariates": covariates}))
    assert [c.name for c in cohort.covariates] == ["age", "sex"]
    named = {f.code for f in cohort.findings if f.severity is Severity.WARNING}
    assert named == {"covariate_collinear", "covariate_constant", "covariate_all_missing"}


def test_a_set_of_collinear_covariates_is_named_and_nothing_beside_it() -> None:
    k = np.arange(40.0)
    frame = pl.DataFrame(
        {
            "id": [f"P{n}" for n in range(40)],
            "exit": k + 1,
            "event": (k % 2).astype(int),
            "initiation": [None if n % 3 else n / 2 for n in range(40)],
            "a": np.sin(k),
            "b": np.cos(3 * k),
            "c": np.sin(k) + 1e6,
            "d": np.sin(k) - 2 * np.cos(7 * k),
            "e": np.cos(7 * k),
        }
    )
    cohort = read_cohort(frame, protocol_of({"covariates": ("a", "b", "d", "e", "c")}))
    assert [c.name for c in cohort.covariates] == ["a", "b", "d"]
    wheres = [f.where for f in cohort.findings if f.code == "covariate_collinear"]
    assert wheres == ["data frame, columns a, d, e", "data frame, columns a, c"]


def test_a_covariate_listed_twice_counts_once() -> None:
    cohort = read_cohort(pl.DataFrame(NUMBERS), protocol_of({"covariates": ("age", "age")}))
    assert [c.name for c in cohort.covariates] == ["age"]


def test_thousands_of_levels_are_refused_without_building_them() -> None:
    n = 50_000
    frame = pl.DataFrame(
        {
            "id": np.arange(n),
            "exit": np.arange(n) % 500 + 1,
            "event": np.arange(n) % 2,
            "initiation": [None] * n,
            "age": np.arange(n) % 50,
            "note": [f"note {k // 2}" for k in range(n)],
        }
    )
    with pytest.raises(InputRefused, match="has 25000 levels"):
        read_cohort(frame, protocol_of({"covariates": ("age", "note")}))


def test_levels_that_repeat_another_covariate_are_left_out() -> None:
    frame = pl.DataFrame(NUMBERS).with_columns(male=(pl.col("sex") == "m"))
    cohort = read_cohort(frame, protocol_of({"covariates": ("male", "sex")}))
    assert [c.name for c in cohort.covariates] == ["male"]


def test_what_true_means_is_asked() -> None:
    frame = pl.DataFrame(NUMBERS).with_columns(event=pl.Series([True, False, True, False]))
    with pytest.raises(InputRefused) as refused:
        read_cohort(frame, protocol_of({"event_value": ()}))
    (question,) = [f for f in refused.value.findings if isinstance(f, Question)]
    assert question.key == ("data", "event_value")
    assert [option.value for option in question.options] == [("false",), ("true",)]
    assert "true is the event: 2 of 4 patients" in question.options[1].words
    cohort = read_cohort(frame, protocol_of({"event_value": ("true",)}))
    assert cohort.event.tolist() == [True, False, True, False]


@pytest.mark.parametrize("spelling", ["1", "1.0", " 1 "])
def test_a_number_is_the_same_value_however_it_is_spelt(spelling: str) -> None:
    cohort = read_cohort(pl.DataFrame(NUMBERS), protocol_of({"event_value": (spelling,)}))
    assert int(cohort.event.sum()) == 2


def test_several_event_values_are_one_event() -> None:
    frame = pl.DataFrame(NUMBERS).with_columns(event=pl.Series(["d", "a", "s", "a"]))
    cohort = read_cohort(frame, protocol_of({"event_value": ("d", "s")}))
    assert cohort.event.tolist() == [True, False, True, False]


def test_identifiers_are_text() -> None:
    assert read_cohort(pl.DataFrame(NUMBERS), protocol_of({})).patient == ("01", "02", "03", "04")
    frame = pl.DataFrame(NUMBERS | {"id": [1.0, 2.0, 3.0, 123456789012345.0]})
    assert read_cohort(frame, protocol_of({})).patient == ("1", "2", "3", "123456789012345")


def test_unknown_columns_are_all_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as refusal:
        read_cohort(pl.DataFrame(NUMBERS), protocol_of({"exit": "exits", "covariates": ("agee",)}))
    assert [f.where for f in refusal.value.findings] == [
        "data frame; data.exit",
        "data frame; data.covariates: agee",
    ]
    assert refusal.value.findings[0].mend.endswith(
        "nearest first: exit, sex, event, id, initiation"
    )
    assert refusal.value.findings[1].mend.startswith(
        "name one of the columns, the nearest first: age,"
    )


def test_roles_without_a_column_are_all_asked_for() -> None:
    with pytest.raises(InputRefused) as refusal:
        read_cohort(pl.DataFrame(NUMBERS), Protocol())
    assert "--id COLUMN --initiation COLUMN --exit COLUMN --event COLUMN" in refusal.value.mend


def test_a_stratum_has_to_be_a_covariate() -> None:
    protocol = protocol_of({}).model_copy(update={"analysis": AnalysisPart(strata=("sex",))})
    with pytest.raises(UnknownName, match="stratum 'sex'"):
        read_cohort(pl.DataFrame(NUMBERS), protocol)


def test_a_date_of_one_wrong_century_stops_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "registry.csv"
    path.write_text(DATES.replace("2016-01-31", "9999-12-31"))
    with pytest.raises(InputRefused, match="programs write where nothing was entered"):
        read_cohort(path, protocol_of(DATED))


def test_round_off_breaks_no_tie() -> None:
    torn = NUMBERS | {"exit": [0.1 + 0.2, 0.3, 0.7, 0.8], "initiation": [None, 0.1, None, 0.2]}
    months = {"unit": "months"}
    cohort = read_cohort(pl.DataFrame(torn), protocol_of(months))
    assert cohort.exit[0] == cohort.exit[1] == 0.3
    kept = read_cohort(pl.DataFrame(torn), protocol_of(months, near_ties="keep"))
    assert kept.exit[0] != kept.exit[1]


@pytest.mark.parametrize(
    ("name", "n", "n_events", "n_treated", "zero_exit"),
    [
        ("stanford_heart", 103, 75, 69, None),
        ("stanford_heart_jasa", 103, 75, 69, 0.5),
        ("simulated_repeat_hipec_29", 29, 18, 8, None),
    ],
)
def test_bundled_registries_are_read_without_complaint(
    name: str, n: int, n_events: int, n_treated: int, zero_exit: float | None
) -> None:
    study_file = example_study_file(name)
    protocol = read_protocol(study_file)
    cohort = read_cohort(registry_path(protocol, study_file), protocol)
    assert (cohort.n, int(cohort.event.sum()), cohort.n_initiated) == (n, n_events, n_treated)
    assert zero_exit is None or cohort.zero_exit == zero_exit
    warned = {f.code for f in cohort.findings if f.severity is not Severity.NOTE}
    assert warned <= {"exit_at_zero"}
