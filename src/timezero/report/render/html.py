"""A study result as one self-contained page: no script, no request, readable on a phone."""

from __future__ import annotations

from timezero.model.result import StudyResult
from timezero.report.document import write_sections
from timezero.report.render.page import environment, make_ready, without_controls


def get_ready() -> None:
    """Load what drawing needs before there is a result: templates, sections, fonts."""
    make_ready(
        "report.html", sections="timezero.report.sections", figures="timezero.report.figures"
    )


def render_html(result: StudyResult) -> str:
    """Return the report as one HTML file that opens without the network.

    Parameters
    ----------
    result : StudyResult
        In the profiles ``publish`` and ``cms`` small numbers are hidden and no patient is drawn.
    """
    question = result.protocol.question
    page = environment().get_template("report.html")
    text = page.render(
        title=question.title or f"A second look: {result.cohort.name}",
        result=result,
        private=result.protocol.report.profile == "own",
        sections=write_sections(result),
    )
    return without_controls(text)
