"""The checklist as text, as JSON and as a page of its own."""

from __future__ import annotations

import dataclasses
import json
import textwrap

from timezero.provenance import __version__
from timezero.report.checklist import Line, as_table, statement
from timezero.report.document import WrittenSection
from timezero.report.numbers import as_ascii
from timezero.report.render.page import environment, without_controls

SCHEMA_NAME = "timezero/checklist/1"
WIDTH = 80


def checklist_text(lines: tuple[Line, ...], *, plain: bool = False, width: int = WIDTH) -> str:
    """Return the checklist for a terminal, item by item.

    Parameters
    ----------
    lines : tuple of Line
    plain : bool
        ASCII only.
    width : int
        Columns.
    """
    written: list[str] = [f"{statement()['name']}: what this study states", ""]
    section = ""
    for line in lines:
        if line.section != section:
            section = line.section
            written += [section, ""]
        lead = f"  {line.number:<6} "
        written.append(_filled(lead, line.asks, width))
        written += [_filled(" " * len(lead) + f"{line.status}: ", _said(line), width), ""]
    text = "\n".join(written)
    return as_ascii(text).encode("ascii", "replace").decode() if plain else text


def _said(line: Line) -> str:
    return "" if line.status == "not stated" else line.words


def _filled(lead: str, text: str, width: int) -> str:
    if not text:
        return lead.rstrip(": ")
    further = " " * (len(lead) - len(lead.lstrip())) + "  "
    return textwrap.fill(text, width, initial_indent=lead, subsequent_indent=further)


def checklist_json(lines: tuple[Line, ...]) -> str:
    """Return the checklist as JSON."""
    content = {
        "schema": SCHEMA_NAME,
        "statement": statement(),
        "items": [dataclasses.asdict(line) for line in lines],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def checklist_html(lines: tuple[Line, ...], *, title: str) -> str:
    """Return the checklist as one HTML file.

    Parameters
    ----------
    lines : tuple of Line
    title : str
        Of the study; it comes from outside and is escaped.
    """
    section = WrittenSection(
        name="checklist", title="Reporting checklist", blocks=(as_table(lines),)
    )
    page = environment().get_template("checklist.html")
    text = page.render(
        title=title,
        result={"provenance": {"timezero_version": __version__}},
        sections=(section,),
    )
    return without_controls(text)
