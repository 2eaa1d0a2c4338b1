"""How a verdict opens a report of any kind: one sentence, one number; and what it stands on."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.result import Verdict
from timezero.report.document import Prose


def opening(verdict: Verdict) -> Iterator[Prose]:
    """Yield the verdict and its one number."""
    yield Prose(paragraphs=(verdict.headline,), kind="lead")
    if verdict.number:
        yield Prose(paragraphs=(verdict.number,), kind="number")


def reasons(verdict: Verdict) -> Iterator[Prose]:
    """Yield the rules that led to the verdict."""
    if verdict.reasons:
        yield Prose(heading="Why", paragraphs=verdict.reasons, kind="list")


def left_open(verdict: Verdict, *, heading: str) -> Iterator[Prose]:
    """Yield what is not answered."""
    if verdict.not_answered:
        yield Prose(heading=heading, paragraphs=verdict.not_answered, kind="list")
