"""An audit as one self-contained page: no script, no request, readable on a phone."""

from __future__ import annotations

from timezero.model.audit_result import AuditResult
from timezero.report.audit_numbers import claim_title
from timezero.report.document import write_sections
from timezero.report.render.page import environment, make_ready, without_controls

SECTIONS = "timezero.report.audit_sections"


def get_ready_for_audit() -> None:
    """Load what drawing needs before there is a result: templates, sections, fonts."""
    make_ready("audit.html", sections=SECTIONS, figures="timezero.report.audit_figures")


def render_audit_html(result: AuditResult) -> str:
    """Return the audit as one HTML file that opens without the network.

    Parameters
    ----------
    result : AuditResult
        Words of the claim are escaped: they come from outside.
    """
    page = environment().get_template("audit.html")
    text = page.render(
        title=claim_title(result),
        result=result,
        sections=write_sections(result, package=SECTIONS),
    )
    return without_controls(text)
