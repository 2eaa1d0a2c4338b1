"""Which rows are the header under a recipe, and what is asked when it has no answer."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.findings import Option, Severity
from timezero.intake.bench import Bench
from timezero.intake.header_rows import Part, joined_headings, likely_header
from timezero.intake.headings import matching_key, names_of
from timezero.intake.row_looks import BELOW, looks_at
from timezero.intake.tables import shown

SEARCHED: Final = 200
_SHOWN_CELLS: Final = 5


def header_of(bench: Bench, part: Part) -> tuple[int, ...]:
    """Return the indices of the header rows: as the recipe says, or as they look, then asked.

    Parameters
    ----------
    bench : Bench
    part : Part
        The whole table of the bench.
    """
    likely = likely_header(part)
    if bench.recipe.header_begins is not None:
        found = _by_its_beginning(bench, part)
        if found is None:
            begins = shown(bench.recipe.header_begins)
            _ask(bench, part, likely, f"no row has the header {begins!r} of the recipe")
        return found or likely
    if bench.recipe.header_rows is not None:
        told = _placed(part, bench.recipe.header_rows)
        if told and (told == likely or _is_as_good(part, told, likely)):
            return told
        _ask(bench, part, likely, f"{_named(bench.recipe.header_rows)} of the recipe is no header")
        return likely
    if likely != (int(np.flatnonzero(part.filled)[0]),):
        why = "the first row looks like a title" if len(likely) == 1 else "headers in two rows"
        _ask(bench, part, likely, why)
    return likely


def names_at(part: Part, at: tuple[int, ...]) -> tuple[str, ...]:
    """Return what the columns with a header are called when these rows are the header."""
    headings = joined_headings(part, at)
    names = names_of(headings, [column.letter for column in part.columns])
    return tuple(name for name, heading in zip(names, headings, strict=True) if heading)


def _by_its_beginning(bench: Bench, part: Part) -> tuple[int, ...] | None:
    """Return the rows with the header of the recipe among theirs, those nearest to its place."""
    said = bench.recipe.header_rows or (int(part.rows[0]),)
    wanted = matching_key(str(bench.recipe.header_begins))
    found: list[tuple[int, ...]] = []
    for k in np.flatnonzero(part.filled)[:SEARCHED]:
        at = tuple(int(k) + (row - said[0]) for row in said)
        inside = all(i < part.rows.size and part.filled[i] for i in at)
        if inside and _is_full(part, at) and wanted in map(matching_key, names_at(part, at)):
            found.append(at)
    if not found:
        return None
    best = min(found, key=lambda at: abs(int(part.rows[at[0]]) - said[0]))
    rows = tuple(int(part.rows[k]) for k in best)
    if bench.recipe.header_rows and rows != tuple(said):
        what = f"the header stands in {_named(rows)}, not in {_named(said)} as when it was asked"
        bench.tell(
            "header_moved",
            Severity.NOTE,
            f"{what}; it was found by one of its columns",
            evidence=(),
        )
    return best


def _placed(part: Part, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Return the indices of rows by their numbers; none when one is not there or empty."""
    at = [np.flatnonzero((part.rows == number) & part.filled) for number in numbers]
    return tuple(int(k[0]) for k in at) if all(k.size for k in at) else ()


def _is_full(part: Part, at: tuple[int, ...]) -> bool:
    """Return whether the rows together have a cell in more than half of the columns used below."""
    below = np.flatnonzero(part.filled[at[-1] :])[:SEARCHED] + at[-1]
    own = looks_at(part.columns, np.array(at)).filled.any(axis=0)
    return 2 * int(own.sum()) > int(looks_at(part.columns, below).count.max())


def _is_as_good(part: Part, told: tuple[int, ...], likely: tuple[int, ...]) -> bool:
    """Return whether the rows of the recipe stand above measurements as the likeliest ones do."""
    reach = np.arange(BELOW + 1)
    own, other = (
        looks_at(part.columns, (reach + at[-1])[reach + at[-1] < part.rows.size]).contrast(0)
        for at in (told, likely)
    )
    return _is_full(part, told) and own >= other


def _ask(bench: Bench, part: Part, likely: tuple[int, ...], why: str) -> None:
    first = np.flatnonzero(part.filled)
    others = [(likely[-1],), (int(first[0]),), *((int(k),) for k in first if k > likely[-1])]
    offered = list(dict.fromkeys([likely, *others]))[:3]
    options = tuple(
        Option(value=_numbers(part, at), words=f"{_named(_numbers(part, at))}: {_cells(part, at)}")
        for at in offered
    )
    bench.ask(
        "header_rows",
        f"{why}: which row holds the headers?",
        key="header_rows",
        options=options,
        default=_numbers(part, likely),
        evidence=tuple(option.words for option in options),
    )


def _numbers(part: Part, at: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(part.rows[k]) for k in at)


def _named(numbers: tuple[int, ...]) -> str:
    listed = " and ".join(str(number) for number in numbers)
    return f"row {listed}" if len(numbers) == 1 else f"rows {listed}"


def _cells(part: Part, at: tuple[int, ...]) -> str:
    headings = [heading for heading in joined_headings(part, at) if heading]
    more = ", ..." if len(headings) > _SHOWN_CELLS else ""
    return ", ".join(shown(heading) for heading in headings[:_SHOWN_CELLS]) + more
