"""Opening a store: the lock, the checks at the start, and the way from an older version."""

from __future__ import annotations

import datetime as dt
import getpass
import os
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, inspect, select, text

from timezero.store import durable_files, schema
from timezero.store.chain import START
from timezero.store.engine import make_engine, server_clock
from timezero.store.fault_points import reached
from timezero.store.head_file import read_head, write_head
from timezero.store.places import Place, find_place
from timezero.store.records import Head
from timezero.store.refusals import damaged, in_words, not_a_store
from timezero.store.session import Session, Writing, clean
from timezero.store.store import Store
from timezero.store.tables import ABOUT, AUDIT_HEAD, AUDIT_LOG, IN_ORDER, RECORDED
from timezero.store.writer_lock import WriterLock


@dataclass(frozen=True, slots=True)
class Opening:
    """How a store is to be opened; the fields are those of ``open_store``."""

    create: bool = False
    who: str | None = None
    read_only: bool = False
    clock: Callable[[], dt.datetime] | None = None
    free_space: Callable[[Path], tuple[int, int]] | None = None


def open_place(given: str | Path, asked: Opening) -> Store:
    """Open a store; see :func:`timezero.store.open_store`."""
    place = find_place(given)
    with in_words(place.shown):
        if place.database is not None:
            _prepare_file(place, create=asked.create and not asked.read_only)
        session = make_session(place, asked)
        lock = None
        try:
            if place.database is not None and not asked.read_only:
                lock = WriterLock(place.beside(".lock"))
                lock.take(who=session.who, since=session.now(), where=place.shown)
                _make_file(place.database, create=asked.create)
            return _opened(session, lock, create=asked.create)
        except BaseException:
            session.engine.dispose()
            if lock is not None:
                lock.release()
            raise


def make_session(place: Place, asked: Opening) -> Session:
    """Return the session of a place, before anything in it is looked at."""
    engine = make_engine(place, read_only=asked.read_only)
    usual = server_clock(engine) if place.database is None else lambda: dt.datetime.now(dt.UTC)
    return Session(
        place=place,
        engine=engine,
        who=clean(asked.who or os.environ.get("TIMEZERO_WHO") or _account()),
        read_only=asked.read_only,
        clock=asked.clock or usual,
        free_space=asked.free_space or durable_files.free_space,
    )


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _prepare_file(place: Place, *, create: bool) -> None:
    database = place.beside(".db")
    if create:
        durable_files.make_folder(database.parent)
    elif not database.is_file():
        raise not_a_store(place.shown, "there is no study store here")


def _make_file(database: Path, *, create: bool) -> None:
    """Make an empty file that nobody else can read, before anything is in it."""
    if database.is_file() or not create:
        return
    reached("database.before_create")
    handle = os.open(database, os.O_RDWR | os.O_CREAT, durable_files.FILE_MODE)
    try:
        if hasattr(os, "fchmod"):
            os.fchmod(handle, durable_files.FILE_MODE)
        os.fsync(handle)
    finally:
        os.close(handle)
    durable_files.fsync_folder(database.parent)
    reached("database.after_create")


def _opened(session: Session, lock: WriterLock | None, *, create: bool) -> Store:
    quick_check(session)
    with session.reading() as connection:
        present = schema.present_revision(connection)
    if present is None and create and not session.read_only:
        _fill(session)
    with session.reading() as connection:
        steps = schema.steps_ahead(connection, where=session.where)
        session.identity["store"] = store_id_of(connection)
    store = Store(session, lock)
    if session.read_only:
        if steps:
            raise not_a_store(
                session.where,
                "the store is of an older timezero, and is brought "
                "up to date when it is opened for writing",
            )
        return store
    _refuse_cut_log(session)
    if steps:
        _migrate(store, session, steps)
    _tidy(store, session)
    return store


def quick_check(session: Session) -> None:
    """Refuse a file that SQLite itself finds damaged."""
    if session.place.database is None:
        return
    with session.reading() as connection:
        found = connection.execute(text("PRAGMA quick_check(1)")).scalar()
    if found != "ok":
        raise damaged(session.where, "the database is damaged")


def store_id_of(connection: Connection) -> str:
    """Return the identity of an open store."""
    found = connection.execute(select(ABOUT.c.value).where(ABOUT.c.name == "store")).scalar()
    if found is None:
        raise damaged("table about", "the store does not know which one it is")
    return found


