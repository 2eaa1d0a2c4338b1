"""Late treated who are all alive at one year have waited, where the others had begun to die.

With both groups from time zero S_late(t) = 1 up to the shortest wait whatever the treatment does.
Mentioned is S_late(t) = 1 within print while S_never(t) < 0.9 at the same time.
"""

from __future__ import annotations

from typing import Final

from timezero.audit.evidence import Evidence
from timezero.audit.print_check import CheckOutcome, PrintCheck, Remark, outcome
from timezero.findings import Finding

FROM_TIME_ZERO: Final = {"ever_treated", "not_stated"}
SOME_DIED: Final = 0.9
REMARK = Remark(code="full_survival_while_waiting")


def full_survival_while_waiting(evidence: Evidence) -> CheckOutcome:
    """Find full survival of the late treated at a time when others had died."""
    others = {r.at: r for r in evidence.readings("survival", "never")}
    pairs = [(r, others[r.at]) for r in evidence.readings("survival", "late") if r.at in others]
    if evidence.claim.question.comparison not in FROM_TIME_ZERO or not pairs:
        return outcome((), possible=False)
    found: list[Finding] = [
        REMARK.warning(
            evidence,
            [late.name, never.name],
            f"{late.label} is {late.number.printed}, of the never treated {never.number.printed}: "
            "the late treated had to be alive to be treated",
            "ask when the late treatment was given, and for survival from that time on",
        )
        for late, never in pairs
        if late.at > 0.0
        and late.span.upper >= 1.0
        and late.span.lower >= 0.99
        and never.span.upper < SOME_DIED
    ]
    return outcome(found, possible=True)


CHECK = PrintCheck(
    title="the late treated do not all outlive a time by which others had died",
    needs="survival of both groups at the same time, from time zero",
    run=full_survival_while_waiting,
)
