"""Columns that study file or recipe spell otherwise: found when case and spaces do not count."""

from __future__ import annotations

import dataclasses
from collections import defaultdict

from timezero.findings import Severity
from timezero.intake.bench import Bench, roles_of
from timezero.intake.headings import matching_key
from timezero.intake.step import Step
from timezero.intake.tables import EVIDENCE_LIMIT, shown
from timezero.intake.wording import counted


def _run(bench: Bench) -> None:
    """Call columns as the study file, then the recipe, spells them; only where it is unique."""
    by_key = _by_key(bench)
    wanted = dict.fromkeys((*roles_of(bench.data), *bench.recipe.columns))
    renamed: dict[str, str] = {}
    for name in wanted:
        like = by_key.get(matching_key(name), [])
        if name not in bench.table.names and len(like) == 1:
            renamed.setdefault(like[0], name)
    _rename(bench, renamed)
    _move_recipe(bench)


def _by_key(bench: Bench) -> dict[str, list[str]]:
    by_key: dict[str, list[str]] = defaultdict(list)
    for name in bench.table.names:
        by_key[matching_key(name)].append(name)
    return by_key


def _rename(bench: Bench, renamed: dict[str, str]) -> None:
    if not renamed:
        return
    bench.table = dataclasses.replace(
        bench.table,
        columns=tuple(
            dataclasses.replace(column, name=name, text=column.text.alias(name))
            for column in bench.table.columns
            for name in [renamed.get(column.name, column.name)]
        ),
    )
    labels = {renamed.get(name, name): label for name, label in bench.grid.labels.items()}
    bench.grid = dataclasses.replace(bench.grid, labels=labels)
    listed = [f"{shown(old)} -> {shown(new)}" for old, new in renamed.items()]
    what = f"{counted(len(listed), 'column')} called as the study or the recipe spells it; "
    what += "only case, spaces or unseen signs differ"
    bench.tell("header_respelled", Severity.NOTE, what, evidence=tuple(listed[:EVIDENCE_LIMIT]))


def _move_recipe(bench: Bench) -> None:
    """Let answers given for another spelling of a column hold for it."""
    said = dict(bench.recipe.columns)
    by_key = _by_key(bench)
    for name in [name for name in said if name not in bench.table.names]:
        like = [new for new in by_key.get(matching_key(name), []) if new not in said]
        if len(like) == 1:
            said[like[0]] = said.pop(name)
    bench.recipe = bench.recipe.model_copy(update={"columns": said})


STEP = Step(order=180, title="Columns spelled otherwise in study file or recipe", run=_run)
