"""The late treated also die early, before most of them were treated.

If the treated group were free of waiting, deaths would also fall before the first quartile of the
wait. Looked for: survival of 1, or everybody still at risk, at a time t within the lower quartile
of the wait (or its shortest), while less than 0.9 of the never treated are left at t.
"""

from __future__ import annotations

from typing import Final

from timezero.audit.evidence import Evidence, Reading
from timezero.audit.print_check import CheckOutcome, PrintCheck, Remark, outcome, shown
from timezero.findings import Finding
from timezero.intake.printed import Span

FROM_TIME_ZERO: Final = {"ever_treated", "not_stated"}
SOME_DIED: Final = 0.9
REMARK = Remark(code="no_deaths_while_waiting")


def no_deaths_while_waiting(evidence: Evidence) -> CheckOutcome:
    """Find a late treated group without losses while its members were waiting."""
    wait = next(
        (
            (name, evidence.printed[name])
            for name in ("wait_lower_quartile", "wait_shortest")
            if name in evidence.printed
        ),
        None,
    )
    left = _left(evidence)
    if wait is None or not left or evidence.claim.question.comparison not in FROM_TIME_ZERO:
        return outcome((), possible=False)
    name, span = wait
    found: list[Finding] = [
        REMARK.warning(
            evidence,
            [late.name, never.name, name],
            f"at {late.at:g} {evidence.unit} none of the late treated had died and others had; "
            f"three in four waited {shown(span.lower)} or longer for the treatment",
            "ask for both curves, and for the time of treatment of each patient",
        )
        for late, never, share_late, share_never in left
        if 0.0 < late.at <= span.upper
        and share_late.lower >= 0.99
        and share_never.upper < SOME_DIED
    ]
    return outcome(found[:1], possible=True)


def _left(evidence: Evidence) -> list[tuple[Reading, Reading, Span, Span]]:
    """Shares of both groups that are left at the same times: survival, or numbers at risk."""
    found: list[tuple[Reading, Reading, Span, Span]] = []
    for kind in ("survival", "at_risk"):
        others = {r.at: r for r in evidence.readings(kind, "never")}
        for r in evidence.readings(kind, "late"):
            other = others.get(r.at)
            if other is None:
                continue
            if kind == "survival":
                found.append((r, other, r.span, other.span))
                continue
            late, never = evidence.span("n_late"), evidence.span("n_never")
            if late is not None and never is not None and min(late.lower, never.lower) > 0.0:
                found.append((r, other, _share(r.span, late), _share(other.span, never)))
    return found


def _share(part: Span, whole: Span) -> Span:
    return Span(lower=part.lower / whole.upper, upper=part.upper / whole.lower, rule="share")


CHECK = PrintCheck(
    title="the late treated also die while they wait",
    needs="the lower quartile of the wait, and survival or numbers at risk of both groups",
    run=no_deaths_while_waiting,
)
