"""B14 to B18, B23, B24, B31 to B35: which rows and columns of a file are the table."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bad_inputs.case import Case, Given
from bad_inputs.clean import DATA, HEADER, clean_rows

Rows = list[list[str]]
TITLES = [["Registry of peritoneal surface disease"], ["Exported on 3 January 2020"], []]
FOOTERS = [["Total", "", "", "", "", "", "", "", "", "", "673"], ["n = 12"], ["Source: registry"]]


def _table() -> Rows:
    return [list(HEADER), *(list(row.values()) for row in clean_rows())]


def _full(rows: Rows) -> Rows:
    width = max(len(row) for row in rows)
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _csv(folder: Path, rows: Rows) -> Path:
    path = folder / "registry.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return path


def _cell(text: str) -> Any:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return int(text) if text.isdigit() else text or None


def _xlsx(folder: Path, rows: Rows, merged: tuple[str, ...] = ()) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append([_cell(text) for text in row])
    for cells in merged:
        sheet.merge_cells(cells)
    path = folder / "registry.xlsx"
    book.save(path)
    return path


def _with(make: Callable[[Path], Given], recipe: dict[str, Any]) -> Callable[[Path], Given]:
    """Return the same file with answers about its table."""

    def answered(folder: Path) -> Given:
        return dataclasses.replace(make(folder), recipe={"tables": {"registry": recipe}})

    return answered


def _with_data(make: Callable[[Path], Given], **data: Any) -> Callable[[Path], Given]:
    """Return the same file with other keys in the study file."""

    def answered(folder: Path) -> Given:
        given = make(folder)
        return dataclasses.replace(given, data=given.data | data)

    return answered


def _ragged(folder: Path) -> Given:
    rows = _table()
    rows[3] = rows[3][:-2]
    rows[7].insert(2, "1950-12-30")
    return Given(source=_csv(folder, rows), clean=None)


def _ragged_under_titles(folder: Path) -> Given:
    rows = _table()
    rows[3] = rows[3][:-2]
    given = Given(source=_csv(folder, [*TITLES, *rows, ["n = 12"]]), clean=None)
    answers = {"header_rows": (4,), "footer": "leave_out"}
    return dataclasses.replace(given, recipe={"tables": {"registry": answers}})


def _titled(folder: Path) -> Given:
    return Given(source=_csv(folder, [*TITLES, *_table()]))


def _titled_workbook(folder: Path) -> Given:
    return Given(source=_xlsx(folder, _full([*TITLES, *_table(), [], *FOOTERS])))


def _titled_next_month(folder: Path) -> Given:
    given = _titled_workbook(folder)
    _xlsx(folder, _full([["Invented data"], *TITLES, *_table(), [], *FOOTERS]))
    answers = {"header_rows": (4,), "header_begins": "patient_id", "footer": "leave_out"}
    return dataclasses.replace(given, recipe={"tables": {"registry": answers}})


def _footed(folder: Path) -> Given:
    return Given(source=_csv(folder, [*_table(), *FOOTERS]))


def _side_by_side(folder: Path) -> Given:
    beside = [["patient_id", "operation_date", "surgeon"], ["P01", "2010-03-08", "A"]]
    beside += [["P01", "2011-06-20", "B"], ["P02", "2010-04-19", "A"]]
    rows = _table()
    rows = [[*row, "", *(beside[k] if k < len(beside) else [""] * 3)] for k, row in enumerate(rows)]
    return Given(source=_csv(folder, rows))


def _stacked(folder: Path) -> Given:
    below = [[], ["patient_id", "operation_date", "minutes"], ["P01", "2010-03-08", "410"]]
    below += [["P01", "2011-06-20", "350"], ["P02", "2010-04-19", "505"]]
    return Given(source=_xlsx(folder, _full([*_table(), *below])))


def _header_again(folder: Path) -> Given:
    rows = _table()
    return Given(source=_csv(folder, [*rows[:5], rows[0], *rows[5:9], rows[0], *rows[9:]]))


def _header_again_workbook(folder: Path) -> Given:
    rows = _table()
    return Given(source=_xlsx(folder, [*rows[:5], rows[0], *rows[5:]]))


def _header_in_other_order(folder: Path) -> Given:
    rows = _table()
    turned = [[*row[:1], *reversed(row[1:])] for row in (rows[0], *rows[7:])]
    return Given(source=_csv(folder, [*rows[:7], *turned]), clean=None)


def _trailing(folder: Path) -> Given:
    rows = [[*row, *[""] * 200] for row in _table()]
    blank = ["", " ", *[""] * (len(rows[0]) - 2)]
    return Given(source=_csv(folder, [*rows, *[blank] * 3000]))


def _gaps(folder: Path) -> Given:
    spaced = [line for row in _table()[1:] for line in (row, ["  "])]
    return Given(source=_csv(folder, _full([list(HEADER), *spaced])))


def _two_levels(folder: Path) -> Given:
    upper = ["Patient", "", "", "", "First", "", "Second", "Follow-up", "", "", "", "Surgery"]
    lower = ["ID", "Sex", "Born", "Diagnosed", "Date", "Recurrence", "Date", "Last contact"]
    lower += ["Death", "Status", "Age", "PCI", "CC", "Albumin", "Centre"]
    rows = _full([["Invented registry"], [], upper, lower, *_table()[1:]])
    source = _xlsx(folder, rows, ("A3:D3", "E3:F3", "H3:K3", "L3:O3"))
    named = {
        "id": "Patient / ID",
        "time_zero": "First / Date",
        "initiation": "Second / Date",
        "trigger": "First / Recurrence",
        "exit": "Follow-up / Last contact",
        "event": "Follow-up / Status",
        "covariates": ("Follow-up / Age", "Surgery / PCI", "Surgery / CC"),
    }
    return Given(source=source, data=DATA | named)


def _two_levels_text(folder: Path) -> Given:
    given = _two_levels(folder)
    upper = ["Patient", "", "", "", "First", "", "Second", "Follow-up", "", "", "", "Surgery"]
    lower = ["ID", "Sex", "Born", "Diagnosed", "Date", "Recurrence", "Date", "Last contact"]
    lower += ["Death", "Status", "Age", "PCI", "CC", "Albumin", "Centre"]
    path = _csv(folder, _full([upper, lower, *_table()[1:]]))
    return dataclasses.replace(given, source=path)


def _merged_centre(folder: Path) -> Given:
    rows = sorted(_table()[1:], key=lambda row: row[-1])
    for k in (*range(1, 6), *range(7, 12)):
        rows[k][-1] = ""
    source = _xlsx(folder, [list(HEADER), *rows], ("O2:O7", "O8:O13"))
    return Given(source=source, data=DATA | {"centre": "centre"})


COUNTING = """patient_id,entry,exit,event,treated
P01,0,15,0,0
,15,66,1,1
P02,0,16,1,0
P03,0,20,0,0
,20,44,0,1
,44,102,0,1
P04,0,25,0,0
,25,74,1,1
"""


def _identifier_once(folder: Path) -> Given:
    path = folder / "registry.csv"
    path.write_text(COUNTING)
    data = {"id": "patient_id", "entry": "entry", "exit": "exit", "event": "event"}
    data |= {"treated": "treated", "layout": "counting_process", "unit": "months"}
    data |= {"event_value": ("1",), "censored_value": ("0",), "simulated": True}
    return Given(source=path, data=data, clean=None)


def _twin(folder: Path, cells: list[str], name: str = "last_contact") -> Path:
    rows = _table()
    return _csv(
        folder, [[*rows[0], name], *([*row, own] for row, own in zip(rows[1:], cells, strict=True))]
    )


def _other_column_of_that_name(folder: Path) -> Given:
    return Given(source=_twin(folder, ["2019-12-31"] * 12))


def _cannot_be_told_apart(folder: Path) -> Given:
    given = Given(source=_twin(folder, ["4"] * 12, "pci"), clean=None)
    return dataclasses.replace(
        given, recipe={"tables": {"registry": {"duplicate_headers": "letters"}}}
    )


def _blank_header(folder: Path) -> Given:
    rows = _table()
    rows[0][6] = ""
    return Given(source=_csv(folder, rows), data=DATA | {"initiation": "column_7"})


def _untidy_headers(folder: Path) -> Given:
    rows = _table()
    rows[0][0] = "\u00a0Patient\u00a0ID "
    rows[0][4] = "date crs #1 "
    rows[0][6] = "Date\u200b CRS  #2"
    named = {"id": "patient id", "time_zero": "Date CRS #1", "initiation": "Date CRS #2"}
    return Given(source=_csv(folder, rows), data=DATA | named)


HOSTILE = (
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    '"; DROP TABLE patients; --',
    "__proto__",
    "\U0001f600 mood",
    "x" * 10_000,
    "name\x1b[31m\u202egnp.exe",
)


def _hostile_headers(folder: Path) -> Given:
    rows = [[*row, *(["1"] * len(HOSTILE))] for row in _table()]
    rows[0] = [*HEADER, *HOSTILE]
    return Given(source=_csv(folder, rows))


GERMAN = (
    "Patienten-ID", "Geschlecht", "Geburtsdatum", "Diagnosedatum", "Datum 1. OP", "Rezidivdatum",
    "Datum 2. OP", "Letzter Kontakt", "Todesdatum", "Vitalstatus", "Alter", "PCI", "CC", "Albumin",
    "Klinik",
)  # fmt: skip
SPANISH = (
    "id_paciente", "sexo", "fecha_nacimiento", "fecha_diagnostico", "fecha_primera_cirugia",
    "fecha_recidiva", "fecha_segunda_cirugia", "fecha_ultimo_contacto", "fecha_muerte",
    "estado_vital", "edad", "pci", "cc", "albumina", "centro",
)  # fmt: skip


def _other_language(headers: tuple[str, ...]) -> Callable[[Path], Given]:
    def make(folder: Path) -> Given:
        return Given(source=_csv(folder, [list(headers), *_table()[1:]]), data={}, clean=None)

    return make


def _named(headers: tuple[str, ...]) -> Callable[[Path], Given]:
    by_own = dict(zip(HEADER, headers, strict=True))
    data = DATA | {
        key: by_own[value]
        for key, value in DATA.items()
        if isinstance(value, str) and value in by_own
    }
    data["covariates"] = tuple(by_own[name] for name in DATA["covariates"])

    def answered(folder: Path) -> Given:
        given = _other_language(headers)(folder)
        return dataclasses.replace(given, data=data, clean=True)

    return answered


HEADER_4 = {"header_rows": (4,), "header_begins": "patient_id"}
FOOTER = {"footer": "leave_out"}
CASES = (
    Case(number="B14", response="R", codes=("TZ-IN-14", "file_ragged"), make=_ragged),
    Case(
        number="B14 under titles",
        response="R",
        codes=("TZ-IN-14", "file_ragged"),
        make=_ragged_under_titles,
    ),
    Case(
        number="B15",
        response="Q",
        codes=("header_rows",),
        make=_titled,
        answered=_with(_titled, HEADER_4),
    ),
    Case(
        number="B15 workbook",
        response="Q",
        codes=("header_rows", "footer"),
        make=_titled_workbook,
        answered=_with(_titled_workbook, HEADER_4 | FOOTER),
    ),
    Case(
        number="B15 one title more",
        response="Q",
        codes=("header_rows", "footer"),
        make=_titled_workbook,
        answered=_titled_next_month,
    ),
    Case(
        number="B15 footer",
        response="Q",
        codes=("footer",),
        make=_footed,
        answered=_with(_footed, FOOTER),
    ),
    Case(
        number="B16",
        response="Q",
        codes=("block",),
        make=_side_by_side,
        answered=_with(_side_by_side, {"block": "A1:O13"}),
    ),
    Case(
        number="B16 stacked",
        response="Q",
        codes=("block",),
        make=_stacked,
        answered=_with(_stacked, {"block": "A1:O13"}),
    ),
    Case(number="B17", response="F", codes=("file_repeated_header",), make=_header_again),
    Case(
        number="B17 workbook",
        response="F",
        codes=("file_repeated_header",),
        make=_header_again_workbook,
    ),
    Case(number="B18", response="F", codes=("file_empty_edges",), make=_trailing),
    Case(number="B18 between patients", response="F", codes=("file_empty_rows",), make=_gaps),
    Case(
        number="B23",
        response="Q",
        codes=("header_rows",),
        make=_two_levels,
        answered=_with(_two_levels, {"header_rows": (3, 4), "header_begins": "Patient / ID"}),
    ),
    Case(
        number="B23 text",
        response="Q",
        codes=("header_rows",),
        make=_two_levels_text,
        answered=_with(_two_levels_text, {"header_rows": (1, 2)}),
    ),
    Case(
        number="B24",
        response="Q",
        codes=("fill_down",),
        make=_merged_centre,
        answered=_with(_merged_centre, {"columns": {"centre": {"fill_down": True}}}),
    ),
    Case(
        number="B24 identifier once",
        response="Q",
        codes=("fill_down",),
        make=_identifier_once,
        answered=_with(_identifier_once, {"columns": {"patient_id": {"fill_down": True}}}),
    ),
    Case(
        number="B31",
        response="Q",
        codes=("header_ambiguous",),
        make=_other_column_of_that_name,
        answered=_with_data(_other_column_of_that_name, exit="last_contact [H]"),
    ),
    Case(
        number="B31 cannot be told apart",
        response="R",
        codes=("header_ambiguous",),
        make=_cannot_be_told_apart,
    ),
    Case(number="B32", response="F", codes=("header_blank",), make=_blank_header),
    Case(
        number="B33",
        response="F",
        codes=("header_tidied", "header_respelled"),
        make=_untidy_headers,
    ),
    Case(
        number="B34",
        response="S",
        codes=("header_unusual", "header_long", "header_tidied"),
        make=_hostile_headers,
    ),
    Case(
        number="B35",
        response="Q",
        codes=("role_unset",),
        make=_other_language(GERMAN),
        answered=_named(GERMAN),
    ),
    Case(
        number="B35 Spanish",
        response="Q",
        codes=("role_unset",),
        make=_other_language(SPANISH),
        answered=_named(SPANISH),
    ),
)
