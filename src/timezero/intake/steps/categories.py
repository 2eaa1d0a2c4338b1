"""Values that are written in several ways: CC0, CC-0 and cc0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.findings import Option
from timezero.intake.bench import Bench
from timezero.intake.number_cells import number_cells
from timezero.intake.spellings import same_spelling, slips
from timezero.intake.step import Step
from timezero.intake.tables import TEXT, Column, shown
from timezero.intake.wording import counted

if TYPE_CHECKING:
    import polars as pl

CODE: Final = "value_spellings"
MOST_VALUES: Final = 1_000
MOST_ASKED: Final = 12


def _run(bench: Bench) -> None:
    for column in bench.used("covariate", "history", "centre", "event", "sex"):
        said = bench.said(column.name)
        if said.values_settled or not (column.kinds == TEXT).any():
            continue
        if number_cells(bench, column) is not None:
            continue
        if column.text.n_unique() > MOST_VALUES:
            continue
        counts = _counts(bench, column)
        settled = set(said.values)
        pairs = [pair for pair in _merges(counts) if pair[0] not in settled]
        if len(pairs) > MOST_ASKED:
            _ask_at_once(bench, column, pairs)
        else:
            for rare, common in pairs:
                _ask(bench, column, rare, common, counts=counts)


def _counts(bench: Bench, column: Column) -> dict[str, int]:
    import polars as pl

    present: pl.Series = column.text.filter(pl.Series(~bench.missing(column)))
    rows: list[tuple[str, int]] = present.value_counts().rows()
    return dict(sorted(rows, key=lambda row: (-row[1], row[0])))


def _merges(counts: dict[str, int]) -> list[tuple[str, str]]:
    """Return which value may be written for which, the rarer for the more frequent."""
    found: list[tuple[str, str]] = []
    for group in same_spelling(counts):
        kept, *others = sorted(group, key=lambda value: (-counts[value], value))
        found += [(other, kept) for other in others]
    known = {rare for rare, _ in found}
    one_each: dict[str, int] = {}
    for value, n in counts.items():
        meant = dict(found).get(value, value)
        one_each[meant] = one_each.get(meant, 0) + n
    return found + [pair for pair in slips(one_each) if pair[0] not in known]


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
    listed = tuple(f"{shown(rare)} for {shown(common)}" for rare, common in pairs[:20])
    n = counted(len(pairs), "value")
    bench.ask(
        CODE,
        f"{n} of {column.name} may be others that are written differently",
        key="values_settled",
        column=column,
        evidence=listed,
        mend=f"write columns.{column.name}.values in the recipe, then values_settled = true",
        options=(Option(value=True, words=f"{n} stay as they are, apart"),),
    )


STEP = Step(order=360, title="Values written in several ways", run=_run)
