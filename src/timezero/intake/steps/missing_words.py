"""Words and declared codes for 'not recorded' become empty cells, counted and shown."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Option
from timezero.intake.bench import TIME_ROLES, Bench
from timezero.intake.blank_cells import EMPTY_MEANS_NEVER, declared_codes
from timezero.intake.emptied import emptied
from timezero.intake.missing_words import CODE_LIKE, missing_words
from timezero.intake.number_cells import number_cells
from timezero.intake.number_reading import plain_numbers
from timezero.intake.step import Step
from timezero.intake.tables import BOOLEAN, DATE, EMPTY, NUMBER, TEXT, Column, shown
from timezero.intake.wording import counted

if TYPE_CHECKING:
    import polars as pl

CODE: Final = "missing_words"
DOUBTFUL: Final = "missing_or_value"
_ROLES_OF_WORDS: Final = frozenset(("covariate", "history", "centre", "sex"))
# A calculation that failed, in a column of numbers: refused, unless it is declared.
_NOT_A_NUMBER: Final = frozenset(("nan",))
MOST_LISTED: Final = 12


def _run(bench: Bench) -> None:
    for column in bench.used():
        _look_at(bench, column)


def _look_at(bench: Bench, column: Column) -> None:
    declared = bench.missing(column)
    if not (declared & (column.kinds != EMPTY)).any() and plain_numbers(column.text) is not None:
        return
    is_text = np.asarray(column.kinds == TEXT)
    lowered = column.text.str.to_lowercase()
    known = missing_words()
    signs, words = (_is_in(lowered, w) & is_text for w in (known.signs, known.never_numbers))
    if not (declared & column.text.is_not_null().to_numpy()).any() and not (signs | words).any():
        return
    if EMPTY_MEANS_NEVER & set(bench.roles[column.name]):
        unknown = _is_in(lowered, known.unknown_words) & is_text
        signs, words = signs & ~unknown, words & ~unknown
    holds_words = _holds_words(bench, column, declared | signs | words)
    kept = set(bench.said(column.name).not_missing or ())
    kept |= _doubtful(bench, column, holds_words=holds_words)
    gone = declared | signs
    if not holds_words:
        gone |= words
        gone &= ~_is_in(lowered, _NOT_A_NUMBER) | _is_in(column.text, declared_codes(bench, column))
    elif bench.said(column.name).not_missing is not None:
        gone |= _is_in(lowered, known.none_words) & is_text
    gone &= column.text.is_not_null().to_numpy() & ~_is_in(column.text, frozenset(kept))
    changed = dataclasses.replace(emptied(column, gone), kept=tuple(sorted(kept)))
    rule = f"not recorded: {_listed(column.text, gone)}"
    bench.change(changed, code=CODE, rule=rule, mask=gone, new=changed.text)


def _is_in(text: pl.Series, known: frozenset[str]) -> Bools:
    return np.asarray(text.is_in(list(known)).fill_null(value=False).to_numpy(), dtype=np.bool_)


def _holds_words(bench: Bench, column: Column, aside: Bools) -> bool:
    """Return whether the rest of a column is words, so that a word may be a category."""
    roles = set(bench.roles[column.name])
    if roles & set(TIME_ROLES) or roles & {"age", "stated_time", "history_time"}:
        return False
    rest = emptied(column, aside)
    present = rest.text.is_not_null().to_numpy()
    typed = np.isin(rest.kinds, (NUMBER, DATE, BOOLEAN))
    if not present.any() or roles & {"id", "event", "centre"}:
        return True
    return bool(2 * typed.sum() <= present.sum()) and number_cells(bench, rest) is None


def _doubtful(bench: Bench, column: Column, *, holds_words: bool) -> set[str]:
    """Ask about words that may be a category; return those that are taken for one meanwhile."""
    said = bench.said(column.name)
    if not holds_words or said.not_missing is not None:
        return set()
    if not _ROLES_OF_WORDS & set(bench.roles[column.name]):
        return set()
    there: list[str] = column.text.drop_nulls().unique().to_list()
    settled = declared_codes(bench, column)
    found = {w for w in there if w.lower() in missing_words().none_words and w not in settled}
    if "NA" in there and "NA" not in settled and _codes_like_na(column):
        found.add("NA")
    if found:
        _ask(bench, column, tuple(sorted(found)))
    return found


def _codes_like_na(column: Column) -> bool:
    others = column.text.drop_nulls().unique()
    others = others.filter(others != "NA")
    like = others.str.contains(CODE_LIKE).sum()
    return len(others) > 1 and 2 * int(like) > len(others)


def _ask(bench: Bench, column: Column, words: tuple[str, ...]) -> None:
    mask = _is_in(column.text, frozenset(words))
    named, n = ", ".join(map(shown, words)), counted(mask, "cell")
    bench.ask(
        DOUBTFUL,
        f"{named} in {n} of {column.name} can be a value of its own, or mean: not recorded",
        key="not_missing",
        column=column,
        mask=mask,
        options=(
            Option(value=words, words=f"a value of its own, {named}: {n} left as written"),
            Option(value=(), words=f"not recorded: {n} left empty"),
        ),
        default=words,
    )


def _listed(text: pl.Series, mask: Bools) -> str:
    import polars as pl

    counts = text.filter(pl.Series(mask)).value_counts().rows()
    counts.sort(key=lambda row: (-row[1], row[0]))
    parts = [f"{shown(word)} ({n:,})" for word, n in counts[:MOST_LISTED]]
    more = f" and {len(counts) - MOST_LISTED} more" if len(counts) > MOST_LISTED else ""
    return ", ".join(parts) + more


STEP = Step(order=310, title="Words for 'not recorded'", run=_run)
