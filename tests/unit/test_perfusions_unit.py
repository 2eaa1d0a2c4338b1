"""Courses of perfusions: read, refused with their cells, computed, drawn, and kept private."""

from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from timezero.errors import InputRefused
from timezero.findings import Severity
from timezero.intake.cohort import read_cohort
from timezero.intake.computed.readings import readings_of
from timezero.intake.computed.thermal_dose import thermal_dose
from timezero.intake.examples import copy_example
from timezero.intake.protocol_file import perfusion_path, read_protocol
from timezero.model.cohort import Cohort
from timezero.model.protocol import DataPart, Protocol
from timezero.model.result import StudyResult
from timezero.report.document import Figure, Prose, Table
from timezero.report.figures.perfusion import FIGURE, MOST_PANELS
from timezero.report.sections.perfusion import SECTION
from timezero.report.shareable import shareable

MakeResult = Callable[..., StudyResult]
ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "src" / "timezero" / "data" / "simulated_repeat_hipec_29"
DATA = DataPart(
    id="id", exit="months", event="dead", event_value=("1",), initiation="again", unit="months"
)
REGISTRY = pl.DataFrame(
    {
        "id": [f"P{k}" for k in range(12)],
        "months": [str(10 + k) for k in range(12)],
        "dead": [str(k % 2) for k in range(12)],
        "again": ["5" if k < 4 else "" for k in range(12)],
        "minutes planned": ["90"] * 12,
        "minutes done": ["30"] * 12,
    }
)
SERIES = """
id,procedure number,minute,phase,T in,T out,abdominal temperature,flow
P1,1,0,fill,40.0,37.0,37.0,1.0
P1,1,10,circulate,42.0,41.0,41.0,1.2
P1,1,20,circulate,42.0,41.5,41.5,1.2
P1,1,40,drain,42.0,41.5,41.5,0.8
P1,2,0,,42.0,,,
P1,2,10,,43.0,,,1.1
"""


def table(text: str = SERIES, *edits: tuple[str, str]) -> pl.DataFrame:
    """Return the series as a data frame of text, after some edits."""
    for old, new in edits:
        assert text.count(old) >= 1
        text = text.replace(old, new)
    header, *lines = [line.split(",") for line in text.strip().splitlines()]
    return pl.DataFrame(lines, schema=header, orient="row")


def cohort_with(series: pl.DataFrame, data: DataPart = DATA) -> Cohort:
    return read_cohort(REGISTRY, Protocol(data=data), perfusions=series)


def test_courses_are_read_by_patient_and_procedure() -> None:
    cohort = cohort_with(table())
    first, second = cohort.perfusions
    assert [(p.patient, p.procedure) for p in cohort.perfusions] == [(1, 1), (1, 2)]
    assert cohort.n_perfused == 1
    np.testing.assert_array_equal(first.minutes, [0, 10, 20, 40])
    np.testing.assert_array_equal(first.inflow, [40, 42, 42, 42])
    np.testing.assert_array_equal(second.flow, [math.nan, 1.1])
    assert first.phases == ((0.0, 10.0, "fill"), (10.0, 40.0, "circulate"))
    assert (first.planned, first.recorded, first.circulated) == (90.0, 30.0, 30.0)
    assert second.phases == ()
    assert math.isnan(second.circulated)
    assert math.isnan(second.planned)


def test_heat_is_computed_for_each_sensor_at_intake() -> None:
    first, second = cohort_with(table(SERIES, ("P1,1,40,", "P1,1,30,"))).perfusions
    by_sensor = {heat.sensor: heat for heat in first.heat}
    assert list(by_sensor) == ["inflow", "outflow", "abdomen"]
    abdomen = by_sensor["abdomen"]
    assert abdomen.minutes_warm == pytest.approx(20.0)
    assert abdomen.mean == pytest.approx((41.25 + 41.5) / 2)
    assert abdomen.highest == 41.5
    assert abdomen.dose == thermal_dose(readings_of(first.minutes, first.abdomen))
    (inflow,) = second.heat
    assert math.isnan(inflow.mean)
    assert inflow.dose == pytest.approx(10 * (1 - 1 / 4) / math.log(4))


