"""Values that are written in several ways: CC0, CC-0 and cc0."""

from __future__ import annotations

import dataclasses
from collections.abc import Container
from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.findings import Option
from timezero.intake.bench import Bench
from timezero.intake.events import declared_meanings, same_value
from timezero.intake.number_cells import number_cells
from timezero.intake.spellings import same_spelling, slips
from timezero.intake.step import Step
from timezero.intake.tables import EVIDENCE_LIMIT, TEXT, Column, shown
from timezero.intake.wording import counted

if TYPE_CHECKING:
    import polars as pl

CODE: Final = "value_spellings"
MOST_VALUES: Final = 1_000
MOST_ASKED: Final = 12
ONE_VALUE: Final = "one_value"


def _run(bench: Bench) -> None:
    for column in bench.used("covariate", "history", "centre", "event", "sex"):
        settled = bench.said(column.name).values_settled
        if settled is True or not (column.kinds == TEXT).any():
            continue
        if number_cells(bench, column) is not None or column.text.n_unique() > MOST_VALUES:
            continue
        is_event = "event" in bench.roles[column.name]
        counts = _counts(bench, column)
        alike, one_slip = _pairs(bench, column, counts, is_event=is_event)
        if not is_event:
            alike, one_slip = alike + one_slip, []
        together = alike if len(alike) > (1 if is_event else MOST_ASKED) else []
        if settled == ONE_VALUE:
            _merge(bench, column, dict(alike))
        elif together:
            _ask_at_once(bench, column, together)
        for rare, common in one_slip if together or settled else alike + one_slip:
            _ask(bench, column, rare, common, counts=counts)
        if is_event and not settled and alike:
            # Until it is answered they are one value: no second question hangs on it.
            bench.put(_as_one(column, dict(alike)))


def _pairs(
    bench: Bench, column: Column, counts: dict[str, int], *, is_event: bool
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the spellings and the slips that nobody has settled."""
    declared = set(declared_meanings(bench.data)) if is_event else set[str]()
    settled = set(bench.said(column.name).values)

    def is_open(rare: str, common: str) -> bool:
        both = {same_value(rare), same_value(common)}
        return rare not in settled and not (is_event and len(both) == 1) and not both <= declared

    alike, one_slip = _merges(counts, first=declared)
    return [p for p in alike if is_open(*p)], [p for p in one_slip if is_open(*p)]


def _counts(bench: Bench, column: Column) -> dict[str, int]:
    import polars as pl

    present: pl.Series = column.text.filter(pl.Series(~bench.missing(column)))
    rows: list[tuple[str, int]] = present.value_counts().rows()
    return dict(sorted(rows, key=lambda row: (-row[1], row[0])))


def _merges(
    counts: dict[str, int], *, first: Container[str]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return which value may be written for which, the rarer for the more frequent.

    Spellings with the same letters, then slips of the pen; a declared value goes first.
    """
    found: list[tuple[str, str]] = []
    for group in same_spelling(counts):
        kept, *others = sorted(
            group, key=lambda value: (same_value(value) not in first, -counts[value], value)
        )
        found += [(other, kept) for other in others]
    meant = dict(found)
    one_each: dict[str, int] = {}
    for value, n in counts.items():
        one = meant.get(value, value)
        one_each[one] = one_each.get(one, 0) + n
    return found, [pair for pair in slips(one_each) if pair[0] not in meant]


def _as_one(column: Column, meant: dict[str, str]) -> Column:
    return dataclasses.replace(column, text=column.text.replace(meant))


def _merge(bench: Bench, column: Column, meant: dict[str, str]) -> None:
    mask = np.asarray(column.text.is_in(list(meant)).fill_null(value=False), dtype=np.bool_)
    merged = _as_one(column, meant)
    rule = "values with one spelling, as the recipe says"
    bench.change(merged, code="values_merged", rule=rule, mask=mask, new=merged.text)


def _ask(bench: Bench, column: Column, rare: str, common: str, *, counts: dict[str, int]) -> None:
    mask = np.asarray(column.text.eq(rare).fill_null(value=False), dtype=np.bool_)
    bench.ask(
        CODE,
        f"{column.name} says {shown(rare)} ({counts[rare]}) and {shown(common)} "
        f"({counts[common]}), which may be one value",
        key=("tables", bench.key, "columns", column.name, "values", rare),
        column=column,
        mask=mask,
        options=(
            Option(value=common, words=f"one value: {shown(rare)} is read as {shown(common)}"),
            Option(value=rare, words="two values: they stay apart"),
        ),
        default=None if "event" in bench.roles[column.name] else common,
    )


def _ask_at_once(bench: Bench, column: Column, pairs: list[tuple[str, str]]) -> None:
    listed = tuple(f"{shown(rare)} for {shown(common)}" for rare, common in pairs[:EVIDENCE_LIMIT])
    mask = np.asarray(
        column.text.is_in([rare for rare, _ in pairs]).fill_null(value=False), dtype=np.bool_
    )
    n = counted(len(pairs), "value")
    rare, common = pairs[0]
    bench.ask(
        CODE,
        f"{n} of {column.name} may be others that are written differently",
        key="values_settled",
        column=column,
        mask=mask,
        evidence=listed,
        mend="answer it with `timezero init`; if some are and others are not, write "
        f"columns.{column.name}.values in the recipe, then values_settled = true",
        options=(
            Option(
                value=ONE_VALUE,
                words=f"each of them is the other one: {shown(rare)} is read as {shown(common)}",
            ),
            Option(value=True, words=f"{n} stay as they are, apart"),
        ),
    )


STEP = Step(order=360, title="Values written in several ways", run=_run)
