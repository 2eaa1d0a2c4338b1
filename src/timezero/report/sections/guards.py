"""Guards: what was looked at before a number may be believed, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from timezero.model.guard import GuardJudgement
from timezero.model.result import StudyResult
from timezero.report.document import Block, Chapter, Prose, Section, Table
from timezero.report.ladder_rows import short_title

STATUS: Final = {
    "withdrawn": "withdrawn: the numbers are not shown",
    "failed": "failed: no claim may rest on it",
    "cautioned": "cautioned",
    "passed": "passed",
    "not_applicable": "not applicable",
}
COUNTED: Final = {
    "withdrawn": "{n} withdrew numbers",
    "failed": "{n} failed",
    "cautioned": "{n} raised a caution",
    "passed": "{n} passed",
    "not_applicable": "{n} had nothing to judge",
}


def _summary(guards: tuple[GuardJudgement, ...]) -> str:
    counts = Counter(guard.status for guard in guards)
    parts = [COUNTED[s].format(n=counts[s]) for s in STATUS if counts[s]]
    return f"Of {len(guards)} judgements {', '.join(parts)}."


def _rows(
    guards: list[GuardJudgement], names: dict[str, str]
) -> tuple[tuple[str, str, str, str, str], ...]:
    """Return one line for each thing found; who it was found of stands together."""
    subjects: dict[tuple[str, str, str, str], list[str]] = {}
    for guard in guards:
        what = (
            f"{guard.number}: {guard.title}",
            STATUS[guard.status],
            guard.what,
            guard.threshold,
        )
        subject = names.get(guard.subject, guard.subject) or "the whole study"
        subjects.setdefault(what, []).append(subject)
    return tuple(
        (guard, ", ".join(of), status, what, threshold)
        for (guard, status, what, threshold), of in subjects.items()
    )


def _blocks(result: StudyResult) -> Iterator[Block]:
    if not result.guards:
        return
    names = {rung.name: short_title(rung) for rung in result.rungs}
    order = list(STATUS)
    by_gravity = sorted(result.guards, key=lambda guard: order.index(guard.status))
    header = ("Guard", "Of what", "Status", "Found", "Threshold")
    grave = [g for g in by_gravity if g.status in ("withdrawn", "failed", "cautioned")]
    quiet = [g for g in by_gravity if g not in grave]
    yield Prose(paragraphs=(_summary(result.guards),))
    if grave:
        yield Table(
            caption="What changed what may be said", header=header, rows=_rows(grave, names)
        )
    if quiet:
        yield Table(
            caption="Guards that passed, or had nothing to judge",
            header=header,
            rows=_rows(quiet, names),
            folded=True,
        )


SECTION = Section(title="Guards", chapter=Chapter.GUARDS, blocks=_blocks)
