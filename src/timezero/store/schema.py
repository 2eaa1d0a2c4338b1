"""The version of the tables, and the road from an older one: a backup, then one step at a time."""

from __future__ import annotations

import hashlib
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from timezero.errors import InputRefused
from timezero.store.refusals import not_a_store

_FOLDER = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 7_219_405_113


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def revisions() -> tuple[str, ...]:
    """Return the revisions of the tables that this version knows, oldest first."""
    script = ScriptDirectory.from_config(_config())
    return tuple(reversed([found.revision for found in script.walk_revisions()]))


def present_revision(connection: Connection) -> str | None:
    """Return the revision of an open database; None when it has no tables of a store."""
    return MigrationContext.configure(connection).get_current_revision()


def steps_ahead(connection: Connection, *, where: str) -> tuple[str, ...]:
    """Return the revisions that a database still lacks.

    Raises
    ------
    InputRefused
        It holds no store, or one of a newer timezero.
    """
    known, present = revisions(), present_revision(connection)
    if present is None:
        raise not_a_store(where, "this database holds no study store")
    if present not in known:
        raise InputRefused(
            what=f"the store was written by a newer timezero (its tables are of revision "
            f"{present}, this version knows {known[-1]})",
            where=where,
            mend="install the newer timezero; nothing was changed",
            code="TZ-STO-21",
        )
    return known[known.index(present) + 1 :]


def migrate(connection: Connection, revision: str) -> None:
    """Take a database one step further, inside the transaction that is open.

    Parameters
    ----------
    connection : Connection
        In a transaction that nobody else can be in.
    revision : str
    """
    command.upgrade(_config(connection), revision)


def wait_for_others(connection: Connection) -> None:
    """Let one process at a time look at and change the tables of a server."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": ADVISORY_LOCK})


def schema_digest(connection: Connection) -> str:
    """Return a digest of the tables and of the triggers that keep the log as it is."""
    is_file = connection.dialect.name == "sqlite"
    rows = connection.execute(text(_FILE_SCHEMA if is_file else _SERVER_TRIGGERS)).all()
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()


_FILE_SCHEMA = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
)
_SERVER_TRIGGERS = (
    "SELECT t.tgname, t.tgenabled::text, t.tgtype, p.prosrc FROM pg_trigger t "
    "JOIN pg_proc p ON p.oid = t.tgfoid "
    "WHERE t.tgrelid = 'audit_log'::regclass AND NOT t.tgisinternal ORDER BY t.tgname"
)
