"""Each rung in detail: what it estimates, from when, and every number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from timezero.model.estimate import ArmSummary, Contrast
from timezero.model.result import DataTable, Rung, StudyResult
from timezero.report.bibliography import bibliography
from timezero.report.data_tables import printed_table
from timezero.report.document import Block, Chapter, Prose, Section, Table
from timezero.report.ladder_rows import MEASURE_WORDS, short_title
from timezero.report.numbers import amount, contrast_text, median_text, p_value, tick
from timezero.report.small_cells import printed_counts, smallest_shown
from timezero.report.thinning import kept_of

SHOWN_ELSEWHERE: Final = (
    "landmark_curve",
    "schoenfeld",
    "weight_summary",
    "truncation_sweep",
    "influence",
    "balance",
    "positivity",
    "preference",
    "occupancy",
    "transitions",
    "natural_course",
    "grace_sweep",
    "priors",
    "bounds",
)
LONGEST_TABLE: Final = 60


def variant_words(variant: str) -> str:
    """Return the name of a variant as it is printed."""
    return variant.replace("_star", "*").replace("_", " ").replace("=", " ")


def _printed(contrast: Contrast) -> str:
    nothing = math.isnan(contrast.value) and contrast.measure == "median_difference"
    return "a median is not reached" if nothing else contrast_text(contrast)


def _contrasts(rung: Rung, unit: str) -> Table:
    rows = [
        (
            f"{MEASURE_WORDS[c.measure]}, {variant_words(c.variant)}",
            "" if math.isnan(c.at) else tick(c.at),
            _printed(c),
            p_value(c.p_value),
            "; ".join((c.method, *c.cautions)),
        )
        for c in rung.contrasts
        if c.measure in MEASURE_WORDS
    ]
    return Table(
        caption=f"{rung.title}: contrasts, treated against untreated",
        header=("Contrast", f"At, {unit}", "Estimate", "P", "Method"),
        rows=tuple(rows),
        folded=True,
    )


def _arms(rung: Rung, unit: str, smallest: int) -> Table:
    rows: list[tuple[str, ...]] = []
    for pair in _pairs(rung.arms):
        patients = printed_counts([arm.n_patients for arm in pair], smallest)
        events = printed_counts([arm.n_events for arm in pair], smallest)
        for k, arm in enumerate(pair):
            median = median_text(arm.median, arm.median_lower, arm.median_upper)
            rows.append((arm.label, patients[k], events[k], amount(arm.person_time), median))
    return Table(
        caption=f"{rung.title}: who is in each arm",
        header=("Arm", "Patients", "Events", f"Time at risk, {unit}", f"Median, {unit}"),
        rows=tuple(rows),
        note="Medians with intervals by the log-log transformation.",
    )


def _pairs(arms: Sequence[ArmSummary]) -> Iterator[Sequence[ArmSummary]]:
    for k in range(0, len(arms), 2):
        yield arms[k : k + 2]


def _details(rung: Rung, table: DataTable, smallest: int) -> Table:
    printed = printed_table(table, smallest=smallest, before=short_title(rung), folded=True)
    kept = kept_of(len(printed.rows), LONGEST_TABLE)
    return replace(printed, rows=tuple(printed.rows[k] for k in kept))


def _is_shown_elsewhere(rung: Rung, table: DataTable) -> bool:
    """Whether another section shows it; the conventions of weights stand with the weights."""
    with_weights = table.name == "switchboard" and rung.table("weight_summary") is not None
    return with_weights or table.name in SHOWN_ELSEWHERE or table.name.startswith("null_")


def _of(rung: Rung, unit: str, smallest: int) -> Iterator[Block]:
    works = bibliography()
    cited = [works[key]["text"].split(". ")[0] for key in rung.references if key in works]
    words = [
        f"Estimates: {rung.estimand}",
        f"In symbols: {rung.symbols}",
        f"Counted from: {rung.counted_from}.",
        f"Why it differs from the rung before: {rung.difference}",
    ]
    if rung.status == "refused":
        words.append(f"Refused: {rung.refusal}.")
        words += [f"Needed: {rung.needed}."] if rung.needed else []
    words += [f"Caution: {caution}." for caution in rung.cautions]
    words += [f"Method after: {'; '.join(cited)}."] if cited else []
    kind = "published error" if rung.role == "published_error" else "correction"
    yield Prose(heading=f"{rung.title} ({kind})", paragraphs=tuple(words), kind="list")
    if rung.arms:
        yield _arms(rung, unit, smallest)
    if rung.contrasts:
        yield _contrasts(rung, unit)
    for table in rung.tables:
        hidden = rung.status == "refused" or _is_shown_elsewhere(rung, table)
        if not hidden and any(table.columns.values()):
            yield _details(rung, table, smallest)


def _blocks(result: StudyResult) -> Iterator[Block]:
    for rung in result.rungs:
        yield from _of(rung, result.cohort.time_unit, smallest_shown(result))


SECTION = Section(title="Each rung in detail", chapter=Chapter.RUNGS, blocks=_blocks)
