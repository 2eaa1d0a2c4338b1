"""A length of follow-up that somebody worked out is compared with the dates."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Option, Question, Severity
from timezero.intake.draft import Draft
from timezero.intake.tables import EVIDENCE_LIMIT
from timezero.intake.wording import counted

CODE = "stated_time_against_dates"


def stated_time_against_dates(draft: Draft) -> list[Finding]:
    """Find stated times that differ by more than one unit from the times by the dates."""
    if not draft.in_dates or "stated_time" not in draft.beside:
        return []
    stated, unit = draft.beside["stated_time"], draft.protocol.data.unit
    by_dates, rule = draft.time("exit"), draft.protocol.rules.stated_time_against_dates
    wrong = np.asarray(np.abs(stated.numbers - by_dates) > 1.0)
    if not wrong.any():
        return []
    evidence = tuple(
        f"{draft.table.address(stated.column, int(k))}: stated {stated.numbers[k]:g}, by the dates "
        f"{by_dates[k]:.4g} {unit}"
        for k in np.flatnonzero(wrong)[:EVIDENCE_LIMIT]
    )
    what = (
        f"the stated length of follow-up differs by more than one of the {unit} from the dates in "
        f"{counted(wrong, 'patient')} of {counted(~stated.missing, 'patient')}"
    )
    where = draft.table.where(stated.column, wrong)
    if rule is not None:
        is_refused = rule == "refuse"
        return [
            Finding(
                code=CODE,
                severity=Severity.ERROR if is_refused else Severity.WARNING,
                what=what if is_refused else f"{what}; the dates are used",
                where=where,
                evidence=evidence,
                mend="look up which is right",
                n_rows=int(wrong.sum()),
            )
        ]
    example = f"{by_dates[int(np.flatnonzero(wrong)[0])]:.4g} {unit}"
    return [_question(what, example, where=where, evidence=evidence, n=int(wrong.sum()))]


def _question(
    what: str, example: str, *, where: str, evidence: tuple[str, ...], n: int
) -> Question:
    return Question(
        code=CODE,
        what=f"{what}: are the dates right?",
        where=where,
        evidence=evidence,
        mend="answer it with `timezero init`, or write rules.stated_time_against_dates in the "
        "study file",
        n_rows=n,
        key=("rules", "stated_time_against_dates"),
        options=(
            Option(value="dates", words=f"the dates: {example} are used"),
            Option(value="refuse", words="neither: nothing is analysed until it is settled"),
        ),
    )


CHECK = stated_time_against_dates
