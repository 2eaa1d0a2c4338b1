"""The study store: what was registered, run and exported, with a log that shows any change.

It keeps text and bytes and knows nothing of patients. :func:`open_store` is the door.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from timezero.errors import MissingExtra
from timezero.store.job_key import job_key

if TYPE_CHECKING:
    from timezero.store.records import Verification
    from timezero.store.store import Store

__all__ = ["job_key", "open_store", "restore"]

Clock: TypeAlias = Callable[[], dt.datetime]
FreeSpace: TypeAlias = Callable[[Path], tuple[int, int]]


def open_store(
    place: str | Path,
    *,
    create: bool = False,
    who: str | None = None,
    read_only: bool = False,
    clock: Clock | None = None,
    free_space: FreeSpace | None = None,
) -> Store:
    """Open a study store, or make one.

    Parameters
    ----------
    place : str or Path
        A project folder or a ``.db`` file (SQLite), or ``postgresql://...``.
    create : bool
        Make a store where there is none; one that is there is opened.
    who : str, optional
        Who acts, for the log; the name of the user's account if not said.
    read_only : bool
        Read beside another process that writes. Nothing is written, swept or migrated.
    clock : callable, optional
        Returns the present time with a zone.
    free_space : callable, optional
        Returns free and total bytes of the disk that a folder is on.

    Returns
    -------
    Store
        A context manager.

    Raises
    ------
    InputRefused
        There is no store, it is of a newer timezero, another process writes to it, it is damaged,
        or the disk does not let it be written.
    MissingExtra
        SQLAlchemy, Alembic or psycopg is not installed.
    """
    _refuse_missing("sqlalchemy", "alembic", extra="store", place=place)
    if str(place).startswith("postgres"):
        _refuse_missing("psycopg", extra="postgres", place="a PostgreSQL address")
    from timezero.store.opening import Opening, open_place

    return open_place(
        place, Opening(create, who=who, read_only=read_only, clock=clock, free_space=free_space)
    )


def restore(
    source: Path, to: str | Path, *, verify: bool = True, who: str | None = None
) -> Verification:
    """Make a store from a backup, at a place where there is none.

    Parameters
    ----------
    source : Path
        A folder written by ``Store.backup``.
    to : str or Path
        As for :func:`open_store`; an empty database for PostgreSQL.
    verify : bool
        Also check the restored store from its first log entry to its last blob. The files of the
        backup are always compared with its manifest.
    who : str, optional
        For the log of the restored store.

    Raises
    ------
    InputRefused
        The backup is incomplete or damaged, or there is a store at the place.
    MissingExtra
        As for :func:`open_store`.
    """
    _refuse_missing("sqlalchemy", "alembic", extra="store", place=to)
    if str(to).startswith("postgres"):
        _refuse_missing("psycopg", extra="postgres", place="a PostgreSQL address")
    from timezero.store.restoring import restore_backup

    return restore_backup(Path(source), to, verify=verify, who=who)


def _refuse_missing(*modules: str, extra: str, place: str | Path) -> None:
    if missing := [name for name in modules if importlib.util.find_spec(name) is None]:
        raise MissingExtra(
            what=f"the study store needs {' and '.join(missing)}",
            where=str(place),
            mend=f"pip install 'timezero[{extra}]'",
            code="TZ-STO-01",
        )
