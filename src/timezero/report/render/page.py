"""What all pages share: the templates, and drawing made ready before there is a result."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from timezero.report.document import Figure, Findings, Prose, Quotation, Table, ToCopy

if TYPE_CHECKING:
    from jinja2 import Environment

# Control characters, and marks that turn the direction of what follows them.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
_KINDS: dict[type[object], str] = {
    Prose: "prose",
    Table: "table",
    Figure: "figure",
    Findings: "findings",
    Quotation: "quotation",
    ToCopy: "to_copy",
}


def block_kind(block: object) -> str:
    """Return which template draws a block."""
    return _KINDS[type(block)]


def without_controls(page: str) -> str:
    """Return a page without characters that nobody sees and that could change how it is read.

    They come from outside, in titles and sentences; the JSON keeps them.
    """
    return _UNSEEN.sub("", page)


@cache
def environment() -> Environment:
    """Return the templates; everything that stands in them is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    found = Environment(
        loader=PackageLoader("timezero.report", "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["block_kind"] = block_kind
    return found


def make_ready(template: str, *, sections: str, figures: str) -> None:
    """Load what drawing needs before there is a result: templates, sections, fonts.

    Parameters
    ----------
    template : str
        The page.
    sections, figures : str
        Their folders, as packages.
    """
    from timezero.registry import discover
    from timezero.report.drawing import as_svg, axes_at, canvas, house_style

    environment().get_template(template)
    discover(sections, "SECTION")
    discover(figures, "FIGURE")
    with house_style():
        figure = canvas(200.0, 100.0)
        axes_at(figure, 20.0, 20.0, right=10.0, top=10.0)
        as_svg(figure, "ready")
