"""The program in R that a study writes counts its main numbers again, to the same digits."""

from __future__ import annotations

import csv
import math
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from timezero.cli.script import _candidates, _without_draws
from timezero.intake.cohort import read_cohort
from timezero.intake.examples import example_study_file
from timezero.intake.protocol_file import read_protocol, registry_path
from timezero.ladder.run import study
from timezero.model.estimate import ArmSummary
from timezero.model.result import StudyResult
from timezero.report.render.r_script import Candidates, r_data, r_program

EXAMPLES = ("stanford_heart", "simulated_repeat_hipec_500")
# Seen: 6e-11. Both sides iterate far beyond this; times are read from text with all their digits.
AGREE = 1e-8
# Of each rung, how many numbers the program prints at least; a program that skips is no check.
LEAST = {
    "ever_treated": 18,
    "landmark": 2,
    "mantel_byar": 3,
    "simon_makuch": 8,
    "time_varying": 3,
    "marginal_structural_cox": 4,
    "clone_censor_weight": 5,
}


@cache
def walked(name: str) -> tuple[StudyResult, Candidates]:
    file = example_study_file(name)
    protocol = _without_draws(read_protocol(file))
    registry = registry_path(protocol, file)
    assert registry is not None
    cohort = read_cohort(registry, protocol)
    return study(cohort, protocol), _candidates(cohort, protocol)


@cache
def printed(name: str, folder: Path) -> dict[str, float]:
    result, candidates = walked(name)
    (folder / "study.csv").write_text(r_data(result, candidates))
    (folder / "study.R").write_text(r_program(result, candidates, data="study.csv"))
    done = subprocess.run(
        ["Rscript", str(folder / "study.R")], capture_output=True, text=True, check=False,
        timeout=120, cwd="/",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = {row[0]: float(row[1].replace("NA", "nan")) for row in csv.reader(done.stdout.split())}
    assert len(found) == len(done.stdout.split())
    return found


def of_arm(arms: tuple[ArmSummary, ...], words: str) -> float:
    arm = next(a for a in arms if a.arm == words.split("/", maxsplit=1)[0])
    what = words.split("/")[1]
    if what == "median":
        return arm.median
    kind, at = what.split("@")
    read = next(r for r in getattr(arm, kind) if r.at == pytest.approx(float(at)))
    return read.standard_error if words.endswith("/standard_error") else read.value


def in_result(result: StudyResult, path: str) -> float:
    """Return the number of the result that the program prints under a name."""
    rung_name, rest = path.split("/", 1)
    rung = result.rung(rung_name)
    if rest.startswith("arms/"):
        return of_arm(rung.arms, rest.removeprefix("arms/"))
    matched = re.fullmatch(r"(\w+)/([\w=.]+)(?:@([\d.]+))?(?:/(\w+))?", rest)
    assert matched, path
    measure, variant, at, what = matched.groups()
    contrast = next(
        c
        for c in rung.contrasts
        if c.measure == measure
        and c.variant == variant
        and (at is None or c.at == pytest.approx(float(at)))
    )
    if what is None:
        return contrast.value
    return contrast.details[what] if what in contrast.details else getattr(contrast, what)


@pytest.mark.needs_r
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_program_finds_the_same_numbers(name: str, tmp_path_factory) -> None:
    result, _ = walked(name)
    found = printed(name, tmp_path_factory.mktemp(name))
    wrong = {
        path: (value, expected)
        for path, value in found.items()
        if (expected := in_result(result, path)) != pytest.approx(value, rel=AGREE, abs=AGREE)
        and not (math.isnan(value) and math.isnan(expected))
    }
    assert wrong == {}
    for rung, least in LEAST.items():
        assert sum(path.startswith(f"{rung}/") for path in found) >= least, rung
    assert sum(not math.isnan(value) for value in found.values()) > 40


@pytest.mark.needs_r
def test_candidates_are_counted_from_the_trigger(tmp_path_factory) -> None:
    found = printed(EXAMPLES[1], tmp_path_factory.mktemp("trigger"))
    assert sum(path.startswith("from_trigger/") for path in found) == 6
