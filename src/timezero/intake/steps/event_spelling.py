"""A declared value of the event column, written with other capitals or spaces in some cells."""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np

from timezero.intake.bench import Bench
from timezero.intake.events import declared_meanings, same_value
from timezero.intake.step import Step
from timezero.intake.tables import TEXT, Column

CODE: Final = "event_spelling"


def _run(bench: Bench) -> None:
    for column in bench.used("event"):
        if bench.said(column.name).values_settled is True or not (column.kinds == TEXT).any():
            continue
        meant = _meant(bench, column)
        if meant:
            _replace(bench, column, meant)


def _meant(bench: Bench, column: Column) -> dict[str, str]:
    """Return the cells that are a declared value but for capitals and spaces, each with it.

    One letter is left as it is when the declared value itself occurs too: d and D may be two codes.
    """
    meanings = declared_meanings(bench.data)
    apart = {old for old, new in bench.said(column.name).values.items() if old == new}
    there: list[str] = column.text.drop_nulls().unique().to_list()
    seen = {same_value(text) for text in there}
    found: dict[str, str] = {}
    for text in there:
        if same_value(text) in meanings or text in apart:
            continue
        like = [value for value in meanings if _plain(value) == _plain(text)]
        is_code = len(_plain(text)) == 1 and bool(seen & set(like))
        if like and not is_code and len({meanings[value] for value in like}) == 1:
            found[text] = like[0]
    return found


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _replace(bench: Bench, column: Column, meant: dict[str, str]) -> None:
    mask = np.asarray(column.text.is_in(list(meant)).fill_null(value=False), dtype=np.bool_)
    new = column.text.replace(meant)
    rule = "read as the declared value that differs only in capitals or spaces"
    changed = dataclasses.replace(column, text=new)
    bench.change(changed, code=CODE, rule=rule, mask=mask, new=new)


STEP = Step(order=355, title="Declared values in other capitals", run=_run)
