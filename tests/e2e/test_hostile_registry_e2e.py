"""A registry full of cells that something would obey, from the file to every kind of report."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bad_inputs.clean import as_text, clean_rows

MAIN = "from timezero.cli.app import main; main()"
MARKUP = "<img src=x onerror=alert(1)>"
HEADER = f"{MARKUP} __proto__"
CELLS = (
    '=HYPERLINK("http://example.org")', "<script>alert(1)</script>", "North\u202egpj",
    "{{7*7}}", "</style><svg onload=alert(1)>",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hostile")
    rows = clean_rows()
    for k, row in enumerate(rows):
        row["patient_id"] = f"P{k}{MARKUP}"
        row[HEADER] = CELLS[k % len(CELLS)]
        row["centre"] = ("<b>North</b>", "=1+1")[k % 2]
    (place / f"two\nlines {MARKUP[:9]}.csv").write_text(as_text(rows), encoding="utf-8")
    return place


def run(folder: Path, *words: str) -> str:
    (registry,) = folder.glob("*.csv")
    ran = subprocess.run(
        [sys.executable, "-c", MAIN, words[0], registry.name, *words[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode in {0, 1}, ran.stderr
    assert "Traceback" not in ran.stderr
    return ran.stdout


def test_look_shows_no_sign_that_a_screen_obeys(folder: Path) -> None:
    said = run(folder, "look")
    assert "\u202e" not in said
    assert "\x1b" not in said
    assert "two lines" in said


def test_look_as_json_is_json_with_every_cell_as_text(folder: Path) -> None:
    said = json.loads(run(folder, "look", "--json"))
    assert HEADER in json.dumps(said)


def test_the_report_in_html_holds_no_tag_of_the_registry(folder: Path) -> None:
    run(
        folder, "study", "--id", "patient_id", "--time-zero", "first_crs",
        "--initiation", "second_crs", "--exit", "last_contact", "--event", "status",
        "--event-value", "dead", "--unit", "months", "--covariates", HEADER, "--centre", "centre",
        "--redeals", "0", "--bootstrap", "0", "--replicates", "0",
        "--html", "report.html", "--json", "report.json",
    )  # fmt: skip
    page = (folder / "report.html").read_text("utf-8")
    for sign in (MARKUP, "<script>alert(1)", "<svg onload", "<b>North</b>", "\u202e"):
        assert sign not in page, sign
    json.loads((folder / "report.json").read_text("utf-8"))
    assert sorted(p.suffix for p in folder.iterdir()) == [".csv", ".html", ".json"]
