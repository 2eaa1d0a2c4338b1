"""What a longer or shorter grace period would have given."""

from __future__ import annotations

import math

from timezero.model.result import DataTable, Rung, StudyResult
from timezero.report.data_tables import found_tables, numbers_of
from timezero.report.document import Figure, FigureMethod, Picture, Table
from timezero.report.drawing import (
    BLACK,
    BLUE,
    as_svg,
    axes_at,
    canvas,
    house_style,
    plain_tick,
    wrapped,
)
from timezero.report.ladder_rows import short_title
from timezero.report.numbers import amount, interval, points, ratio


def _columns(table: DataTable) -> tuple[list[float], ...]:
    names = ("grace_period", "survival_difference", "lower", "upper")
    rows = sorted(zip(*(numbers_of(table, name) for name in names), strict=True))
    return tuple(list(column) for column in zip(*rows, strict=True))


def _picture(rung: Rung, table: DataTable, unit: str) -> str:
    at, value, lower, upper = _columns(table)
    label, more = wrapped(f"Grace period, {unit}", 330.0)
    with house_style():
        figure = canvas(400.0, 230.0 + more)
        figure.text(0.01, 1.0 - 13.0 / (230.0 + more), short_title(rung), fontweight="bold")
        axes = axes_at(figure, 72.0, 44.0 + more, right=14.0, top=26.0)
        axes.axhline(0.0, color=BLACK, linewidth=0.9)
        axes.vlines(at, [100.0 * v for v in lower], [100.0 * v for v in upper], color=BLUE, lw=1.4)
        axes.plot(at, [100.0 * v for v in value], color=BLUE, marker="s", ms=6.5, linewidth=1.0)
        axes.set_xticks(at, [amount(v) for v in at])
        axes.margins(x=0.15)
        axes.yaxis.set_major_formatter(plain_tick)
        axes.set_xlabel(label)
        axes.set_ylabel("Survival difference,\npercentage points")
        return as_svg(figure, f"grace-{rung.name}".replace("_", "-"))


def _rows(rung: Rung, table: DataTable) -> list[tuple[str, ...]]:
    at, value, lower, upper = _columns(table)
    order = sorted(range(len(at)), key=lambda k: numbers_of(table, "grace_period")[k])
    ratios = numbers_of(table, "hazard_ratio") or [math.nan] * len(at)
    return [
        (
            short_title(rung),
            amount(at[k]),
            points(value[k]),
            interval(points(lower[k]), points(upper[k])),
            ratio(ratios[order[k]]),
        )
        for k in range(len(at))
    ]


def _title(tables: list[tuple[Rung, DataTable]]) -> str:
    at, value, *_ = _columns(tables[0][1])
    known = [v for v in value if not math.isnan(v)]
    if not known:
        return "The grace period changed"
    return (
        f"With grace periods of {amount(at[0])} to {amount(at[-1])} the survival difference is "
        f"{points(min(known))} to {points(max(known))} percentage points"
    )


def _draw(result: StudyResult) -> Figure | None:
    tables = list(found_tables(result, "grace_sweep"))
    if not tables:
        return None
    unit = result.cohort.time_unit
    return Figure(
        name="grace-sweep",
        title=_title(tables),
        alt="The difference in survival with its interval, for each grace period. A line stands "
        "at zero.",
        pictures=tuple(Picture(svg=_picture(rung, table, unit)) for rung, table in tables),
        table=Table(
            caption="The estimate for each grace period",
            header=(
                "Rung",
                f"Grace period, {unit}",
                "Survival difference, percentage points",
                "Interval",
                "Hazard ratio",
            ),
            rows=tuple(row for rung, table in tables for row in _rows(rung, table)),
        ),
        note="The grace period is how long after becoming a candidate a treatment still counts as "
        "following the strategy to treat. Each one is another question; a result that turns with "
        "it hangs on that choice.",
    )


FIGURE = FigureMethod(name="grace_sweep", draw=_draw)
