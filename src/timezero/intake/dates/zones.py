"""Times with a zone: the date is that of the hospital's clock, when it is said where it stands."""

from __future__ import annotations

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Severity
from timezero.intake.dates.cells import EPOCH, DateCells
from timezero.intake.wording import counted

_EVENING: Final = 18 * 60


def local_days(cells: DateCells, days: Floats) -> tuple[Floats, Bools]:
    """Return the days on the clock of the hospital, and which texts have a zone.

    Parameters
    ----------
    cells : DateCells
    days : (n_texts,) float64
        Days as written.
    """
    zoned = [s is not None and s.offset is not None for s in cells.shapes]
    texts = np.array(zoned, dtype=np.bool_) & ~np.isnan(days)
    if not texts.any():
        return days, texts
    name = cells.bench.said(cells.name).time_zone
    zone = None if name is None else _zone(cells, name, texts)
    if zone is None:
        if name is None:
            _warn(cells, texts)
        return days, texts
    moved = days.copy()
    for k in np.flatnonzero(texts):
        moved[k] = _on_clock(cells, int(k), days[k], zone)
    return moved, texts


def _zone(cells: DateCells, name: str, texts: Bools) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        cells.bench.tell(
            "date_zone",
            Severity.ERROR,
            f"there is no time zone {name!r}",
            column=cells.column,
            mask=cells.rows(texts),
            mend="name it by continent and city, such as Europe/Berlin",
        )
        return None


def _on_clock(cells: DateCells, k: int, day: float, zone: ZoneInfo) -> float:
    shape = cells.shape(k)
    own = dt.timezone(dt.timedelta(minutes=shape.offset or 0))
    date = dt.date.fromordinal(int(day) + EPOCH)
    moment = dt.datetime.combine(date, dt.time(), tzinfo=own)
    moment += dt.timedelta(minutes=shape.minute or 0)
    return float(moment.astimezone(zone).toordinal() - EPOCH)


def _warn(cells: DateCells, texts: Bools) -> None:
    """Say that the day may be another one where the hospital is."""
    late = np.zeros_like(texts)
    other = np.zeros_like(texts)
    for k in np.flatnonzero(texts):
        shape = cells.shape(int(k))
        late[k] = (shape.minute or 0) >= _EVENING
        other[k] = not 0 <= (shape.minute or 0) - (shape.offset or 0) < 24 * 60
    rows = cells.rows(texts)
    shown = cells.texts[cells.first(late if late.any() else texts)]
    differ = int(cells.rows(other).sum())
    cells.bench.tell(
        "date_zone",
        Severity.WARNING,
        f"{counted(rows, 'time')} with a zone, such as {shown}, and it is not said where the "
        f"hospital is: the date was taken as written ({counted(cells.rows(late), 'cell')} at "
        "18:00 or later, which is the next day further east; in UTC "
        f"{counted(differ, 'date')} would be another)",
        column=cells.column,
        mask=rows,
        mend="say where, such as Europe/Berlin, with time_zone of the column in the recipe",
    )
