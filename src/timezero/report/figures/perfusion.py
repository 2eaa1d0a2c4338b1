"""Temperatures, flow and phases of perfusions; in the profile own only."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from timezero.arrays import Floats
from timezero.intake.computed.readings import LONGEST_GAP
from timezero.model.cohort import Cohort
from timezero.model.perfusion import Perfusion, Sensor
from timezero.model.result import StudyResult
from timezero.report.document import Figure, FigureMethod, Picture, Table
from timezero.report.drawing import (
    BLACK,
    BLUE,
    GREY,
    MOST_VERTICES,
    VERMILLION,
    Axes,
    as_svg,
    axes_at,
    canvas,
    house_style,
)
from timezero.report.numbers import amount, interval, tick
from timezero.report.small_cells import is_own
from timezero.report.thinning import kept_positions

MOST_PANELS: Final = 4
MOST_READINGS: Final = 24
WIDTH, HEIGHT = 385.0, 312.0
LEFT, RIGHT, TOP, BELOW = 46.0, 84.0, 42.0, 38.0
FLOW_HEIGHT, BETWEEN = 56.0, 16.0
TEMPERATURE_HEIGHT = HEIGHT - TOP - BELOW - FLOW_HEIGHT - BETWEEN
LINES: Final[dict[Sensor, dict[str, Any]]] = {
    "inflow": {"color": VERMILLION, "linestyle": "solid", "linewidth": 1.4},
    "abdomen": {"color": BLACK, "linestyle": (0, (1, 1.2)), "linewidth": 2.4},
    "outflow": {"color": BLUE, "linestyle": (0, (5, 2)), "linewidth": 1.4},
}
REFERENCES: Final = (41.0, 43.0)
SHADE: Final = {"fill": "#ececec", "circulate": "white", "drain": "#ececec"}
COOLEST, WARMEST = 36.0, 44.0
LETTER, LABEL = 5.6, 13.0
LONGEST_NAME: Final = 22


def perfusion_name(cohort: Cohort, perfusion: Perfusion) -> str:
    """Return the patient and the procedure, as they are printed.

    Parameters
    ----------
    cohort : Cohort
    perfusion : Perfusion
    """
    return f"{patient_name(cohort, perfusion)}, procedure {perfusion.procedure}"


def patient_name(cohort: Cohort, perfusion: Perfusion) -> str:
    """Return the identifier of the patient, shortened where it is long.

    Parameters
    ----------
    cohort : Cohort
    perfusion : Perfusion
    """
    return textwrap.shorten(cohort.patient[perfusion.patient], LONGEST_NAME, placeholder="...")


def _heading(cohort: Cohort, perfusion: Perfusion) -> str:
    name = perfusion_name(cohort, perfusion)
    done = perfusion.recorded if np.isnan(perfusion.circulated) else perfusion.circulated
    if np.isnan(done):
        return name
    planned = "" if np.isnan(perfusion.planned) else f" of {tick(perfusion.planned)} planned"
    return f"{name}: {tick(done)}{planned} min"


def _drawn_line(minutes: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return the readings to be joined, with a break where too long a time has none."""
    known = np.flatnonzero(np.isfinite(values))
    known = known[kept_positions(known.size, MOST_VERTICES)]
    x, y = minutes[known], values[known]
    gaps = np.flatnonzero(np.diff(x) > LONGEST_GAP) + 1
    return np.insert(x, gaps, np.nan), np.insert(y, gaps, np.nan)


def _draw_phases(figure: Sequence[Axes], perfusion: Perfusion, last: float) -> None:
    if not perfusion.phases:
        _above(figure[0], "phases not recorded", 1.0)
    per_minute = (WIDTH - LEFT - RIGHT) / last
    free = 0.0
    for start, end, name in perfusion.phases:
        for axes in figure:
            axes.axvspan(start, end, facecolor=SHADE[name], edgecolor="none", zorder=0)
        if start > 0.0:
            for axes in figure:
                axes.axvline(start, color="#bdbdbd", linewidth=0.8, zorder=1)
        width, space = LETTER * len(name), (end - start) * per_minute
        at = start * per_minute + max((space - width) / 2.0, 1.0)
        if at < free:
            continue
        free = at + width + 3.0
        _above(figure[0], name, at)


