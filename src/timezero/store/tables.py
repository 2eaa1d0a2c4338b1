"""The tables of the store, the same on both back ends: text, whole numbers and bytes only."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

METADATA = MetaData()


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


ABOUT = Table("about", METADATA, Column("name", Text, primary_key=True), _text("value"))
STUDIES = Table(
    "studies", METADATA, Column("name", Text, primary_key=True), _text("title"), _text("at")
)
BLOBS = Table(
    "blobs",
    METADATA,
    Column("sha256", Text, primary_key=True),
    _number("size"),
    _text("at"),
    Column("content", LargeBinary),
)
RECIPES = Table(
    "recipes",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("study", Text, ForeignKey("studies.name"), nullable=False),
    _text("name"),
    _text("text"),
    _text("at"),
)
PROTOCOLS = Table(
    "protocols",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("study", Text, ForeignKey("studies.name"), nullable=False),
    _text("text"),
    _text("at"),
    _number("seq"),
)
INPUTS = Table(
    "inputs",
    METADATA,
    Column("study", Text, ForeignKey("studies.name"), primary_key=True),
    Column("sha256", Text, primary_key=True),
    _text("name"),
    _number("size"),
    _text("canonical_digest"),
    _text("at"),
    _number("seq"),
    Column("blob", Text, ForeignKey("blobs.sha256")),
    Index("inputs_by_content", "sha256"),
)
RUNS = Table(
    "runs",
    METADATA,
    Column("id", Text, primary_key=True),
    _text("study"),
    _text("input"),
    Column("recipe", Text, ForeignKey("recipes.sha256")),
    Column("protocol", Text, ForeignKey("protocols.sha256"), nullable=False),
    _text("seed"),
    _text("versions"),
    _text("started"),
    _number("seq"),
    Column("finished", Text),
    _text("state"),
    _text("result_digest"),
    Column("result_blob", Text, ForeignKey("blobs.sha256")),
    _text("why"),
    Column("canonical_digest", Text),
    ForeignKeyConstraint(["study", "input"], ["inputs.study", "inputs.sha256"]),
    Index("runs_by_data", "canonical_digest"),
)
EXPORTS = Table(
    "exports",
    METADATA,
    Column("run", Text, ForeignKey("runs.id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _text("kind"),
    _text("name"),
    Column("blob", Text, ForeignKey("blobs.sha256"), nullable=False),
    _text("at"),
    Column("profile", Text),
)
JOBS = Table(
    "jobs",
    METADATA,
    Column("key", Text, primary_key=True),
    _text("kind"),
    _text("study"),
    _text("spec"),
    _text("state"),
    _number("attempts"),
    _text("owner"),
    _text("lease_until"),
    _text("step"),
    _number("done"),
    _number("total"),
    _number("cancel_asked"),
    Column("result_blob", Text, ForeignKey("blobs.sha256")),
    _text("why"),
    _text("created"),
    _text("updated"),
)
JOB_CHUNKS = Table(
    "job_chunks",
    METADATA,
    Column("job", Text, ForeignKey("jobs.key"), primary_key=True),
    Column("name", Text, primary_key=True),
    _text("digest"),
    Column("content", LargeBinary, nullable=False),
    _text("at"),
)
AUDIT_LOG = Table(
    "audit_log",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    *(_text(n) for n in ("at", "who", "what", "why", "old", "new", "rows", "previous", "hash")),
)
AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("one", BigInteger, primary_key=True, autoincrement=False),
    _number("seq"),
    _text("hash"),
    _text("at"),
)

IN_ORDER = (
    ABOUT,
    STUDIES,
    BLOBS,
    RECIPES,
    PROTOCOLS,
    INPUTS,
    RUNS,
    EXPORTS,
    JOBS,
    JOB_CHUNKS,
    AUDIT_LOG,
    AUDIT_HEAD,
)
RECORDED = (ABOUT, STUDIES, BLOBS, RECIPES, PROTOCOLS, INPUTS, RUNS, EXPORTS, JOBS)
UNRECORDED_COLUMNS: dict[str, frozenset[str]] = {
    "blobs": frozenset({"content"}),
    "jobs": frozenset({"owner", "lease_until", "step", "done", "total", "cancel_asked", "updated"}),
}
