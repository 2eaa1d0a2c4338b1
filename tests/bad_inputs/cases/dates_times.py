"""Cases of dates: how they are written, and what was written where none was known."""

from __future__ import annotations

import datetime as dt

from bad_inputs.dated import DEATHS, Rows, case, cells_are, written


def _months(names: str) -> list[str]:
    return names.split()


_FRENCH = _months("janv. févr. mars avril mai juin juil. août sept. oct. nov. déc.")
_GERMAN = _months(
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
)
_ENGLISH = _months("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
_SPANISH = _months(
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
)
_PORTUGUESE = _months(
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
)
_ITALIAN = _months("gen feb mar apr mag giu lug ago set ott nov dic")
_DUTCH = _months(
    "januari februari maart april mei juni juli augustus september oktober november december"
)
_BY_DAY = {"date_format": "%d/%m/%Y"}


def _day_first(date: dt.date) -> str:
    return f"{date.day:02d}/{date.month:02d}/{date.year}"


def _month_first(date: dt.date) -> str:
    return f"{date.month:02d}/{date.day:02d}/{date.year}"


def _to_twelfth(rows: Rows) -> None:
    """Move recurrences to the 1st to 12th, where both orders are dates."""
    for row in rows:
        if row["recurrence"]:
            date = dt.date.fromisoformat(row["recurrence"])
            row["recurrence"] = _day_first(date.replace(day=date.day % 12 + 1))


def _half_converted(rows: Rows) -> None:
    """Write dates as a workbook of another country keeps them: swapped where that is a date."""
    for row in rows:
        date = dt.date.fromisoformat(row["first_crs"])
        swapped = date.day <= 12
        row["first_crs"] = (
            f"{date.year}-{date.day:02d}-{date.month:02d}" if swapped else _day_first(date)
        )


def _early_firsts(rows: Rows) -> None:
    """Let five first operations fall on the 3rd to 7th of a month that, swapped, is earlier."""
    for k, row in enumerate(rows[:5]):
        row["first_crs"] = f"2009-{k + 5:02d}-{k + 3:02d}"


def _serial(date: dt.date) -> str:
    return str((date - dt.date(1899, 12, 30)).days)


def _buddhist(date: dt.date) -> str:
    return f"{date.year + 543}-{date.month:02d}-{date.day:02d}"


def _hijri(date: dt.date) -> str:
    from hijridate import Gregorian

    found = Gregorian.fromdate(date).to_hijri()
    return f"{found.year}/{found.month:02d}/{found.day:02d}"


def _era(date: dt.date) -> str:
    return f"平成{date.year - 1988}年{date.month}月{date.day}日"


def _evening(date: dt.date) -> str:
    return f"{(date - dt.timedelta(days=1)).isoformat()}T23:00:00Z"


ALL = ("first_crs", "recurrence", "second_crs", "last_contact")
_CENTURY = {"century_pivot": 2019}
CASES = (
    case(
        "B45 one digit",
        "F",
        "date_written",
        written(lambda d: f"{d.year}-{d.month}-{d.day}", *ALL),
    ),
    case(
        "B45 month by name",
        "F",
        "date_written",
        written(lambda d: f"{d.day:02d}-{_ENGLISH[d.month - 1]}-{d.year}", *ALL),
    ),
    case(
        "B45 American words",
        "F",
        "date_written",
        written(lambda d: f"{_ENGLISH[d.month - 1]} {d.day}, {d.year}", "first_crs"),
    ),
    case("B45 eight digits", "F", "date_written", written(lambda d: f"{d:%Y%m%d}", *ALL)),
    case("B45 order settled by the column", "F", "date_written", written(_day_first, *ALL)),
    case("B45 month first settled", "F", "date_written", written(_month_first, *ALL)),
    case(
        "B45 two digits, century said",
        "F",
        "date_written",
        written(lambda d: f"{d.day}.{d.month}.{d.year % 100:02d}", "first_crs"),
        columns={"first_crs": _CENTURY},
    ),
    case(
        "B46",
        "Q",
        "date_order",
        _to_twelfth,
        clean=False,
        answer={"columns": {"recurrence": _BY_DAY}, "clean": False},
    ),
    case(
        "B46 settled by another column",
        "Q",
        "date_order",
        _to_twelfth,
        written(_day_first, "first_crs"),
        answer={"columns": {"recurrence": _BY_DAY}, "clean": False},
    ),
    case(
        "B46 year or day first",
        "Q",
        "date_order",
        written(lambda d: f"{d.day:02d}.{d.month:02d}.{d.year % 100:02d}", "first_crs"),
        columns={"first_crs": _CENTURY},
        answer={"columns": {"first_crs": _CENTURY | {"date_format": "%d.%m.%y"}}},
    ),
    case(
        "B47 text",
        "R",
        "date_order_mixed",
        written(_day_first, "first_crs"),
        cells_are({(3, "first_crs"): "06/14/2010"}),
    ),
    case("B47 half converted", "R", "date_order_mixed", _early_firsts, _half_converted),
    case(
        "B48",
        "Q",
        "date_serial",
        cells_are({(3, "last_contact"): "43465", (8, "last_contact"): "43465"}),
        answer={"columns": {"last_contact": {"serial_dates": "excel_1900"}}},
    ),
    case(
        "B48 whole column",
        "Q",
        "date_serial",
        written(_serial, "first_crs"),
        answer={"columns": {"first_crs": {"serial_dates": "excel_1900"}}},
    ),
    case(
        "B49",
        "Q",
        "date_century",
        written(lambda d: f"{d.day}/{d.month}/{d.year % 100:02d}", "last_contact"),
        answer={"columns": {"last_contact": _CENTURY}},
    ),
    case(
        "B49 births",
        "Q",
        "date_century",
        written(lambda d: f"{d.day}-{_ENGLISH[d.month - 1]}-{d.year % 100:02d}", "birth_date"),
        data={"birth": "birth_date"},
        answer={"columns": {"birth_date": {"century_pivot": 2001}}},
    ),
    case(
        "B50",
        "Q",
        "date_partial",
        cells_are(
            {
                (3, "last_contact"): "2018",
                (8, "last_contact"): "12/2018",
                (6, "last_contact"): "2018-UN-UN",
            }
        ),
        answer={"columns": {"last_contact": {"partial_dates": "interval"}}, "clean": False},
    ),
    case(
        "B50 last day",
        "Q",
        "date_partial",
        cells_are(
            {
                (3, "last_contact"): "2018-12",
                (8, "last_contact"): "Dec 2018",
                (6, "last_contact"): "00.12.2018",
                (12, "last_contact"): "xx.xx.2018",
            }
        ),
        answer={"columns": {"last_contact": {"partial_dates": "last"}}},
    ),
    case(
        "B51",
        "R",
        "date_impossible",
        cells_are(
            {
                (1, "first_crs"): "2010-02-31",
                (2, "first_crs"): "29/02/2019",
                (5, "recurrence"): "31.06.2011",
            }
        ),
    ),
    case(
        "B52",
        "Q",
        "date_placeholder",
        cells_are({(3, "recurrence"): "1900-01-01", (8, "recurrence"): "9999-12-31"}),
        answer={"columns": {"recurrence": {"placeholder_dates": "missing"}}},
    ),
    case(
        "B52 deaths",
        "Q",
        "date_placeholder",
        cells_are(
            {
                (3, "death_date"): "1900-01-00",
                (8, "death_date"): "31/12/2099",
                (6, "death_date"): "11.11.1111",
            }
        ),
        data=DEATHS,
        answer={"columns": {"death_date": {"placeholder_dates": "missing"}}},
    ),
    case(
        "B53",
        "R",
        "date_in_future",
        cells_are({(3, "last_contact"): "2081-12-31", (8, "last_contact"): "2019-07-01"}),
    ),
    case("B54 zone not said", "W", "date_zone", written(_evening, "last_contact"), clean=False),
    case(
        "B54 zone said",
        "F",
        "date_zone",
        written(_evening, "last_contact"),
        columns={"last_contact": {"time_zone": "Africa/Lagos"}},
    ),
    case(
        "B55 Buddhist",
        "Q",
        "date_calendar",
        written(_buddhist, *ALL),
        answer={"columns": {column: {"calendar": "buddhist"} for column in ALL}},
    ),
    case(
        "B55 Hijri",
        "Q",
        "date_calendar",
        written(_hijri, "first_crs"),
        answer={"columns": {"first_crs": {"calendar": "hijri"}}},
    ),
    case(
        "B55 Japanese",
        "Q",
        "date_calendar",
        written(_era, "first_crs"),
        answer={"columns": {"first_crs": {"calendar": "japanese"}}},
    ),
    case(
        "B56 German",
        "F",
        "date_written",
        written(lambda d: f"{d.day}. {_GERMAN[d.month - 1]} {d.year}", *ALL),
    ),
    case(
        "B56 French",
        "F",
        "date_written",
        written(lambda d: f"{d.day} {_FRENCH[d.month - 1]} {d.year}", *ALL),
    ),
    case(
        "B56 Spanish",
        "F",
        "date_written",
        written(lambda d: f"{d.day} de {_SPANISH[d.month - 1]} de {d.year}", *ALL),
    ),
    case(
        "B56 Portuguese",
        "F",
        "date_written",
        written(lambda d: f"{d.day} de {_PORTUGUESE[d.month - 1].upper()} de {d.year}", *ALL),
    ),
    case(
        "B56 Italian",
        "F",
        "date_written",
        written(lambda d: f"{d.day}-{_ITALIAN[d.month - 1]}-{d.year}", *ALL),
    ),
    case(
        "B56 Dutch",
        "F",
        "date_written",
        written(lambda d: f"{d.day} {_DUTCH[d.month - 1]} {d.year}", *ALL),
    ),
)
