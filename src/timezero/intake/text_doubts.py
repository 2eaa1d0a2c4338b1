"""What is asked and told about a text: quotation marks, damaged letters, line breaks in cells."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from mmap import mmap
from typing import Final

import numpy as np

from timezero.arrays import Bools
from timezero.errors import InputRefused
from timezero.findings import Finding, Option, Question, Severity, dotted
from timezero.intake.grid import Grid
from timezero.intake.tables import EVIDENCE_LIMIT, shown
from timezero.intake.text_letters import LOST, Letters, fragment, line_of
from timezero.intake.text_scan import Scan
from timezero.intake.wording import counted

MANY_BREAKS: Final = 20
_AROUND: Final = 8


def about_quotes(
    raw: bytes | mmap, strange: Scan, literal: Scan, *, name: str, key: str, told: Sequence[Finding]
) -> Question:
    """Ask what quotation marks mean that neither open nor close a cell.

    Parameters
    ----------
    raw : bytes or mmap
    strange, literal : Scan
        Where quotation marks enclose cells, and where they are signs like any other.
    name, key : str
    told : sequence of Finding
        What was noticed before.

    Raises
    ------
    InputRefused
        Rows would have different numbers of cells if they were signs like any other, so that
        nothing below can be trusted; the question goes with the refusal.
    """
    at = strange.strange_quotes.tolist()
    lines = [line_of(raw, k) for k in at]
    evidence = tuple(
        f"line {line}: {shown(_around(raw, k))}" for line, k in zip(lines, at, strict=True)
    )
    widths = np.unique(literal.widths[literal.widths > 0])
    fits = widths.size == 1
    words = 'a mark inside a cell is a sign like any other: 5" is 5"; a pair around a cell goes'
    place = ("tables", key, "quotes")
    question = Question(
        code="file_quotes",
        what=f"a quotation mark stands inside a cell: line {lines[0]}"
        + (f", and {counted(len(lines) - 1, 'more place')}" if len(lines) > 1 else ""),
        where=f"{name}, line {lines[0]}",
        key=place,
        options=(Option(value="literal", words=words),),
        default="literal" if fits else None,
        evidence=evidence,
        n_rows=len(set(lines)),
        mend="write a quotation mark inside a quoted cell twice, or export the table again; "
        f"or write {dotted(place)} in the recipe",
    )
    if fits:
        return question
    raise InputRefused(
        what=question.what,
        where=question.where,
        mend=question.mend,
        code="TZ-IN-13",
        findings=(*told, question),
    )


def _around(raw: bytes | mmap, at: int) -> str:
    piece = bytes(raw[max(at - _AROUND, 0) : at + _AROUND]).decode("utf-8", "ignore")
    return piece.replace("\n", " / ")


def about_breaks(seen: Scan, name: str) -> list[Finding]:
    """Tell of rows with line breaks in quoted cells, and warn where there are very many.

    Parameters
    ----------
    seen : Scan
    name : str
    """
    rows = np.flatnonzero(seen.breaks)
    if not rows.size:
        return []
    found = [
        Finding(
            code="file_line_breaks",
            severity=Severity.NOTE,
            what=f"{counted(rows.size, 'row')} with line breaks inside a quoted cell; rows are "
            "counted as a spreadsheet counts them",
            where=f"{name}, first in row {int(rows[0]) + 1}",
            evidence=tuple(f"row {int(k) + 1}" for k in rows[:EVIDENCE_LIMIT]),
            n_rows=int(rows.size),
        )
    ]
    many = np.flatnonzero(seen.breaks > MANY_BREAKS)
    if many.size:
        line = 1 + int(many[0]) + int(seen.breaks[: many[0]].sum())
        n = int(seen.breaks[many[0]])
        found.append(
            Finding(
                code="file_long_cells",
                severity=Severity.WARNING,
                what=f"{counted(many.size, 'row')} with more than {MANY_BREAKS} line breaks in "
                f"quoted cells; the first takes lines {line} to {line + n}",
                where=f"{name}, row {int(many[0]) + 1}",
                evidence=tuple(f"row {int(k) + 1}" for k in many[:EVIDENCE_LIMIT]),
                mend="check that no quotation mark is missing there, which would swallow patients",
                n_rows=int(many.size),
            )
        )
    return found


def damaged_records(raw: bytes | mmap, seen: Scan) -> Bools:
    """Return which records hold letters that could not be read.

    Parameters
    ----------
    raw : bytes or mmap
    seen : Scan
    """
    places: list[int] = []
    sign = LOST.encode()
    at = raw.find(sign)
    while at >= 0:
        record = int(np.searchsorted(seen.ends, at))
        places.append(record)
        at = raw.find(sign, int(seen.ends[record])) if record < seen.ends.size else -1
    lost = np.zeros(seen.ends.size, dtype=np.bool_)
    lost[[k for k in places if k < lost.size]] = True
    return lost


def about_damage(
    grid: Grid, lost: Bools, letters: Letters, *, key: str, leaves_out: bool
) -> list[Finding]:
    """Ask about, or tell of, rows with letters that could not be read.

    Parameters
    ----------
    grid : Grid
    lost : (n,) bool
    letters : Letters
    key : str
    leaves_out : bool
        Whether the recipe says that such rows are left out.
    """
    rows = np.flatnonzero(lost)
    if not rows.size:
        return []
    where = f"{grid.name}, first in row {int(rows[0]) + 1}"
    evidence = tuple(f"row {int(k) + 1}: {_damaged_cell(grid, int(k))}" for k in rows[:20])
    told = Finding(
        code="file_damaged_lines",
        severity=Severity.WARNING,
        what=f"left out: {counted(rows.size, 'row')} with letters that cannot be read",
        where=where,
        evidence=evidence,
        mend="export the table again in UTF-8 from where it comes from",
        n_rows=int(rows.size),
    )
    if leaves_out:
        return [told]
    if not letters.mixed:
        what = f"{counted(rows.size, 'row')} with the sign {LOST} in place of lost letters"
        return [dataclasses.replace(told, code="file_letters_lost", what=what)]
    ways = letters.readings
    leave_out = Option(value="leave_out", words=f"left out: {counted(rows.size, 'row')}")
    place = ("tables", key, "encoding" if ways else "damaged_lines")
    instead = f'write {dotted(("tables", key, "damaged_lines"))} = "leave_out" in the recipe'
    return [
        Question(
            code="file_letters_mixed",
            what="letters are written in two ways in one file, or are damaged: "
            f"{counted(rows.size, 'row')} cannot be read like the others",
            key=place,
            options=tuple(Option(value=way, words=f"{way}: {ways[way]}") for way in ways)
            or (leave_out,),
            default=next(iter(ways), None),
            mend=f"answer it with `timezero init`, {instead}, or export the table again in UTF-8",
            n_rows=int(rows.size),
            where=where,
            evidence=evidence,
        )
    ]


def _damaged_cell(grid: Grid, row: int) -> str:
    for column in grid.columns:
        cell = column.text[row]
        if cell is not None and LOST in cell:
            return fragment(shown(cell))
    return LOST


def without_records(grid: Grid, lost: Bools) -> Grid:
    """Return a grid without some of its records; the others keep their row numbers.

    Parameters
    ----------
    grid : Grid
    lost : (n,) bool
    """
    kept = np.flatnonzero(~lost)
    return dataclasses.replace(
        grid,
        columns=tuple(column.of_rows(kept) for column in grid.columns),
        rows=grid.rows[kept],
        widths=None if grid.widths is None else grid.widths[kept],
    )
