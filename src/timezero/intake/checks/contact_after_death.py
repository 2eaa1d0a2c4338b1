"""Nobody is seen after death: one of the two dates is wrong, and its owner says which."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Finding, Option, Question, Severity
from timezero.intake.draft import Draft
from timezero.intake.tables import EVIDENCE_LIMIT
from timezero.intake.wording import counted

CODE = "contact_after_death"


def contact_after_death(draft: Draft) -> list[Finding]:
    """Ask, or say by which rule, where a last contact is later than the death."""
    if draft.deaths is None or not draft.deaths.contact_after.any():
        return []
    late, rule = draft.deaths.contact_after, draft.protocol.rules.contact_after_death
    contact, death = draft.moments["exit"].column, draft.moments["death"].column
    evidence = tuple(
        f"{draft.table.address(contact, int(k))}: last contact {contact.text[int(k)]}, "
        f"{draft.table.address(death, int(k))}: death {death.text[int(k)]}"
        for k in np.flatnonzero(late)[:EVIDENCE_LIMIT]
    )
    what = f"the last contact is later than the death in {counted(late, 'patient')}"
    where = draft.table.where(contact, late)
    if rule is not None:
        kept = "death" if rule == "death" else "last contact"
        return [
            Finding(
                code=CODE,
                severity=Severity.WARNING,
                what=f"{what}; by the rule contact_after_death = {rule!r} the {kept} counts",
                where=where,
                evidence=evidence,
                mend="look these dates up",
                n_rows=int(late.sum()),
            )
        ]
    return [_question(draft, late, what, where=where, evidence=evidence)]


def _question(
    draft: Draft, late: Bools, what: str, *, where: str, evidence: tuple[str, ...]
) -> Question:
    contact, death = draft.moments["exit"].column, draft.moments["death"].column
    row = int(np.flatnonzero(late)[0])
    return Question(
        code=CODE,
        what=f"{what}: which of the two dates is right?",
        where=where,
        evidence=evidence,
        mend="look these dates up; or answer with `timezero init`, or write "
        "rules.contact_after_death in the study file",
        n_rows=int(late.sum()),
        key=("rules", "contact_after_death"),
        options=(
            Option(
                value="death",
                words=f"the death is right: observation ends {death.text[row]}, in death",
            ),
            Option(
                value="contact",
                words=f"the last contact is right: observation ends {contact.text[row]}, and "
                "the patient did not die on the date of death",
            ),
        ),
    )


CHECK = contact_after_death
