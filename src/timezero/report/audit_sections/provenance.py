"""Where the audit came from, so that it can be made again."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.audit_result import AuditResult
from timezero.report.document import AuditChapter, Block, Section, Table
from timezero.report.numbers import tick


def _blocks(result: AuditResult) -> Iterator[Block]:
    made = result.provenance
    yield Table(
        caption="What this audit was made from",
        header=("What", "Value"),
        rows=(
            ("Digest of the claim (SHA-256)", made.claim_digest),
            ("Seed", str(made.seed)),
            ("Simulated studies", f"{made.n_simulated:,}"),
            *((f"Setting {name.replace('_', ' ')}", tick(v)) for name, v in made.settings.items()),
            ("Made at", made.made_at),
            ("Version of timezero", made.timezero_version),
            *((f"Version of {name}", version) for name, version in made.versions.items()),
        ),
    )


SECTION = Section(title="Provenance", chapter=AuditChapter.PROVENANCE, blocks=_blocks)
