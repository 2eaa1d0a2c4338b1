"""Small numbers are hidden, and cannot be found by subtraction."""

from __future__ import annotations

import itertools
import re

import pytest

from timezero.model.cohort import AttritionStep
from timezero.report.small_cells import printed_counts, printed_steps


@pytest.mark.parametrize(
    ("counts", "printed"),
    [
        ((12, 9), ("12", "9")),
        ((0, 9), ("0", "9")),
        ((3, 2), ("<5", "<5")),
        ((3, 20), ("<5", "19\u201322")),
        ((3, 20, 50), ("<5", "19\u201322", "50")),
        ((3, 4, 50), ("<5", "<5", "50")),
        ((1234, 5), ("1,234", "5")),
    ],
)
def test_small_parts_are_hidden(counts: tuple[int, ...], printed: tuple[str, ...]) -> None:
    assert printed_counts(counts, 5) == printed


def test_nothing_is_hidden_in_private() -> None:
    assert printed_counts((1, 0, 7), 1) == ("1", "0", "7")


def possible(text: str, smallest: int) -> range:
    if text.startswith("<"):
        return range(1, smallest)
    if "\u2013" in text:
        low, high = map(int, text.split("\u2013"))
        return range(low, high + 1)
    return range(int(text), int(text) + 1)


@pytest.mark.parametrize("smallest", [5, 11])
def test_a_hidden_part_stays_hidden_when_the_total_is_known(smallest: int) -> None:
    for counts in itertools.product(range(1, smallest), range(smallest, 3 * smallest)):
        texts = printed_counts(counts, smallest)
        agree = [
            parts
            for parts in itertools.product(*(possible(t, smallest) for t in texts))
            if sum(parts) == sum(counts)
        ]
        assert counts in agree
        assert {parts[0] for parts in agree} == set(range(1, smallest))


def test_attrition_hides_small_losses_and_what_would_show_them() -> None:
    steps = (
        AttritionStep(step="rows", n_patients=63),
        AttritionStep(step="eligible", n_patients=60, n_removed=3, reason="too young"),
        AttritionStep(step="analysed", n_patients=40, n_removed=20, reason="no follow-up"),
    )
    rows, eligible, analysed = printed_steps(steps, 5)
    assert rows[1] == "61\u201364"
    assert eligible == ("eligible", "60", "<5", "too young")
    assert analysed == ("analysed", "40", "20", "no follow-up")
    assert [line[1] for line in printed_steps(steps, 1)] == ["63", "60", "40"]


def test_two_small_losses_leave_a_wider_range() -> None:
    steps = tuple(
        AttritionStep(step=str(k), n_patients=n, n_removed=r)
        for k, (n, r) in enumerate([(64, 0), (61, 3), (60, 1)])
    )
    first, second, third = (line[1] for line in printed_steps(steps, 5))
    assert third == "60"
    assert 61 in possible(second, 5)
    assert possible(first, 5) == range(62, 69)
    assert not any(re.fullmatch(r"[1-4]", line[2]) for line in printed_steps(steps, 5))
