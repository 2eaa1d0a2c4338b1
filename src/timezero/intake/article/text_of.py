"""The text of an article: from a page, a PDF file, a text file, or a sentence given directly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from timezero.errors import InputRefused
from timezero.intake.article.characters import visible
from timezero.intake.article.decoding import decoded, is_page, refuse_containers
from timezero.intake.article.page import page_text
from timezero.intake.article.pdf import pdf_text
from timezero.model.claim import MAXIMUM_TEXT

LARGEST_FILE = 20_000_000
_SUFFIXES = (".html", ".htm", ".xhtml", ".pdf", ".txt", ".md", ".docx", ".doc", ".rtf", ".toml")
_LONGEST_NAME = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleText:
    """The text that was read, and how.

    Parameters
    ----------
    text : str
        At most 200,000 characters, without invisible ones.
    kind : str
        ``page``, ``pdf``, ``text`` or ``sentence``.
    title : str
        Of a page, its heading; else the first line when it stands alone; may be empty.
    notes : tuple of str
        What a reader should know about how the text was found.
    """

    text: str
    kind: str
    title: str = ""
    notes: tuple[str, ...] = ()


def text_of(source: str | Path) -> ArticleText:
    """Return the text of an article, whatever it comes as.

    Parameters
    ----------
    source : str or Path
        A file (its kind is told by its bytes, not by its name), or the text itself.

    Raises
    ------
    InputRefused
        There is no such file, it holds no text, or more than an article.
    MissingExtra
        An optional package that reads this kind of file is not installed.
    """
    path = _as_path(source)
    if path is None:
        return _finished(str(source), kind="sentence", where="the text given")
    raw = _bytes_of(path)
    where = path.name
    refuse_containers(raw, where)
    if b"%PDF-" in raw[:1024]:
        text, notes = pdf_text(raw, where)
        return _finished(text, kind="pdf", where=where, notes=notes)
    text, remark = decoded(raw, where)
    notes = (remark,) if remark else ()
    if is_page(text):
        main, title, more = page_text(text, where)
        return _finished(main, kind="page", where=where, title=title, notes=notes + more)
    return _finished(text, kind="text", where=where, notes=notes)


def _as_path(source: str | Path) -> Path | None:
    """Return the file that is meant, or None when the text itself was given."""
    if isinstance(source, Path):
        return source
    named = source.strip()
    if named.startswith(("http://", "https://", "www.")) and " " not in named:
        raise InputRefused(
            what="timezero opens no pages on the network",
            where=named[:100],
            mend="save the page in a browser, and give the saved file",
            code="TZ-ART-09",
        )
    if not named or "\n" in named or "\0" in named or len(named) > _LONGEST_NAME:
        return None
    path = Path(named)
    try:
        if path.exists():
            return path
    except OSError:
        return None
    looks_like_a_name = named.lower().endswith(_SUFFIXES) or " " not in named
    return path if looks_like_a_name and not any(c in named for c in "%;=") else None


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputRefused(
                what="a folder was given, not an article",
                where=str(path),
                mend="name one file in it",
                code="TZ-ART-01",
            )
        if size <= LARGEST_FILE:
            with path.open("rb") as file:
                found = file.read(LARGEST_FILE + 1)
            if len(found) <= LARGEST_FILE:
                return found
    except OSError as error:
        raise InputRefused(
            what=f"the file cannot be read: {error.strerror or error}",
            where=str(path),
            mend="check its name, or put a sentence with the numbers in quotation marks",
            code="TZ-ART-01",
        ) from error
    raise InputRefused(
        what=f"the file has more than {LARGEST_FILE / 1e6:.0f} MB, the most that is read",
        where=str(path),
        mend="give the abstract, or the passage with the numbers, as a .txt file",
        code="TZ-ART-04",
    )


def _finished(
    raw: str, *, kind: str, where: str, title: str = "", notes: tuple[str, ...] = ()
) -> ArticleText:
    text, n_removed = visible(raw)
    text = text.strip()
    if not text:
        raise InputRefused(
            what="there is no text to read",
            where=where,
            mend="give an article, or a sentence with numbers in quotation marks",
            code="TZ-ART-05",
        )
    if len(text) > MAXIMUM_TEXT:
        raise InputRefused(
            what=f"the text has {len(text):,} characters; an article has at most {MAXIMUM_TEXT:,}",
            where=where,
            mend="give the abstract, or the passage with the numbers, as a .txt file",
            code="TZ-ART-04",
        )
    if n_removed:
        notes = (*notes, f"{n_removed} invisible characters were taken out of the text.")
    return ArticleText(
        text=text, kind=kind, title=visible(title)[0] or _first_line(text), notes=notes
    )


def _first_line(text: str) -> str:
    first, line_end, _ = text.partition("\n")
    words = first.lstrip("# ").strip()
    stands_alone = bool(line_end) and 8 <= len(words) <= 200 and not words.endswith(".")
    return words if stands_alone else ""
