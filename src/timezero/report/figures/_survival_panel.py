"""One panel of survival curves over its table of numbers at risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.model.estimate import Curve
from timezero.report.coarse_curves import CoarseCurve, other_arm
from timezero.report.curve_reading import Reach, at_risk_at, reach_of, so_far, value_at
from timezero.report.document import Table
from timezero.report.drawing import (
    ARM_COLOUR,
    ARM_DASH,
    GREY,
    MOST_MARKS,
    MOST_VERTICES,
    Axes,
    as_svg,
    axes_at,
    canvas,
    house_style,
    round_ticks,
    wrapped,
)
from timezero.report.numbers import amount, percent, tick
from timezero.report.small_cells import printed_counts
from timezero.report.thinning import kept_positions

WIDTH = 385.0
PLOT_HEIGHT = 210.0
LINE = 13.0
SPACE_BETWEEN_TICKS = 0.08
LEFT, RIGHT, TOP, AXIS = 96.0, 16.0, 24.0, 40.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """What is drawn in one panel.

    Parameters
    ----------
    smallest : int
        Smallest count shown.
    crossings : bool
        Mark crossings, and count them in the table.
    last : float
        End of the time axis; the same in panels that are compared.
    """

    name: str
    heading: str
    curves: tuple[Curve, ...]
    time_label: str
    smallest: int
    last: float
    crossings: bool = False


def table_counts(panel: Panel, curve: Curve, ticks: Floats) -> dict[str, tuple[str, ...]]:
    """Return the lines of the table for one arm, small numbers hidden."""
    if isinstance(curve, CoarseCurve):
        counts = curve.counts_at(ticks)
        if not panel.crossings or curve.arm == "intervention":
            del counts["crossed over"]
    else:
        counts = _exact_counts(panel, curve, ticks)
    by_tick = [
        printed_counts([float(c[k]) for c in counts.values()], panel.smallest)
        for k in range(ticks.size)
    ]
    return {name: tuple(row[j] for row in by_tick) for j, name in enumerate(counts)}


def _exact_counts(panel: Panel, curve: Curve, ticks: Floats) -> dict[str, Floats]:
    counts = {
        "at risk": at_risk_at(curve, other_arm(panel.curves, curve), ticks),
        "events": so_far(curve, curve.n_events, ticks),
        "censored": so_far(curve, curve.n_censored, ticks),
    }
    if panel.crossings and curve.n_crossed.any():
        counts["crossed over"] = so_far(curve, curve.n_crossed, ticks)
    return counts


def panel_ticks(panel: Panel) -> Floats:
    """Return the times at which the table is read."""
    first = panel.curves[0]
    if isinstance(first, CoarseCurve):
        return first.ticks(panel.last)
    ticks = round_ticks(panel.last, most=5)
    start = max(curve.starts_at for curve in panel.curves)
    if start <= 0.0:
        return ticks
    later = ticks[ticks > start + SPACE_BETWEEN_TICKS * panel.last]
    return np.concatenate([[start], later])


def axis_ticks(panel: Panel) -> list[float]:
    """Return the times named on the axis: round ones, and those at which the table is read."""
    read = panel_ticks(panel).tolist()
    if isinstance(panel.curves[0], CoarseCurve):
        return read
    apart = SPACE_BETWEEN_TICKS * panel.last
    further = [t for t in round_ticks(panel.last, most=5).tolist() if abs(t - read[0]) > apart]
    return sorted({*read, *further})


def _time_text(panel: Panel, time: float) -> str:
    return amount(time) if time == panel.curves[0].starts_at and time > 0.0 else tick(time)


def panel_rows(panel: Panel) -> list[tuple[str, ...]]:
    """Return the numbers of a panel as rows for the figure's data table."""
    ticks = panel_ticks(panel)
    rows: list[tuple[str, ...]] = []
    for curve in panel.curves:
        counts = table_counts(panel, curve, ticks)
        reach = reach_of(curve, panel.smallest)
        for k, time in enumerate(ticks.tolist()):
            survival = _printed_survival(curve, reach, time)
            crossed = counts.get("crossed over", ("",) * ticks.size)
            numbers = (counts["at risk"][k], counts["events"][k], counts["censored"][k], crossed[k])
            name = f"{panel.heading}: {curve.label}"
            rows.append((name, _time_text(panel, time), *survival, *numbers))
    return rows


def panel_table(caption: str, panels: Sequence[Panel]) -> Table:
    """Return the data table of panels that are shown together."""
    crossings = any(panel.crossings for panel in panels)
    header = (
        "Curve",
        panels[0].time_label,
        "Survival",
        "Interval",
        "At risk",
        "Events so far",
        "Censored so far",
        "Crossed over so far",
    )
    rows = [row for panel in panels for row in panel_rows(panel)]
    keep = len(header) if crossings else len(header) - 1
    return Table(caption=caption, header=header[:keep], rows=tuple(r[:keep] for r in rows))


def _printed_survival(curve: Curve, reach: Reach, time: float) -> tuple[str, str]:
    if time > reach.last:
        return "not shown", ""
    at = np.array([time])
    value, lower, upper = (
        float(value_at(curve, v, at)[0]) for v in (curve.survival, curve.lower, curve.upper)
    )
    if np.isnan(value):
        return "", ""
    limits = "" if np.isnan(lower) else f"{percent(lower)} to {percent(upper)}"
    return percent(value), limits


