"""Checks of the printed numbers: what they found, what passed, what could not be checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from timezero.model.audit_result import AuditResult
from timezero.report.document import AuditChapter, Block, Findings, Prose, Section


def _sentence(words: str) -> str:
    """Print words as a sentence of their own."""
    return words and f"{_capital(words).rstrip('.')}."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _blocks(result: AuditResult) -> Iterator[Block]:
    if not result.checks:
        return
    titles = {
        status: tuple(_capital(check.title) for check in result.checks if check.status == status)
        for status in ("found", "passed", "not_possible")
    }
    if titles["found"]:
        yield Findings(
            heading="Found",
            findings=tuple(
                replace(f, what=_sentence(f.what), mend=_sentence(f.mend))
                for check in result.checks
                if check.status == "found"
                for f in check.findings
            ),
            with_evidence=True,
        )
    else:
        yield Prose(heading="Found", paragraphs=("Nothing was found.",))
    if titles["passed"]:
        yield Prose(heading="Passed", paragraphs=titles["passed"], kind="list")
    if titles["not_possible"]:
        yield Prose(
            heading="Not possible, because the numbers it needs are not printed",
            paragraphs=titles["not_possible"],
            kind="list",
        )


SECTION = Section(
    title="Checks of the printed numbers", chapter=AuditChapter.CHECKS, blocks=_blocks
)
