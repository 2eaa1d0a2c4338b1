"""Text cells are never formulas; numbers stay numbers."""

from __future__ import annotations

import pytest

from timezero.intake.spreadsheet_safe import FORMULA_STARTS, safe_cell


@pytest.mark.parametrize("sign", FORMULA_STARTS)
@pytest.mark.parametrize("rest", ["HYPERLINK(1)", "cmd|' /C calc'!A0", "SUM(A1)", ""])
@pytest.mark.parametrize("before", ["", " ", "\u00a0"])
def test_formulas_become_text(sign: str, rest: str, before: str) -> None:
    text = f"{before}{sign}{rest}"
    assert safe_cell(text) == f"'{text}"
    assert safe_cell(safe_cell(text)) == safe_cell(text)


@pytest.mark.parametrize("text", ["-1.5", "+3", "-1,5", "-2e-3", "-5%", "0", "12.25", "-.5"])
def test_numbers_stay_numbers(text: str) -> None:
    assert safe_cell(text) == text


@pytest.mark.parametrize("text", ["CC-0", "a=b", "2016-03-01", "", "P1", "a+b"])
def test_plain_text_stays(text: str) -> None:
    assert safe_cell(text) == text


def test_sums_of_numbers_are_formulas() -> None:
    assert safe_cell("-2+3") == "'-2+3"
    assert safe_cell("+49 30 1234") == "'+49 30 1234"
