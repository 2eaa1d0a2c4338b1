"""Every rule of plausibility is documented, names items of the dictionary, and stops nothing."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from timezero.findings import Severity
from timezero.intake.plausible import implausible
from timezero.intake.record_columns import Rule
from timezero.intake.record_items import dictionary, item
from timezero.intake.sources import read_table
from timezero.model.protocol import DataPart
from timezero.registry import discover

ROOT = Path(__file__).resolve().parents[2]
RULES: dict[str, Rule] = discover("timezero.intake.plausibility", "RULE")
EACH = pytest.mark.parametrize("name", RULES)
ODD = ("-1", "0", "1e9", "nan", "x", "", "2016-13-45", "V", "cisplatin", "mg/l", "yes", "\u00bd")


@EACH
def test_a_rule_is_called_like_its_file(name: str) -> None:
    assert RULES[name].name == name
    assert len(RULES[name].says) > 20


@EACH
def test_a_rule_reads_items_of_the_dictionary(name: str) -> None:
    assert RULES[name].items
    for key in RULES[name].items:
        assert item(key).key == key


@EACH
def test_a_rule_is_documented(name: str) -> None:
    page = (ROOT / "docs" / "methods" / "thermal-dose-and-doses.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| `{name}` \|", page, re.MULTILINE)


@EACH
def test_a_rule_is_tested(name: str) -> None:
    tests = (ROOT / "tests" / "unit" / "test_plausibility_unit.py").read_text(encoding="utf-8")
    assert f'rule="{name}"' in tests


@pytest.mark.parametrize("shift", range(0, len(ODD), 3))
def test_rules_survive_odd_cells_and_stop_nothing(shift: int) -> None:
    cells = {
        record.key: [ODD[(k + shift) % len(ODD)], ODD[(k * 5 + shift) % len(ODD)], None]
        for k, record in enumerate(dictionary())
    }
    second = {f"{key} 2nd surgery": values for key, values in list(cells.items())[:60]}
    table = read_table(pl.DataFrame(cells | second))
    for finding in implausible(table, DataPart()):
        assert finding.severity in {Severity.NOTE, Severity.WARNING}
        assert finding.code in RULES
        assert finding.n_rows >= 1
