"""What was noticed and changed in the data, for the terminal of whoever analyses them."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.findings import Finding, Severity
from timezero.report.render.terminal import hanging

MOST_FINDINGS = 10
MOST_CELLS = 3
CHANGED = " -> "


def data_lines(findings: tuple[Finding, ...], width: int) -> Iterator[str]:
    """Yield every warning and every change of cells, old and new; the rest is counted elsewhere.

    Parameters
    ----------
    findings : tuple of Finding
    width : int
        Columns of the terminal.
    """
    told = [finding for finding in findings if _is_told(finding)]
    for finding in told[:MOST_FINDINGS]:
        place = f" ({finding.where})" if finding.where else ""
        yield hanging(f"  {finding.severity}: ", finding.what + place, width)
        if finding.evidence:
            yield hanging("    ", _cells(finding), width)
    if len(told) > MOST_FINDINGS:
        yield f"  and {len(told) - MOST_FINDINGS} more, in the report and with --json"


def _is_told(finding: Finding) -> bool:
    changed = any(CHANGED in cell for cell in finding.evidence)
    return finding.severity is Severity.WARNING or changed


def _cells(finding: Finding) -> str:
    shown = "; ".join(finding.evidence[:MOST_CELLS])
    more = max(finding.n_rows, len(finding.evidence)) - MOST_CELLS
    return f"{shown}; and {more} more" if more > 0 else shown
