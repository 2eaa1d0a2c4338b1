"""The program in R: written beside its data, without identifiers, and harmless."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from timezero.cli.script import COMMAND
from timezero.errors import InputRefused
from timezero.model.cohort import History
from timezero.model.result import StudyResult
from timezero.report.render.r_script import Candidates, r_data, r_program

MakeResult = Callable[..., StudyResult]


def candidates(result: StudyResult) -> Candidates:
    n = result.cohort.n
    return Candidates(
        origin=np.zeros(n), used=np.ones(n, dtype=bool), names=("age\nquit()", "sex"),
        columns=np.ones((n, 2)), width=1.0, grace_period=6.0,
    )  # fmt: skip


def head_of(program: str) -> list[str]:
    return program[: program.index("# -----")].splitlines()


def test_words_from_outside_stay_in_comments_and_strings(made_up_result: MakeResult) -> None:
    result = made_up_result()
    bad = 'x"\nquit(status = 9)\r\nq()'
    question = result.protocol.question.model_copy(update={"title": bad, "time_zero": bad})
    protocol = result.protocol.model_copy(update={"question": question})
    program = r_program(replace(result, protocol=protocol), candidates(result), data='a"b.csv')
    assert all(not line or line.startswith("#") or " <- " in line for line in head_of(program))
    assert 'DATA <- "a\\"b.csv"' in program


def test_the_data_have_no_identifiers_and_all_digits(made_up_result: MakeResult) -> None:
    result = made_up_result()
    text = r_data(result, candidates(result))
    assert not any(f"{name}," in text for name in result.cohort.patient)
    rows = list(csv.DictReader(text.splitlines()))
    assert [float(row["exit"]) for row in rows] == result.cohort.exit.tolist()
    assert {row["entry"] for row in rows} == {"-Inf"}
    never = np.isnan(result.cohort.initiation)
    assert [row["initiation"] == "NA" for row in rows] == never.tolist()


def test_only_standing_rungs_are_asked_for(made_up_result: MakeResult) -> None:
    result = made_up_result()
    program = r_program(result, candidates(result), data="d.csv")
    asked = next(line for line in program.splitlines() if line.startswith("RUNGS <- "))
    assert '"marginal_structural_cox"' in asked
    assert "from_trigger" not in asked
    assert "LEFT_OUT <- character(0)" in program


@pytest.mark.parametrize(
    ("fitness", "why"),
    [
        ({"weight_model": "cox"}, "only logistic weights"),
        ({"grace": "uniform"}, "only logistic weights"),
        ({"truncate": 0.99}, "its weights are truncated"),
    ],
)
def test_what_is_not_written_out_is_left_out_by_name(
    made_up_result: MakeResult, fitness: dict[str, object], why: str
) -> None:
    result = made_up_result()
    part = result.protocol.fitness.model_copy(update=fitness)
    protocol = result.protocol.model_copy(update={"fitness": part})
    program = r_program(replace(result, protocol=protocol), candidates(result), data="d.csv")
    assert f'LEFT_OUT <- c(clone_censor_weight = "{why}' in program


def test_covariates_that_change_are_left_out_by_name(made_up_result: MakeResult) -> None:
    result = made_up_result()
    history = History(
        name="marker", kind="numeric", patient=np.array([0]), time=np.array([1.0]),
        values=np.array([2.0]),
    )  # fmt: skip
    changed = replace(result, cohort=replace(result.cohort, histories=(history,)))
    program = r_program(changed, candidates(result), data="d.csv")
    left = next(line for line in program.splitlines() if line.startswith("LEFT_OUT"))
    assert "marginal_structural_cox" in left
    assert "clone_censor_weight" in left


def test_the_command_writes_both_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "again.R"
    assert COMMAND(r=True, example="simulated_repeat_hipec_29", output=target, plain=True) == 0
    said = capsys.readouterr().out
    assert "keep it private" in said
    assert f"next: Rscript {target}" in said
    assert 'DATA <- "again.csv"' in target.read_text()
    assert len(target.with_suffix(".csv").read_text().splitlines()) == 30


def test_a_language_must_be_named() -> None:
    with pytest.raises(InputRefused, match="no language is named"):
        COMMAND(example="stanford_heart")
