"""A study result as one self-contained page: no script, no request, readable on a phone."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from timezero.model.result import StudyResult
from timezero.report.document import Figure, Findings, Prose, Table, write_sections

if TYPE_CHECKING:
    from jinja2 import Environment

_KINDS: dict[type[object], str] = {
    Prose: "prose",
    Table: "table",
    Figure: "figure",
    Findings: "findings",
}


def block_kind(block: object) -> str:
    """Return which template draws a block."""
    return _KINDS[type(block)]


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("timezero.report", "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["block_kind"] = block_kind
    return environment


def get_ready() -> None:
    """Load what drawing needs before there is a result: templates, sections, fonts."""
    from timezero.registry import discover
    from timezero.report.drawing import as_svg, axes_at, canvas, house_style

    _environment().get_template("report.html")
    for folder, exposed in (("sections", "SECTION"), ("figures", "FIGURE")):
        discover(f"timezero.report.{folder}", exposed)
    with house_style():
        figure = canvas(200.0, 100.0)
        axes_at(figure, 20.0, 20.0, right=10.0, top=10.0)
        as_svg(figure, "ready")


def render_html(result: StudyResult) -> str:
    """Return the report as one HTML file that opens without the network.

    Parameters
    ----------
    result : StudyResult
        In the ``shared`` profile small numbers are hidden and no patient is drawn.
    """
    question = result.protocol.question
    page = _environment().get_template("report.html")
    return page.render(
        title=question.title or f"A second look: {result.cohort.name}",
        result=result,
        private=result.protocol.report.profile == "private",
        sections=write_sections(result),
    )
