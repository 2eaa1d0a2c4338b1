"""Runs: what was analysed when, by which protocol, and how often these data were analysed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, func, select

from timezero.errors import InputRefused
from timezero.store.blobs import Blobs
from timezero.store.records import AnalysisCount, RunRecord
from timezero.store.registrations import refuse_unknown_study, unknown
from timezero.store.session import Session, Writing, as_values, clean
from timezero.store.tables import EXPORTS, INPUTS, PROTOCOLS, RECIPES, RUNS


class Runs:
    """The part of a store that says what was analysed.

    Parameters
    ----------
    session : Session
    blobs : Blobs
    """

    def __init__(self, session: Session, blobs: Blobs) -> None:
        self._session = session
        self._blobs = blobs

    def start_run(
        self,
        study: str,
        *,
        input: str,  # noqa: A002  the word of the domain
        protocol: str,
        recipe: str | None = None,
        seed: int,
        versions: Mapping[str, str],
        why: str = "",
    ) -> str:
        """Record that an analysis begins, before any of it is seen; return the run's name.

        Parameters
        ----------
        study : str
        input, protocol : str
            SHA-256 under which they were registered.
        recipe : str, optional
            SHA-256 under which it was registered.
        seed : int
        versions : mapping of str to str
            Of everything that can move a number.
        why : str

        Raises
        ------
        UnknownName
            Study, input, protocol or recipe are not registered.
        """
        with self._session.writing(reserve=True) as work:
            refuse_unknown_study(work, study)
            data = _registered(work, INPUTS, study, input)
            _registered(work, PROTOCOLS, protocol)
            if recipe is not None:
                _registered(work, RECIPES, recipe)
            run = uuid.uuid4().hex
            work.insert(
                RUNS,
                id=run,
                study=study,
                input=input,
                recipe=recipe,
                protocol=protocol,
                seed=str(seed),
                versions=json.dumps(dict(sorted(versions.items())), ensure_ascii=True),
                started=work.at,
                seq=work.next_seq,
                state="started",
                result_digest="",
                why="",
                canonical_digest=data["canonical_digest"],
            )
            new = {"run": run, "study": study, "input": input, "protocol": protocol}
            work.log("run started", why=why, new={**new, "recipe": recipe, "seed": str(seed)})
        return run

    def finish_run(
        self, run: str, *, result: str | bytes | None = None, digest: str = "", why: str = ""
    ) -> None:
        """Record what came out of a run; telling the same again changes nothing.

        Parameters
        ----------
        run : str
        result : str or bytes, optional
            Kept as a blob.
        digest : str
            Of the result's numbers.
        why : str

        Raises
        ------
        InputRefused
            The run ended before with another result.
        """
        content = result.encode() if isinstance(result, str) else result
        sha256 = None if content is None else self._blobs.place_file(content)
        with self._session.writing() as work:
            row = _run(work.connection, run)
            if row["state"] == "finished" and (row["result_blob"], row["result_digest"]) == (
                sha256,
                digest,
            ):
                return
            _refuse_ended(row)
            if content is not None and sha256 is not None:
                self._blobs.insert_row(work, content, sha256)
            ended: dict[str, Any] = {"state": "finished", "finished": work.at}
            work.update(RUNS, run, **ended, result_blob=sha256, result_digest=digest)
            new = {"run": run, "result": sha256, "digest": digest}
            work.log("run finished", why=why, old={"state": "started"}, new=new)

    def fail_run(self, run: str, *, why: str) -> None:
        """Record that a run ended without a result; it still counts as an analysis.

        Parameters
        ----------
        run : str
        why : str
            The code and the fact of the refusal, never a value of a patient.

        Raises
        ------
        InputRefused
            The run has ended.
        """
        with self._session.writing() as work:
            row = _run(work.connection, run)
            if row["state"] == "failed" and row["why"] == clean(why):
                return
            _refuse_ended(row)
            work.update(RUNS, run, state="failed", finished=work.at, why=clean(why))
            work.log("run failed", why=why, old={"state": "started"}, new={"run": run})

    def record_export(
        self,
        run: str,
        content: bytes,
        *,
        kind: str,
        name: str = "",
        profile: str = "own",
        why: str = "",
    ) -> str:
        """Keep what left the program, and return its SHA-256.

        Parameters
        ----------
        run : str
        content : bytes
        kind : str
            Such as ``html`` or ``json``.
        name : str
            Of the file it was written to.
        profile : str
            Small-cell profile: ``own``, ``publish`` or ``cms``.
        why : str

        Raises
        ------
        UnknownName
            There is no such run.
        """
        self._session.refuse_little_room(len(content))
        sha256 = self._blobs.place_file(content)
        with self._session.writing() as work:
            _run(work.connection, run)
            self._blobs.insert_row(work, content, sha256)
            said = {"kind": clean(kind), "profile": clean(profile)}
            row = {"run": run, "seq": work.next_seq, "name": clean(name), "at": work.at}
            work.insert(EXPORTS, **row, **said, blob=sha256)
            work.log("export recorded", why=why, new={"run": run, "blob": sha256, **said})
        return sha256

    def run(self, run: str) -> RunRecord:
        """Return one run."""
        with self._session.reading() as connection:
            return _as_record(_run(connection, run))

    def runs(self, study: str | None = None) -> tuple[RunRecord, ...]:
        """Return the runs of a study, or all, in the order in which they began."""
        query = select(RUNS).order_by(RUNS.c.seq)
        if study is not None:
            query = query.where(RUNS.c.study == study)
        with self._session.reading() as connection:
            return tuple(_as_record(row) for row in connection.execute(query).mappings())

    def n_analyses(self, canonical_digest: str) -> AnalysisCount:
        """Count the analyses of these data, in all studies of the store: guard G18.

        Parameters
        ----------
        canonical_digest : str
            As it was registered with the input.
        """
        query = select(
            func.count(),
            func.count().filter(RUNS.c.state == "finished"),
            func.count(RUNS.c.protocol.distinct()),
        ).where(RUNS.c.canonical_digest == canonical_digest)
        with self._session.reading() as connection:
            begun, finished, protocols = connection.execute(query).one()
        return AnalysisCount(n_begun=begun, n_finished=finished, n_protocols=protocols)

    def analysis_number(self, run: str) -> int:
        """Return which analysis of its data a run is, the first being 1."""
        with self._session.reading() as connection:
            row = _run(connection, run)
            same = RUNS.c.canonical_digest == row["canonical_digest"]
            query = select(func.count()).where(same, RUNS.c.seq <= row["seq"])
            return int(connection.execute(query).scalar_one())

    def is_prespecified(self, protocol: str, input: str) -> bool:  # noqa: A002
        """Say whether a protocol was registered before the first run on these data.

        The order of the log decides, not the clock.

        Parameters
        ----------
        protocol, input : str
            SHA-256 under which they were registered.

        Raises
        ------
        UnknownName
            They are not registered.
        """
        with self._session.reading() as connection:
            found = connection.execute(
                select(PROTOCOLS.c.seq).where(PROTOCOLS.c.sha256 == protocol)
            ).scalar()
            if found is None:
                raise unknown("protocol", protocol, [])
            data = select(INPUTS.c.canonical_digest).where(INPUTS.c.sha256 == input)
            digests = list(connection.execute(data).scalars())
            if not digests:
                raise unknown("input", input, [])
            first = select(func.min(RUNS.c.seq)).where(
                RUNS.c.canonical_digest.in_(digests) | (RUNS.c.input == input)
            )
            begun = connection.execute(first).scalar()
        return begun is None or found < begun


def _registered(work: Writing, table: Table, *key: str) -> RowMapping:
    row = work.find(table, *key)
    if row is None:
        raise unknown(table.name.removesuffix("s"), key[-1], [])
    return row


def _run(connection: Connection, run: str) -> RowMapping:
    row = connection.execute(select(RUNS).where(RUNS.c.id == run)).mappings().first()
    if row is None:
        raise unknown("run", run, [])
    return row


def _refuse_ended(row: RowMapping) -> None:
    if row["state"] != "started":
        raise InputRefused(
            what=f"the run {row['state']} before; what was recorded is not changed",
            where=f"run {row['id'][:12]}",
            mend="start another run",
            code="TZ-STO-19",
        )


def _as_record(row: RowMapping) -> RunRecord:
    fields: dict[str, Any] = {k: v for k, v in as_values(row).items() if k != "seq"}
    fields |= {"seed": int(row["seed"]), "versions": json.loads(row["versions"])}
    return RunRecord(**fields)
