"""Whether the models of the g-formula can reproduce what was observed."""

from __future__ import annotations

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
    percent_tick,
    plain_tick,
    wrapped,
)
from timezero.report.ladder_rows import short_title
from timezero.report.numbers import percent, tick
from timezero.report.thinning import kept_of

MOST_ROWS = 25


def _from_the_beginning(table: DataTable) -> tuple[list[float], list[float], list[float]]:
    """Return both curves with time zero, when everybody is alive, before their first time."""
    time = numbers_of(table, "time")
    pair = numbers_of(table, "observed"), numbers_of(table, "simulated")
    if time and time[0] > 0.0:
        return [0.0, *time], [1.0, *pair[0]], [1.0, *pair[1]]
    return time, *pair


def _picture(rung: Rung, table: DataTable, unit: str) -> str:
    time, observed, simulated = _from_the_beginning(table)
    label, more = wrapped(f"Time, {unit}", 330.0)
    with house_style():
        figure = canvas(400.0, 230.0 + more)
        axes = axes_at(figure, 60.0, 44.0 + more, right=14.0, top=14.0)
        axes.step(time, observed, where="post", color=BLACK, linewidth=1.6, label="observed")
        axes.step(
            time,
            simulated,
            where="post",
            color=BLUE,
            linewidth=1.6,
            linestyle=(0, (5, 2)),
            label="simulated",
        )
        axes.set_ylim(0.0, 1.02)
        axes.set_xlim(left=0.0)
        axes.yaxis.set_major_formatter(percent_tick)
        axes.xaxis.set_major_formatter(plain_tick)
        axes.legend(loc="lower left", frameon=False, fontsize=9.5)
        axes.set_xlabel(label)
        axes.set_ylabel("Alive")
        return as_svg(figure, f"natural-course-{rung.name}".replace("_", "-"))


def _title(table: DataTable) -> str:
    pairs = zip(numbers_of(table, "observed"), numbers_of(table, "simulated"), strict=True)
    largest = max((abs(a - b) for a, b in pairs), default=0.0)
    return (
        "Left alone, the models stay within "
        f"{100.0 * largest:.1f} percentage points of what was observed"
    )


def _draw(result: StudyResult) -> Figure | None:
    tables = list(found_tables(result, "natural_course"))
    if not tables:
        return None
    unit = result.cohort.time_unit
    rows: list[tuple[str, ...]] = []
    for rung, table in tables:
        time = numbers_of(table, "time")
        for k in kept_of(len(time), MOST_ROWS):
            pair = (numbers_of(table, name)[k] for name in ("observed", "simulated"))
            rows.append((short_title(rung), tick(time[k]), *(percent(v, decimals=1) for v in pair)))
    return Figure(
        name="natural-course",
        title=_title(tables[0][1]),
        alt="Two survival curves: as observed, solid, and as simulated by the models with nobody "
        "told what to do, dashed.",
        pictures=tuple(Picture(svg=_picture(rung, table, unit)) for rung, table in tables),
        table=Table(
            caption="Survival as observed and as simulated",
            header=("Rung", f"Time, {unit}", "Observed", "Simulated"),
            rows=tuple(rows),
        ),
        note="Models that cannot reproduce what happened when nobody is told what to do cannot be "
        "trusted with what did not happen. That they can is no proof of anything else.",
    )


FIGURE = FigureMethod(name="natural_course", draw=_draw)
