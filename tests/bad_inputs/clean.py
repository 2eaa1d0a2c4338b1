"""A clean, invented registry of twelve patients, from which the awkward files are made."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

HEADER = (
    "patient_id", "sex", "birth_date", "diagnosis_date", "first_crs", "recurrence", "second_crs",
    "last_contact", "death_date", "status", "age", "pci", "cc", "albumin", "centre",
)  # fmt: skip
_ROWS = (
    "P01,female,1951-03-14,2010-01-20,2010-03-08,2011-02-15,2011-06-20,2015-09-30,2015-09-30,dead,59,12,0,38,North",
    "P02,male,1948-11-02,2010-02-11,2010-04-19,2010-12-06,,2011-08-25,2011-08-25,dead,61,24,1,33,North",
    "P03,male,1960-07-29,2010-05-03,2010-06-14,,,2018-12-31,,alive,49,8,0,41,South",
    "P04,female,1955-01-17,2010-07-22,2010-09-27,2012-05-21,2012-10-15,2016-11-28,2016-11-28,dead,55,15,0,40,South",
    "P05,male,1943-09-25,2010-11-15,2011-01-24,2011-06-13,,2011-12-19,2011-12-19,dead,67,28,2,31,North",
    "P06,female,1958-05-08,2011-02-08,2011-04-18,2013-03-25,2013-09-16,2018-12-31,,alive,52,10,0,42,South",
    "P07,male,1950-12-30,2011-06-27,2011-08-22,2012-02-27,,2013-04-15,2013-04-15,dead,60,21,1,35,North",
    "P08,female,1963-02-19,2011-09-19,2011-11-28,,,2018-12-31,,alive,48,6,0,43,South",
    "P09,male,1946-08-06,2012-01-16,2012-03-26,2012-11-19,,2014-05-26,2014-05-26,dead,65,19,1,34,North",
    "P10,female,1957-10-23,2012-04-23,2012-06-25,2013-12-16,2014-05-19,2017-10-23,2017-10-23,dead,54,14,0,39,South",
    "P11,male,1952-06-11,2012-08-27,2012-10-29,2013-07-22,,2014-01-27,2014-01-27,dead,60,25,2,32,North",
    "P12,female,1961-04-04,2012-12-10,2013-02-18,2015-01-26,2015-08-24,2018-12-31,,alive,51,9,0,41,South",
)  # fmt: skip

# Which columns are what, as a study file would say it.
DATA: dict[str, Any] = {
    "id": "patient_id",
    "time_zero": "first_crs",
    "initiation": "second_crs",
    "trigger": "recurrence",
    "exit": "last_contact",
    "event": "status",
    "event_value": ("dead",),
    "censored_value": ("alive",),
    "covariates": ("age", "pci", "cc"),
    "unit": "months",
    "simulated": True,
}


def clean_rows() -> list[dict[str, str]]:
    """Return the twelve patients, each a dictionary that may be changed."""
    return [dict(zip(HEADER, row.split(","), strict=True)) for row in _ROWS]


def as_text(rows: list[dict[str, str]], delimiter: str = ",", end: str = "\n") -> str:
    """Return rows as delimited text with their header."""
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    return end.join(_line(cells, delimiter) for cells in lines) + end


def _line(cells: list[str], delimiter: str) -> str:
    import io

    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(cells)
    return out.getvalue()


def write_csv(folder: Path, rows: list[dict[str, str]], name: str = "registry.csv") -> Path:
    """Write rows as CSV in UTF-8 and return where."""
    path = folder / name
    path.write_text(as_text(rows), encoding="utf-8")
    return path
