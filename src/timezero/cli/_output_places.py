"""Where results go: refused early when they cannot be written, or would destroy something."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path

from timezero.errors import InputRefused, MissingExtra


def report_path(html: Path | None, *, default: str, no_html: bool) -> Path | None:
    """Return where the report goes; refuse early when it is asked for and cannot be made."""
    if no_html:
        return None
    if html is not None:
        refuse_missing("jinja2", "matplotlib", flag="--html")
        return html
    return None if _missing("jinja2", "matplotlib") else Path(default)


def refuse_missing(*modules: str, flag: str) -> None:
    """Refuse a page whose packages are not installed, before anything is computed."""
    if missing := _missing(*modules):
        raise MissingExtra(
            what=f"the page needs {' and '.join(missing)}",
            where=flag,
            mend="pip install 'timezero[report]'",
            code="TZ-CLI-04",
        )


def _missing(*modules: str) -> list[str]:
    return [name for name in modules if importlib.util.find_spec(name) is None]


def refuse_places(places: Mapping[str, Path | None], *, given: Path | None = None) -> None:
    """Refuse, before anything is computed, outputs that cannot be written or cost something.

    Parameters
    ----------
    places : mapping of str to Path or None
        By flag. ``-`` is standard output.
    given : Path, optional
        The file that is read.

    Raises
    ------
    InputRefused
        A folder cannot be written to, a folder is named instead of a file, two outputs go to one
        file, or an output would take the place of the file that is read.
    """
    taken = {} if given is None else {_place(given): "the file that is read"}
    for flag, path in places.items():
        if path is None or str(path) == "-":
            continue
        try:
            place = _place(path)
            _refuse_closed(place, path, flag)
        except (OSError, RuntimeError) as error:
            why = getattr(error, "strerror", None) or "its links go in a circle"
            raise _refused(f"the file cannot be written: {why}", path, flag) from error
        if place in taken:
            raise InputRefused(
                what=f"{path} is {taken[place]}",
                where=flag,
                mend=f"name another file with {flag}",
                code="TZ-CLI-11",
            )
        if not place.exists() or place.is_file():
            taken[place] = f"also named by {flag}"


def _place(path: Path) -> Path:
    return path.resolve()


def _refuse_closed(place: Path, path: Path, flag: str) -> None:
    if place.is_dir():
        raise _refused("the file cannot be written: this is a folder", path, flag)
    if place.exists() and not place.is_file():
        return
    folder = next(parent for parent in place.parents if parent.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise _refused("the folder cannot be written to", path, flag)


def _refused(what: str, path: Path, flag: str) -> InputRefused:
    other = ", or say --no-html" if flag == "--html" else ""
    return InputRefused(
        what=what,
        where=f"{flag} {path}",
        mend=f"name a file in a folder that can be written to{other}",
        code="TZ-CLI-05",
    )
