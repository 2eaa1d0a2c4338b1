"""The claim: its source, its words with the numbers marked, and how each number was read."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.audit_result import AuditResult
from timezero.report.audit_numbers import USES, span_text
from timezero.report.document import AuditChapter, Block, Prose, Quotation, Section, Table
from timezero.report.marked_text import marked_paragraphs
from timezero.report.numbers import tick

COMPARISONS = {
    "ever_treated": "ever treated against never treated, both from time zero",
    "own_clocks": "each group from its own procedure",
    "waiting_excluded": "the wait of the treated left out",
    "landmark": "groups fixed at a landmark",
    "randomised": "groups assigned at time zero",
    "not_stated": "not stated; read as ever treated against never treated",
}


def _source(result: AuditResult) -> tuple[str, ...]:
    source, asked = result.claim.source, result.claim.question
    stated = (
        ("Printed in", source.citation),
        ("Kind", source.kind),
        ("DOI", source.doi),
        ("Address", source.url),
        ("Date", source.date),
        ("Read from", source.facts_from),
        ("The authors' own caution", source.authors_caution),
        ("Declared interests", source.conflicts),
        ("Who was studied", asked.patients),
        ("Time is counted from", asked.time_zero or "not stated"),
        ("Late treatment", asked.treatment),
        ("What makes a patient a candidate", asked.trigger or "not stated"),
        ("Event", asked.outcome),
        ("Comparison", COMPARISONS[asked.comparison]),
    )
    return tuple(f"{name}: {words}" for name, words in stated if words)


def _blocks(result: AuditResult) -> Iterator[Block]:
    yield Prose(paragraphs=_source(result), kind="list")
    marked = marked_paragraphs(result)
    if marked.paragraphs:
        left_out = "Only sentences with numbers are shown. " if marked.shortened else ""
        yield Quotation(
            heading="The words, with the numbers that were used",
            paragraphs=marked.paragraphs,
            note=f"{left_out}In brackets: what each number was read as, and what it can stand for. "
            f"Times in {result.claim.question.unit} unless said.",
        )
    if result.numbers:
        yield Table(
            caption="Every printed number as it was used",
            header=("Number", "As printed", "Stands for", "Why", "Used for"),
            rows=tuple(
                (u.label, u.printed, span_text(u.lower, u.upper, tick), u.rule, USES[u.use])
                for u in result.numbers
            ),
            note="Do-nothing studies are matched on the size, on all patients together and on the "
            "wait; never on the comparison itself.",
        )


SECTION = Section(title="What was printed", chapter=AuditChapter.CLAIM, blocks=_blocks)
