"""Cells that a spreadsheet opens as they are: text is never a formula, numbers stay numbers."""

from __future__ import annotations

import re
from typing import Final

# Signs with which a spreadsheet begins a formula, their full-width forms among them.
FORMULA_STARTS: Final = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")
_NUMBER: Final = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?%?")
_BLANKS: Final = " \u00a0\u2007\u202f\ufeff"


def safe_cell(text: str) -> str:
    """Return a text that a spreadsheet does not take for a formula.

    An apostrophe is put before what begins like one, spaces before it or not. A number, with its
    sign, is left alone.

    Parameters
    ----------
    text : str
        Of a cell of text.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("-1.5"), safe_cell("CC-0")
    ("'=1+1", '-1.5', 'CC-0')
    """
    if not text.lstrip(_BLANKS).startswith(FORMULA_STARTS) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"
