"""What the terminal says of the data: every warning, every change with old and new."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.report.render.data_lines import MOST_FINDINGS, data_lines

CHANGE = Finding(
    code="dates",
    severity=Severity.NOTE,
    what="5 cells: dates read",
    where="r.csv, column seen",
    evidence=tuple(f"B{k}: 0{k}.01.2016 -> 2016-01-0{k}" for k in range(2, 7)),
    n_rows=5,
)
REMARK = Finding(code="file_delimiter", severity=Severity.NOTE, what="cells are separated by tab")
WARNING = Finding(code="x", severity=Severity.WARNING, what="1 patient died before", n_rows=1)


def lines(*findings: Finding) -> list[str]:
    return list(data_lines(findings, 200))


def test_a_change_is_shown_with_its_first_cells_and_the_rest_counted() -> None:
    assert lines(CHANGE) == [
        "  note: 5 cells: dates read (r.csv, column seen)",
        (
            "    B2: 02.01.2016 -> 2016-01-02; B3: 03.01.2016 -> 2016-01-03; "
            "B4: 04.01.2016 -> 2016-01-04; and 2 more"
        ),
    ]


def test_warnings_are_shown_and_mere_remarks_are_not() -> None:
    assert lines(REMARK, WARNING) == ["  warning: 1 patient died before"]


def test_what_does_not_fit_is_counted() -> None:
    shown = lines(*[WARNING] * (MOST_FINDINGS + 3))
    assert len(shown) == MOST_FINDINGS + 1
    assert shown[-1] == "  and 3 more, in the report and with --json"
