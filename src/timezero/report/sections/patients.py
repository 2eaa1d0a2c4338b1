"""Who was studied: attrition, characteristics, and in the private profile each patient."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.arrays import Bools
from timezero.model.cohort import Cohort, Covariate
from timezero.model.result import StudyResult
from timezero.report.document import Block, Chapter, Prose, Section, Table, drawn
from timezero.report.figures.attrition_flow import FIGURE as ATTRITION
from timezero.report.figures.swimmer import FIGURE as SWIMMER
from timezero.report.numbers import amount, percent
from timezero.report.small_cells import printed_counts, smallest_shown


def _quartiles(covariate: Covariate, group: Bools, smallest: int) -> str:
    known = covariate.values[group & ~np.isnan(covariate.values)]
    if known.size < max(smallest, 1):
        return "not shown" if known.size else "none known"
    low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
    return f"{amount(float(middle))} ({amount(float(low))} to {amount(float(high))})"


def _yes_or_no(covariate: Covariate) -> bool:
    known = covariate.values[~np.isnan(covariate.values)]
    return covariate.kind == "numeric" and bool(np.isin(known, (0.0, 1.0)).all())


def _rows_of(
    covariate: Covariate, groups: tuple[Bools, Bools], smallest: int
) -> Iterator[tuple[str, ...]]:
    missing = np.isnan(covariate.values)
    if _yes_or_no(covariate):
        parts = (covariate.values == 1.0, covariate.values == 0.0, missing)
        names = ("yes", "no", "missing")[: 3 if missing.any() else 2]
        by_group = [_counts(group, parts[: len(names)], smallest) for group in groups]
        for j, name in enumerate(names):
            yield (f"{covariate.name}: {name}", *(counts[j] for counts in by_group))
        return
    if covariate.kind == "numeric":
        yield (
            f"{covariate.name}, median (quartiles)",
            *(_quartiles(covariate, group, smallest) for group in groups),
        )
        if missing.any():
            parts = [_counts(g, (missing, ~missing), smallest)[0] for g in groups]
            yield (f"{covariate.name}: missing", *parts)
        return
    codes = np.where(missing, -1, np.nan_to_num(covariate.values, nan=-1.0)).astype(np.int64)
    levels = [*range(len(covariate.levels)), *([-1] if missing.any() else [])]
    by_group = [_counts(g, tuple(codes == k for k in levels), smallest) for g in groups]
    for j, k in enumerate(levels):
        name = "missing" if k < 0 else covariate.levels[k]
        yield (f"{covariate.name}: {name}", *(counts[j] for counts in by_group))


def _counts(group: Bools, parts: tuple[Bools, ...], smallest: int) -> tuple[str, ...]:
    """Print how many of a group are in each part, with the share of the group behind it."""
    numbers = [int((group & part).sum()) for part in parts]
    total = max(int(group.sum()), 1)
    return tuple(
        f"{text} ({percent(n / total)})" if text.replace(",", "").isdigit() and n else text
        for text, n in zip(printed_counts(numbers, smallest), numbers, strict=True)
    )


def _characteristics(cohort: Cohort, smallest: int) -> Table:
    groups = cohort.initiated, ~cohort.initiated
    sizes = printed_counts([int(g.sum()) for g in groups], smallest)
    events = printed_counts([int((g & cohort.event).sum()) for g in groups], smallest)
    rows: list[tuple[str, ...]] = [("patients", *sizes), ("events", *events)]
    for covariate in cohort.covariates:
        rows += _rows_of(covariate, groups, smallest)
    hidden = f" Numbers below {smallest} are hidden." if smallest > 1 else ""
    return Table(
        caption="Characteristics at time zero, by what happened later",
        header=("", "Treated at some time", "Never treated"),
        rows=tuple(rows),
        note="These two groups are made by the future: the table describes them, it does not "
        f"compare like with like.{hidden}",
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
