"""Who was studied: attrition, characteristics, and in the profile own each patient."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.arrays import Bools
from timezero.model.cohort import Cohort, Covariate
from timezero.model.result import StudyResult
from timezero.report.count_ledger import GROUPS, parts_of
from timezero.report.document import Block, Chapter, Prose, Section, Table, drawn
from timezero.report.figures.attrition_flow import FIGURE as ATTRITION
from timezero.report.figures.swimmer import FIGURE as SWIMMER
from timezero.report.numbers import amount, percent
from timezero.report.shareable import count_of
from timezero.report.small_cells import printed_counts, smallest_shown


def _quartiles(covariate: Covariate, group: Bools, smallest: int) -> str:
    known = covariate.values[group & ~np.isnan(covariate.values)]
    if known.size < max(smallest, 1):
        return "not shown" if known.size else "none known"
    low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
    return f"{amount(float(middle))} ({amount(float(low))} to {amount(float(high))})"


def _rows_of(
    cohort: Cohort, covariate: Covariate, groups: tuple[Bools, Bools], smallest: int
) -> Iterator[tuple[str, ...]]:
    parts = parts_of(covariate)
    if "known" in parts:
        yield (
            f"{covariate.name}, median (quartiles)",
            *(_quartiles(covariate, group, smallest) for group in groups),
        )
    by_group = [
        _counts(cohort, covariate, (name, group), smallest)
        for name, group in zip(GROUPS, groups, strict=True)
    ]
    for j, word in enumerate(parts):
        if word != "known":
            yield (f"{covariate.name}: {word}", *(texts[j] for texts in by_group))


def _counts(
    cohort: Cohort, covariate: Covariate, group: tuple[str, Bools], smallest: int
) -> tuple[str, ...]:
    """Print how many of a group are in each part, with the share of the group behind it."""
    name, members = group
    numbers = [
        count_of(cohort, ("level", covariate.name, word, name), int((members & mask).sum()))
        for word, mask in parts_of(covariate).items()
    ]
    total = count_of(cohort, (name,), int(members.sum()))
    return tuple(
        f"{text} ({percent(n / total)})" if n > 0 and total > 0 and n >= smallest else text
        for text, n in zip(printed_counts(numbers, smallest), numbers, strict=True)
    )


def _characteristics(cohort: Cohort, smallest: int) -> Table:
    groups = cohort.initiated, ~cohort.initiated
    pairs = tuple(zip(GROUPS, groups, strict=True))
    sizes = [count_of(cohort, (name,), int(g.sum())) for name, g in pairs]
    events = [count_of(cohort, ("events", n), int((g & cohort.event).sum())) for n, g in pairs]
    rows: list[tuple[str, ...]] = [
        ("patients", *printed_counts(sizes, smallest)),
        ("events", *printed_counts(events, smallest)),
    ]
    for covariate in cohort.covariates:
        rows += _rows_of(cohort, covariate, groups, smallest)
    hidden = f" Numbers below {smallest} are hidden, and others from which they would follow."
    return Table(
        caption="Characteristics at time zero, by what happened later",
        header=("", "Treated at some time", "Never treated"),
        rows=tuple(rows),
        note="These two groups are made by the future: the table describes them, it does not "
        f"compare like with like.{hidden if smallest > 1 else ''}",
    )


def _blocks(result: StudyResult) -> Iterator[Block]:
    question = result.protocol.question
    stated = (
        ("Time zero", question.time_zero),
        ("Late treatment", question.treatment),
        ("Event", question.outcome),
        ("Who could be in the study", question.eligibility or "not stated"),
    )
    yield Prose(paragraphs=tuple(f"{name}: {words}." for name, words in stated), kind="list")
    yield from drawn(ATTRITION, result)
    yield _characteristics(result.cohort, smallest_shown(result))
    yield from drawn(SWIMMER, result)


SECTION = Section(title="Who was studied", chapter=Chapter.PATIENTS, blocks=_blocks)
