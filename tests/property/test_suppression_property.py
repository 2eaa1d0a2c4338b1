"""An attacker with linear programming gets no small count out of what is printed."""

from __future__ import annotations

import random

import pytest

from timezero.report.suppression import CountSystem, Fate, fates, is_safe, possible

THRESHOLDS = (5, 11)


def table(draw: random.Random) -> CountSystem:
    """A table of counts with sums of rows and columns, and the sum of all."""
    rows, columns = draw.randint(2, 5), draw.randint(2, 4)
    system = CountSystem()
    cells = [
        [system.add(draw.choice((0, draw.randint(0, 8), draw.randint(0, 40))))
         for _ in range(columns)]
        for _ in range(rows)
    ]  # fmt: skip
    of_rows = [system.add(sum(system.counts[c] for c in row)) for row in cells]
    of_columns = [system.add(sum(system.counts[row[j]] for row in cells)) for j in range(columns)]
    whole = system.add(sum(system.counts[r] for r in of_rows))
    for total, row in zip(of_rows, cells, strict=True):
        system.total(total, row)
    for j, total in enumerate(of_columns):
        system.total(total, [row[j] for row in cells])
    system.total(whole, of_rows)
    system.total(whole, of_columns)
    return system


def flow(draw: random.Random) -> CountSystem:
    """A flow of patients: before, removed and after, step by step."""
    system = CountSystem()
    before = system.add(draw.randint(60, 200))
    for _ in range(draw.randint(1, 6)):
        gone = min(draw.choice((0, 1, 2, 4, 9, 15)), system.counts[before])
        after = system.add(system.counts[before] - gone)
        removed = system.add(gone)
        system.total(before, (after, removed))
        before = after
    system.fixed.add(before)
    return system


def risk_table(draw: random.Random) -> CountSystem:
    """Numbers at risk over time, whose differences are events and censored, in two arms."""
    system = CountSystem()
    patients = [system.add(draw.randint(15, 80)) for _ in range(2)]
    whole = system.add(sum(system.counts[p] for p in patients))
    system.total(whole, patients)
    for at_start in patients:
        now = at_start
        events: list[int] = []
        for _ in range(draw.randint(1, 5)):
            happened = draw.randint(0, system.counts[now] // 2)
            left = draw.randint(0, min(6, system.counts[now] - happened))
            later = system.add(system.counts[now] - happened - left)
            events.append(system.add(happened))
            system.total(now, (later, events[-1], system.add(left, printed=False)))
            now = later
        system.total(system.add(sum(system.counts[e] for e in events)), events)
    return system


MAKERS = {"table": table, "flow": flow, "risk_table": risk_table}


@pytest.mark.parametrize("smallest", THRESHOLDS)
@pytest.mark.parametrize("maker", sorted(MAKERS))
def test_no_small_count_can_be_worked_out(maker: str, smallest: int) -> None:
    draw = random.Random(f"{maker} {smallest}")  # noqa: S311  simulated tables
    n_small = 0
    for _ in range(40):
        system = MAKERS[maker](draw)
        found = fates(system, smallest)
        for k, count in enumerate(system.counts):
            if 0 < count < smallest:
                n_small += 1
                ends = possible(system, found, smallest, k)
                assert ends[0] - 1e-6 <= count <= ends[1] + 1e-6
                assert is_safe(ends, smallest), (count, ends)
    assert n_small > 40


@pytest.mark.parametrize("maker", sorted(MAKERS))
def test_hiding_only_small_counts_would_not_do(maker: str) -> None:
    """The attacker is able: against primary suppression alone it wins."""
    draw = random.Random(maker)  # noqa: S311  simulated tables
    won = 0
    for _ in range(20):
        system = MAKERS[maker](draw)
        naive = [Fate.SMALL if 0 < n < 5 else Fate.SHOWN for n in system.counts]
        won += sum(
            not is_safe(possible(system, naive, 5, k), 5)
            for k, n in enumerate(system.counts)
            if 0 < n < 5
        )
    assert won > 10


@pytest.mark.parametrize("maker", sorted(MAKERS))
def test_nothing_is_hidden_where_nothing_is_small(maker: str) -> None:
    draw = random.Random(maker)  # noqa: S311  simulated tables
    for _ in range(20):
        system = MAKERS[maker](draw)
        assert set(fates(system, 1)) == {Fate.SHOWN}
        if all(n == 0 or n >= 5 for n in system.counts):
            assert set(fates(system, 5)) == {Fate.SHOWN}


def test_what_is_withheld_is_of_least_worth() -> None:
    system = CountSystem()
    whole = system.add(30, worth=5)
    parts = [system.add(3), system.add(20, worth=1), system.add(7, worth=2)]
    system.total(whole, parts)
    shown, small, cheap, dear = fates(system, 5)
    assert (shown, small, cheap, dear) == (Fate.SHOWN, Fate.SMALL, Fate.WITHHELD, Fate.SHOWN)


def test_small_sums_do_not_give_their_parts_away() -> None:
    """Four and four make eight: known as 'fewer than 5' each, they would be known."""
    system = CountSystem()
    whole = system.add(8)
    parts = [system.add(4), system.add(4)]
    system.total(whole, parts)
    assert fates(system, 5)[0] is Fate.WITHHELD


def test_a_false_sum_is_refused() -> None:
    system = CountSystem()
    with pytest.raises(ValueError, match="not 0"):
        system.total(system.add(8), [system.add(4)])
