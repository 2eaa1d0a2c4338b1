"""Checking a store from its first log entry to its last blob."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, text

from timezero.errors import InputRefused, TimezeroError
from timezero.store import schema
from timezero.store.chain import START, chain_problems, recorded_rows, row_digest, row_name
from timezero.store.durable_files import sha256_of
from timezero.store.head_file import read_head
from timezero.store.keeper import chunk_digest
from timezero.store.places import Place
from timezero.store.records import Head, LogEntry, Problem, Verification
from timezero.store.refusals import in_words
from timezero.store.session import Session, as_values
from timezero.store.tables import AUDIT_HEAD, AUDIT_LOG, JOB_CHUNKS, RECORDED


@dataclass(slots=True)
class _Checked:
    """What was found so far: a damaged database may end the check at any place."""

    problems: list[Problem] = field(default_factory=list[Problem])
    n_entries: int = 0
    n_rows: int = 0
    n_blobs: int = 0
    head: Head = START


def verify_store(session: Session, *, head: Head | None = None) -> Verification:
    """Check database, log, rows, texts, parts of jobs and blobs; report everything at once.

    Parameters
    ----------
    session : Session
    head : Head, optional
        A head of the log that was kept elsewhere.
    """
    found = _Checked()
    heads: dict[str, Head] = {} if head is None else {"the head that was given": head}
    if session.place.head is not None:
        name = session.place.head.name
        try:
            with in_words(session.where):
                heads[name] = read_head(session.place.head, store_id=session.identity["store"])
        except TimezeroError as refusal:
            found.problems.append(_problem("head_unusable", refusal.what, name))
    try:
        with session.reading() as connection:
            _check(connection, session.place, heads, found)
    except InputRefused as refusal:
        found.problems.append(_problem("database_damaged", refusal.what, "the database"))
    except (ValueError, TypeError, KeyError, AttributeError):
        what = "a row holds what was never written"
        found.problems.append(_problem("database_damaged", what, "the database"))
    return Verification(
        problems=tuple(found.problems),
        n_entries=found.n_entries,
        n_rows=found.n_rows,
        n_blobs=found.n_blobs,
        head=found.head,
    )


def _check(connection: Connection, place: Place, heads: dict[str, Head], found: _Checked) -> None:
    found.problems += _database_problems(connection)
    row = connection.execute(select(AUDIT_HEAD.c.seq, AUDIT_HEAD.c.hash)).first()
    if row is None:
        found.problems.append(_problem("head_unusable", "the head is missing", "audit_head"))
    else:
        heads["table audit_head"] = Head(seq=row.seq, hash=row.hash)
    query = select(AUDIT_LOG).order_by(AUDIT_LOG.c.seq)
    entries = [LogEntry(**as_values(r)) for r in connection.execute(query).mappings()]
    found.n_entries = len(entries)
    found.problems += chain_problems(entries, heads)
    if entries:
        found.head = Head(seq=entries[-1].seq, hash=entries[-1].hash)
    if row is not None and row.seq < found.head.seq:
        what = "entries follow the last one that the store wrote"
        found.problems.append(_problem("log_added", what, f"log entry {row.seq + 1}"))
    tables = _all_rows(connection)
    found.n_rows = sum(len(rows) for rows in tables.values())
    found.n_blobs = len(tables["blobs"])
    found.problems += _row_problems(tables, recorded_rows(entries))
    found.problems += _text_problems(tables)
    found.problems += _chunk_problems(connection)
    found.problems += _blob_problems(tables["blobs"], place.blobs)


def _problem(code: str, what: str, where: str) -> Problem:
    return Problem(code=code, what=what, where=where)


def _database_problems(connection: Connection) -> list[Problem]:
    found: list[Problem] = []
    if connection.dialect.name == "sqlite":
        said = connection.execute(text("PRAGMA integrity_check(20)")).scalars()
        found += [_problem("database_damaged", s, "the database") for s in said if s != "ok"]
        for row in connection.execute(text("PRAGMA foreign_key_check")).all():
            what = f"a row points to a row of {row[2]} that is not there"
            found.append(_problem("row_points_nowhere", what, f"table {row[0]}"))
    query = text("SELECT value FROM about WHERE name = 'schema'")
    if connection.execute(query).scalar() != schema.schema_digest(connection):
        what = "tables or triggers are not as timezero made them"
        found.append(_problem("schema_changed", what, "the database"))
    return found


def _all_rows(connection: Connection) -> dict[str, list[Mapping[str, Any]]]:
    """Return all rows that the log answers for, with the columns that are there."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for table in RECORDED:
        query = text(f"SELECT * FROM {table.name}")  # noqa: S608  names are our own
        found[table.name] = [dict(row) for row in connection.execute(query).mappings()]
    return found


def _row_problems(
    tables: Mapping[str, list[Mapping[str, Any]]], recorded: dict[str, str]
) -> list[Problem]:
    found: list[Problem] = []
    left = dict(recorded)
    for table in RECORDED:
        for row in tables[table.name]:
            name = row_name(table.name, [row[column.name] for column in table.primary_key])
            digest = left.pop(name, None)
            if digest is None:
                found.append(_problem("row_unrecorded", "no log entry tells of the row", name))
            elif digest != row_digest(table.name, row):
                what = "the row is not as the log left it"
                found.append(_problem("row_changed", what, name))
    found += [_problem("row_missing", "the row is gone", name) for name in left]
    return found


def _text_problems(tables: Mapping[str, list[Mapping[str, Any]]]) -> list[Problem]:
    return [
        _problem("text_changed", "the text does not have its digest", f"{name}/{row['sha256']}")
        for name in ("recipes", "protocols")
        for row in tables[name]
        if hashlib.sha256(row["text"].encode()).hexdigest() != row["sha256"]
    ]


def _chunk_problems(connection: Connection) -> list[Problem]:
    found: list[Problem] = []
    for row in connection.execute(select(JOB_CHUNKS)):
        if chunk_digest(row.job, row.name, row.content) != row.digest:
            what = "a finished part is damaged, and will be computed again"
            found.append(_problem("chunk_changed", what, f"job {row.job[:12]}, part {row.name}"))
    return found


def _blob_problems(rows: list[Mapping[str, Any]], folder: Path | None) -> list[Problem]:
    found: list[Problem] = []
    for row in rows:
        sha256, content = str(row["sha256"]), row["content"]
        place = f"blob {sha256[:12]}"
        path = None if folder is None else folder / sha256[:2] / sha256
        if (path is None and content is None) or (path is not None and not path.is_file()):
            found.append(_problem("blob_missing", "the blob is missing", place))
            continue
        digest = hashlib.sha256(content).hexdigest() if path is None else sha256_of(path)
        if digest != sha256:
            found.append(_problem("blob_changed", "the blob is not what was written", place))
    return found