def _fill(session: Session) -> None:
    """Make the tables and the first entry of the log, in one transaction."""
    identity = uuid.uuid4().hex
    session.identity["store"] = identity
    with session.engine.connect() as connection:
        with connection.begin():
            schema.wait_for_others(connection)
            if schema.present_revision(connection) is not None:
                return
            _refuse_foreign(connection, where=session.where)
            schema.migrate(connection, schema.revisions()[-1])
            session.keep_head(START)
            head = {"seq": START.seq, "hash": START.hash, "at": session.now()}
            connection.execute(insert(AUDIT_HEAD).values(one=1, **head))
            work = Writing(session, connection)
            work.begin()
            work.insert(ABOUT, name="store", value=identity)
            work.insert(ABOUT, name="schema", value=schema.schema_digest(connection))
            work.log("store created", new={"store": identity, "revision": schema.revisions()[-1]})
            reached("migration.before_commit")
        reached("migration.after_commit")
    session.keep_head(work.head)


def _refuse_foreign(connection: Connection, *, where: str) -> None:
    """Refuse to put a store among the tables of something else."""
    there = set(inspect(connection).get_table_names())
    own = {table.name for table in IN_ORDER}
    if there if connection.dialect.name == "sqlite" else there & own:
        raise not_a_store(where, "this database holds something else")


def _refuse_cut_log(session: Session) -> None:
    """Refuse to write to a store whose log does not lead to the head kept beside it."""
    path = session.place.head
    if path is None:
        return
    kept = read_head(path, store_id=session.identity["store"])
    query = select(AUDIT_LOG.c.hash).where(AUDIT_LOG.c.seq == kept.seq)
    with session.reading() as connection:
        found = connection.execute(query).scalar() if kept.seq else START.hash
        row = connection.execute(select(AUDIT_HEAD.c.seq, AUDIT_HEAD.c.hash)).one()
    if found != kept.hash:
        raise damaged(
            session.where, f"the log was cut short or changed: its head was entry {kept.seq}"
        )
    present = Head(seq=row.seq, hash=row.hash)
    if present != kept:
        write_head(path, present, store_id=session.identity["store"])


def _migrate(store: Store, session: Session, steps: tuple[str, ...]) -> None:
    """Check, back up, and take the tables further, one transaction a step."""
    found = store.verify()
    if not found.ok:
        raise damaged(
            found.problems[0].where,
            f"before the tables are brought up to date: {found.problems[0].what}",
        )
    place = store.backup()
    for revision in steps:
        with session.writing("migration") as work:
            schema.wait_for_others(work.connection)
            old = schema.present_revision(work.connection)
            if old is not None and old >= revision:
                continue
            schema.migrate(work.connection, revision)
            _answer_for_all(work)
            new = {"revision": revision, "backup": place.name}
            work.log("tables brought up to date", old={"revision": old}, new=new)


def _answer_for_all(work: Writing) -> None:
    """Let the next entry answer for every row: their columns are not what they were."""
    digest = schema.schema_digest(work.connection)
    work.update(ABOUT, "schema", value=digest)
    for table in RECORDED:
        names = [column.name for column in table.primary_key]
        for row in work.connection.execute(text(f"SELECT * FROM {table.name}")).mappings():  # noqa: S608
            work.touch_row(table.name, tuple(row[name] for name in names), dict(row))


def _tidy(store: Store, session: Session) -> None:
    """Remove what a crash left behind, and say so in the log."""
    if session.place.database is None:
        store.jobs.sweep()
        return
    store.jobs.sweep(all_running=True)
    removed = (*store.blobs.sweep(), *_leftovers(session.place))
    opened = _closed_modes(session.place)
    if removed:
        store.log.note("leftovers of a crash removed", new={"n": len(removed), "files": removed})
    if opened:
        store.log.note("files closed to other users", old=opened, new={"mode": "600"})


def _leftovers(place: Place) -> list[str]:
    """Remove half-written companions of the database; return their names."""
    database = place.beside(".db")
    folders = (database.parent, place.beside(".requests"))
    found = [p for folder in folders for p in folder.glob(f".*{durable_files.TEMPORARY}")]
    own = [p for p in found if p.parent != database.parent or p.name[1:].startswith(database.stem)]
    for path in own:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return [path.name for path in own]


def _closed_modes(place: Place) -> dict[str, str]:
    """Take rights away from others where a file of the store gives them any."""
    if os.name == "nt":
        return {}
    found: dict[str, str] = {}
    for ending in (".db", ".head.json", ".lock"):
        path = place.beside(ending)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0
        if mode & 0o077:
            path.chmod(durable_files.FILE_MODE)
            found[path.name] = f"{mode:o}"
    return found
