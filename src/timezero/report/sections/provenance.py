"""Where every number came from, so that it can be made again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from timezero.model.result import StudyResult
from timezero.report.document import Block, Chapter, Section, Table


def _settings(result: StudyResult) -> Iterator[tuple[str, str]]:
    protocol = result.protocol
    for part in ("data", "question", "rules", "analysis", "report"):
        for name, value in getattr(protocol, part).model_dump(mode="json").items():
            yield f"{part}.{name}", _printed(value)


def _printed(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "not set"
    if isinstance(value, list):
        return ", ".join(map(str, cast("list[object]", value)))
    return str(value)


def _files(result: StudyResult) -> Iterator[tuple[str, str]]:
    if result.cohort.file_digest:
        yield "Digest of the registry file (SHA-256)", result.cohort.file_digest
    if result.cohort.recipe_digest:
        yield "Digest of the recipe (SHA-256)", result.cohort.recipe_digest


def _recorded(result: StudyResult) -> Iterator[tuple[str, str]]:
    record = result.record
    if record is None:
        yield "Analyses of these data so far", "not known: no study record is kept"
        return
    yield "Analyses of these data so far", f"{record.number}, this one included"
    yield "Study files used on these data", str(record.n_protocols)
    before = "yes" if record.prespecified else "no"
    yield "Study file registered before the first analysis of these data", before
    yield "Run in the study record", record.run


def _blocks(result: StudyResult) -> Iterator[Block]:
    made = result.provenance
    yield Table(
        caption="What this result was made from",
        header=("What", "Value"),
        rows=(
            ("Registry", result.cohort.name),
            ("Digest of the patients analysed (SHA-256)", made.input_digest),
            ("Digest of the study file (SHA-256)", made.protocol_digest),
            *_files(result),
            ("Seed", str(made.seed)),
            ("Made at", made.made_at),
            *_recorded(result),
            *((f"Version of {name}", version) for name, version in made.versions.items()),
        ),
    )
    if result.cohort.sources:
        yield Table(
            caption="Where each time came from",
            header=("Time", "Table", "Column", "Rule"),
            rows=tuple((s.name, s.table, s.column, s.rule) for s in result.cohort.sources),
        )
    yield Table(
        caption="Every setting of the study", header=("Setting", "Value"),
        rows=tuple(_settings(result)),
    )  # fmt: skip


SECTION = Section(title="Provenance", chapter=Chapter.PROVENANCE, blocks=_blocks)
