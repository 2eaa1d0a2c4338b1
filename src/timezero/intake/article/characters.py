"""Characters that nobody sees: taken out before reading, and counted."""

from __future__ import annotations

import re

# Zero-width, soft and direction marks, control characters, and private use, for masking.py.
_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc\ue000-\uf8ff"
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]"
)
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029\x85]")
_SPACES = str.maketrans(
    dict.fromkeys("\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u200a\u205f\u3000", " ")
    | {"\u2010": "-", "\u2011": "-", "\u2009": "\u202f"}
)


def visible(text: str) -> tuple[str, int]:
    """Return a text without invisible characters, and how many were taken out.

    Parameters
    ----------
    text : str

    Returns
    -------
    text : str
        Lines end in a line feed; all spaces are plain, but a narrow one that parts thousands.
    n_removed : int
    """
    lines = _LINE_ENDS.sub("\n", text)
    cleaned, n_removed = _INVISIBLE.subn("", lines)
    return cleaned.translate(_SPACES), n_removed
