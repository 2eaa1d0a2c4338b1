"""An HTML page to its main text; when too little of it is found, to all that can be seen."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from timezero.errors import InputRefused, MissingExtra

LARGEST_PAGE = 5_000_000
DEEPEST = 200
_UNSEEN = frozenset({"script", "style", "noscript", "template", "svg", "head", "iframe", "object"})
_CHROME = frozenset({"nav", "footer", "aside", "form", "button", "select"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_BREAKS = frozenset({
    "p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "article", "section",
    "table", "ul", "ol", "header", "main", "td", "blockquote",
})  # fmt: skip
_SUBJECT = re.compile(r"surviv|median|hazard|\blived\b|\balive\b|months|mortality", re.IGNORECASE)
_SMALLEST_SHARE = 0.1


class _Seen(HTMLParser):
    """Collects what a reader sees, without recursion, so that depth costs nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.title: list[str] = []
        self.heading: list[str] = []
        self.depth = self.deepest = 0
        self._unseen = 0
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what begins."""
        del attrs
        if tag in _BREAKS:
            self.pieces.append("\n\n")
        if tag in _VOID:
            return
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        if tag in _UNSEEN | _CHROME:
            self._unseen += 1
        if tag in {"title", "h1"}:
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        """Note what ends."""
        if tag in _BREAKS:
            self.pieces.append("\n\n")
        if tag in _VOID:
            return
        self.depth = max(self.depth - 1, 0)
        if tag in _UNSEEN | _CHROME:
            self._unseen = max(self._unseen - 1, 0)
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        """Keep text that is seen; the title apart."""
        if self._inside == "title":
            self.title.append(data)
            return
        if self._inside == "h1" and not self._unseen:
            self.heading.append(data)
        if not self._unseen:
            self.pieces.append(data)


def page_text(html: str, where: str) -> tuple[str, str, tuple[str, ...]]:
    """Return the main text of a page, its title, and remarks on how the text was found.

    Parameters
    ----------
    html : str
    where : str
        What the page is called in messages.

    Raises
    ------
    InputRefused
        The page is larger than 5 million characters, or nothing can be seen on it.
    MissingExtra
        trafilatura or lxml-html-clean is not installed.
    """
    if len(html) > LARGEST_PAGE:
        raise InputRefused(
            what=f"the page has {len(html):,} characters; at most {LARGEST_PAGE:,} are read",
            where=where,
            mend="copy the article's own text into a .txt file",
            code="TZ-ART-04",
        )
    seen = _Seen()
    seen.feed(html)
    seen.close()
    everything = _tidy("".join(seen.pieces))
    title = _tidy("".join(seen.heading) or "".join(seen.title)).replace("\n", " ")[:300]
    if not everything:
        raise InputRefused(
            what="nothing can be seen on the page: it may be filled by a script",
            where=where,
            mend="open it in a browser and save its text, or paste the passage",
            code="TZ-ART-05",
        )
    main = _main_text(html) if seen.deepest <= DEEPEST else ""
    if _lost(main, everything):
        remark = (
            "The main text of the page was not found: all text outside menus and footers was read."
        )
        return everything, title, (remark,)
    return main, title, ()


def _main_text(html: str) -> str:
    try:
        from trafilatura import extract
    except ImportError as error:
        raise MissingExtra(
            what="reading a page needs trafilatura and lxml-html-clean",
            where="an article in HTML",
            mend="pip install 'timezero[article]', or give the text as .txt",
            code="TZ-ART-06",
        ) from error
    found: Any = extract(html, include_comments=False, include_tables=True, favor_recall=True)
    return _tidy(str(found or "").replace("\n", "\n\n"))


def _lost(main: str, everything: str) -> bool:
    if len(main) < _SMALLEST_SHARE * len(everything) or not main:
        return True
    return bool(_SUBJECT.search(everything)) and not _SUBJECT.search(main)


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
