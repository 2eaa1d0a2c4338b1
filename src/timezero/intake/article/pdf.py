"""A PDF file to its text, column by column."""

from __future__ import annotations

import io
import re
from typing import Any

from timezero.errors import InputRefused, MissingExtra

MOST_PAGES = 40
_BROKEN_WORD = re.compile(r"([a-z])-\n([a-z])")
_CROSSING = 0.02


def pdf_text(raw: bytes, where: str) -> tuple[str, tuple[str, ...]]:
    """Return the text of a PDF file, and remarks.

    Parameters
    ----------
    raw : bytes
        The whole file.
    where : str
        What the file is called in messages.

    Raises
    ------
    InputRefused
        The file is damaged or locked, or has pages but no text (a scan).
    MissingExtra
        pdfplumber is not installed.
    """
    try:
        import pdfplumber
    except ImportError as error:
        raise MissingExtra(
            what="reading a PDF file needs pdfplumber",
            where=where,
            mend="pip install 'timezero[article]', or give the text as .txt",
            code="TZ-ART-06",
        ) from error
    try:
        with pdfplumber.open(io.BytesIO(raw)) as document:
            pages = document.pages
            texts = [_page_text(page) for page in pages[:MOST_PAGES]]
            n_pages = len(pages)
    except Exception as error:  # pdfminer raises many kinds for damaged files
        raise InputRefused(
            what="the PDF file cannot be opened: it is damaged or locked by a password",
            where=where,
            mend="save it again without a password, or copy the passage into a .txt file",
            code="TZ-ART-07",
        ) from error
    text = _BROKEN_WORD.sub(r"\1\2", "\n\n".join(texts)).strip()
    if not text:
        raise InputRefused(
            what=f"the PDF file has {n_pages} pages and no text: it is a scan or a picture",
            where=where,
            mend="type the passage with the numbers, or give the abstract as text",
            code="TZ-ART-08",
        )
    if n_pages > MOST_PAGES:
        return text, (f"Pages {MOST_PAGES + 1} to {n_pages} of the PDF file were not read.",)
    return text, ()


def _page_text(page: Any) -> str:
    """Return the text of one page; of two columns, the left one first."""
    words: list[dict[str, Any]] = page.extract_words()
    middle = page.bbox[0] + page.width / 2
    crossing = sum(word["x0"] < middle - 2 and word["x1"] > middle + 2 for word in words)
    right = sum(word["x0"] >= middle - 2 for word in words)
    if len(words) < 60 or crossing > _CROSSING * len(words) or right < 0.2 * len(words):
        return page.extract_text() or ""
    left_x, top, right_x, bottom = page.bbox
    halves = ((left_x, top, middle, bottom), (middle, top, right_x, bottom))
    return "\n\n".join(page.crop(half).extract_text() or "" for half in halves)
