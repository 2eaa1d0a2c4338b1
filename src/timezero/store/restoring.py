"""Making a store from a backup; also from one back end to the other."""

from __future__ import annotations

import base64
import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import text

from timezero.errors import InputRefused
from timezero.store import schema
from timezero.store.backups import BLOB_FOLDER, DATABASE, Manifest, checked_manifest
from timezero.store.durable_files import make_folder, write_durably
from timezero.store.engine import make_engine
from timezero.store.fault_points import reached
from timezero.store.head_file import write_head
from timezero.store.opening import Opening, make_session, open_place
from timezero.store.places import Place, find_place
from timezero.store.records import Head, Verification
from timezero.store.refusals import in_words
from timezero.store.session import Session, Writing
from timezero.store.tables import ABOUT, IN_ORDER


def restore_backup(
    source: Path, to: str | Path, *, verify: bool, who: str | None = None
) -> Verification:
    """Make a store from a backup; see :func:`timezero.store.restore`."""
    with in_words(str(source)):
        manifest = checked_manifest(source)
    place = find_place(to)
    with in_words(place.shown):
        _refuse_taken(place)
        if place.database is not None:
            _put_files(source, manifest, place)
        if place.database is None or manifest.kind == "tables":
            _put_rows(source, manifest, make_session(place, Opening(who=who)))
    with open_place(to, Opening(who=who)) as store:
        store.log.note("store restored", new={"backup": source.name, "head": manifest.seq})
        if verify:
            return store.verify(head=Head(seq=manifest.seq, hash=manifest.head))
        return Verification(problems=(), n_entries=0, n_rows=0, n_blobs=0, head=store.head())


def _refuse_taken(place: Place) -> None:
    database = place.database
    taken = database is not None and database.exists() and database.stat().st_size > 0
    if database is None:
        engine = make_engine(place, read_only=True)
        with contextlib.closing(engine.connect()) as connection:
            taken = schema.present_revision(connection) is not None
        engine.dispose()
    if taken:
        raise InputRefused(
            what="there is a store already, and a restored one does not take its place",
            where=place.shown,
            mend="restore to an empty folder or database, look at it, then put it in place",
            code="TZ-STO-22",
        )


def _put_files(source: Path, manifest: Manifest, place: Place) -> None:
    """Put blobs, head and then the database: what is restored by half is no store."""
    database = place.beside(".db")
    make_folder(database.parent)
    folder = place.beside(".blobs")
    for name in manifest.files:
        if name.startswith(f"{BLOB_FOLDER}/"):
            path = folder / Path(name).relative_to(BLOB_FOLDER)
            make_folder(path.parent)
            write_durably(path, (source / name).read_bytes(), label="copy")
    head = Head(seq=manifest.seq, hash=manifest.head)
    write_head(place.beside(".head.json"), head, store_id=manifest.store)
    if manifest.kind == "file":
        write_durably(database, (source / DATABASE).read_bytes(), label="copy")


def _put_rows(source: Path, manifest: Manifest, session: Session) -> None:
    """Put every row into fresh tables in one transaction, and answer for the new tables."""
    made = session.place.database
    session.identity["store"] = manifest.store
    try:
        if made is not None:
            write_durably(made, b"", label="copy")
        with session.engine.begin() as connection:
            schema.migrate(connection, manifest.revision)
            for table in IN_ORDER:
                for row in _rows(source, manifest, table.name):
                    if table.name == "blobs" and made is None:
                        path = Path(BLOB_FOLDER) / row["sha256"][:2] / row["sha256"]
                        row["content"] = (source / path).read_bytes()
                    marks = ", ".join(f":{name}" for name in row)
                    statement = f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608
                    connection.execute(text(statement), row)
            work = Writing(session, connection)
            work.begin()
            work.update(ABOUT, "schema", value=schema.schema_digest(connection))
            work.log("tables made from a backup", new={"back end": session.place.backend})
            reached("migration.before_commit")
        reached("migration.after_commit")
        session.keep_head(work.head)
    finally:
        session.engine.dispose()


def _rows(source: Path, manifest: Manifest, table: str) -> Iterator[dict[str, Any]]:
    if manifest.kind == "tables":
        with (source / f"{table}.jsonl").open(encoding="utf-8") as file:
            for line in file:
                yield {key: _value(value) for key, value in json.loads(line).items()}
        return
    address = f"{(source / DATABASE).resolve().as_uri()}?mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
        database.row_factory = sqlite3.Row
        for row in database.execute(f"SELECT * FROM {table}"):  # noqa: S608
            yield dict(row)


def _value(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return base64.b64decode(str(value["bytes"]))  # pyright: ignore[reportUnknownArgumentType]
