"""What ``timezero store`` prints."""

from __future__ import annotations

import json as json_text
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from timezero.cli._printing import print_json, print_table, printable
from timezero.store.records import Job, LogEntry, StoreStatus, Verification

EXIT_PROBLEMS = 1
_NEXT = {
    "resume": {
        "done": "nothing, it is done",
        "running": "nothing, it is being worked on",
    },
    "cancel": {
        "done": "nothing, it was done before",
        "failed": "nothing, it had failed before",
    },
}
_SHOWN = ("studies", "protocols", "recipes", "inputs", "runs", "exports", "blobs", "jobs")


def print_store_answer(action: str, answer: object, *, json: bool, plain: bool) -> int:
    """Print what an action gave back; return the exit code.

    Parameters
    ----------
    action : str
    answer : object
        A status, a verification, a path, or a sequence of log entries or jobs.
    json, plain : bool
    """
    code = EXIT_PROBLEMS if isinstance(answer, Verification) and not answer.ok else 0
    if json:
        print_json({"backup": str(answer)} if isinstance(answer, Path) else answer)
    elif isinstance(answer, StoreStatus):
        _status(answer, plain=plain)
    elif isinstance(answer, Verification):
        _verification(answer)
    elif isinstance(answer, Path):
        print(f"backup: {printable(str(answer))}")
    elif action == "log":
        _log(cast("Sequence[LogEntry]", answer), plain=plain)
    else:
        jobs = cast("Sequence[Job]", answer)
        _jobs(jobs, plain=plain)
        if action in _NEXT:
            print(printable(next_of(action, jobs[0])))
    return code


def next_of(action: str, job: Job) -> str:
    """Return what happens next to a job that was resumed or cancelled, and what the user does.

    Parameters
    ----------
    action : str
        ``resume`` or ``cancel``.
    job : Job
        As it is now.
    """
    if job.state == "running" and job.cancel_asked:
        return "next: it stops at its next finished part; what is finished is kept"
    command = f"timezero {job.kind}"
    named = f" of {job.study}" if job.study else ""
    again = f"run the `{command}` command{named} again as before; it goes on from finished parts"
    if action == "cancel" and job.state == "cancelled":
        return f"next: nothing works on it any more; to go on after all, {again}"
    return f"next: {_NEXT[action].get(job.state, again)}"


def _status(status: StoreStatus, *, plain: bool) -> None:
    lines = [
        ("store", status.place),
        ("kept in", f"{status.backend}, tables of revision {status.revision}"),
        ("identity", status.store_id),
        ("writer", status.writer or "none known"),
        ("log", f"{status.head.seq} entries"),
        ("head", f"{status.head.seq}:{status.head.hash}"),
    ]
    lines += [
        (name.replace("_", " "), str(n)) for name, n in status.counts.items() if name in _SHOWN
    ]
    print_table(("what", "value"), lines, plain=plain)
    for note in status.notes:
        print(f"note: {printable(note)}")


def _verification(found: Verification) -> None:
    print(
        f"checked: {found.n_entries} log entries, {found.n_rows} rows, {found.n_blobs} blobs\n"
        f"head: {found.head.seq}:{found.head.hash}"
    )
    for problem in found.problems:
        print(printable(f"problem: {problem.what}; where: {problem.where} [{problem.code}]"))
    print("nothing is wrong" if found.ok else f"problems: {len(found.problems)}")


def _log(entries: Sequence[LogEntry], *, plain: bool) -> None:
    rows = [
        (str(e.seq), e.at[:19].replace("T", " "), e.who, e.what, e.why, _said(e)) for e in entries
    ]
    print_table(("no.", "when (UTC)", "who", "what", "why", "old -> new"), rows, plain=plain)


def _said(entry: LogEntry) -> str:
    old, new = (_short(text) for text in (entry.old, entry.new))
    return f"{old} -> {new}" if old else new


def _short(text: str) -> str:
    if not text:
        return ""
    told = json_text.loads(text)
    return ", ".join(f"{name} {str(value)[:12]}" for name, value in told.items())


def _jobs(jobs: Sequence[Job], *, plain: bool) -> None:
    if not jobs:
        print("there is no job")
        return
    rows = [
        (
            job.key[:12],
            job.kind,
            job.study,
            "asked to stop" if job.cancel_asked else job.state,
            f"{job.step} {job.done}/{job.total}" if job.total else "",
            str(job.attempts),
            job.why,
        )
        for job in jobs
    ]
    header = ("job", "kind", "study", "state", "progress", "attempts", "why")
    print_table(header, rows, plain=plain)
