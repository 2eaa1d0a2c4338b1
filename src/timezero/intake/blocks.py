"""Several tables in one sheet: side by side, or one below the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from timezero.arrays import Bools, Ints
from timezero.intake.guess import WORDS
from timezero.intake.header_rows import Merged, Part, joined_headings, likely_header
from timezero.intake.headings import matching_key, place_of
from timezero.intake.row_looks import BELOW, Looks, filled_rows, looks_at, measured_cells
from timezero.intake.tables import Column, Table, column_letter

STARTS: Final = 200
_TITLES: Final = 2
_VAGUE: Final = frozenset({"no", "nr", "case"})
_RANGE: Final = re.compile(r"\s*\$?([A-Za-z]{1,3})\$?(\d+)\s*:\s*\$?([A-Za-z]{1,3})\$?(\d+)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One table within a sheet, from its header on.

    Parameters
    ----------
    first_row, last_row : int
        Row numbers, the header's among them.
    first_place, last_place : int
        Places of its columns, counted from 1.
    headings : tuple of str
    n_rows : int
        Rows with cells below the header.
    """

    first_row: int
    last_row: int
    first_place: int
    last_place: int
    headings: tuple[str, ...] = ()
    n_rows: int = 0

    @property
    def range(self) -> str:
        """The range as a workbook writes it: ``A1:H40``."""
        left, right = column_letter(self.first_place - 1), column_letter(self.last_place - 1)
        return f"{left}{self.first_row}:{right}{self.last_row}"

    def has(self, column: Column) -> bool:
        """Return whether a column stands in the block."""
        return self.first_place <= place_of(column.letter) <= self.last_place


def block_of_range(text: str) -> Block | None:
    """Return the block that a range such as ``A1:H40`` means; None when it is no range."""
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    left, top, right, bottom = found.groups()
    block = Block(
        first_row=int(top),
        last_row=int(bottom),
        first_place=place_of(left.upper()),
        last_place=place_of(right.upper()),
    )
    ordered = block.first_row < block.last_row and block.first_place <= block.last_place
    return block if ordered else None


def blocks_of(table: Table, merged: Merged = ()) -> tuple[Block, ...]:
    """Return the tables of a sheet; one when it holds a single table.

    Parameters
    ----------
    table : Table
        Columns called by their letters, at least one cell filled.
    merged : tuple of (int, int, int, int)
    """
    return tuple(
        block
        for columns in _side_by_side(table, merged)
        for block in _stacked(_part(table, columns, merged))
    )


def _part(table: Table, columns: Sequence[Column], merged: Merged) -> Part:
    filled = filled_rows(columns, table.rows.size)
    return Part(columns=columns, rows=table.rows, filled=filled, merged=merged)


def _side_by_side(table: Table, merged: Merged) -> list[list[Column]]:
    """Return the columns of each table, parted where an empty column and a new header are."""
    runs = list(_runs(table.columns))
    tables = [runs[0]]
    for run in runs[1:]:
        if _is_own_table(table, tables[0], run, merged):
            tables.append(run)
        else:
            tables[-1] = [*tables[-1], *run]
    return tables


def _runs(columns: Sequence[Column]) -> Iterator[list[Column]]:
    run: list[Column] = []
    for column in columns:
        if (column.kinds != 0).any():
            run.append(column)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _is_own_table(table: Table, main: list[Column], run: list[Column], merged: Merged) -> bool:
    if len(run) < 2:
        return False
    first, own = _part(table, main, merged), _part(table, run, merged)
    header, own_header = likely_header(first), likely_header(own)
    looks = looks_at(run, np.array(own_header[-1:]))
    if not looks.has_only_words(0) or looks.count[0] < 2:
        return False
    begins = joined_headings(own, own_header)[0]
    if own_header == header:
        return _is_identifier(begins, joined_headings(first, header)[0])
    apart = not own.filled[list(header)].any()
    return bool(apart and own.filled[own_header[-1] + 1 :].any())


