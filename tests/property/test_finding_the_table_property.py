"""Clean tables are never asked about, and what is put around them comes off again."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bad_inputs.clean import DATA, HEADER, clean_rows
from structure_road import Rows, as_csv, cells, questions, structure
from timezero.intake.cohort import read_cohort
from timezero.intake.protocol_file import validated
from timezero.model.recipe import Recipe

QUIET = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
OURS = {"header_rows", "footer", "block", "fill_down", "header_ambiguous", "file_other_header"}
HEADERS = (
    "sex",
    "operated on",
    "PCI",
    "last contact",
    "state",
    "centre",
    "note",
    "albumin",
    "2012",
)
WORDS = ("alive", "dead", "North", "South", "mean dose", "total", "n/a", "unknown", "m", "f", "yes")
TITLES = (
    ["Registry of one hospital"],
    ["Exported on 3 January 2020"],
    ["Patients 2010 to 2019", "", "confidential"],
    [],
)
FOOTERS = (
    [["n = 12"]],
    [["Source: hospital records"]],
    [[], ["Legend: 0 = alive, 1 = dead"]],
    [["Total"], ["Mean"]],
    [[], ["Signed by"], ["the registrar"]],
)


@st.composite
def columns(draw: st.DrawFn, n: int) -> list[str]:
    """Return one column of words, numbers or dates, some cells missing."""
    day = dt.date(2010, 1, 1)
    kind = draw(
        st.sampled_from(
            [
                st.sampled_from(WORDS),
                st.integers(0, 400).map(str),
                st.integers(0, 4000).map(lambda k: (day + dt.timedelta(days=k)).isoformat()),
                st.floats(0.0, 60.0).map(lambda x: f"{x:.1f}"),
            ]
        )
    )
    missing = draw(st.sampled_from([0, 0, 3, 10]))
    made = draw(st.lists(kind, min_size=n, max_size=n))
    gaps = draw(st.lists(st.integers(1, 12), min_size=n, max_size=n))
    return ["" if gap <= missing else cell for gap, cell in zip(gaps, made, strict=True)]


@st.composite
def tables(draw: st.DrawFn, least: int = 2) -> Rows:
    """Return a header and rows that each have an identifier."""
    n = draw(st.integers(least, 30))
    names = draw(st.lists(st.sampled_from(HEADERS), min_size=3, max_size=8, unique=True))
    prefix = draw(st.sampled_from(["", "P", "CRS-0", "Pat "]))
    made = [[f"{prefix}{k + 1}" for k in range(n)], *(draw(columns(n)) for _ in names)]
    return [["id", *names], *map(list, zip(*made, strict=True))]


@given(rows=tables())
@QUIET
def test_a_clean_table_is_not_asked_about(rows: Rows, tmp_path: Path) -> None:
    bench = structure(tmp_path, rows)
    assert {f.code for f in bench.findings} & OURS == set()
    assert bench.n == len(rows) - 1
    assert list(cells(bench).values()) == [
        [cell or None for cell in column] for column in zip(*rows[1:], strict=True)
    ]


@st.composite
def titles(draw: st.DrawFn) -> Rows:
    """Return one to four title rows, the first with text in it."""
    further = draw(st.lists(st.sampled_from(TITLES), max_size=3))
    return [draw(st.sampled_from(TITLES[:3])), *further]


@st.composite
def full_tables(draw: st.DrawFn) -> Rows:
    """Return a table whose header can be told: numbers and dates, and every cell filled."""
    n = draw(st.integers(3, 30))
    day = dt.date(2010, 1, 1)
    days = st.integers(0, 4000).map(lambda k: (day + dt.timedelta(days=k)).isoformat())
    numbers, words = st.integers(0, 400).map(str), st.sampled_from(WORDS)
    kinds = (days, words, numbers, numbers, days)
    made = [[f"P{k}" for k in range(n)]]
    made += [draw(st.lists(kind, min_size=n, max_size=n)) for kind in kinds]
    return [["id", "operated", "state", "age", "pci", "seen"], *map(list, zip(*made, strict=True))]


@given(above=titles(), rows=full_tables(), below=st.sampled_from(FOOTERS))
@QUIET
def test_the_proposals_take_off_what_was_put_around(
    above: Rows, rows: Rows, below: Rows, tmp_path: Path
) -> None:
    clean = structure(tmp_path, rows)
    asked = structure(tmp_path, [*above, *rows, *below])
    answers = {code: q.default for code, q in questions(asked).items() if code in OURS}
    assert answers == {"header_rows": (len(above) + 1,), "footer": "leave_out"}
    answered = structure(tmp_path, [*above, *rows, *below], answers)
    assert {f.code for f in questions(answered).values()} & OURS == set()
    assert cells(answered) == cells(asked) == cells(clean)
    moved = answers | {"header_begins": "id"}
    later = structure(tmp_path, [["Second edition"], *above, *rows, *below], moved)
    assert cells(later) == cells(clean)


@given(
    above=st.lists(st.sampled_from(TITLES[:3]), max_size=2),
    extra=st.lists(st.tuples(st.integers(1, 12), st.sampled_from([[], list(HEADER)])), max_size=5),
    below=st.sampled_from([[], *FOOTERS]),
)
@settings(QUIET, max_examples=15)
def test_the_flow_adds_up_from_rows_read_to_patients(
    above: Rows, extra: list[tuple[int, list[str]]], below: Rows, tmp_path: Path
) -> None:
    rows = [list(HEADER), *(list(row.values()) for row in clean_rows())]
    for place, row in sorted(extra, reverse=True):
        rows.insert(place, row)
    answers = {"header_rows": (len(above) + 1,), "header_begins": HEADER[0], "footer": "leave_out"}
    recipe = Recipe.model_validate({"tables": {"registry": answers}})
    path = as_csv(tmp_path, [*above, *rows, *below])
    cohort = read_cohort(path, validated({"data": DATA}), recipe=recipe)
    flow = cohort.attrition
    assert flow[0].n_patients - sum(step.n_removed for step in flow) == cohort.n == 12
    for before, step in pairwise(flow):
        assert step.n_patients == before.n_patients - step.n_removed
    written = len(rows) + len(below) + (len(above) if above else -1)
    assert flow[0].n_patients == written
