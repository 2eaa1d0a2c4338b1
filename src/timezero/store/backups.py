"""Backups: one state of the store in a folder, with the hash of every file in it."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import errno
import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, text

from timezero.store.durable_files import (
    FILE_MODE,
    fsync_folder,
    make_folder,
    sha256_of,
    write_durably,
)
from timezero.store.engine import connect_file
from timezero.store.fault_points import reached
from timezero.store.refusals import damaged, in_words, not_a_store
from timezero.store.schema import present_revision
from timezero.store.session import Session
from timezero.store.tables import AUDIT_HEAD, BLOBS, IN_ORDER

MANIFEST = "manifest.json"
DATABASE = "timezero.db"
BLOB_FOLDER = "timezero.blobs"
FORMAT = 1
_A_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself.

    Parameters
    ----------
    kind : str
        ``file``: a copy of the SQLite database; ``tables``: one file of JSON lines a table.
    store, revision, at : str
        Identity of the store, version of its tables, time of the backup.
    seq, head : int, str
        Number and hash of the last log entry.
    files : mapping of str to str
        SHA-256 of each file, by its path in the backup.
    """

    kind: str
    store: str
    revision: str
    at: str
    seq: int
    head: str
    files: Mapping[str, str]


def write_backup(session: Session, folder: Path, *, keep: int) -> Path:
    """Write a backup into a folder of backups; see ``Store.backup``."""
    with in_words(str(folder)):
        make_folder(folder)
        _remove_partial(folder)
        _refuse_no_room(session, folder)
        moment = session.clock().astimezone(dt.UTC).strftime("%Y%m%dT%H%M%S%f")
        partial = folder / f".backup-{moment}.partial"
        make_folder(partial)
        try:
            found = (
                _copy_file(session, partial)
                if session.place.database
                else _copy_tables(session, partial)
            )
            _write_manifest(partial, found)
            name = folder / f"backup-{moment}-{found.seq:08d}"
            reached("backup.before_rename")
            partial.rename(name)
            reached("backup.after_rename")
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        fsync_folder(folder)
        _rotate(folder, session.identity["store"], keep=max(keep, 1))
    return name


def _refuse_no_room(session: Session, folder: Path) -> None:
    needed = 0
    if session.place.database is not None and session.place.blobs is not None:
        files = [session.place.database, *session.place.blobs.rglob("*")]
        needed = sum(path.stat().st_size for path in files if path.is_file())
    free, _ = session.free_space(folder)
    if free < needed:
        raise OSError(errno.ENOSPC, "no room for the backup")


