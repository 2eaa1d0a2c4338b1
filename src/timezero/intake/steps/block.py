"""Which of several tables in a sheet is read."""

from __future__ import annotations

import dataclasses

import numpy as np

from timezero.findings import Option, Severity
from timezero.intake.bench import Bench, roles_of
from timezero.intake.blocks import Block, block_of_range, blocks_of
from timezero.intake.headings import matching_key
from timezero.intake.row_looks import filled_rows, row_words
from timezero.intake.step import Step
from timezero.intake.tables import EVIDENCE_LIMIT, shown
from timezero.intake.wording import counted

_SHOWN_CELLS = 5


def _run(bench: Bench) -> None:
    if bench.grid.is_headed:
        return
    blocks = blocks_of(bench.table, bench.grid.merged)
    if bench.recipe.block is not None:
        chosen = _of_recipe(bench, blocks, bench.recipe.block)
        if chosen is not None:
            _keep(bench, chosen)
            return
    elif len(blocks) == 1:
        return
    likeliest = max(blocks, key=lambda block: _merit(bench, block))
    _ask(bench, blocks, likeliest)
    _keep(bench, likeliest)


def _of_recipe(bench: Bench, blocks: tuple[Block, ...], said: str) -> Block | None:
    """Return the block of the recipe: the one that begins there, as long as it is now."""
    wanted = block_of_range(said)
    if wanted is None:
        return None
    corner = (wanted.first_row, wanted.first_place)
    same = [b for b in blocks if (b.first_row, b.first_place) == corner]
    if not same:
        return wanted if _stands_alone(bench, wanted) else None
    block = dataclasses.replace(same[0], last_place=min(same[0].last_place, wanted.last_place))
    if block.range != wanted.range:
        what = f"the block {wanted.range} of the recipe now is {block.range}, which is read"
        bench.tell("block_grown", Severity.NOTE, what)
    return block


def _stands_alone(bench: Bench, wanted: Block) -> bool:
    """Return whether a range holds rows, and none goes on in the row below it."""
    columns = [column for column in bench.table.columns if wanted.has(column)]
    filled = bench.table.rows[filled_rows(columns, bench.n)]
    inside = (filled >= wanted.first_row) & (filled <= wanted.last_row)
    return bool(inside.any()) and wanted.last_row + 1 not in filled


def _merit(bench: Bench, block: Block) -> tuple[int, int]:
    """Return how many columns of the study a block has, then how many cells."""
    keys = {matching_key(heading) for heading in block.headings}
    named = sum(matching_key(name) in keys for name in roles_of(bench.data))
    return named, block.n_rows * len(block.headings)


def _words(block: Block) -> str:
    listed = ", ".join(shown(heading) for heading in block.headings[:_SHOWN_CELLS])
    more = ", ..." if len(block.headings) > _SHOWN_CELLS else ""
    return f"{block.range}: {listed}{more} ({counted(block.n_rows, 'row')})"


def _ask(bench: Bench, blocks: tuple[Block, ...], likeliest: Block) -> None:
    bench.ask(
        "block",
        f"the sheet looks like {counted(len(blocks), 'table')}: which one holds the patients?",
        key="block",
        options=tuple(Option(value=block.range, words=_words(block)) for block in blocks),
        default=likeliest.range,
        evidence=tuple(_words(block) for block in blocks),
    )


def _keep(bench: Bench, block: Block) -> None:
    """Leave the rows and columns outside a block, and tell which."""
    outside = tuple(c.name for c in bench.table.columns if not block.has(c))
    rows = bench.table.rows
    beyond = (rows < block.first_row) | (rows > block.last_row)
    filled = filled_rows(bench.table.columns, bench.n) & beyond
    listed = tuple(row_words(bench.table, int(k)) for k in np.flatnonzero(filled)[:EVIDENCE_LIMIT])
    if outside:
        what = f"left out: {counted(len(outside), 'column')} outside the block {block.range}"
        bench.tell("file_outside_block", Severity.NOTE, f"{what}: {', '.join(outside)}")
    bench.drop_rows(
        beyond,
        code="file_outside_block",
        reason=f"outside the block {block.range}",
        evidence=listed,
    )
    bench.drop_columns(outside)


STEP = Step(order=120, title="Which of several tables in a sheet", run=_run)
