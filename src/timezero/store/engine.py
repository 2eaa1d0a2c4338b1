"""Connections to SQLite and PostgreSQL, set so that what is committed is on the disk."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.pool import QueuePool

from timezero.store.places import Place

BUSY_MILLISECONDS = 10_000
_ALWAYS = (
    f"PRAGMA busy_timeout={BUSY_MILLISECONDS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
)
_WRITING = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA fullfsync=ON",
    "PRAGMA checkpoint_fullfsync=ON",
)


def make_engine(place: Place, *, read_only: bool) -> Engine:
    """Return the engine of a store; errors that it raises hold no parameters.

    Parameters
    ----------
    place : Place
    read_only : bool
    """
    if place.database is None:
        return _server_engine(place.url, read_only=read_only)
    return _file_engine(place.database, read_only=read_only)


def _file_engine(database: Path, *, read_only: bool) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=lambda: connect_file(database, read_only=read_only),
        poolclass=QueuePool,
        hide_parameters=True,
    )
    start = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    def begin(connection: Connection) -> None:
        asked = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if asked else start)

    event.listen(engine, "begin", begin)
    return engine


def connect_file(database: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Return a connection to an SQLite file that is there; transactions are begun by hand."""
    mode = "rw"
    if read_only:
        journal = database.with_name(database.name + "-wal")
        closed = not os.access(database.parent, os.W_OK) and not journal.exists()
        mode = "ro&immutable=1" if closed else "ro"
    uri = f"{database.resolve().as_uri()}?mode={mode}"
    found = sqlite3.connect(
        uri,
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_MILLISECONDS / 1000,
    )
    try:
        for pragma in _ALWAYS + (("PRAGMA query_only=ON",) if read_only else _WRITING):
            found.execute(pragma).close()
    except BaseException:
        found.close()
        raise
    return found


def _server_engine(url: str, *, read_only: bool) -> Engine:
    engine = create_engine(
        url, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": 10}
    )

    def prepare(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit TO on")
            cursor.execute(f"SET default_transaction_read_only TO {'on' if read_only else 'off'}")
        connection.commit()

    event.listen(engine, "connect", prepare)
    return engine


def server_clock(engine: Engine) -> Callable[[], dt.datetime]:
    """Return a clock that asks the server: one time for all computers that use it."""

    def now() -> dt.datetime:
        with engine.connect() as connection:
            return connection.execute(select(func.clock_timestamp())).scalar_one()

    return now
