"""The stored R output is what the R programs give today."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
PROGRAMS = (
    "datasets",
    "stanford",
    "stanford_firth",
    "late_events",
    "naive_comparison",
    "clone_censor_weight",
    "sequential_trials",
    "marginal_structural_cox",
    "risk_set_matching",
    "g_formula",
    "multi_state",
    "structural_failure_time",
)
# Other processors and other builds of BLAS may round differently in the last digits.
RERUN_AGREEMENT = 1e-10
# Firth's maximum is found with numerical derivatives.
NUMERICAL_AGREEMENT = 1e-7
# Below this a number is the difference of two equal ones.
NOTHING = 1e-12

pytestmark = pytest.mark.needs_r


@pytest.fixture(scope="module")
def rerun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    subprocess.run(
        ["Rscript", "run_all.R", str(folder)], cwd=REFERENCE, check=True, capture_output=True
    )
    return folder


def differences(stored: Any, again: Any, within: float, where: str) -> list[str]:
    if isinstance(stored, dict):
        if stored.keys() != again.keys():
            return [f"{where}: {sorted(stored)} became {sorted(again)}"]
        return [
            difference
            for key in stored
            for difference in differences(stored[key], again[key], within, f"{where}.{key}")
        ]
    if isinstance(stored, list):
        if len(stored) != len(again):
            return [f"{where}: {len(stored)} values became {len(again)}"]
        return [
            difference
            for k, pair in enumerate(zip(stored, again, strict=True))
            for difference in differences(*pair, within, f"{where}.{k}")
        ]
    if isinstance(stored, (int, float)) and isinstance(again, (int, float)):
        gap = abs(stored - again)
        return [f"{where}: {stored} became {again}"] if gap > within * abs(stored) + NOTHING else []
    return [] if stored == again else [f"{where}: {stored} became {again}"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_gives_its_stored_output(program: str, rerun: Path) -> None:
    stored, again = (
        json.loads((folder / "output" / f"{program}.json").read_text("utf-8"))
        for folder in (REFERENCE, rerun)
    )
    # Which R made them is said, not compared: CI may bring a later one.
    assert stored.pop("made_with")
    assert again.pop("made_with")
    within = NUMERICAL_AGREEMENT if program == "stanford_firth" else RERUN_AGREEMENT
    assert differences(stored, again, within, program) == []


def test_the_programs_write_the_stored_data(rerun: Path) -> None:
    names = sorted(path.name for path in (REFERENCE / "data").glob("*.csv"))
    assert names == sorted(path.name for path in (rerun / "data").glob("*.csv"))
    for name in names:
        tables = []
        for folder in (REFERENCE, rerun):
            with (folder / "data" / name).open(encoding="utf-8", newline="") as lines:
                tables.append(list(csv.reader(lines)))
        assert tables[0] == tables[1], name


def test_every_program_is_run_again() -> None:
    writing = {
        path.stem
        for path in (REFERENCE / "programs").glob("*.R")
        if "folder_for_output()" in path.read_text("utf-8") and path.stem != "analyses"
    }
    assert writing == set(PROGRAMS)
    assert writing == {path.stem for path in (REFERENCE / "output").glob("*.json")}


def test_a_changed_number_is_noticed() -> None:
    stored = {"a": [1.0, {"b": 2.0}], "c": None}
    assert differences(stored, {"a": [1.0, {"b": 2.0 + 1e-13}], "c": None}, 1e-10, "x") == []
    assert differences(stored, {"a": [1.0, {"b": 2.000001}], "c": None}, 1e-10, "x") == [
        "x.a.1.b: 2.0 became 2.000001"
    ]
    assert differences(stored, {"a": [1.0], "c": None}, 1e-10, "x") != []