def test_a_gap_leaves_the_dose_out_and_says_so() -> None:
    cohort = cohort_with(table())
    assert {heat.why_not for heat in cohort.perfusions[0].heat} == {
        "20 minutes without a reading follow minute 20; at most 15 are bridged"
    }
    assert math.isnan(cohort.perfusions[0].heat[0].dose)
    told = [f for f in cohort.findings if f.code == "perfusion_without_dose"]
    assert len(told) == 3
    assert all(f.severity is Severity.WARNING for f in told)
    assert "from the inflow" in told[0].what
    assert told[0].evidence == (
        "row 1: 20 minutes without a reading follow minute 20; at most 15 are bridged",
    )


def test_far_from_the_minutes_planned_is_told() -> None:
    (told,) = [f for f in cohort_with(table()).findings if f.code == "perfusion_not_as_planned"]
    assert told.evidence == ("row 1: 30 of 90 minutes",)
    assert "30" not in told.what
    near = table(SERIES, ("P1,1,40,drain", "P1,1,80,drain"))
    assert not [f for f in cohort_with(near).findings if f.code == "perfusion_not_as_planned"]


@pytest.mark.parametrize(
    ("edits", "code", "evidence"),
    [
        ([("P1,1,20,", "P1,1,10,")], "perfusion_times_unsorted", "row 3: 10"),
        ([("P1,1,20,", "P1,1,5,")], "perfusion_times_unsorted", "row 3: 5"),
        ([("P1,1,20,", "P1,1,,")], "perfusion_time_missing", "row 3: empty"),
        ([("P1,1,20,", "P1,1.5,20,")], "perfusion_procedure_unknown", "row 3: 1.5"),
        ([("P1,1,20,", "P1,1e30,20,")], "perfusion_procedure_unknown", "row 3: 1e30"),
        ([("P1,1,20,circulate", "P1,1,20,pause")], "perfusion_phase_unknown", "row 3: pause"),
        ([("41.5,0.8", "warm,0.8")], "perfusion_unreadable", "row 4: warm"),
        ([("41.5,0.8", "106.7,0.8")], "perfusion_outside_possible", "row 4: 106.7"),
        ([("P1,", "Q1,")], "perfusion_patient_unknown", "row 1: Q1"),
    ],
)
def test_what_cannot_be_used_stops_with_its_cell(
    edits: list[tuple[str, str]], code: str, evidence: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        cohort_with(table(SERIES, *edits))
    (found,) = [f for f in refused.value.findings if f.code == code]
    assert found.severity is Severity.ERROR
    assert found.evidence[0] == evidence


def test_everything_wrong_is_said_at_once() -> None:
    edits = (("41.5,0.8", "106.7,0.8"), ("P1,1,20,", "P1,1,5,"))
    with pytest.raises(InputRefused) as refused:
        read_cohort(
            REGISTRY.with_columns(months=pl.lit("-1")),
            Protocol(data=DATA),
            perfusions=table(SERIES, *edits),
        )
    codes = {f.code for f in refused.value.findings}
    assert {"perfusion_outside_possible", "perfusion_times_unsorted", "time_negative"} <= codes


def test_near_misses_go_through_with_a_warning() -> None:
    series = table(SERIES, ("41.5,0.8", "46,0.8"), ("P1,2,", "Q1,2,"))
    cohort = cohort_with(series)
    told = {f.code: f for f in cohort.findings}
    assert told["perfusion_outside_usual"].evidence == ("row 4: 46",)
    assert told["perfusion_patient_unknown"].n_rows == 2
    assert told["perfusion_patient_unknown"].severity is Severity.WARNING
    assert len(cohort.perfusions) == 1


def test_a_second_perfusion_without_a_second_procedure_is_told() -> None:
    assert "perfusion_without_procedure" not in {f.code for f in cohort_with(table()).findings}
    cohort = cohort_with(table(SERIES, ("P1,", "P9,")))
    assert "perfusion_without_procedure" in {f.code for f in cohort.findings}


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (("id,", "who,"), "no column holds the patient"),
        (("minute,", "when,"), "no column holds the minute"),
        (("T in,T out,abdominal temperature,flow", "a,b,c,d"), "no column holds a temperature"),
        (("T in,T out", "T in,inflow temp"), "may both be the inflow"),
    ],
)
def test_columns_that_are_missing_or_double_are_refused(header: tuple[str, str], said: str) -> None:
    with pytest.raises(InputRefused, match=said) as refused:
        cohort_with(table(SERIES, header))
    assert refused.value.code == "TZ-PER-01"


