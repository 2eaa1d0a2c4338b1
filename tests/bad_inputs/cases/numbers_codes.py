"""Cases of numbers, codes, missing values, categories and events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from bad_inputs.case import Case, Given
from bad_inputs.clean import DATA, clean_rows, write_csv

Row = dict[str, str]
Make = Callable[[Path], Given]


def _rows(**columns: Sequence[str] | Mapping[int, str]) -> list[Row]:
    """Return the clean rows with columns put in, whole or cell by cell (counted from 0)."""
    rows = clean_rows()
    for name, cells in columns.items():
        at = cells.items() if isinstance(cells, Mapping) else enumerate(cells)
        for k, text in at:
            rows[k][name] = text
    return rows


def _file(
    rows: list[Row],
    *,
    covariates: tuple[str, ...] = (),
    recipe: dict[str, Any] | None = None,
    rules: dict[str, Any] | None = None,
    clean: bool | None = True,
    **data: Any,
) -> Make:
    """Return a maker of a file with these rows; ``recipe`` speaks of columns."""
    told = DATA | data
    told["covariates"] = (*DATA["covariates"], *covariates)

    def make(folder: Path) -> Given:
        return Given(
            source=write_csv(folder, rows),
            data=told,
            rules=rules or {},
            recipe={"tables": {"registry": {"columns": recipe}}} if recipe else {},
            clean=clean,
        )

    return make


def _refused(rows: list[Row], *covariates: str, **data: Any) -> Make:
    return _file(rows, covariates=covariates, clean=None, **data)


ALBUMIN = ("3,8", "3,3", "4,1", "4,0", "3,1", "4,2", "3,5", "4,3", "3,4", "3,9", "3,2", "4,1")
CEA = (
    "1.234,5",
    "12,5",
    "3,5",
    "1.001,2",
    "5,1",
    "8,25",
    "2,5",
    "44,0",
    "9,1",
    "7,5",
    "6,1",
    "2,2",
)
BLOOD_LOSS = ("1,234", "1,002", "2,110", "1,500", "1,750", "3,141", "1,020", "1,111", "1,304",
             "2,003", "1,870", "1,990")  # fmt: skip
WEIGHT = ("70 kg", "82", "65", "77", "90 kg", "58", "71", "66", "84", "59", "88", "63")
MARKER = (">1000", "12", "<0.5", "33", "~12", "45", "10-12", "18", "26", "91", "37", "52")
CREATININE = ("0.9", "1.1", "80", "0.8", "97", "71", "1.2", "0.7", "106", "66", "1.0", "88")
COUNTRY = ("NA", "ZA", "DE", "NA", "FR", "ES", "IT", "DE", "ZA", "FR", "DE", "IT")
COMORBIDITY = ("None", "Mild", "None", "Severe", "Mild", "None", "Mild", "None", "Severe", "Mild",
               "None", "Mild")  # fmt: skip
CLASS = ("CC0", "CC1", "CC-0", "CC0", "CC2", "cc0", "CC1", "CC0", "CC1", "CC0", "CC2", "CC0")
PROCEDURE = ("HIPEC", "HIPEC", "Hipec", "HIPEC", "EPIC", "HIPEC", "EPIC", "HIPEC", "EPIC", "HIPEC",
             "EPIC", "HIPEC")  # fmt: skip
SIGNS = ("\uff13\uff18", "\u0663\u0663", "41\u00a0000", "\u22122", *["17"] * 8)
EXTREMES = ("inf", "1e308", "1e-320", "-Infinity", *["4.5", "6.1"] * 4)
RANGES = ("3-4", "1-2", "2-3", "1-2", "3-4", "2-3", "1-2", "2-3", "1-2", "3-4", "2-3", "1-2")


def _put_right(
    number: str, code: str, column: str, cells: Sequence[str] | Mapping[int, str]
) -> Case:
    rows = _rows(**{column: cells})
    covariates = () if column in DATA["covariates"] else (column,)
    return Case(number=number, response="F", codes=(code,), make=_file(rows, covariates=covariates))


def _asked(
    number: str,
    code: str,
    column: str,
    cells: Sequence[str] | Mapping[int, str],
    answer: dict[str, Any],
) -> Case:
    rows = _rows(**{column: cells})
    covariates = () if column in DATA["covariates"] else (column,)
    return Case(
        number=number,
        response="Q",
        codes=(code,),
        make=_file(rows, covariates=covariates),
        answered=_file(rows, covariates=covariates, recipe={column: answer}),
    )


def _coded(number: str, dead: str, alive: str) -> Case:
    rows = clean_rows()
    for row in rows:
        row["status"] = dead if row["status"] == "dead" else alive
    told = {} if alive else {"recipe": {"status": {"blank": "zero"}}}
    asked = _file(rows, event_value=(), censored_value=())
    answered = _file(rows, event_value=(dead,), censored_value=(alive or "0",), **told)
    codes = ("event_value_undeclared",) if alive else ("event_blank", "event_value_undeclared")
    return Case(number=number, response="Q", codes=codes, make=asked, answered=answered)


def _other_way_round() -> Case:
    rows = clean_rows()
    reversed_ = {"event_value": ("alive",), "censored_value": ("dead",)}
    codes = ("event_coding_doubtful",)
    confirmed = {"event_coding_confirmed": True}
    return Case(
        number="B80",
        response="Q",
        codes=codes,
        make=_file(rows, clean=False, **reversed_),
        answered=_file(rows, clean=False, rules=confirmed, **reversed_),
    )


def _three_values() -> Case:
    rows = _rows(status={4: "dead of other cause", 8: "dead of other cause", 7: "lost"})
    answer = {
        "competing_value": ("dead of other cause",),
        "censored_value": ("alive", "lost"),
    }
    return Case(
        number="B81",
        response="Q",
        codes=("event_value_undeclared",),
        make=_file(rows, censored_value=(), clean=False),
        answered=_file(rows, clean=False, **answer),
    )


def _treatment_said_yes() -> Make:
    rows = clean_rows()
    for row in rows:
        row["second_crs"] = "yes" if row["second_crs"] else "no"
    return _file(rows, clean=None)


def _workbook(folder: Path, *, recipe: dict[str, Any] | None = None) -> Given:
    """Write a workbook in which a range of stages became dates on the way."""
    import datetime as dt

    made: dict[int, Any] = {0: dt.date(2019, 4, 3), 1: dt.date(2019, 2, 1)}
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows = _rows(stage=RANGES)
    sheet.append(list(rows[0]))
    for k, row in enumerate(rows):
        sheet.append([made.get(k, text) if name == "stage" else text for name, text in row.items()])
    path = folder / "registry.xlsx"
    book.save(path)
    data = DATA | {"covariates": (*DATA["covariates"], "stage")}
    columns = {"tables": {"registry": {"columns": recipe}}} if recipe else {}
    return Given(source=path, data=data, recipe=columns)


def _stages_again(folder: Path) -> Given:
    return _workbook(folder, recipe={"stage": {"dates_for_text": "text"}})


CASES = (
    _put_right("B72", "number_notation", "albumin", ALBUMIN),
    _put_right("B72 thousands and decimals", "number_notation", "cea", CEA),
    _put_right("B72 spaces", "number_notation", "output", {0: "1 234", 1: "12 500.5", 2: "35",
               **dict.fromkeys(range(3, 12), "48")}),
    _put_right("B72 apostrophes", "number_notation", "output", {0: "1'234", 1: "12'500.5", 2: "35",
               **dict.fromkeys(range(3, 12), "48")}),
    _asked("B72 ambiguous", "number_ambiguous", "drained", BLOOD_LOSS, {"decimal": "."}),
    _asked("B73", "number_with_unit", "weight", WEIGHT, {"units_in_cells": "strip"}),
    _asked("B73 limits", "number_limit", "marker", MARKER, {"limits_in_cells": "limit"}),
    Case(
        number="B74",
        response="W",
        codes=("covariate_units_mixed",),
        make=_file(_rows(creatinine=CREATININE), covariates=("creatinine",)),
    ),
    _asked("B75", "missing_codes", "pci", {6: "99"}, {"missing": ("99",)}),
    _asked("B75 nine on a scale", "missing_codes", "cc", {1: "9"}, {"missing": ("9",)}),
    _asked("B75 below zero", "missing_codes", "age", {2: "-9"}, {"missing": ("-9",)}),
    _put_right("B76", "missing_words", "pci", {6: "n/a"}),
    _put_right("B76 pending", "missing_words", "age", {3: "pendiente"}),
    _put_right("B76 a sign among words", "missing_words", "sex", {3: "?"}),
    _asked("B77", "missing_or_value", "country", COUNTRY, {"not_missing": ("NA",)}),
    _asked("B77 none", "missing_or_value", "comorbidity", COMORBIDITY, {"not_missing": ("None",)}),
    _asked("B78", "blank_or_zero", "pci", {1: "1", 4: ""}, {"blank": "zero"}),
    _coded("B79", "1", "0"),
    _coded("B79 yes and no", "yes", "no"),
    _coded("B79 si and no", "si", "no"),
    _coded("B79 one and two", "2", "1"),
    _coded("B79 true and false", "TRUE", "FALSE"),
    _coded("B79 a tick", "\u2713", ""),
    _other_way_round(),
    _three_values(),
    _put_right("B82", "characters", "change", SIGNS),
    Case(
        number="B83",
        response="R",
        codes=("number_malformed",),
        make=_refused(_rows(pci={0: "1.2.3", 3: "12..5", 5: "1O", 9: "l4"})),
    ),
    Case(
        number="B84",
        response="Q",
        codes=("dates_for_text",),
        make=_workbook,
        answered=_stages_again,
    ),
    _asked(
        "B84 text",
        "dates_for_text",
        "stage",
        ("04-Mar", "2-Jan", *RANGES[2:]),
        {"dates_for_text": "text"},
    ),
    Case(
        number="B85",
        response="R",
        codes=("number_extreme", "covariate_scale"),
        make=_refused(_rows(marker=EXTREMES), "marker"),
    ),
    Case(
        number="B85 not a number",
        response="R",
        codes=("number_extreme",),
        make=_refused(_rows(albumin={4: "nan"}), "albumin"),
    ),
    _asked("B86", "value_spellings", "class", CLASS, {"values": {"CC-0": "CC0", "cc0": "CC0"}}),
    _asked("B86 capitals", "value_spellings", "kind", PROCEDURE, {"values": {"Hipec": "HIPEC"}}),
    Case(
        number="B88",
        response="W",
        codes=("covariate_constant", "covariate_all_missing", "covariate_unique"),
        make=_file(
            _rows(
                country=["UK"] * 12,
                marker=[""] * 12,
                remark=[f"word{chr(97 + k)}" for k in range(12)],
            ),
            covariates=("country", "marker", "remark"),
        ),
    ),
    Case(
        number="B89",
        response="R",
        codes=("covariate_after_time_zero",),
        make=_refused(
            _rows(albumin_date=dict.fromkeys(range(12), "2019-01-01")),
            "albumin",
            covariate_dates={"albumin": "albumin_date"},
        ),
    ),
    Case(
        number="B89 completeness of the repeat",
        response="R",
        codes=("covariate_known_later",),
        make=_refused(_rows(**{"CC second CRS": ["0", "1"] * 6}), "CC second CRS"),
    ),
    Case(
        number="B90",
        response="R",
        codes=("covariate_out_of_range",),
        make=_refused(
            _rows(
                pci={1: "45"},
                cc={2: "4"},
                KPS=["90", "85", *["80"] * 5, *["100"] * 5],
                BMI=["5", "24", "300", *["27.5"] * 4, *["23"] * 5],
                ASA=["6", "2", "3", *["1", "2", "3"] * 3],
            ),
            "KPS", "BMI", "ASA",
        ),
    ),
    Case(
        number="B90 hardly",
        response="W",
        codes=("covariate_out_of_range",),
        make=_file(
            _rows(BMI=["55", "24", "22", *["27.5"] * 4, *["23"] * 5]), covariates=("BMI",)
        ),
    ),
)  # fmt: skip
