"""A report before it has a format: chapters of sections, sections of frozen blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from timezero.findings import Finding
from timezero.model.result import StudyResult
from timezero.registry import discover

ResultT = TypeVar("ResultT")


class Chapter(IntEnum):
    """The places of a study's report, in reading order; a section names its own."""

    ANSWER = 1
    LADDER = 2
    PARTS = 3
    CURVES = 4
    CHANCE = 5
    LANDMARKS = 6
    PROPORTIONALITY = 7
    STATES = 8
    WEIGHTS = 9
    BALANCE = 10
    CHOICES = 11
    PATIENTS = 12
    RUNGS = 13
    SENSITIVITY = 14
    GUARDS = 15
    METHODS = 16
    CAUTIONS = 17
    CONVENTIONS = 18
    OPEN = 19
    CHECKLIST = 20
    PROVENANCE = 21


class AuditChapter(IntEnum):
    """The places of an audit's report, in reading order; a section names its own."""

    ANSWER = 1
    CLAIM = 2
    WAITING = 3
    WORLDS = 4
    SELECTION = 5
    EFFECTS = 6
    CHECKS = 7
    MISSING = 8
    TO_SEND = 9
    TO_PRINT = 10
    CLOSED_FORM = 11
    ASSUMPTIONS = 12
    CURVES = 13
    METHODS = 14
    OPEN = 15
    PROVENANCE = 16


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
    """Remarks about the data; cell values are shown in the profile own only."""

    findings: tuple[Finding, ...]
    with_evidence: bool
    heading: str = "About the data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of a quoted text; a marked one carries what it was read as.

    Parameters
    ----------
    role : str
        Empty for text that was left alone.
    """

    text: str
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """Text from outside, word for word, with numbers marked where they stand."""

    paragraphs: tuple[tuple[Passage, ...], ...]
    heading: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCopy:
    """Text that a reader takes over as a whole."""

    text: str
    heading: str


Block: TypeAlias = Prose | Table | Figure | Findings | Quotation | ToCopy


@dataclass(frozen=True, slots=True, kw_only=True)
class Section(Generic[ResultT]):
    """What a file in a folder of sections exposes as ``SECTION``.

    Parameters
    ----------
    blocks : callable
        Gives the blocks of a result; a section without blocks is left out.
    """

    title: str
    chapter: IntEnum
    blocks: Callable[[ResultT], Iterable[Block]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSection:
    """A section with its blocks, ready for a renderer; ``name`` is that of its file."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureMethod(Generic[ResultT]):
    """What a file in a folder of figures exposes as ``FIGURE``.

    Parameters
    ----------
    draw : callable
        Gives the figure, or None when the result has nothing to draw.
    """

    name: str
    draw: Callable[[ResultT], Figure | None]


def write_sections(
    result: object, *, package: str = "timezero.report.sections"
) -> tuple[WrittenSection, ...]:
    """Return every section that has something to say about a result, in reading order.

    Parameters
    ----------
    result : StudyResult or AuditResult
    package : str
        The folder with the sections for this kind of result.
    """
    if isinstance(result, StudyResult):
        from timezero.report.shareable import shareable

        result = shareable(result)
    found: dict[str, Section[Any]] = discover(package, "SECTION")
    in_order = sorted(found.items(), key=lambda item: (item[1].chapter, item[0]))
    written = (
        WrittenSection(name=name, title=section.title, blocks=tuple(section.blocks(result)))
        for name, section in in_order
    )
    return tuple(section for section in written if section.blocks)


def drawn(method: FigureMethod[ResultT], result: ResultT) -> tuple[Figure, ...]:
    """Return the figure in a tuple, or an empty one when there is nothing to draw."""
    figure = method.draw(result)
    return () if figure is None else (figure,)
