"""Does the hazard ratio change over time? Scaled Schoenfeld residuals of the treatment."""

from __future__ import annotations

import numpy as np

from timezero.model.result import DataTable, StudyResult
from timezero.report.document import Figure, FigureMethod, Picture, Table
from timezero.report.drawing import (
    BLACK,
    BLUE,
    MOST_VERTICES,
    as_svg,
    axes_at,
    canvas,
    house_style,
    plain_tick,
    wrapped,
)
from timezero.report.figures.two_panels import time_axis
from timezero.report.numbers import amount, p_value
from timezero.report.small_cells import is_own
from timezero.report.thinning import kept_positions


def _picture(table: DataTable, result: StudyResult) -> str:
    times = np.array(table.columns["time"], dtype=np.float64)
    residuals = np.array(table.columns["residual"], dtype=np.float64)
    kept = kept_positions(times.size, MOST_VERTICES)
    label, more = wrapped(time_axis(result), 410.0)
    with house_style():
        figure = canvas(480.0, 250.0 + more)
        axes = axes_at(figure, 56.0, 46.0 + more, right=14.0, top=14.0)
        axes.plot(
            times[kept],
            residuals[kept],
            linestyle="none",
            marker="o",
            markersize=4.0,
            color=BLUE,
            markerfacecolor="white",
        )
        axes.axhline(0.0, color=BLACK, linewidth=0.9)
        axes.set_xlabel(label)
        axes.set_ylabel("Log hazard ratio, by event")
        axes.yaxis.set_major_formatter(plain_tick)
        return as_svg(figure, "proportional-hazards")


def _title(table: DataTable, level: float) -> str:
    p = table.notes["p_value"]
    if p < 1.0 - level:
        return f"The hazard ratio changes over time ({p_value(p)}): read the curves first"
    return f"No evidence that the hazard ratio changes over time ({p_value(p)})"


def _draw(result: StudyResult) -> Figure | None:
    found = [t for rung in result.rungs if (t := rung.table("schoenfeld")) is not None]
    if not found or (not is_own(result) and result.cohort.event.sum() < MINIMUM_EVENTS_SHARED):
        return None
    table = found[0]
    notes = table.notes
    return Figure(
        name="proportional-hazards",
        title=_title(table, result.protocol.analysis.level),
        alt="One point an event: the scaled Schoenfeld residual of the treatment over time. "
        "Where the hazard ratio does not change, the points show no trend.",
        pictures=(Picture(svg=_picture(table, result)),),
        table=Table(
            caption="Score test of proportional hazards",
            header=("Term", "Chi-squared", "P"),
            rows=(
                ("treatment", amount(notes["chisq"]), p_value(notes["p_value"])),
                ("all terms", amount(notes["global_chisq"]), p_value(notes["global_p_value"])),
            ),
        ),
    )


MINIMUM_EVENTS_SHARED = 20

FIGURE = FigureMethod(name="proportional_hazards", draw=_draw)
