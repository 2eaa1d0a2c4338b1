"""Every case of the acceptance table of intake gives the response stated there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bad_inputs.case import Case, all_cases, report_of
from bad_inputs.write_expected import file_of

CASES = all_cases()
EACH = pytest.mark.parametrize("number", CASES)
# The letters of the acceptance table: R refuse, Q ask, F put right and tell, W warn, S strip.
TABLE = {
    "B01": "R", "B02": "R", "B03": "W", "B04": "F", "B05": "F", "B06": "F", "B07": "Q", "B08": "R",
    "B09": "F", "B10": "F", "B11": "F", "B12": "F", "B13": "Q", "B14": "R", "B15": "Q", "B16": "Q",
    "B17": "F", "B18": "F", "B19": "FR", "B20": "R", "B21": "W", "B22": "Q", "B23": "Q", "B24": "Q",
    "B25": "W", "B26": "F", "B27": "W", "B28": "S", "B29": "FR", "B30": "FR", "B31": "RQ",
    "B32": "F", "B33": "F", "B34": "S", "B35": "Q", "B36": "W", "B37": "Q", "B38": "F", "B39": "R",
    "B40": "W", "B41": "Q", "B42": "W", "B43": "R", "B44": "S", "B45": "F", "B46": "Q", "B47": "R",
    "B48": "Q", "B49": "Q", "B50": "Q", "B51": "R", "B52": "Q", "B53": "R", "B54": "FW",
    "B55": "Q", "B56": "F", "B57": "R", "B58": "R", "B59": "R", "B60": "Q", "B61": "Q", "B62": "W",
    "B63": "Q", "B64": "R", "B65": "RW", "B66": "W", "B67": "Q", "B68": "W", "B69": "Q",
    "B70": "Q", "B71": "F", "B72": "FQ", "B73": "Q", "B74": "W", "B75": "Q", "B76": "F",
    "B77": "Q", "B78": "Q", "B79": "Q", "B80": "Q", "B81": "Q", "B82": "F", "B83": "R", "B84": "Q",
    "B85": "R", "B86": "Q", "B87": "S", "B88": "W", "B89": "R", "B90": "RW", "B91": "R",
    "B92": "R", "B93": "S", "B94": "S", "B95": "S", "B96": "F",
}  # fmt: skip


def test_every_case_of_the_table_is_there() -> None:
    assert {number.split(" ")[0] for number in CASES} == set(TABLE)


@EACH
def test_the_case_claims_the_response_of_the_table(number: str) -> None:
    case = CASES[number]
    assert (
        case.response in TABLE[number.split(" ", maxsplit=1)[0]]
        or case.response == TABLE[number[:3]]
    )


@EACH
def test_the_report_is_the_expected_one(number: str, tmp_path: Path) -> None:
    case = CASES[number]
    report = report_of(case, case.make(tmp_path))
    assert report == json.loads(file_of(number).read_text("utf-8"))


@EACH
def test_the_response_is_what_its_letter_means(number: str, tmp_path: Path) -> None:
    case = CASES[number]
    given = case.make(tmp_path)
    report = report_of(case, given)
    _follows(case, report)
    if report["outcome"] == "read" and given.clean is not None:
        assert report["same_as_clean"] == given.clean


def _follows(case: Case, report: dict[str, Any]) -> None:
    kinds = {finding["severity"] for finding in report["findings"]}
    told = {finding["code"] for finding in report["findings"]}
    if report["refusal"] is not None:
        told.add(report["refusal"]["code"])
    assert told & set(case.codes), "the response is not told"
    assert report["other_stops"] == []
    if case.response == "R":
        assert report["outcome"] == "refused"
        assert report["refusal"]["where"]
        assert report["refusal"]["mend"]
    elif case.response == "Q":
        assert report["outcome"] == "asked"
        assert kinds == {"question"}
    else:
        assert report["outcome"] == "read"
        assert kinds <= {"note", "warning"}
        if case.response == "W":
            assert "warning" in kinds


@pytest.mark.parametrize("number", [n for n, case in CASES.items() if case.answered])
def test_the_answered_question_is_not_asked_again(number: str, tmp_path: Path) -> None:
    case = CASES[number]
    assert case.answered is not None
    given = case.answered(tmp_path)
    report = report_of(case, given)
    assert report["outcome"] == "read", report
    if given.clean is not None:
        assert report["same_as_clean"] == given.clean


@pytest.mark.parametrize("number", [n for n, case in CASES.items() if case.response == "Q"])
def test_every_question_has_a_tested_answer(number: str) -> None:
    assert CASES[number].answered is not None