def _is_identifier(heading: str, of_first: str) -> bool:
    key = " ".join(re.split(r"[\W_]+", matching_key(heading))).strip()
    known = key in WORDS["id"] and key not in _VAGUE
    return known or (bool(key) and matching_key(heading) == matching_key(of_first))


def _stacked(part: Part) -> list[Block]:
    """Return the tables of some columns, parted where an empty row and a new header are."""
    header = likely_header(part)
    starts = [header[0]]
    for start in _header_like_starts(part, header):
        if start > starts[-1]:
            starts.append(start)
    ends = [*starts[1:], part.rows.size]
    return [_block(part, start, end) for start, end in zip(starts, ends, strict=True)]


def _block(part: Part, start: int, end: int) -> Block:
    below = Part(
        columns=part.columns,
        rows=part.rows,
        filled=part.filled & _between(part, start, end),
        merged=part.merged,
    )
    header = likely_header(below)
    last = int(np.flatnonzero(below.filled)[-1])
    headings = joined_headings(part, header)
    places = [place_of(column.letter) for column in part.columns]
    return Block(
        first_row=int(part.rows[start]),
        last_row=int(part.rows[last]),
        first_place=places[0],
        last_place=places[-1],
        headings=tuple(heading for heading in headings if heading),
        n_rows=int(below.filled[header[-1] + 1 :].sum()),
    )


def _between(part: Part, start: int, end: int) -> Bools:
    inside = np.zeros(part.rows.size, dtype=np.bool_)
    inside[start:end] = True
    return inside


def _header_like_starts(part: Part, header: tuple[int, ...]) -> list[int]:
    """Return the rows after an empty row, or up to two titles further, that look like a header."""
    above = np.concatenate(([True], part.filled[:-1]))
    starts = np.flatnonzero(part.filled & ~above)
    starts = _without_measurements(part, starts[starts > header[-1]], header)
    if starts.size > STARTS:
        starts = np.concatenate((starts[: STARTS // 2], starts[-STARTS // 2 :]))
    found = (_header_from(part, int(start), header) for start in starts)
    return [start for start in found if start is not None]


def _without_measurements(part: Part, starts: Ints, header: tuple[int, ...]) -> Ints:
    """Drop rows with a number or a date where the first table has mostly such."""
    head = np.flatnonzero(part.filled[header[-1] + 1 :])[:BELOW] + header[-1] + 1
    looks = looks_at(part.columns, head)
    mostly = 2 * looks.measured.sum(axis=0) > np.maximum(looks.filled.sum(axis=0), 1)
    for c in np.flatnonzero(mostly):
        starts = starts[~measured_cells(part.columns[int(c)], starts)]
    return starts


def _header_from(part: Part, start: int, header: tuple[int, ...]) -> int | None:
    """Return the row of a new header in the rows from ``start`` to the next empty one."""
    gaps = np.flatnonzero(~part.filled[start : start + BELOW + 1])
    end = start + (int(gaps[0]) if gaps.size else BELOW + 1)
    looks = looks_at(part.columns, np.arange(start, min(end, part.rows.size)))
    for k in range(min(_TITLES + 1, looks.at.size - 1)):
        if looks.count[k] > 1:
            return start + k if _is_new_header(part, looks, k, header) else None
    return None


def _is_new_header(part: Part, looks: Looks, k: int, header: tuple[int, ...]) -> bool:
    """Return whether a row has words only, above measurements, and is not the header again."""
    if not looks.has_only_words(k):
        return False
    of_first = looks_at(part.columns, np.array(header)).texts
    own = tuple(matching_key(text or "") for text in looks.texts[k])
    if any(own == tuple(matching_key(text or "") for text in texts) for texts in of_first):
        return False
    begins = next(text for text in looks.texts[k] if text is not None)
    first = next((text for text in of_first[-1] if text is not None), "")
    return looks.contrast(k) >= (1 if _is_identifier(begins, first) else 2)
