"""A landmark comparison fixes the groups at the landmark and counts from it.

Whoever joins the treated group after the landmark must have lived until then, so that the landmark
no longer removes the waiting: classified_until <= landmark, and no wait is longer than it.
"""

from __future__ import annotations

from timezero.audit.evidence import Evidence
from timezero.audit.print_check import CheckOutcome, PrintCheck, Remark, outcome, shown
from timezero.findings import Finding

REMARK = Remark(code="landmark_classified_late")
ASK = "ask for the comparison with groups fixed at the landmark"


def landmark_classified_late(evidence: Evidence) -> CheckOutcome:
    """Find landmark comparisons whose groups were not fixed at the landmark."""
    asked = evidence.claim.question
    if asked.comparison != "landmark" and asked.landmark is None:
        return outcome((), possible=False)
    if asked.landmark is None:
        said = "a landmark comparison without a stated landmark"
        return outcome([REMARK.note(evidence, (), said, "ask for the landmark")], possible=True)
    found: list[Finding] = []
    if asked.classified_until is not None and asked.classified_until > asked.landmark:
        found.append(
            REMARK.warning(
                evidence,
                (),
                f"patients could join the treated group until {asked.classified_until:g} "
                f"{evidence.unit}, after the landmark at {asked.landmark:g}",
                ASK,
            )
        )
    for name in ("wait_longest", "wait_upper_quartile", "wait"):
        span = evidence.printed.get(name)
        if span is not None and span.lower > asked.landmark:
            found.append(
                REMARK.warning(
                    evidence,
                    [name],
                    f"some waited {shown(span.lower)} {evidence.unit} for the treatment, longer "
                    f"than the landmark at {asked.landmark:g}",
                    ASK,
                )
            )
            break
    return outcome(found, possible=True)


CHECK = PrintCheck(
    title="the groups of a landmark comparison are fixed at the landmark",
    needs="a landmark",
    run=landmark_classified_late,
)
