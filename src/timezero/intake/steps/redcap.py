"""REDCap exports: rows of one instrument, events of one patient, codes read as their labels."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.arrays import Bools, Ints
from timezero.findings import Option, Severity
from timezero.intake.bench import Bench
from timezero.intake.grid import ColumnLabels
from timezero.intake.step import Step
from timezero.intake.tables import EMPTY, TEXT, Column, shown
from timezero.intake.wording import counted

if TYPE_CHECKING:
    from timezero.intake.redcap_dictionary import RedcapField

INSTRUMENT: Final = "redcap_repeat_instrument"
INSTANCE: Final = "redcap_repeat_instance"
EVENT: Final = "redcap_event_name"
OWN: Final = (INSTRUMENT, INSTANCE, EVENT)
LABELLED: Final = frozenset({"radio", "dropdown", "yesno", "truefalse"})


def _run(bench: Bench) -> None:
    if INSTRUMENT in bench.table.names:
        _one_instrument(bench)
    if EVENT in bench.table.names:
        _one_event(bench)
    if bench.recipe.redcap_dictionary is not None:
        _read_by_dictionary(bench, bench.recipe.redcap_dictionary)


def _one_instrument(bench: Bench) -> None:
    column = bench.table.column(INSTRUMENT)
    texts = column.text.fill_null("")
    instruments = [t for t in texts.unique(maintain_order=True).to_list() if t]
    chosen = bench.recipe.redcap_instrument
    if chosen is None and instruments:
        bench.ask(
            "redcap_instrument",
            "the export holds rows of patients and of repeating instruments: which are this table?",
            key="redcap_instrument",
            column=None,
            options=(
                Option(value="", words="the rows of the patients themselves"),
                *(Option(value=i, words=f"the rows of the instrument {i}") for i in instruments),
            ),
            default="",
        )
    chosen = chosen or ""
    others = np.asarray((texts != chosen).to_numpy(), dtype=np.bool_)
    words = f"rows of the instrument {chosen}" if chosen else "the patients' own rows"
    bench.drop_rows(others, code="redcap_instrument", reason=f"not {words}")
    _drop_empty(bench)


def _drop_empty(bench: Bench) -> None:
    """Leave out the columns of other instruments, which are empty in every row that is left."""
    used = set(bench.roles)
    empty = [
        c.name
        for c in bench.table.columns
        if c.name in {INSTRUMENT, INSTANCE} or (c.name not in used and not (c.kinds != EMPTY).any())
    ]
    bench.drop_columns(tuple(empty))


def _one_event(bench: Bench) -> None:
    column = bench.table.column(EVENT)
    chosen = bench.recipe.redcap_event
    if chosen is not None:
        others = column.text.fill_null("").ne(chosen).to_numpy()
        reason = f"not of the event {chosen}"
        bench.drop_rows(np.asarray(others, np.bool_), code="redcap_event", reason=reason)
        bench.drop_columns((EVENT,))
        return
    ids = bench.table.columns[0]
    if bench.recipe.redcap_instrument or not ids.text.is_duplicated().any():
        bench.drop_columns((EVENT,))
        return
    _joined_events(bench, ids)


def _joined_events(bench: Bench, ids: Column) -> None:
    """Make one row of the events of a patient, where they do not contradict each other."""
    texts = ids.text.fill_null("")
    group = np.asarray(texts.rank("dense").to_numpy(), dtype=np.int64) - 1
    first = np.zeros(bench.n, dtype=np.bool_)
    first[np.unique(group, return_index=True)[1]] = True
    for column in bench.table.columns:
        if column.name not in {ids.name, EVENT}:
            bench.put(_first_filled(bench, column, group))
    bench.drop_rows(~first, code="redcap_event", reason="joined with the patient's first event")
    bench.drop_columns((EVENT,))


def _first_filled(bench: Bench, column: Column, group: Ints) -> Column:
    filled = column.kinds != EMPTY
    source = np.full(int(group.max()) + 1, -1, dtype=np.int64)
    rows = np.flatnonzero(filled)[::-1]
    source[group[rows]] = rows
    at = source[group]
    known = at >= 0
    texts = column.text
    same = texts.eq_missing(texts.gather(np.maximum(at, 0))).to_numpy()
    conflict: Bools = filled & ~same
    if conflict.any():
        bench.tell(
            "redcap_events_differ",
            Severity.ERROR,
            f"{counted(conflict, 'cell')} of {column.name} that say something else than an earlier "
            "event of the same patient",
            column=column,
            mask=conflict,
            mend="say in the recipe which event is used: redcap_event",
        )
    pick = np.maximum(at, 0)
    return dataclasses.replace(
        column,
        text=texts.gather(pick).scatter(np.flatnonzero(~known), None),
        kinds=np.where(known, column.kinds[pick], EMPTY).astype(np.int8),
        numbers=np.where(known, column.numbers[pick], np.nan),
        days=np.where(known, column.days[pick], np.nan),
    )


def _read_by_dictionary(bench: Bench, named: str) -> None:
    from timezero.intake.redcap_dictionary import read_redcap_dictionary

    fields = read_redcap_dictionary((bench.grid.folder or Path()) / named)
    for field in fields:
        for column in field.columns:
            if column in bench.table.names:
                _described(bench, field, column)
    _drop_identifiers(bench, fields)


def _described(bench: Bench, field: RedcapField, name: str) -> None:
    meaning = {choice.code: choice.label for choice in field.choices}
    label = field.label
    if field.kind == "checkbox":
        code = name.removeprefix(f"{field.name}___")
        label = f"{field.label}: {meaning.get(code, code)}"
        meaning = {}
    bench.labels[name] = ColumnLabels(label=label, values=meaning)
    if field.kind in LABELLED and meaning:
        _labelled(bench, bench.table.column(name), meaning)


def _labelled(bench: Bench, column: Column, meaning: dict[str, str]) -> None:
    new = column.text.replace(meaning)
    mask = np.asarray(new.ne_missing(column.text).to_numpy(), dtype=np.bool_)
    if not mask.any():
        return
    listed = ", ".join(f"{shown(code)} = {shown(label)}" for code, label in meaning.items())
    kinds = np.where(mask, TEXT, column.kinds).astype(np.int8)
    numbers = np.where(mask, np.nan, column.numbers)
    bench.change(
        dataclasses.replace(column, text=new, kinds=kinds, numbers=numbers),
        code="redcap_labels",
        rule=f"codes are read as the data dictionary labels them: {listed}",
        mask=mask,
        new=new,
    )


def _drop_identifiers(bench: Bench, fields: tuple[RedcapField, ...]) -> None:
    marked = [
        column
        for field in fields
        if field.identifier
        for column in field.columns
        if column in bench.table.names and column != bench.table.columns[0].name
    ]
    gone = [name for name in marked if not bench.said(name).keep and name not in bench.roles]
    if gone:
        bench.tell(
            "identifier_dropped",
            Severity.WARNING,
            f"left out, as the data dictionary marks them as identifiers: {', '.join(gone)}",
            mend="keep one with columns.NAME.keep = true in the recipe, if the study needs it",
        )
        bench.drop_columns(tuple(gone))


STEP = Step(order=175, title="A REDCap export", run=_run)
