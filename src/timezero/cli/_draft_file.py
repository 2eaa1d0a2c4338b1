"""The claim that was read, written for editing; what somebody edited is never written over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from timezero.errors import InputRefused

DEFAULT_DRAFT = "timezero-claim.toml"
MOST_DRAFTS = 1_000


def refuse_taken(draft: Path | None, *, force: bool) -> None:
    """Refuse a draft that is there already, before anybody answers questions for it."""
    if draft is not None and draft.is_file() and not force:
        raise _taken(draft)


def keep_draft(text: str, draft: Path | None, *, force: bool) -> Path:
    """Write a draft, and return where it is.

    Without a name it is ``timezero-claim.toml``, or the first of ``timezero-claim-2.toml`` and so
    on that is free. A file that already holds this very text is left as it is.

    Parameters
    ----------
    text : str
    draft : Path or None
        The name that was asked for.
    force : bool
        Write over a file with another text.

    Raises
    ------
    InputRefused
        The file that was asked for is there with another text, or it cannot be written.
    """
    from timezero.cli._output_places import refuse_places
    from timezero.report.render.json import write_text

    for place in _candidates() if draft is None else (draft,):
        refuse_places({"--draft": place})
        if _holds(place, text):
            return place
        if force or not place.is_file():
            write_text(place, text)
            return place
    raise _taken(draft or Path(DEFAULT_DRAFT))


def _candidates() -> Iterator[Path]:
    first = Path(DEFAULT_DRAFT)
    yield first
    for k in range(2, MOST_DRAFTS):
        yield first.with_name(f"{first.stem}-{k}{first.suffix}")


def _holds(place: Path, text: str) -> bool:
    try:
        return place.is_file() and place.read_bytes() == text.encode()
    except OSError:
        return False


def _taken(place: Path) -> InputRefused:
    return InputRefused(
        what=f"{place.name} exists already, and holds something else",
        where=f"--draft {place}",
        mend="name another file with --draft, or write over it with --force",
        code="TZ-CLI-10",
    )
