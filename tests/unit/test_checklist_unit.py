"""The TARGET checklist: every item, filled from what is stated, "not stated" elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from timezero.cli.checklist import COMMAND
from timezero.errors import InputRefused
from timezero.model.protocol import Protocol
from timezero.model.result import StudyResult
from timezero.report.checklist import Line, filled, items
from timezero.report.checklist_answers import ANSWERS
from timezero.report.render.checklist import checklist_html, checklist_json, checklist_text

MakeResult = Callable[..., StudyResult]
NUMBERS = [
    *("1a", "1b", "1c", "2", "3", "4", "5"),
    *("6a", "6b", "6c", "6d", "6e", "6f", "6g", "6h"),
    *("7a", "7b", "7c", "7d", "7e", "7f", "7g.i", "7g.ii", "7h.i", "7h.ii"),
    *(str(number) for number in range(8, 22)),
]
# Nothing in a study file or a result speaks of these.
NEVER_KNOWN = {"1a", "1b", "1c", "4", "6c", "17", "18", "20", "21"}


def by_number(lines: tuple[Line, ...]) -> dict[str, Line]:
    return {line.number: line for line in lines}


def test_the_items_are_those_of_the_statement() -> None:
    assert [item.number for item in items()] == NUMBERS
    assert len({number.rstrip("abcdefghi.") for number in NUMBERS}) == 21
    assert all(item.asks.endswith(".") for item in items())
    assert set(ANSWERS) == set(NUMBERS) - NEVER_KNOWN


def test_an_empty_protocol_states_next_to_nothing() -> None:
    lines = by_number(filled(Protocol()))
    assert {n for n, line in lines.items() if line.status != "not stated"} == {"6e", "6h"}
    assert lines["6e"].answer == "death from any cause."
    assert lines["3"].words == "not stated"


def test_defaults_are_not_taken_for_words_of_the_authors() -> None:
    given = Protocol.model_validate({"question": {"treatment": "a second operation"}})
    line = by_number(filled(given))["3"]
    assert line.status == "in part"
    assert "time zero" not in line.answer
    assert line.missing == "who, counted from"
    dumped = Protocol.model_validate(Protocol().model_dump(by_alias=True))
    assert by_number(filled(dumped))["6d"].status == "not stated"


def test_a_result_fills_results_and_only_them(made_up_result: MakeResult) -> None:
    result = made_up_result()
    with_result = by_number(filled(result.protocol, result))
    without = by_number(filled(result.protocol))
    for number in ("8", "9", "10", "11", "12", "13", "14", "15", "16"):
        assert with_result[number].status != "not stated", number
        assert without[number].status == "not stated", number
    assert all(with_result[number].status == "not stated" for number in NEVER_KNOWN)
    assert "Weighted Cox: hazard ratio 1.05" in with_result["13"].answer
    assert "ratio of times lived 0.95" in with_result["13"].answer
    assert "G12 failed" in with_result["16"].answer


def test_small_numbers_are_hidden(made_up_result: MakeResult) -> None:
    lines = by_number(filled(made_up_result().protocol, made_up_result()))
    assert "age: <5 missing" in lines["11"].answer
    assert "hidden" in lines["8"].answer
    private = made_up_result(profile="own")
    assert "age: 1 missing" in by_number(filled(private.protocol, private))["11"].answer


def test_refused_rungs_are_not_reported_as_done(made_up_result: MakeResult) -> None:
    result = made_up_result()
    rungs = tuple(replace(r, status="refused", refusal="no", contrasts=()) for r in result.rungs)
    lines = by_number(filled(result.protocol, replace(result, rungs=rungs)))
    assert lines["6f"].status == "not stated"
    assert lines["12"].status == "not stated"


def test_text_json_and_page_say_the_same(made_up_result: MakeResult) -> None:
    result = made_up_result()
    lines = filled(result.protocol, result)
    text = checklist_text(lines, plain=True)
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("not stated\n") >= len(NEVER_KNOWN)
    document = json.loads(checklist_json(lines))
    assert document["schema"] == "timezero/checklist/1"
    assert [item["number"] for item in document["items"]] == NUMBERS
    assert {item["status"] for item in document["items"]} == {"stated", "in part", "not stated"}
    page = checklist_html(lines, title="<script>alert(1)</script>")
    assert "<script" not in page
    assert page.count("<tr>") == len(NUMBERS) + 1
    assert 'href="#checklist"' in page


def test_the_command_reads_the_protocol_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "checklist.html"
    assert COMMAND(example="stanford_heart", protocol_only=True, json=True, html=page) == 0
    found = {item["number"]: item for item in json.loads(capsys.readouterr().out)["items"]}
    assert found["3"]["status"] == "stated"
    assert "heart transplant" in found["3"]["answer"]
    assert found["13"]["status"] == "not stated"
    assert page.read_text().rstrip().endswith("</html>")


@pytest.mark.parametrize(
    ("file", "example", "what"),
    [
        (None, None, "nothing is given"),
        (Path("study.toml"), "stanford_heart", "both"),
        (Path("registry.csv"), None, "not a study file"),
    ],
)
def test_what_is_no_study_is_refused(file: Path | None, example: str | None, what: str) -> None:
    with pytest.raises(InputRefused, match=what):
        COMMAND(file, example=example)
