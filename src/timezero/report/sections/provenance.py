"""Where every number came from, so that it can be made again."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.result import StudyResult
from timezero.report.document import Block, Chapter, Section, Table


def _settings(result: StudyResult) -> Iterator[tuple[str, str]]:
    protocol = result.protocol.model_dump(mode="json", by_alias=True)
    for part, settings in protocol.items():
        if isinstance(settings, dict):
            for name, value in settings.items():
                yield f"{part}.{name}", _printed(value)


def _printed(value: object) -> str:
    if value is None or value in ("", [], {}):
        return "not set"
    if isinstance(value, list):
        return ", ".join(str(v) for v in value)
    return str(value)


def _blocks(result: StudyResult) -> Iterator[Block]:
    made = result.provenance
    yield Table(
        caption="What this result was made from",
        header=("What", "Value"),
        rows=(
            ("Registry", result.cohort.name),
            ("Digest of the patients analysed (SHA-256)", made.input_digest),
            ("Digest of the study file (SHA-256)", made.protocol_digest),
            ("Seed", str(made.seed)),
            ("Made at", made.made_at),
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
