"""Codes of categories are read as the labels that the file gives them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from timezero.findings import Severity
from timezero.intake.bench import Bench
from timezero.intake.changes import Change
from timezero.intake.labelled import label_texts, listed, undeclared
from timezero.intake.step import Step
from timezero.intake.tables import EMPTY, EVIDENCE_LIMIT, TEXT, Column, shown
from timezero.intake.wording import counted

if TYPE_CHECKING:
    import polars as pl

CODE = "value_labels"


def _run(bench: Bench) -> None:
    read: list[str] = []
    kept: list[str] = []
    doubtful: list[str] = []
    for column in bench.table.columns:
        labels = bench.grid.labels.get(column.name)
        if labels is None or not labels.values:
            continue
        said = f"{shown(column.name)}: {listed(labels)}"
        texts = label_texts(column, labels)
        if texts is None:
            if set(labels.values) - set(labels.missing):
                kept.append(said)
            doubtful += undeclared(column, labels)
        else:
            read.append(said)
            _put(bench, column, texts)
    if read:
        what = (
            f"{counted(len(read), 'column')} of codes, read as the labels that the file gives them"
        )
        bench.tell(CODE, Severity.NOTE, what, evidence=tuple(read[:EVIDENCE_LIMIT]))
    if kept:
        what = (
            f"{counted(len(kept), 'column')} with labels for some values only, or the same label "
            "for two: the values stay as they are"
        )
        bench.tell(CODE, Severity.NOTE, what, evidence=tuple(kept[:EVIDENCE_LIMIT]))
    if doubtful:
        what = (
            f"{counted(len(doubtful), 'code')} among numbers labelled as not recorded, but not "
            "declared so in the file: still read as numbers"
        )
        mend = "name them in the recipe under the column's key `missing`"
        shown_codes = tuple(doubtful[:EVIDENCE_LIMIT])
        bench.tell("labelled_missing", Severity.WARNING, what, evidence=shown_codes, mend=mend)


def _put(bench: Bench, column: Column, texts: pl.Series) -> None:
    new = texts.alias(column.text.name)
    filled = new.is_not_null()
    mask = filled.to_numpy()
    bench.changes.append(
        Change(
            code=CODE,
            rule="codes read as their labels",
            column=column.name,
            letter=column.letter,
            rows=bench.table.rows[mask],
            old=column.text.filter(filled),
            new=new.filter(filled),
        )
    )
    nothing = np.full(len(new), np.nan)
    kinds = np.where(mask, TEXT, EMPTY).astype(np.int8)
    bench.put(dataclasses.replace(column, text=new, kinds=kinds, numbers=nothing, days=nothing))


STEP = Step(order=186, title="Codes with labels", run=_run)
