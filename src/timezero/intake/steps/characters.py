"""Signs that look like others: spaces, digits of other scripts, dashes for a minus."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from typing import Final

import numpy as np

from timezero.intake.bench import Bench
from timezero.intake.step import Step
from timezero.intake.tables import TEXT, Column

_ODD: Final = (
    "[\u00a0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff\u2010-\u2015\u2212\u2018\u2019\u02bc"
    "\u00b4\u066b\u066c\uff01-\uff5e]|[\\p{Nd}&&[^0-9]]"
)
_SIGNS: Final = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u2018\u2019\u02bc\u00b4", "'"),
    "\u066b": ".",
    "\u066c": ",",
}
_LIKE_A_NUMBER: Final = re.compile(r"[\d.,' /:+<>=~%eE()-]*\d[\d.,' /:+<>=~%eE()-]*")
RULE: Final = "signs that look like others (spaces, digits, minus) made plain"


def _run(bench: Bench) -> None:
    for column in bench.used():
        if "id" not in bench.roles[column.name]:
            _make_plain(bench, column)


def _make_plain(bench: Bench, column: Column) -> None:
    import polars as pl

    odd = column.text.str.contains(_ODD).fill_null(value=False)
    odd &= pl.Series(column.kinds == TEXT)
    if not odd.any():
        return
    found = column.text.filter(odd).unique().to_list()
    meant = {text: plain for text in found if (plain := plain_signs(text)) != text}
    if not meant:
        return
    mask = np.asarray(column.text.is_in(list(meant)).fill_null(value=False), dtype=np.bool_)
    mask &= column.kinds == TEXT
    new = column.text.replace(meant).zip_with(pl.Series(mask), column.text)
    changed = dataclasses.replace(column, text=new)
    bench.change(changed, code="characters", rule=RULE, mask=mask, new=new)


def plain_signs(text: str) -> str:
    """Return a text with plain spaces and digits and, if it is a number, a plain minus.

    Parameters
    ----------
    text : str
        A cell.
    """
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in text)
    shown = "".join(c for c in spaced if unicodedata.category(c) != "Cf").strip()
    digits = "".join(_plain_sign(c) for c in shown)
    as_number = "".join(_SIGNS.get(c, c) for c in digits)
    return as_number if _LIKE_A_NUMBER.fullmatch(as_number) else digits


def _plain_sign(sign: str) -> str:
    value = unicodedata.decimal(sign, None)
    if value is not None:
        return str(value)
    return unicodedata.normalize("NFKC", sign) if "\uff01" <= sign <= "\uff5e" else sign


STEP = Step(order=300, title="Signs that look like others", run=_run)