def test_decimal_commas_are_read_as_the_study_file_says() -> None:
    frame = table().with_columns(pl.col("T in").str.replace(".", ",", literal=True))
    data = DATA.model_copy(update={"decimal_comma": True})
    frame = frame.with_columns(
        pl.col("T out", "abdominal temperature", "flow").str.replace(".", ",", literal=True)
    )
    np.testing.assert_array_equal(cohort_with(frame, data).perfusions[0].inflow, [40, 42, 42, 42])


def test_estimates_do_not_move_but_the_digest_does() -> None:
    bare = read_cohort(REGISTRY, Protocol(data=DATA))
    cohort = cohort_with(table())
    other = cohort_with(table(SERIES, ("42.0,41.0,41.0", "42.0,41.0,41.1")))
    assert bare.perfusions == ()
    np.testing.assert_array_equal(bare.exit, cohort.exit)
    np.testing.assert_array_equal(bare.initiation, cohort.initiation)
    assert len({bare.digest, cohort.digest, other.digest}) == 3


def test_the_file_beside_the_study_file_is_found(tmp_path: Path) -> None:
    written = {path.name for path in copy_example("simulated_repeat_hipec_29", tmp_path)}
    assert "perfusions_SIMULATED.csv" in written
    protocol = read_protocol(tmp_path / "study.toml")
    assert (
        perfusion_path(protocol, tmp_path / "study.toml") == tmp_path / "perfusions_SIMULATED.csv"
    )
    cohort = read_cohort(tmp_path / "registry_SIMULATED.csv", protocol)
    assert [cohort.patient[p.patient] for p in cohort.perfusions][-1] == "SIM-07"
    assert cohort.findings == ()
    with pytest.raises(InputRefused, match="not known where the perfusions are"):
        read_cohort(pl.read_csv(tmp_path / "registry_SIMULATED.csv"), protocol)


def test_the_simulated_file_is_what_its_program_writes() -> None:
    path = ROOT / "simulations" / "make_simulated_perfusions.py"
    spec = importlib.util.spec_from_file_location("make_simulated_perfusions", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (EXAMPLE / "perfusions_SIMULATED.csv").read_bytes() == module.as_csv().encode("ascii")


def test_the_chart_draws_some_and_counts_the_rest(made_up_result: MakeResult) -> None:
    result = made_up_result(profile="own")
    figure, table_ = SECTION.blocks(result)
    assert isinstance(figure, Figure)
    assert isinstance(table_, Table)
    assert len(figure.pictures) == MOST_PANELS
    assert "2 more are in the table, not drawn" in figure.note
    assert "P0, procedure 1: 80 min" in figure.pictures[0].svg
    assert "80 of 90 planned min" in figure.pictures[1].svg
    assert "phases not recorded" in figure.pictures[1].svg
    for words in ("fill", "circulate", "drain", "inflow", "abdomen", "Temperature, °C"):
        assert words in figure.pictures[0].svg
    assert "outflow" not in figure.pictures[0].svg
    assert "not recorded" in figure.pictures[3].svg
    assert len(table_.rows) == 17
    assert "P1, procedure 1, abdomen: 35 minutes without a reading." in table_.note


def test_no_perfusion_leaves_the_section_out(made_up_result: MakeResult) -> None:
    result = made_up_result(profile="own")
    bare = replace(result, cohort=replace(result.cohort, perfusions=()))
    assert list(SECTION.blocks(bare)) == []
    assert FIGURE.draw(bare) is None


@pytest.mark.parametrize("profile", ["publish", "cms"])
def test_reports_for_others_hold_a_count_only(made_up_result: MakeResult, profile: str) -> None:
    result = shareable(made_up_result(profile=profile))
    assert result.cohort.perfusions == ()
    assert FIGURE.draw(result) is None
    (block,) = SECTION.blocks(result)
    assert isinstance(block, Prose)
    smallest = 5 if profile == "publish" else 11
    assert f"the number of patients with one: <{smallest}" in block.paragraphs[0]


def test_small_numbers_of_perfusions_are_not_said_to_others(made_up_result: MakeResult) -> None:
    result = made_up_result(profile="publish")
    told = [f for f in cohort_with(table()).findings if f.code.startswith("perfusion_")]
    said = shareable(replace(result, findings=tuple(told))).findings
    assert all(f.what[0].isdigit() for f in told)
    assert len(said) == len(told) == 4
    for finding in said:
        assert not finding.evidence
        assert finding.what[0].isdigit() is False
        assert "row 1" not in finding.where


def test_json_holds_no_reading(made_up_result: MakeResult) -> None:
    read = json.loads(made_up_result(profile="own").to_json())
    assert "perfusions" not in read["cohort"]