def _above(axes: Axes, words: str, at: float) -> None:
    """Write words over the axes, so many points from their left end."""
    axes.annotate(
        words,
        (0.0, 1.0),
        xycoords="axes fraction",
        xytext=(at, 4.0),
        textcoords="offset points",
        fontsize=9.5,
        color=GREY,
    )


def _spread(ends: Sequence[float], top: float) -> list[float]:
    """Return heights in points, in the same order, that lie a line of text apart."""
    order = sorted(range(len(ends)), key=lambda k: ends[k])
    heights = list(ends)
    for before, after in pairwise(order):
        heights[after] = max(heights[after], heights[before] + LABEL)
    over = max(max(heights) - top, 0.0) if heights else 0.0
    return [height - over for height in heights]


def _draw_temperatures(axes: Axes, perfusion: Perfusion) -> None:
    present: list[Sensor] = [s for s in LINES if np.isfinite(perfusion.temperature(s)).any()]
    readings = [perfusion.temperature(s) for s in present]
    low = min([COOLEST, *(float(np.floor(np.nanmin(r))) for r in readings)])
    high = max([WARMEST, *(float(np.ceil(np.nanmax(r))) for r in readings)])
    axes.set_ylim(low, high)
    axes.set_yticks(
        np.arange(np.ceil(low) // 2 * 2 + 1, high + 0.5, 2.0 if high - low < 16 else 4.0)
    )
    axes.set_ylabel("Temperature, °C")
    for reference in REFERENCES:
        axes.axhline(reference, color=GREY, linewidth=0.7, linestyle=(0, (2, 2)), zorder=1)
    ends: list[float] = []
    for sensor, values in zip(present, readings, strict=True):
        axes.plot(*_drawn_line(perfusion.minutes, values), **LINES[sensor], zorder=3)
        last = float(values[np.flatnonzero(np.isfinite(values))[-1]])
        ends.append((last - low) / (high - low) * TEMPERATURE_HEIGHT)
    for sensor, height in zip(present, _spread(ends, TEMPERATURE_HEIGHT), strict=True):
        _draw_label(axes, sensor, height)


def _draw_label(axes: Axes, sensor: Sensor, height: float) -> None:
    """Write the name of a line beside its end, after a piece of it."""
    place = {"xycoords": "axes points", "textcoords": "axes points", "annotation_clip": False}
    right = WIDTH - LEFT - RIGHT
    axes.annotate(
        "",
        xy=(right + 30.0, height),
        xytext=(right + 5.0, height),
        arrowprops={"arrowstyle": "-", "shrinkA": 0.0, "shrinkB": 0.0, **LINES[sensor]},
        **place,
    )
    axes.annotate(
        sensor, xy=(0.0, 0.0), xytext=(right + 33.0, height), va="center", fontsize=9.5, **place
    )


def _draw_flow(axes: Axes, perfusion: Perfusion) -> None:
    axes.set_ylabel("Flow, L/min")
    if not np.isfinite(perfusion.flow).any():
        axes.set_yticks([])
        axes.text(
            0.5,
            0.5,
            "not recorded",
            transform=axes.transAxes,
            ha="center",
            color=GREY,
            fontsize=9.5,
        )
        return
    axes.plot(*_drawn_line(perfusion.minutes, perfusion.flow), color=BLACK, linewidth=1.4)
    axes.set_ylim(0.0, max(1.15 * float(np.nanmax(perfusion.flow)), 0.5))
    axes.locator_params(axis="y", nbins=3)


def _picture(cohort: Cohort, perfusion: Perfusion, name: str) -> str:
    last = float(perfusion.minutes[-1]) or 1.0
    with house_style():
        figure = canvas(WIDTH, HEIGHT)
        upper = axes_at(figure, LEFT, BELOW + FLOW_HEIGHT + BETWEEN, right=RIGHT, top=TOP)
        lower = axes_at(figure, LEFT, BELOW, right=RIGHT, top=HEIGHT - BELOW - FLOW_HEIGHT)
        figure.text(4.0 / WIDTH, 1.0 - 16.0 / HEIGHT, _heading(cohort, perfusion), fontsize=10.5)
        for axes in (upper, lower):
            axes.set_xlim(0.0, last)
        _draw_phases((upper, lower), perfusion, last)
        if perfusion.heat:
            _draw_temperatures(upper, perfusion)
        upper.set_xticklabels([])
        _draw_flow(lower, perfusion)
        for axes in (upper, lower):
            axes.yaxis.set_label_coords(-28.0 / (WIDTH - LEFT - RIGHT), 0.5)
        lower.set_xlabel("Minutes since the pump was started")
        return as_svg(figure, name)


def _readings(cohort: Cohort, perfusion: Perfusion) -> list[tuple[str, ...]]:
    kept = kept_positions(perfusion.minutes.size, MOST_READINGS)
    columns = [perfusion.inflow, perfusion.outflow, perfusion.abdomen, perfusion.flow]
    return [
        (
            patient_name(cohort, perfusion),
            str(perfusion.procedure),
            tick(float(perfusion.minutes[k])),
            *("" if np.isnan(values[k]) else f"{values[k]:.1f}" for values in columns[:3]),
            "" if np.isnan(perfusion.flow[k]) else f"{perfusion.flow[k]:.2f}",
        )
        for k in map(int, kept)
    ]


def _title(perfusions: Sequence[Perfusion]) -> str:
    warm = [
        heat.minutes_warm
        for perfusion in perfusions
        for heat in perfusion.heat
        if heat.sensor == "abdomen" and not np.isnan(heat.minutes_warm)
    ]
    n = "1 perfusion" if len(perfusions) == 1 else f"{len(perfusions)} perfusions"
    if not warm:
        return f"{n} with recorded courses"
    range_ = interval(amount(min(warm)), amount(max(warm))) if len(warm) > 1 else amount(warm[0])
    some = "" if len(warm) == len(perfusions) else f" where it was measured ({len(warm)} of them)"
    return f"In {n}, the abdomen was at or above 41\u00a0°C for {range_} minutes{some}"


def _draw(result: StudyResult) -> Figure | None:
    cohort = result.cohort
    if not is_own(result) or not cohort.perfusions:
        return None
    drawn = cohort.perfusions[:MOST_PANELS]
    left_out = len(cohort.perfusions) - len(drawn)
    more = f" {left_out} more are in the table, not drawn." if left_out else ""
    return Figure(
        name="perfusion",
        title=_title(cohort.perfusions),
        alt="One panel a perfusion: temperatures of inflow, abdomen and outflow over minutes, with "
        "lines at 41 and 43 °C and shaded phases. The flow is below on the same minutes.",
        pictures=tuple(
            Picture(svg=_picture(cohort, perfusion, f"perfusion-{k}"))
            for k, perfusion in enumerate(drawn)
        ),
        table=Table(
            caption="Readings of the perfusions drawn",
            header=(
                "Patient",
                "Procedure",
                "Minute",
                "Inflow, °C",
                "Outflow, °C",
                "Abdomen, °C",
                "Flow, L/min",
            ),
            rows=tuple(row for perfusion in drawn for row in _readings(cohort, perfusion)),
            note=f"At most {MOST_READINGS} readings of each.",
        ),
        note="Patient-level picture, in the profile own only: do not pass it on. Grey lines: 41 "
        f"and 43 °C.{more}",
    )


FIGURE = FigureMethod(name="perfusion", draw=_draw)
