"""Empty cells below a value that may hold it too, as in merged cells: asked, and shown."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Ints
from timezero.findings import Option, Severity
from timezero.intake.bench import Bench, roles_of
from timezero.intake.fill_down import (
    filled_down,
    from_merged_cells,
    from_rows_above,
    identifier_with_gaps,
)
from timezero.intake.step import Step
from timezero.intake.tables import EVIDENCE_LIMIT, Column, shown
from timezero.intake.wording import counted


def _run(bench: Bench) -> None:
    if bench.grid.is_headed:
        return
    identifier = identifier_with_gaps(bench.table, bench.data.id)
    roles, continued = roles_of(bench.data), _continued(bench, identifier)
    for column in bench.table.columns:
        source = from_merged_cells(bench.table, column, bench.grid.merged)
        own = np.arange(source.size)
        said = bench.said(column.name).fill_down
        if (source == own).all():
            if said is None and column.name != identifier:
                continue
            above = from_rows_above(column)
            source = above if column.name == identifier else np.where(continued, above, own)
        mask = source != own
        if not mask.any() or said is False:
            continue
        if said is None and roles and column.name not in roles:
            _tell_unused(bench, column, mask)
            continue
        if said is None:
            _ask(bench, column, source, mask)
        new = filled_down(column, source)
        bench.change(
            new,
            code="filled_down",
            rule="an empty cell below a value holds that value",
            mask=mask,
            new=new.text,
        )


def _continued(bench: Bench, identifier: str | None) -> Bools:
    """Return which rows go on with the patient of the row above: those without an identifier."""
    column = next((c for c in bench.table.columns if c.name == identifier), None)
    return np.zeros(bench.n, dtype=np.bool_) if column is None else column.kinds == 0


def _tell_unused(bench: Bench, column: Column, mask: Bools) -> None:
    what = f"{counted(mask, 'cell')} hidden by merged cells; the column is not used and left as is"
    bench.tell("merged_cells_unused", Severity.NOTE, what, column=column, mask=mask)


def _ask(bench: Bench, column: Column, source: Ints, mask: Bools) -> None:
    examples = tuple(
        f"{bench.table.address(column, int(k))}: empty -> {shown(column.text[int(source[k])])}"
        for k in np.flatnonzero(mask)[:EVIDENCE_LIMIT]
    )
    bench.ask(
        "fill_down",
        f"{counted(mask, 'empty cell')} below a value: do they hold that value?",
        key="fill_down",
        column=column,
        mask=mask,
        options=(
            Option(value=True, words=f"filled from above: {'; '.join(examples[:3])}"),
            Option(value=False, words="they stay empty"),
        ),
        default=True,
        evidence=examples,
    )


STEP = Step(order=190, title="Values that stand only in the first of several rows", run=_run)
