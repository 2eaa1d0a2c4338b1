"""Every way in which the store declines, and how errors of disks and databases become words."""

from __future__ import annotations

import errno
from collections.abc import Generator
from contextlib import contextmanager

from timezero.errors import InputRefused, JobCancelled, TimezeroError

FULL = (errno.ENOSPC, errno.EDQUOT)


def job_cancelled(key: str) -> JobCancelled:
    """Return the refusal to go on with a job that was cancelled."""
    return JobCancelled(
        what="the job was cancelled",
        where=f"job {key[:12]}",
        mend="run the command that began it again: it goes on from the parts that are finished",
        code="TZ-STO-02",
    )


def not_a_store(where: str, what: str) -> InputRefused:
    """Return the refusal of a place that holds no store."""
    return InputRefused(
        what=what,
        where=where,
        mend="check the place, or make a store there with `timezero store init`",
        code="TZ-STO-03",
    )


def read_only_store(where: str) -> InputRefused:
    """Return the refusal to write to a store that was opened for reading."""
    return InputRefused(
        what="the store was opened for reading only",
        where=where,
        mend="open it for writing when no other process does",
        code="TZ-STO-04",
    )


def damaged(where: str, what: str) -> InputRefused:
    """Return the refusal of something that is not as it was written."""
    return InputRefused(
        what=what,
        where=where,
        mend="do not write to this store; run `timezero store verify`, then restore the last "
        "backup to another place with `timezero store restore`",
        code="TZ-STO-05",
    )


def job_not_open(job: str, *, state: str, why: str = "", lease_until: str = "") -> InputRefused:
    """Return the refusal of a job that is not to be begun, or is not ours to go on with.

    Parameters
    ----------
    job : str
        Its key.
    state, why, lease_until : str
        Of the job, as the store has them.
    """
    until = f" at {lease_until[:19].replace('T', ' ')} UTC" if lease_until else ""
    mends = {
        "running": f"wait until it ends, or until its lease does{until}",
        "done": "take its result",
        "failed": "see why with `timezero store jobs`; put it into the queue again if that helps",
        "cancelled": "put it into the queue again with `timezero store resume`",
    }
    said = {"running": "somebody else works on the job", "done": "the job is done"}
    return InputRefused(
        what=said.get(state, f"the job is {state}{f': {why}' if why else ''}"),
        where=f"job {job[:12]}",
        mend=mends.get(state, "begin it first"),
        code="TZ-STO-20",
    )


def of_the_record(stopped: BaseException) -> bool:
    """Say whether it was the record that declined, and not the analysis that was refused.

    Work that stopped for such a reason goes on once the reason is gone.
    """
    return isinstance(stopped, TimezeroError) and stopped.code.startswith("TZ-STO-")


def disk_refused(error: OSError, where: str) -> InputRefused:
    """Return what an error of the operating system means to the user."""
    code, what, mend = _WORDS.get(
        error.errno or 0,
        (
            "TZ-STO-09",
            f"the disk refuses: {error.strerror or type(error).__name__}",
            "look at the disk and the rights of the folder, and try again",
        ),
    )
    return InputRefused(what=what, where=where, mend=mend, code=code)


_KEPT = "; what was acknowledged before is kept"
_FULL = ("TZ-STO-06", f"the disk is full{_KEPT}", "make room on the disk, and try again")
_CLOSED = (
    "TZ-STO-08",
    f"there is no right to read or write here{_KEPT}",
    "ask for the rights, or put the store into a folder of your own",
)
_WORDS = {
    **dict.fromkeys(FULL, _FULL),
    errno.EROFS: (
        "TZ-STO-07",
        f"the disk is read-only{_KEPT}",
        "put the store on a disk that can be written to, or open it for reading only",
    ),
    errno.EACCES: _CLOSED,
    errno.EPERM: _CLOSED,
    errno.EIO: (
        "TZ-STO-09",
        f"the disk reports an error{_KEPT}",
        "stop using this disk, and restore the last backup on another one",
    ),
}
_SQLITE_WORDS = {
    "disk is full": errno.ENOSPC,
    "readonly database": errno.EROFS,
    "unable to open database": errno.EACCES,
    "disk i/o error": errno.EIO,
}
# SQLite calls it an error of the disk when the index of its journal cannot be made any longer.
_NO_ROOM_FOR_THE_JOURNAL = ("SQLITE_IOERR_SHMSIZE",)
_DAMAGE = ("malformed", "not a database", "malformed database schema", "unsupported file format")


@contextmanager
def in_words(where: str) -> Generator[None]:
    """Turn errors of disk and database into refusals; parameters of statements are not shown.

    Parameters
    ----------
    where : str
        The place, as the user knows it.

    Raises
    ------
    InputRefused
        Instead of an ``OSError`` or an error of SQLAlchemy.
    """
    import sqlite3

    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    try:
        yield
    except OSError as error:
        raise disk_refused(error, where) from error
    except DBAPIError as error:
        raise database_refused(error.orig, where) from error
    except sqlite3.Error as error:
        raise database_refused(error, where) from error
    except (SQLAlchemyError, UnicodeDecodeError, OverflowError) as error:
        raise damaged(where, "the database is damaged: it gives what was never written") from error


def database_refused(error: BaseException | None, where: str) -> TimezeroError:
    """Return what an error of the database driver means to the user."""
    said = str(error).casefold()
    if getattr(error, "sqlite_errorname", "") in _NO_ROOM_FOR_THE_JOURNAL:
        return disk_refused(OSError(errno.ENOSPC, said), where)
    for words, number in _SQLITE_WORDS.items():
        if words in said:
            return disk_refused(OSError(number, words), where)
    if any(words in said for words in _DAMAGE):
        return damaged(where, "the database is damaged")
    if "database is locked" in said:
        return InputRefused(
            what="another program keeps the database busy",
            where=where,
            mend="end the other program, or wait, and try again",
            code="TZ-STO-10",
        )
    if "append-only" in said:
        return InputRefused(
            what="the log is append-only: no entry is changed or removed",
            where=where,
            mend="add an entry that says what was wrong",
            code="TZ-STO-11",
        )
    return _server_refused(error, where)


def _server_refused(error: BaseException | None, where: str) -> TimezeroError:
    kind = type(error).__name__
    state = getattr(error, "sqlstate", None) or ""
    if state[:2] == "53":
        return disk_refused(OSError(errno.ENOSPC, kind), where)
    if kind in {"OperationalError", "InterfaceError", "AdminShutdown", "CannotConnectNow"}:
        what = "the database cannot be reached, or the connection to it broke"
        mend = "see that the server runs and the address is right, and try again"
    elif state == "42501" or "Insufficient" in kind:
        what, mend = "the database gives no right to do this", "ask for the rights"
    else:
        what = f"the database refuses: {kind}"
        mend = "run `timezero store verify`"
    return InputRefused(what=what, where=where, mend=mend, code="TZ-STO-12")
