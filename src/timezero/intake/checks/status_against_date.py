"""Alive with a date of death, or dead without one: status and date contradict each other."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Finding, Option, Question, Severity
from timezero.intake.draft import Draft
from timezero.intake.tables import EVIDENCE_LIMIT, shown
from timezero.intake.wording import counted

CODE = "status_against_date"


def status_against_date(draft: Draft) -> list[Finding]:
    """Ask, or say by which rule, where status and date of death contradict each other."""
    if draft.deaths is None:
        return []
    alive, dead = draft.deaths.alive_with_date, draft.deaths.dead_without_date
    both = alive | dead
    if not both.any():
        return []
    rule = draft.protocol.rules.status_against_date
    parts = (
        (alive, "with a date of death and a status that says otherwise"),
        (dead, "dead by the status, without a date of death"),
    )
    what = "; ".join(f"{counted(mask, 'patient')} {words}" for mask, words in parts if mask.any())
    where, evidence = draft.table.where(draft.event.column, both), _evidence(draft, both)
    n = int(both.sum())
    if rule is not None:
        return [
            Finding(
                code=CODE,
                severity=Severity.WARNING,
                what=f"{what}; by the rule status_against_date = {rule!r} the {rule} counts",
                where=where,
                evidence=evidence,
                mend="look these patients up",
                n_rows=n,
            )
        ]
    return [_question(what, where=where, evidence=evidence, n=n)]


def _question(what: str, *, where: str, evidence: tuple[str, ...], n: int) -> Question:
    return Question(
        code=CODE,
        what=f"{what}: which of the two is right?",
        where=where,
        evidence=evidence,
        mend="look these patients up; or answer with `timezero init`, or write "
        "rules.status_against_date in the study file",
        n_rows=n,
        key=("rules", "status_against_date"),
        options=(
            Option(
                value="date",
                words="the date: who has one died on it, who has none was alive at the last "
                "contact",
            ),
            Option(
                value="status",
                words="the status: who is dead by it died at the last contact where no date "
                "says when, who is alive by it was alive at the last contact",
            ),
        ),
    )


def _evidence(draft: Draft, mask: Bools) -> tuple[str, ...]:
    status, death = draft.event.column, draft.moments["death"].column
    return tuple(
        f"{draft.table.address(status, int(k))}: {shown(status.text[int(k)])}, "
        f"{draft.table.address(death, int(k))}: {shown(death.text[int(k)])}"
        for k in np.flatnonzero(mask)[:EVIDENCE_LIMIT]
    )


CHECK = status_against_date
