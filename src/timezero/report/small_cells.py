"""Small numbers hidden in reports for others, and what would give them away hidden with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from timezero.model.cohort import AttritionStep
from timezero.model.result import StudyResult

HIDDEN_SMALL: Final = -1
WITHHELD: Final = -2
WITHHELD_WORD: Final = "hidden"


def smallest_shown(result: StudyResult) -> int:
    """Return the smallest count that is printed: 1 in the profile own."""
    return result.protocol.report.smallest_shown


def is_own(result: StudyResult) -> bool:
    """Return whether the report may show single patients."""
    return result.protocol.report.profile == "own"


def printed_counts(counts: Sequence[float], smallest: int) -> tuple[str, ...]:
    """Print the parts of one total, with small parts hidden.

    A single hidden part could be found by subtraction, so the next smallest part is then printed
    as the range that the hidden one leaves open. Zero is not hidden. Where counts were hidden
    before (:mod:`timezero.report.shareable`), with all others in view, nothing more is done.

    Parameters
    ----------
    counts : sequence of float
        Parts whose total may be known to the reader; ``HIDDEN_SMALL`` or ``WITHHELD`` for one
        that was hidden before.
    smallest : int
        Counts from 1 to below this are hidden.
    """
    small = [0 < count < smallest for count in counts]
    texts = [
        f"<{smallest}" if hide else _printed_count(count, smallest)
        for count, hide in zip(counts, small, strict=True)
    ]
    others = [k for k, count in enumerate(counts) if count >= smallest]
    if sum(small) == 1 and others and min(counts) >= 0:
        partner = min(others, key=lambda k: counts[k])
        total = counts[small.index(True)] + counts[partner]
        texts[partner] = f"{total - smallest + 1:,.0f}\u2013{total - 1:,.0f}"
    return tuple(texts)


def _printed_count(count: float, smallest: int) -> str:
    """Print one count; those that were hidden before are negative."""
    if count == HIDDEN_SMALL:
        return f"<{smallest}"
    return WITHHELD_WORD if count == WITHHELD else f"{count:,.0f}"


def printed_steps(
    steps: Sequence[AttritionStep], smallest: int
) -> tuple[tuple[str, str, str, str], ...]:
    """Print each step of the attrition: its name, how many remain, how many left, and why.

    Where fewer than ``smallest`` left, the numbers before are printed as ranges.
    """
    lines: list[tuple[str, str, str, str]] = []
    if any(min(step.n_patients, step.n_removed) < 0 for step in steps):
        return tuple(
            (
                step.step,
                _printed_count(step.n_patients, smallest),
                _printed_count(step.n_removed, smallest) if step.n_removed else "",
                step.reason,
            )
            for step in steps
        )
    fewest = most = steps[-1].n_patients if steps else 0
    for step in reversed(steps):
        n = f"{step.n_patients:,}" if fewest == most else f"{fewest:,}\u2013{most:,}"
        hide = 0 < step.n_removed < smallest
        removed = f"<{smallest}" if hide else f"{step.n_removed:,}" if step.n_removed else ""
        lines.append((step.step, n, removed, step.reason))
        fewest += 1 if hide else step.n_removed
        most += smallest - 1 if hide else step.n_removed
    return tuple(reversed(lines))
