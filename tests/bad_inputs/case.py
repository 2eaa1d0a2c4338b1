"""What a case of the acceptance suite is, and the report of what intake made of it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bad_inputs.clean import DATA, clean_rows, write_csv
from timezero.errors import InputRefused
from timezero.findings import Finding, Question, Severity
from timezero.intake.cohort import read_cohort
from timezero.intake.protocol_file import validated
from timezero.model.cohort import Cohort
from timezero.model.protocol import Protocol
from timezero.model.recipe import Recipe

STOPS = {Severity.ERROR, Severity.QUESTION}


@dataclass(frozen=True, kw_only=True)
class Given:
    """A file, and what the study file and the recipe say about it.

    ``clean`` says whether intake must arrive at the very times, events and treatments of the clean
    registry: True, False (they differ, for a reason that must be told), or None (nothing is read).
    ``earlier`` is an earlier state of the file.
    """

    source: Any
    data: dict[str, Any] = field(default_factory=lambda: dict(DATA))
    rules: dict[str, Any] = field(default_factory=dict[str, Any])
    recipe: dict[str, Any] = field(default_factory=dict[str, Any])
    clean: bool | None = True
    earlier: Any = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case.

    ``response`` is the letter or letters of the acceptance table: R refuse, Q ask, F put right and
    tell, W warn, S strip or escape. ``codes`` are the findings (or the code of the refusal) that
    are the response. ``answered`` returns the same file with the question answered: it must then be
    read. ``expect`` may check more of the report.
    """

    number: str
    response: str
    codes: tuple[str, ...]
    make: Callable[[Path], Given]
    answered: Callable[[Path], Given] | None = None


def all_cases() -> dict[str, Case]:
    """Return the cases of all chapters, by number and variant: ``B05`` or ``B05 big-endian``."""
    import bad_inputs.cases as chapters

    found: dict[str, Case] = {}
    for module in pkgutil.iter_modules(chapters.__path__):
        for case in importlib.import_module(f"bad_inputs.cases.{module.name}").CASES:
            assert case.number not in found, case.number
            found[case.number] = case
    return found


def report_of(case: Case, given: Given) -> dict[str, Any]:
    """Run intake on a file, and return what it said as plain data."""
    protocol, recipe = _asked(given)
    cohort, refusal, findings = None, None, tuple[Finding, ...]()
    try:
        cohort = read_cohort(given.source, protocol, recipe=recipe, earlier=given.earlier)
        findings = cohort.findings
    except InputRefused as refused:
        refusal, findings = refused, refused.findings
    said = [_plain(f) for f in findings if f.code in case.codes]
    others = sorted({f.code for f in findings if f.severity in STOPS and f.code not in case.codes})
    return {
        "case": case.number,
        "response": case.response,
        "outcome": _outcome(cohort, findings),
        "refusal": None if refusal is None else _refusal(refusal, given),
        "findings": said,
        "other_stops": others,
        "same_as_clean": None if cohort is None else same_course(cohort, clean_cohort()),
    }


def _asked(given: Given) -> tuple[Protocol, Recipe]:
    protocol = validated({"data": given.data, "rules": given.rules})
    return protocol, Recipe.model_validate(given.recipe)


def _outcome(cohort: Cohort | None, findings: tuple[Finding, ...]) -> str:
    if cohort is not None:
        return "read"
    kinds = {f.severity for f in findings}
    asks = Severity.QUESTION in kinds and Severity.ERROR not in kinds
    return "asked" if asks else "refused"


def _refusal(refusal: InputRefused, given: Given) -> dict[str, str]:
    folder = str(Path(given.source).parent) + "/" if isinstance(given.source, Path) else "\0"
    return {
        "code": refusal.code,
        "what": refusal.what.replace(folder, ""),
        "where": refusal.where.replace(folder, ""),
        "mend": refusal.mend.replace(folder, ""),
    }


def _plain(finding: Finding) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "code": finding.code,
        "severity": str(finding.severity),
        "what": finding.what,
        "where": finding.where,
        "evidence": list(finding.evidence),
        "mend": finding.mend,
        "n_rows": finding.n_rows,
    }
    if isinstance(finding, Question):
        plain["key"] = finding.place
        plain["options"] = {str(option.value): option.words for option in finding.options}
        default = finding.default
        plain["default"] = list(default) if isinstance(default, tuple) else default
    return plain


def clean_cohort() -> Cohort:
    """Return the cohort of the clean registry."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = write_csv(Path(folder), clean_rows())
        return read_cohort(path, validated({"data": DATA}))


def same_course(one: Cohort, other: Cohort) -> bool:
    """Return whether two cohorts have the same patients with the same courses, in any order."""
    return courses(one) == courses(other)


def courses(cohort: Cohort) -> dict[str, tuple[Any, ...]]:
    """Return entry, exit, treatment, trigger and event of each patient."""
    trigger = np.full(cohort.n, np.nan) if cohort.trigger is None else cohort.trigger
    times = zip(cohort.entry, cohort.exit, cohort.initiation, trigger, strict=True)
    rounded = [tuple(str(round(float(t), 9)) for t in row) for row in times]
    return {
        patient: (*row, bool(event))
        for patient, row, event in zip(cohort.patient, rounded, cohort.event, strict=True)
    }
