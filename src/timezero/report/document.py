"""A report before it has a format: chapters of sections, sections of frozen blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, TypeAlias

from timezero.findings import Finding
from timezero.model.result import StudyResult
from timezero.registry import discover


class Chapter(IntEnum):
    """The places of a report, in reading order; a section names its own."""

    ANSWER = 1
    LADDER = 2
    PARTS = 3
    CURVES = 4
    CHANCE = 5
    LANDMARKS = 6
    PROPORTIONALITY = 7
    PATIENTS = 8
    RUNGS = 9
    SENSITIVITY = 10
    METHODS = 11
    CAUTIONS = 12
    CONVENTIONS = 13
    OPEN = 14
    PROVENANCE = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """Paragraphs, or the items of a list.

    Parameters
    ----------
    kind : {"plain", "list", "lead", "number"}
        ``lead`` is the verdict, ``number`` the one number.
    """

    paragraphs: tuple[str, ...]
    heading: str = ""
    kind: Literal["plain", "list", "lead", "number"] = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of printed text; the first column names the row.

    Parameters
    ----------
    folded : bool
        Closed until the reader opens it.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One drawing; ``shown`` says for which widths of the page it is made."""

    svg: str
    shown: Literal["always", "wide", "narrow"] = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture with what it says in words and in numbers.

    Parameters
    ----------
    name : str
        Unique in the report.
    title : str
        The finding, in words.
    alt : str
        What can be seen, in at most two sentences.
    pictures : tuple of Picture
        Side by side where there is room.
    table : Table
        The numbers drawn.
    """

    name: str
    title: str
    alt: str
    pictures: tuple[Picture, ...]
    table: Table
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Remarks about the data; cell values are shown in the private profile only."""

    findings: tuple[Finding, ...]
    with_evidence: bool


Block: TypeAlias = Prose | Table | Figure | Findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What a file in ``report/sections`` exposes as ``SECTION``.

    Parameters
    ----------
    blocks : callable
        Gives the blocks of a result; a section without blocks is left out.
    """

    title: str
    chapter: Chapter
    blocks: Callable[[StudyResult], Iterable[Block]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSection:
    """A section with its blocks, ready for a renderer; ``name`` is that of its file."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureMethod:
    """What a file in ``report/figures`` exposes as ``FIGURE``.

    Parameters
    ----------
    draw : callable
        Gives the figure, or None when the result has nothing to draw.
    """

    name: str
    draw: Callable[[StudyResult], Figure | None]


def write_sections(result: StudyResult) -> tuple[WrittenSection, ...]:
    """Return every section that has something to say about a result, in reading order."""
    found: dict[str, Section] = discover("timezero.report.sections", "SECTION")
    in_order = sorted(found.items(), key=lambda item: (item[1].chapter, item[0]))
    written = (
        WrittenSection(name=name, title=section.title, blocks=tuple(section.blocks(result)))
        for name, section in in_order
    )
    return tuple(section for section in written if section.blocks)


def drawn(method: FigureMethod, result: StudyResult) -> tuple[Figure, ...]:
    """Return the figure in a tuple, or an empty one when there is nothing to draw."""
    figure = method.draw(result)
    return () if figure is None else (figure,)
