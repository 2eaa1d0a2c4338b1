"""Which number of 04/03/2016 is the day: settled by the whole column, or asked; never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from timezero.arrays import Bools, Ints
from timezero.findings import Option, Severity
from timezero.intake.wording import counted

if TYPE_CHECKING:
    from timezero.intake.dates.cells import DateCells

Order = Literal["dmy", "mdy", "ymd", "ydm"]
_Parts = tuple[int, "int | None", "int | None"]
# From first, second and third number to year, month and day.
ORDERS: Final[dict[str, Callable[[int | None, int | None, int], _Parts]]] = {
    "dmy": lambda first, second, third: (third, second, first),
    "mdy": lambda first, second, third: (third, first, second),
    "ymd": lambda first, second, third: (first or 0, second, third or None),
}
WORDS: Final = {"dmy": "the day first", "mdy": "the month first", "ymd": "the year first"}
_DIRECTIVES: Final = {
    "dmy": ("%d", "%m", "%Y"),
    "mdy": ("%m", "%d", "%Y"),
    "ymd": ("%Y", "%m", "%d"),
}
# Text beside dates of a workbook, each on its side of the 12th, this rarely by chance.
_BY_CHANCE: Final = 0.05
_DAYS_TO_12: Final = 12 * 12 / 365.25


def order_of_format(form: str | None) -> tuple[Order, Order | None]:
    """Return the orders that a format declares.

    The first is that of dates that begin with a year of four digits, the second that of the
    others; None when the format says nothing of them.

    Parameters
    ----------
    form : str or None
    """
    if form is None:
        return "ymd", None
    found = "".join(re.findall(r"%-?([demBbYy])", form))
    order = found.translate(str.maketrans("eBbY", "dmmy"))
    year_first: Order = "ydm" if order == "ydm" and "Y" in found else "ymd"
    if order == "dmy":
        return year_first, "dmy"
    if order == "mdy":
        return year_first, "mdy"
    return year_first, "ymd" if order == "ymd" and "y" in found else None


def settle_orders(columns: list[DateCells]) -> None:
    """Settle the order of each column, refuse columns that mix two, and ask about the rest."""
    undecided: list[tuple[DateCells, list[Order]]] = []
    proofs: dict[str, Order] = {}
    for cells in columns:
        texts = _triples(cells)
        if not texts.any():
            continue
        if cells.order is None:
            possible = _possible(cells, texts)
            if not possible:
                _refuse_mixed(cells, texts)
                continue
            if len(possible) > 1:
                undecided.append((cells, possible))
                continue
            cells.order = possible[0]
            proofs[cells.name] = cells.order
        _look_for_half_converted(cells, texts)
    for cells, possible in undecided:
        _ask(cells, possible, proofs)


def _triples(cells: DateCells) -> Bools:
    """Return texts of three numbers, the year not first, all known, read by no format."""
    known = [
        s is not None and s.kind == "year_last" and s.first is not None and s.second is not None
        for s in cells.shapes
    ]
    return np.array(known, dtype=np.bool_) & ~cells.open & ~cells.strict


def _numbers(cells: DateCells, texts: Bools) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    shapes = [cells.shapes[int(k)] for k in np.flatnonzero(texts)]
    found = [(s.first or 0, s.second or 0, s.year, s.short, s.padded) for s in shapes if s]
    return np.array(found, dtype=np.int64)


def needs(cells: DateCells, texts: Bools) -> tuple[Bools, Bools]:
    """Return which texts can only have the day first, and which only the month."""
    day, month = np.zeros(texts.size, dtype=np.bool_), np.zeros(texts.size, dtype=np.bool_)
    if texts.any():
        first, second = _numbers(cells, texts)[:, :2].T
        day[texts] = (first > 12) & (first <= 31) & (second <= 12)
        month[texts] = (second > 12) & (second <= 31) & (first <= 12)
    return day, month


def _possible(cells: DateCells, texts: Bools) -> list[Order]:
    """Return the orders under which no text is impossible because of them."""
    first, second, year, short, padded = _numbers(cells, texts).T
    by_day, by_month = _is_date(first, second), _is_date(second, first)
    # 19-03-05 may begin with the year, unless a year of four digits or a single digit is there.
    by_year = bool(((short == 1) & (padded == 1) & _is_date(year, second)).all())
    some = by_day | by_month
    if by_year and not some.all():
        return ["ymd"]
    found: list[Order] = ["dmy"] if by_day[some].all() else []
    if by_month[some].all() and not (found and (first == second)[some].all()):
        found.append("mdy")
    return [*found, "ymd"] if by_year else found


def _is_date(day: Ints, month: Ints) -> Bools:
    return (day >= 1) & (day <= 31) & (month >= 1) & (month <= 12)


def _refuse_mixed(cells: DateCells, texts: Bools) -> None:
    day, month = needs(cells, texts)
    cells.bench.tell(
        "date_order_mixed",
        Severity.ERROR,
        f"some dates can only have the day first ({cells.addresses(cells.rows(day))}), others only "
        f"the month ({cells.addresses(cells.rows(month))}): the column mixes two ways of writing",
        column=cells.column,
        mask=cells.rows(day | month),
        mend="export the column again from where it was entered, or split it into two columns, "
        "one for each way of writing",
    )
    cells.open |= texts


def _look_for_half_converted(cells: DateCells, texts: Bools) -> None:
    """Refuse a column in which a spreadsheet swapped day and month where it could.

    Opened under the wrong country, 04/03/2016 becomes a date of 3 April, and 25/03/2016, which is
    no date there, stays text: then every text has a number above 12 where that country has its
    month, and every date a day of at most 12.
    """
    day, month = needs(cells, texts)
    needed = day if cells.order == "dmy" else month
    dates = ~np.isnan(cells.clear)
    if cells.order not in {"dmy", "mdy"} or not dates.any() or not (needed == texts).all():
        return
    days = cells.clear[dates].astype("datetime64[D]")
    in_month = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    if (in_month > 12).any():
        return
    rows = cells.rows(texts)
    chance = _DAYS_TO_12 ** int(dates.sum()) * (1.0 - _DAYS_TO_12) ** int(rows.sum())
    what = (
        f"every date of {counted(dates, 'cell')} that a spreadsheet knows as a date falls on "
        f"the 1st to 12th ({cells.addresses(dates)}), and every one of {counted(rows, 'text')} on "
        f"a later day ({cells.addresses(rows)}): so it looks when day and month were swapped "
        "wherever that is possible"
    )
    mend = (
        "export the column again from where it was entered, as 2016-03-04 or as text; do not open "
        "it in a spreadsheet set to another country"
    )
    severity = Severity.ERROR if chance < _BY_CHANCE else Severity.WARNING
    cells.bench.tell(
        "date_order_mixed",
        severity,
        what if severity is Severity.ERROR else f"{what} (or by chance)",
        column=cells.column,
        mask=dates | rows,
        mend=mend,
    )
    if severity is Severity.ERROR:
        cells.open |= texts


def _ask(cells: DateCells, possible: list[Order], proofs: dict[str, Order]) -> None:
    texts = _triples(cells)
    agreed = set(proofs.values())
    proposal = next(iter(agreed)) if len(agreed) == 1 and agreed & set(possible) else None
    shown = _telling(cells, texts)
    named = ", ".join(name for name, order in proofs.items() if order == proposal)
    because = f"; {WORDS[proposal]}, as it must be in {named}, is proposed" if proposal else ""
    options = tuple(
        Option(value=_format(cells, shown[0], order), words=_words(cells, shown, order))
        for order in possible
    )
    cells.bench.ask(
        "date_order",
        f"{counted(cells.rows(texts), 'date')} such as {cells.texts[shown[0]]} can be read with "
        + " or ".join(WORDS[order] for order in possible)
        + because,
        key="date_format",
        column=cells.column,
        mask=cells.rows(texts),
        options=options,
        default=options[possible.index(proposal)].value if proposal else None,
    )
    cells.order = proposal
    if proposal is None:
        cells.open |= texts


def _telling(cells: DateCells, texts: Bools) -> list[int]:
    """Return the first texts that two orders read differently."""
    numbers = _numbers(cells, texts)
    differ = numbers[:, 0] != numbers[:, 1]
    places = np.flatnonzero(texts)
    return [int(k) for k in places[differ if differ.any() else slice(None)][:3]]


def _format(cells: DateCells, k: int, order: Order) -> str:
    separator = "".join(c for c in cells.texts[k] if c in "/-.")[:1]
    shape = cells.shapes[k]
    year = "%y" if shape is not None and shape.short else "%Y"
    return separator.join(_DIRECTIVES[order]).replace("%Y", year)


def _words(cells: DateCells, shown: list[int], order: Order) -> str:
    from timezero.intake.dates.century import full_year

    latest = cells.bench.said(cells.name).century_pivot or cells.bench.today.year
    readings: list[str] = []
    for k in shown:
        year, month, day = cells.parts(k, order)
        shape = cells.shapes[k]
        year = full_year(year, latest) if shape is not None and shape.short else year
        readings.append(f"{cells.texts[k]} is {day} {_MONTHS[(month or 1) - 1]} {year:04d}")
    return f"{WORDS[order]}: {', '.join(readings)}"


_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
