"""Run every check of printed numbers."""

from __future__ import annotations

from timezero.audit.evidence import Evidence
from timezero.audit.print_check import PrintCheck
from timezero.model.audit_result import CheckResult
from timezero.registry import discover

FOLDER = "timezero.audit.checks"


def run_checks(evidence: Evidence) -> tuple[CheckResult, ...]:
    """Return what each check found, in the order of their names.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    tuple of CheckResult
        One for each file of ``audit/checks``, also where the numbers it needs are not printed.
    """
    checks: dict[str, PrintCheck] = discover(FOLDER, "CHECK")
    results: list[CheckResult] = []
    for name, check in checks.items():
        outcome = check.run(evidence)
        results.append(
            CheckResult(
                name=name,
                title=check.title,
                status="found"
                if outcome.findings
                else ("passed" if outcome.possible else "not_possible"),
                findings=outcome.findings,
            )
        )
    return tuple(results)
