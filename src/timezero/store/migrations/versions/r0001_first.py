"""The first tables: studies, what goes in, what comes out, jobs, and a log that only grows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SQLITE_TRIGGERS = """
CREATE TRIGGER log_keeps_entries BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END

CREATE TRIGGER log_loses_nothing BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END

CREATE TRIGGER log_grows_by_one BEFORE INSERT ON audit_log
WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit_log)
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
"""
_SERVER_TRIGGERS = """
CREATE FUNCTION timezero_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the log is append-only'; END $$

CREATE FUNCTION timezero_log_grows_by_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
IF NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit_log) THEN
RAISE EXCEPTION 'the log is append-only';
END IF;
RETURN NEW;
END $$

CREATE TRIGGER log_keeps_entries BEFORE UPDATE OR DELETE ON audit_log
FOR EACH ROW EXECUTE FUNCTION timezero_log_only_grows()

CREATE TRIGGER log_loses_nothing BEFORE TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION timezero_log_only_grows()

CREATE TRIGGER log_grows_by_one BEFORE INSERT ON audit_log
FOR EACH ROW EXECUTE FUNCTION timezero_log_grows_by_one()
"""


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, primary_key=True) for name in names]


def _points(name: str, to: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, sa.ForeignKey(to), nullable=nullable)


def upgrade() -> None:
    """Make the tables and the triggers that keep the log from being changed."""
    _registrations()
    _runs()
    _jobs()
    _log()
    is_file = op.get_bind().dialect.name == "sqlite"
    triggers = _SQLITE_TRIGGERS if is_file else _SERVER_TRIGGERS
    for statement in triggers.strip().split("\n\n"):
        op.get_bind().exec_driver_sql(statement)


def _registrations() -> None:
    op.create_table("about", *_key("name"), *_text("value"))
    op.create_table("studies", *_key("name"), *_text("title", "at"))
    content = sa.Column("content", sa.LargeBinary)
    op.create_table("blobs", *_key("sha256"), *_numbers("size"), *_text("at"), content)
    study = "studies.name"
    op.create_table(
        "recipes", *_key("sha256"), _points("study", study), *_text("name", "text", "at")
    )
    op.create_table(
        "protocols",
        *_key("sha256"),
        _points("study", study),
        *_text("text", "at"),
        *_numbers("seq"),
    )
    op.create_table(
        "inputs",
        sa.Column("study", sa.Text, sa.ForeignKey(study), primary_key=True),
        *_key("sha256"),
        *_text("name"),
        *_numbers("size"),
        *_text("canonical_digest", "at"),
        *_numbers("seq"),
        _points("blob", "blobs.sha256", nullable=True),
    )
    op.create_index("inputs_by_content", "inputs", ["sha256"])


def _runs() -> None:
    op.create_table(
        "runs",
        *_key("id"),
        *_text("study", "input"),
        _points("recipe", "recipes.sha256", nullable=True),
        _points("protocol", "protocols.sha256"),
        *_text("seed", "versions", "started"),
        *_numbers("seq"),
        sa.Column("finished", sa.Text),
        *_text("state", "result_digest"),
        _points("result_blob", "blobs.sha256", nullable=True),
        *_text("why"),
        sa.ForeignKeyConstraint(["study", "input"], ["inputs.study", "inputs.sha256"]),
    )
    op.create_table(
        "exports",
        sa.Column("run", sa.Text, sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        *_text("kind", "name"),
        _points("blob", "blobs.sha256"),
        *_text("at"),
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        *_key("key"),
        *_text("kind", "study", "spec", "state"),
        *_numbers("attempts"),
        *_text("owner", "lease_until", "step"),
        *_numbers("done", "total", "cancel_asked"),
        _points("result_blob", "blobs.sha256", nullable=True),
        *_text("why", "created", "updated"),
    )
    op.create_table(
        "job_chunks",
        sa.Column("job", sa.Text, sa.ForeignKey("jobs.key"), primary_key=True),
        *_key("name"),
        *_text("digest"),
        sa.Column("content", sa.LargeBinary, nullable=False),
        *_text("at"),
    )


def _log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        *_text("at", "who", "what", "why", "old", "new", "rows", "previous", "hash"),
    )
    op.create_table(
        "audit_head",
        sa.Column("one", sa.BigInteger, primary_key=True, autoincrement=False),
        *_numbers("seq"),
        *_text("hash", "at"),
    )
