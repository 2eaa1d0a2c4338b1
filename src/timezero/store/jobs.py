"""Long work as jobs: begun under a lease, counted, cancelled, and gone on with after a crash."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import platform
import uuid
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select, update

from timezero.errors import InputRefused
from timezero.store.blobs import Blobs
from timezero.store.cancel_requests import CancelRequests
from timezero.store.fault_points import reached
from timezero.store.heartbeat import heart_beating
from timezero.store.keeper import Keeper
from timezero.store.records import Job
from timezero.store.refusals import in_words, job_cancelled, job_not_open
from timezero.store.registrations import unknown
from timezero.store.session import Session, Writing, as_text, as_values, clean
from timezero.store.tables import JOB_CHUNKS, JOBS

MOST_ATTEMPTS = 3
LEASE_SECONDS = 60.0
_OPEN = ("queued", "interrupted")
_GIVEN_UP = f"it was begun {MOST_ATTEMPTS} times and got no further"


class Jobs:
    """The jobs of a store.

    Parameters
    ----------
    session : Session
    blobs : Blobs
    """

    def __init__(self, session: Session, blobs: Blobs) -> None:
        self._session = session
        self._blobs = blobs
        self._owner = f"{platform.node()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._seconds: dict[str, float] = {}
        self._requests = CancelRequests(session.place)

    def add(self, key: str, *, kind: str, study: str = "", spec: str = "", why: str = "") -> Job:
        """Put a job into the queue; a job of this key that is there is returned as it is.

        Parameters
        ----------
        key : str
            From :func:`timezero.store.job_key`.
        kind : str
            Such as ``study`` or ``audit``.
        study : str
        spec : str
            What is to be done, as text.
        why : str
        """
        with self._session.writing("job", reserve=True) as work:
            row = work.find(JOBS, key)
            if row is None:
                said = {"kind": clean(kind), "study": clean(study), "spec": clean(spec)}
                times = {"created": work.at, "updated": work.at, "lease_until": ""}
                counts = {"attempts": 0, "done": 0, "total": 0, "cancel_asked": 0}
                texts = {"state": "queued", "owner": "", "step": "", "why": ""}
                work.insert(JOBS, key=key, **said, **times, **counts, **texts, result_blob=None)
                work.log("job queued", why=why, new={"job": key, "kind": clean(kind)})
            return _as_job(_row(work.connection, key))

    def claim(self, key: str, *, seconds: float = LEASE_SECONDS) -> Job:
        """Begin or go on with a job, under a lease that ends unless it is renewed.

        Parameters
        ----------
        key : str
        seconds : float
            Length of the lease, > 0. Progress and chunks renew it.

        Raises
        ------
        InputRefused
            Somebody else works on it, it is done, cancelled or failed, or it was begun three
            times without keeping a part that was not there before.
        """
        refusal: InputRefused | None = None
        with self._session.writing("job") as work:
            row = _locked(work.connection, key)
            if row["state"] == "running" and row["lease_until"] < work.at:
                self._interrupt(work, row, "the lease ended")
                row = _row(work.connection, key)
            if row["state"] in _OPEN:
                until = self._until(seconds)
                attempts = row["attempts"] + 1
                taken = {"owner": self._owner, "lease_until": until, "updated": work.at}
                work.update(JOBS, key, state="running", attempts=attempts, **taken)
                old = {"state": row["state"]}
                work.log("job begun", old=old, new={"job": key, "attempts": attempts})
                self._seconds[key] = seconds
                row = _row(work.connection, key)
            else:
                refusal = _not_open(row)
        if refusal is not None:
            raise refusal
        return _as_job(row)

    def progress(self, key: str, step: str, done: int, total: int) -> None:
        """Tell how far a job is, and renew its lease.

        Parameters
        ----------
        key : str
        step : str
        done, total : int
            Of this step.

        Raises
        ------
        JobCancelled
            Somebody asked for the job to stop; it is cancelled now.
        InputRefused
            The lease ended and somebody else works on the job.
        """
        self.refuse_cancelled(key)
        with self._session.noting("job") as connection:
            self.renew(connection, key, step=clean(step), done=done, total=total)

    def heartbeat(self, key: str) -> None:
        """Renew the lease of a job.

        Raises
        ------
        JobCancelled, InputRefused
            As :meth:`progress`.
        """
        self.refuse_cancelled(key)
        self._beat(key)

    def heart_beating(self, key: str) -> AbstractContextManager[None]:
        """Return a block in which the lease of a claimed job is renewed in the background."""
        seconds = self._seconds.get(key, LEASE_SECONDS)
        return heart_beating(lambda: self._beat(key), seconds=seconds)

    def _beat(self, key: str) -> None:
        with self._session.noting("job") as connection:
            self.renew(connection, key)

    def renew(self, connection: Connection, key: str, **more: str | int) -> int:
        """Renew a lease inside a transaction, unless the job is no longer ours; return attempts."""
        row = _locked(connection, key)
        self._refuse_not_ours(row)
        until = self._until(self._seconds.get(key, LEASE_SECONDS))
        values = {"lease_until": until, "updated": self._session.now(), **more}
        connection.execute(update(JOBS).where(JOBS.c.key == key).values(**values))
        return int(row["attempts"])

    def got_further(self, key: str) -> None:
        """Count attempts anew from this one: it kept a part that was not there before.

        So a job that is killed often and gets further each time comes to its end, and one that
        always breaks at the same place is given up after three attempts there.
        """
        with self._session.writing("job") as work:
            row = _locked(work.connection, key)
            self._refuse_not_ours(row)
            if row["attempts"] > 1:
                work.update(JOBS, key, attempts=1)
                old = {"attempts": row["attempts"]}
                work.log("job got further", old=old, new={"job": key, "attempts": 1})

    def refuse_cancelled(self, key: str) -> None:
        """Stop a running job that somebody asked to stop.

        Raises
        ------
        JobCancelled
        """
        with self._session.reading() as connection:
            row = _row(connection, key)
        asked = row["cancel_asked"] or self._requests.asked(key)
        if row["state"] == "running" and not asked:
            return
        if row["state"] == "running":
            with self._session.writing("job") as work:
                self._end(work, _locked(work.connection, key), "cancelled", why="it was asked for")
            raise job_cancelled(key)
        if row["state"] == "cancelled":
            raise job_cancelled(key)

    def finish(self, key: str, result: str | bytes) -> str:
        """Keep the result of a job and remove its finished parts, in one transaction.

        Parameters
        ----------
        key : str
        result : str or bytes

        Returns
        -------
        str
            SHA-256 of the result. A job that is done with the same result stays as it is.

        Raises
        ------
        InputRefused
            The job is not ours any more, or is done with another result.
        """
        content = result.encode() if isinstance(result, str) else result
        sha256 = self._blobs.place_file(content)
        with self._session.writing("job") as work:
            row = _locked(work.connection, key)
            if row["state"] == "done" and row["result_blob"] == sha256:
                return sha256
            self._refuse_not_ours(row)
            self._blobs.insert_row(work, content, sha256)
            self._remove_chunks(work, key)
            self._end(work, row, "done", result_blob=sha256)
        return sha256

    def fail(self, key: str, *, why: str) -> None:
        """Record that a job cannot come to its end; why holds no value of a patient."""
        with self._session.writing("job") as work:
            row = _locked(work.connection, key)
            self._refuse_not_ours(row)
            self._end(work, row, "failed", why=why)

    def interrupt(self, key: str, *, why: str = "it was stopped") -> None:
        """Give a running job back, to be gone on with later; this attempt still counts."""
        with self._session.writing("job") as work:
            row = _locked(work.connection, key)
            self._refuse_not_ours(row)
            self._interrupt(work, row, why)

    def cancel(self, key: str, *, why: str = "") -> Job:
        """Ask a running job to stop at its next finished part; cancel one that does not run.

        A store kept in files that is open for reading leaves a request beside it, which the
        process that writes heeds.
        """
        if self._session.read_only:
            job = self.get(key)
            with in_words(self._session.where):
                left = job.state == "running" and self._requests.ask(key)
            if left:
                return dataclasses.replace(job, cancel_asked=True)
        with self._session.writing("job") as work:
            row = _locked(work.connection, key)
            if row["state"] == "running":
                asked = update(JOBS).where(JOBS.c.key == key).values(cancel_asked=1)
                work.connection.execute(asked)
                work.log("job asked to stop", why=why, new={"job": key})
            elif row["state"] in _OPEN:
                self._end(work, row, "cancelled", why=why)
            return _as_job(_row(work.connection, key))

    def requeue(self, key: str, *, why: str = "", anew: bool = False) -> Job:
        """Put a job that failed or was cancelled into the queue again, with its finished parts.

        Parameters
        ----------
        key : str
        why : str
        anew : bool
            Also one that is done; the blob of its result stays in the store.
        """
        again = {"failed", "cancelled", "done"} if anew else {"failed", "cancelled"}
        with self._session.writing("job", reserve=True) as work:
            row = _locked(work.connection, key)
            if row["state"] in again:
                begin = {"attempts": 0, "cancel_asked": 0, "why": "", "result_blob": None}
                work.update(JOBS, key, state="queued", **begin)
                new = {"job": key, "state": "queued"}
                work.log("job queued again", why=why, old={"state": row["state"]}, new=new)
            return _as_job(_row(work.connection, key))

    def get(self, key: str) -> Job:
        """Return a job.

        Raises
        ------
        UnknownName
            There is none of this key.
        """
        with self._session.reading() as connection:
            return _as_job(_row(connection, key))

    def list(self, state: str | None = None) -> tuple[Job, ...]:
        """Return all jobs, or those of one state, oldest first."""
        query = select(JOBS).order_by(JOBS.c.created, JOBS.c.key)
        if state is not None:
            query = query.where(JOBS.c.state == state)
        with self._session.reading() as connection:
            return tuple(_as_job(row) for row in connection.execute(query).mappings())

    def result(self, key: str) -> bytes | None:
        """Return the result of a job that is done; None when it is not."""
        sha256 = self.get(key).result_blob
        return None if sha256 is None else self._blobs.read(sha256)

    def chunks(self, key: str) -> tuple[str, ...]:
        """Return the names of the finished parts of a job."""
        query = select(JOB_CHUNKS.c.name).where(JOB_CHUNKS.c.job == key)
        with self._session.reading() as connection:
            return tuple(connection.execute(query.order_by(JOB_CHUNKS.c.name)).scalars())

    def keeper(self, key: str) -> Keeper:
        """Return what keeps the finished parts of a job, in place of a folder."""
        return Keeper(self._session, self, key)

    def sweep(self, *, all_running: bool = False) -> tuple[str, ...]:
        """Call running jobs interrupted whose lease has ended; return their keys.

        Parameters
        ----------
        all_running : bool
            Whatever their lease: whoever holds the lock of the writer knows that nobody works.
        """
        swept: list[str] = []
        with self._session.writing("job") as work:
            query = select(JOBS).where(JOBS.c.state == "running").with_for_update()
            for row in work.connection.execute(query).mappings().all():
                if all_running or row["lease_until"] < work.at:
                    self._interrupt(work, row, "its process ended")
                    swept.append(row["key"])
        return tuple(swept)

    def _interrupt(self, work: Writing, row: RowMapping, why: str) -> None:
        if row["cancel_asked"] or self._requests.asked(row["key"]):
            self._end(work, row, "cancelled", why=why)
        elif row["attempts"] >= MOST_ATTEMPTS:
            self._end(work, row, "failed", why=f"{why}; {_GIVEN_UP}")
        else:
            self._end(work, row, "interrupted", why=why)

    def _end(
        self, work: Writing, row: RowMapping, state: str, *, why: str = "", **more: Any
    ) -> None:
        free = {"owner": "", "lease_until": "", "cancel_asked": 0, "updated": work.at}
        work.update(JOBS, row["key"], state=state, why=clean(why), **free, **more)
        self._requests.forget(row["key"])
        new = {"job": row["key"], "state": state, "attempts": row["attempts"], **more}
        work.log(f"job {state}", why=why, old={"state": row["state"]}, new=new)

    def _remove_chunks(self, work: Writing, key: str) -> None:
        reached("row.before_write")
        work.connection.execute(delete(JOB_CHUNKS).where(JOB_CHUNKS.c.job == key))
        reached("row.after_write")

    def _refuse_not_ours(self, row: RowMapping) -> None:
        if row["state"] == "cancelled":
            raise job_cancelled(row["key"])
        if row["state"] != "running" or row["owner"] != self._owner:
            raise _not_open(row)

    def _until(self, seconds: float) -> str:
        return as_text(self._session.clock() + dt.timedelta(seconds=seconds))


def _row(connection: Connection, key: str) -> RowMapping:
    row = connection.execute(select(JOBS).where(JOBS.c.key == key)).mappings().first()
    if row is None:
        raise unknown("job", key, [])
    return row


def _locked(connection: Connection, key: str) -> RowMapping:
    query = select(JOBS).where(JOBS.c.key == key).with_for_update()
    row = connection.execute(query).mappings().first()
    if row is None:
        raise unknown("job", key, [])
    return row


def _as_job(row: RowMapping) -> Job:
    fields = as_values(row)
    fields["cancel_asked"] = bool(row["cancel_asked"])
    return Job(**fields)


def _not_open(row: RowMapping) -> InputRefused:
    lease = row["lease_until"] if row["state"] == "running" else ""
    return job_not_open(row["key"], state=row["state"], why=row["why"], lease_until=lease)
