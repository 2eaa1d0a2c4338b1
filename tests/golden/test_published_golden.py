"""Numbers that others printed, against what our R programs compute, to every printed digit."""

from __future__ import annotations

import json
import math
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
ORACLES = tomllib.loads((REFERENCE / "published" / "oracles.toml").read_text("utf-8"))
# Comparing decimals in binary: half a unit of the last digit and a little.
ROUNDING = 0.5 * (1.0 + 1e-6)


@cache
def output(program: str) -> Any:
    stored = json.loads((REFERENCE / "output" / f"{program}.json").read_text("utf-8"))
    if "analyses" in stored:
        return {analysis["name"]: analysis for analysis in stored["analyses"]}
    return stored


@pytest.mark.parametrize("number", ORACLES["number"], ids=lambda number: number["at"])
def test_r_gives_the_printed_number(number: dict[str, Any]) -> None:
    program, path = number["at"].split(":")
    value = output(program)
    for step in path.split("."):
        value = value[int(step)] if isinstance(value, list) else value[step]
    if number.get("as") == "exp":
        value = math.exp(value)
    printed = number["printed"]
    last_digit = 10.0 ** -len(printed.partition(".")[2])
    assert abs(value - float(printed)) <= number.get("within", ROUNDING * last_digit)


def test_every_source_has_an_address() -> None:
    assert {number["source"] for number in ORACLES["number"]} == set(ORACLES["sources"])
    assert all("why" in number for number in ORACLES["number"] if "within" in number)