def draw_panel(panel: Panel) -> str:
    """Return a panel as SVG."""
    ticks = panel_ticks(panel)
    tables = [(curve, table_counts(panel, curve, ticks)) for curve in panel.curves]
    n_lines = sum(len(lines) + 1 for _, lines in tables)
    label, more = wrapped(panel.time_label, WIDTH - LEFT - RIGHT)
    below = AXIS + more + LINE * n_lines + 10.0
    with house_style():
        figure = canvas(WIDTH, TOP + PLOT_HEIGHT + below)
        axes = axes_at(figure, LEFT, below, right=RIGHT, top=TOP)
        axes.set_title(panel.heading, loc="left", x=-(LEFT - 8.0) / (WIDTH - LEFT - RIGHT))
        axes.set_xlim(0.0, panel.last * 1.02)
        axes.set_ylim(0.0, 1.02)
        axes.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0%", "25%", "50%", "75%", "100%"])
        marks = axis_ticks(panel)
        axes.set_xticks(marks, [_time_text(panel, t) for t in marks])
        axes.set_xlabel(label)
        axes.set_ylabel("Alive")
        for curve in panel.curves:
            _draw_curve(axes, panel, curve)
        _draw_counts(axes, ticks, tables, first=-(AXIS + more + 8.0))
        return as_svg(figure, panel.name)


def _draw_curve(axes: Axes, panel: Panel, curve: Curve) -> None:
    reach = reach_of(curve, panel.smallest)
    shown = curve.times <= reach.last
    kept = np.flatnonzero(shown)[kept_positions(int(shown.sum()), MOST_VERTICES)]
    times = np.concatenate([[curve.starts_at], curve.times[kept]])
    survival = np.concatenate([[1.0], curve.survival[kept]])
    colour, dash = ARM_COLOUR[curve.arm], ARM_DASH[curve.arm]
    bounded = np.isfinite(curve.lower[kept]) & np.isfinite(curve.upper[kept])
    axes.fill_between(
        curve.times[kept][bounded],
        curve.lower[kept][bounded],
        curve.upper[kept][bounded],
        step="post",
        color=colour,
        alpha=0.13,
        linewidth=0,
    )
    firm = times <= reach.firm
    last_firm = max(int(firm.sum()), 1)
    style = {"drawstyle": "steps-post", "color": colour, "linestyle": dash}
    axes.plot(times[:last_firm], survival[:last_firm], linewidth=1.8, **style)
    axes.plot(times[last_firm - 1 :], survival[last_firm - 1 :], linewidth=0.8, **style)
    _draw_marks(axes, curve, shown & (curve.n_censored > 0), marker="|", size=6.0)
    if panel.crossings:
        _draw_marks(axes, curve, shown & (curve.n_crossed > 0), marker="^", size=4.0)


def _draw_marks(axes: Axes, curve: Curve, where: Bools, *, marker: str, size: float) -> None:
    at = np.flatnonzero(where)
    at = at[kept_positions(at.size, MOST_MARKS)]
    axes.plot(
        curve.times[at],
        curve.survival[at],
        linestyle="none",
        marker=marker,
        markersize=size,
        color=ARM_COLOUR[curve.arm],
        markerfacecolor="white",
        markeredgewidth=0.9,
    )


def _draw_counts(
    axes: Axes,
    ticks: Floats,
    tables: list[tuple[Curve, dict[str, tuple[str, ...]]]],
    *,
    first: float,
) -> None:
    """Write the numbers under the axis, each below its tick."""
    height = first
    for curve, lines in tables:
        axes.annotate(
            curve.label,
            (0.0, 0.0),
            xycoords="axes fraction",
            xytext=(34.0 - LEFT, height),
            textcoords="offset points",
            fontsize=9.5,
            fontweight="bold",
        )
        _draw_key(axes, curve, height + 3.5)
        height -= LINE
        for name, numbers in lines.items():
            axes.annotate(
                name,
                (0.0, 0.0),
                xycoords="axes fraction",
                xytext=(-12.0, height),
                textcoords="offset points",
                ha="right",
                fontsize=9.5,
                color=GREY,
            )
            for at, number in zip(ticks.tolist(), numbers, strict=True):
                axes.annotate(
                    number,
                    (at, 0.0),
                    xycoords=("data", "axes fraction"),
                    xytext=(0.0, height),
                    textcoords="offset points",
                    ha="center",
                    fontsize=9.5,
                )
            height -= LINE


def _draw_key(axes: Axes, curve: Curve, height: float) -> None:
    """Draw a piece of the curve beside its name, so that no separate legend is needed."""
    axes.annotate(
        "",
        xy=(30.0 - LEFT, height),
        xytext=(4.0 - LEFT, height),
        xycoords="axes points",
        textcoords="axes points",
        annotation_clip=False,
        arrowprops={
            "arrowstyle": "-",
            "color": ARM_COLOUR[curve.arm],
            "linestyle": ARM_DASH[curve.arm],
            "linewidth": 1.8,
            "shrinkA": 0.0,
            "shrinkB": 0.0,
        },
    )
