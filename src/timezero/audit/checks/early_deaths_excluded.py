"""Nobody is left out because of an early death.

Leaving out deaths before time e from everybody takes person-time [0, e] and its deaths from the
never treated; the treated had none there to lose. It does not remove the waiting beyond e, and
those who were left out are not counted in any group.
"""

from __future__ import annotations

from timezero.audit.evidence import Evidence
from timezero.audit.print_check import CheckOutcome, PrintCheck, Remark, outcome, shown

REMARK = Remark(code="early_deaths_excluded")


def early_deaths_excluded(evidence: Evidence) -> CheckOutcome:
    """Find comparisons that leave out early deaths, and say how much waiting remains."""
    excluded = evidence.claim.question.early_deaths_excluded
    if not excluded:
        return outcome((), possible=True)
    longest = next(
        (
            (name, evidence.printed[name])
            for name in ("wait_longest", "wait_upper_quartile", "wait")
            if name in evidence.printed
        ),
        None,
    )
    said = f"deaths before {excluded:g} {evidence.unit} were left out"
    names: list[str] = []
    if longest is not None and longest[1].lower > excluded:
        names = [longest[0]]
        said += f", and waits of {shown(longest[1].lower)} and more remain"
    return outcome(
        [
            REMARK.warning(
                evidence,
                names,
                said,
                "ask how many were left out of each group, and for the comparison with them",
            )
        ],
        possible=True,
    )


CHECK = PrintCheck(
    title="early deaths are counted",
    needs="nothing more than the question",
    run=early_deaths_excluded,
)
