"""``timezero store``: the record of studies, looked at, checked, backed up and restored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from cyclopts import Parameter

from timezero.errors import InputRefused

if TYPE_CHECKING:
    from timezero.store.records import Head, Job
    from timezero.store.store import Store

Action: TypeAlias = Literal[
    "init", "status", "log", "verify", "backup", "restore", "jobs", "resume", "cancel"
]
_LOOKING = {"status", "log", "verify", "jobs"}


def store(
    action: Action,
    place: str = ".",
    *,
    to: str | None = None,
    job: str | None = None,
    head: str | None = None,
    why: str = "",
    json: Annotated[bool, Parameter(negative="")] = False,
    plain: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Look at, check, back up or restore the record of studies, runs and results.

    Parameters
    ----------
    action
        init makes a store; status says what it holds; log prints what was done; verify checks
        everything; backup and restore; jobs lists long work; resume and cancel one job.
    place
        A project folder, a .db file, or postgresql://... For restore: the folder of the backup.
    to
        backup: the folder of backups. restore: where the store is to be; it must be empty.
    job
        The key of a job, or its first digits.
    head
        verify: number and hash of a log entry that was written down, as 41:9f2c...
    why
        The reason, for the log.
    json
        Print JSON instead of text.
    plain
        No colour, no box drawing.
    """
    from timezero.cli._store_printing import print_store_answer

    _refuse_unused(action, to=to, job=job, head=head)
    if action == "restore":
        answer = _restored(place, to)
    else:
        from timezero.store import open_store

        with open_store(
            place, create=action == "init", read_only=_only_reads(action, place)
        ) as opened:
            answer = _answer(opened, action, to=to, job=job, head=head, why=why)
    return print_store_answer(action, answer, json=json, plain=plain)


def _answer(
    opened: Store,
    action: str,
    *,
    to: str | None,
    job: str | None,
    head: str | None,
    why: str,
) -> object:
    if action == "log":
        return opened.log.entries()
    if action == "verify":
        return opened.verify(head=_head(head))
    if action == "backup":
        return opened.backup(None if to is None else Path(to))
    if action == "jobs":
        return opened.jobs.list()
    if action in {"resume", "cancel"}:
        found = _job(opened, job)
        change = opened.jobs.requeue if action == "resume" else opened.jobs.cancel
        return (change(found.key, why=why),)
    return opened.status()


def _only_reads(action: str, place: str) -> bool:
    """Say whether reading is enough: also to stop a job of the process that writes."""
    if action != "cancel" or "://" in place:
        return action in _LOOKING
    from timezero.store import open_store

    with open_store(place, read_only=True) as opened:
        return bool(opened.status().writer)


def _restored(place: str, to: str | None) -> object:
    from timezero.store import restore

    if to is None:
        raise InputRefused(
            what="it is not said where the store is to be restored",
            where="the command line",
            mend="name an empty folder or database with --to",
            code="TZ-CLI-30",
        )
    return restore(Path(place), to)


def _refuse_unused(action: str, **given: str | None) -> None:
    """Refuse an option that this action would silently ignore."""
    used = {"to": {"backup", "restore"}, "job": {"resume", "cancel"}, "head": {"verify"}}
    for name, value in given.items():
        if value is not None and action not in used[name]:
            raise InputRefused(
                what=f"{action} does not use --{name}",
                where=f"--{name} {value}",
                mend=f"leave it out, or use it with {' or '.join(sorted(used[name]))}",
                code="TZ-CLI-31",
            )


def _head(said: str | None) -> Head | None:
    from timezero.store.records import Head

    if said is None:
        return None
    number, _, digest = said.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise InputRefused(
            what="this is no number and hash of a log entry",
            where=f"--head {said}",
            mend="write it as `timezero store status` prints it, such as 41:9f2c... with 64 digits",
            code="TZ-CLI-32",
        )
    return Head(seq=int(number), hash=digest.lower())


def _job(opened: Store, said: str | None) -> Job:
    jobs = opened.jobs.list()
    found = [job for job in jobs if said and job.key.startswith(said)]
    if len(found) != 1:
        known = ", ".join(job.key[:12] for job in jobs[-5:]) or "there is none"
        raise InputRefused(
            what="this names no job" if not found else "this names several jobs",
            where=f"--job {said or ''}".rstrip(),
            mend=f"give the first digits of one of them: {known}",
            code="TZ-CLI-33",
        )
    return found[0]


COMMAND = store
