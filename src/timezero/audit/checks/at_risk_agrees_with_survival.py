"""Whoever is still at risk is alive: Y(t) / n <= S(t).

Just before t the share at risk is the product-limit survival times that of not being censored, so
that it cannot be the larger one. Deaths at the very time t can lower S(t) below it, so that this is
a warning.
"""

from __future__ import annotations

from timezero.audit.evidence import Evidence
from timezero.audit.print_check import ROUND_OFF, CheckOutcome, PrintCheck, Remark, outcome
from timezero.findings import Finding
from timezero.model.claim import Group

SIZES: dict[Group, str] = {"all": "n", "late": "n_late", "never": "n_never"}
REMARK = Remark(code="at_risk_agrees_with_survival")


def at_risk_agrees_with_survival(evidence: Evidence) -> CheckOutcome:
    """Find more patients at risk than survival leaves alive."""
    found: list[Finding] = []
    seen = False
    for group, size in SIZES.items():
        patients = evidence.span(size)
        at_risk = {r.at: r for r in evidence.readings("at_risk", group)}
        for r in evidence.readings("survival", group):
            if patients is None or r.at not in at_risk:
                continue
            seen = True
            counted = at_risk[r.at]
            if counted.span.lower > r.span.upper * patients.upper * (1.0 + ROUND_OFF):
                found.append(
                    REMARK.warning(
                        evidence,
                        [counted.name, r.name, size],
                        f"{counted.label} is {counted.number.printed}, more than survival leaves "
                        f"alive of {patients.upper:g}",
                        "ask whether both are of the same curve",
                    )
                )
    return outcome(found, possible=seen)


CHECK = PrintCheck(
    title="no more are at risk than survival leaves alive",
    needs="the size of a group, its survival, and its number at risk at the same time",
    run=at_risk_agrees_with_survival,
)
