"""Numbers written in one notation are read back exactly or asked about, never read wrongly."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from timezero.findings import Question
from timezero.intake.covariates import read_covariate
from timezero.intake.sources import read_table
from timezero.model.protocol import DataPart

DATA = DataPart(id="id", exit="exit", event="event", covariates=("x",))
NOTATIONS = [(".", ""), (".", ","), (".", " "), (".", "'"), (",", ""), (",", "."), (",", " "),
             (",", "'")]  # fmt: skip


def written(number: float, decimals: int, notation: tuple[str, str]) -> str:
    """Return a number in a notation: the sign before decimals, the sign between thousands."""
    point, thousands = notation
    plain = f"{number:,.{decimals}f}"
    return plain.replace(",", "\0").replace(".", point).replace("\0", thousands)


@given(
    numbers=st.lists(st.integers(-3_000_000, 3_000_000), min_size=3, max_size=15),
    decimals=st.integers(0, 4),
    notation=st.sampled_from(NOTATIONS),
)
@example(numbers=[1234, 2345, 3456], decimals=3, notation=(",", ""))
@example(numbers=[1234, 950, 2345], decimals=0, notation=(",", "."))
@example(numbers=[1234, 2345, 3456], decimals=0, notation=(",", "."))
@example(numbers=[1234, 1000, 2345], decimals=0, notation=(".", ","))
@settings(max_examples=100, deadline=None)
def test_a_consistent_notation_is_never_read_wrongly(
    numbers: list[int], decimals: int, notation: tuple[str, str]
) -> None:
    values = [number / 10**decimals for number in numbers]
    cells = [written(value, decimals, notation) for value in values]
    n = len(cells)
    frame = pl.DataFrame(
        {
            "id": [f"P{k}" for k in range(n)],
            "exit": [1.0] * n,
            "event": ["dead"] * n,
            "x": cells,
        }
    )
    table = read_table(frame, data=DATA)
    questions = [f for f in table.findings if isinstance(f, Question) and f.key[3:4] == ("x",)]
    read = read_covariate(table.column("x"), DATA)
    kept = ~read.missing
    if any(q.code == "number_ambiguous" for q in questions):
        return
    expected = np.array([float(f"{value:.{decimals}f}") for value in values])
    np.testing.assert_array_equal(read.covariate.values[kept], expected[kept])
    assert kept.all() or any(q.code == "missing_codes" for q in questions)
    plain = {f"{value:.{decimals}f}" for value in values}
    changed = [change for change in table.changes if change.code == "number_notation"]
    assert bool(changed) == any(cell not in plain for cell in cells)


@given(
    st.lists(
        st.text(alphabet="0123456789,. '-<>~kgOol/e\u2212\u00a0\uff11", max_size=7),
        min_size=2,
        max_size=10,
    )
)
@settings(max_examples=80, deadline=None)
def test_no_text_makes_the_steps_fall_over(cells: list[str]) -> None:
    n = len(cells)
    frame = pl.DataFrame(
        {"id": [f"P{k}" for k in range(n)], "exit": [1.0] * n, "event": ["x"] * n, "x": cells}
    )
    table = read_table(frame, data=DATA)
    column = table.column("x")
    assert len(column.text) == len(table.rows) <= n
    touched = {int(row) for change in table.changes for row in change.rows}
    original = dict(enumerate(cells, start=1))
    for row, text in zip(table.rows.tolist(), column.text.to_list(), strict=True):
        same = (text or "") == original[row].strip(" \u00a0")
        asked = any(isinstance(f, Question) for f in table.findings)
        assert same or row in touched or asked