def _copy_file(session: Session, partial: Path) -> Manifest:
    """Copy an SQLite database with its own backup function, and the blobs that the copy knows."""
    database = session.place.beside(".db")
    copied = partial / DATABASE
    copied.touch(mode=FILE_MODE)
    copied.chmod(FILE_MODE)
    reached("database.before_copy")
    with (
        contextlib.closing(connect_file(database, read_only=True)) as source,
        contextlib.closing(sqlite3.connect(copied, isolation_level=None)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE").close()
        said = target.execute("PRAGMA integrity_check").fetchone()[0]
        if said != "ok":
            raise damaged(session.where, "the database is damaged, and was not backed up")
        seq, head = target.execute("SELECT seq, hash FROM audit_head").fetchone()
        revision = target.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        blobs = [row[0] for row in target.execute("SELECT sha256 FROM blobs").fetchall()]
    reached("database.after_copy")
    with copied.open("rb+") as file:
        os.fsync(file.fileno())
    for sha256 in blobs:
        _keep_blob(partial, sha256, _blob_file(session, sha256))
    return _manifest(session, partial, kind="file", revision=revision, head=(seq, head))


def _blob_file(session: Session, sha256: str) -> bytes:
    path = (session.place.blobs or Path()) / sha256[:2] / sha256
    return path.read_bytes() if path.is_file() else b""


def _keep_blob(partial: Path, sha256: str, content: bytes) -> None:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise damaged(f"blob {sha256[:12]}", "a blob is missing or damaged; nothing is backed up")
    path = partial / BLOB_FOLDER / sha256[:2] / sha256
    make_folder(path.parent)
    write_durably(path, content, label="copy")


def _copy_tables(session: Session, partial: Path) -> Manifest:
    """Write every table of a server as lines of JSON, all in one state."""
    with session.reading() as connection:
        revision = present_revision(connection) or ""
        for table in IN_ORDER:
            lines = [json.dumps(row, sort_keys=True) for row in _rows(connection, table.name)]
            content = "".join(f"{line}\n" for line in lines).encode()
            write_durably(partial / f"{table.name}.jsonl", content, label="copy")
        for row in connection.execute(select(BLOBS.c.sha256, BLOBS.c.content)):
            _keep_blob(partial, row.sha256, bytes(row.content or b""))
        seq, head = connection.execute(select(AUDIT_HEAD.c.seq, AUDIT_HEAD.c.hash)).one()
    return _manifest(session, partial, kind="tables", revision=revision, head=(seq, head))


def _rows(connection: Connection, table: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table with bytes in base 64; blobs go into files of their own."""
    query = text(f"SELECT * FROM {table}")  # noqa: S608  names are our own
    for row in connection.execute(query).mappings():
        values = dict(row)
        if table == "blobs":
            values["content"] = None
        yield {
            key: {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value
            for key, value in values.items()
        }


def _manifest(
    session: Session, partial: Path, *, kind: str, revision: str, head: tuple[int, str]
) -> Manifest:
    files = sorted(path for path in partial.rglob("*") if path.is_file())
    return Manifest(
        kind=kind,
        store=session.identity["store"],
        revision=revision,
        at=session.now(),
        seq=head[0],
        head=head[1],
        files={path.relative_to(partial).as_posix(): sha256_of(path) for path in files},
    )


def _write_manifest(partial: Path, manifest: Manifest) -> None:
    told = {name: getattr(manifest, name) for name in Manifest.__slots__}
    whole = {"format": FORMAT, **told, "digest": _digest(told)}
    content = json.dumps(whole, indent=1, sort_keys=True).encode() + b"\n"
    write_durably(partial / MANIFEST, content, label="manifest")


def _digest(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def read_manifest(backup: Path) -> Manifest:
    """Return the manifest of a backup, without looking at the other files.

    Raises
    ------
    InputRefused
        There is none, or it is damaged.
    """
    try:
        told = json.loads((backup / MANIFEST).read_bytes())
        fields = {name: told[name] for name in Manifest.__slots__}
        if told["format"] != FORMAT or told["digest"] != _digest(fields):
            raise damaged(str(backup / MANIFEST), "the manifest of the backup is damaged")
        return Manifest(**fields)
    except FileNotFoundError as error:
        raise not_a_store(str(backup), "this folder holds no backup of a study store") from error
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(str(backup / MANIFEST), "the manifest of the backup is damaged") from error


def checked_manifest(backup: Path) -> Manifest:
    """Return the manifest of a backup whose files are all as they were written.

    Raises
    ------
    InputRefused
        A file is missing, damaged, or not listed.
    """
    manifest = read_manifest(backup)
    there = {p.relative_to(backup).as_posix() for p in backup.rglob("*") if p.is_file()}
    wrong = there ^ {*manifest.files, MANIFEST}
    wrong |= {n for n in there & set(manifest.files) if sha256_of(backup / n) != manifest.files[n]}
    if wrong:
        shown = ", ".join(sorted(wrong)[:5])
        raise damaged(
            str(backup),
            f"{len(wrong)} files of the backup are missing, damaged or not listed: {shown}",
        )
    return manifest


def _rotate(folder: Path, store: str, *, keep: int) -> None:
    """Remove the oldest backups of this store; what cannot be read is left alone."""
    own: list[tuple[int, str, Path]] = []
    for path in folder.glob("backup-*"):
        try:
            manifest = read_manifest(path)
        except Exception:  # noqa: BLE001, S112  a folder of somebody else's
            continue
        if manifest.store == store:
            own.append((manifest.seq, path.name, path))
    for _, _, path in sorted(own)[:-keep]:
        reached("backup.before_remove")
        going = path.rename(folder / f".{path.name}.partial")
        try:
            reached("backup.after_remove")
        finally:
            shutil.rmtree(going)


def _remove_partial(folder: Path) -> None:
    for path in folder.glob(".backup-*.partial"):
        if path.stat().st_mtime < time.time() - _A_DAY:
            shutil.rmtree(path, ignore_errors=True)
