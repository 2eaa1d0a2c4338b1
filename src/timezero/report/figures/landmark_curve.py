"""The hazard ratio at every landmark, with a band that holds for all of them at once."""

from __future__ import annotations

import math

import numpy as np

from timezero.arrays import Floats
from timezero.model.result import DataTable, StudyResult
from timezero.report.document import Figure, FigureMethod, Picture, Table
from timezero.report.drawing import BLACK, BLUE, as_svg, axes_at, canvas, house_style, wrapped
from timezero.report.figures._interval_axis import ratio_limits, set_ratio_axis
from timezero.report.numbers import interval, ratio, tick
from timezero.report.small_cells import WITHHELD, printed_counts, smallest_shown

LONGEST_TABLE = 60


def ratios(table: DataTable, column: str) -> Floats:
    """Return a column of logarithms as ratios."""
    with np.errstate(over="ignore"):
        return np.exp(np.array(table.columns[column], dtype=np.float64))


def _picture(table: DataTable, result: StudyResult) -> str:
    at = np.array(table.columns["landmark"], dtype=np.float64)
    value = ratios(table, "log_hazard_ratio")
    lower, upper = ratios(table, "lower"), ratios(table, "upper")
    band = ratios(table, "band_lower"), ratios(table, "band_upper")
    limits = ratio_limits([*value.tolist(), *lower.tolist(), *upper.tolist()])
    origin = result.protocol.question.time_zero
    label, more = wrapped(f"Landmark, {result.cohort.time_unit} since {origin}", 410.0)
    with house_style():
        figure = canvas(480.0, 270.0 + more)
        axes = axes_at(figure, 56.0, 46.0 + more, right=14.0, top=14.0)
        set_ratio_axis(axes, limits, vertical=True)
        axes.fill_between(at, *band, color=BLUE, alpha=0.13, linewidth=0)
        for edge in band:
            axes.plot(at, edge, color=BLUE, linewidth=0.9, linestyle=(0, (1, 1.5)))
        axes.vlines(at, lower, upper, color=BLUE, linewidth=1.0)
        axes.plot(at, value, color=BLUE, linewidth=1.6, marker="o", markersize=4.0)
        axes.axhline(1.0, color=BLACK, linewidth=0.9)
        axes.set_xlabel(label)
        axes.set_ylabel("Hazard ratio after it")
        return as_svg(figure, "landmark-curve")


def _title(table: DataTable) -> str:
    lower, upper = ratios(table, "band_lower"), ratios(table, "band_upper")
    below, above = bool(np.any(upper < 1.0)), bool(np.any(lower > 1.0))
    if below and above:
        return "The simultaneous band lies below 1 at some landmarks and above 1 at others"
    if below or above:
        side = "below" if below else "above"
        return f"The simultaneous band lies {side} 1 at some landmarks"
    return "At every landmark the simultaneous band includes 1"


def _rows(table: DataTable, smallest: int) -> tuple[tuple[str, ...], ...]:
    columns = {
        name: np.array(column, dtype=np.float64).tolist() for name, column in table.columns.items()
    }
    rows: list[tuple[str, ...]] = []
    for k, at in enumerate(columns["landmark"][:LONGEST_TABLE]):
        log = {
            name: math.exp(columns[name][k])
            for name in ("log_hazard_ratio", "lower", "upper", "band_lower", "band_upper")
            if columns[name][k] < 700
        }
        treated = columns["n_treated"][k]
        n = columns["n"][k]
        hidden = min(treated, n) < 0
        groups = printed_counts([treated, WITHHELD if hidden else n - treated], smallest)
        events = printed_counts([columns["n_events"][k]], smallest)
        rows.append(
            (
                tick(at),
                *groups,
                *events,
                ratio(log.get("log_hazard_ratio", math.inf)),
                interval(ratio(log.get("lower", math.inf)), ratio(log.get("upper", math.inf))),
                interval(
                    ratio(log.get("band_lower", math.inf)), ratio(log.get("band_upper", math.inf))
                ),
            )
        )
    return tuple(rows)


def _draw(result: StudyResult) -> Figure | None:
    found = [t for rung in result.rungs if (t := rung.table("landmark_curve")) is not None]
    if not found:
        return None
    table = found[0]
    return Figure(
        name="landmark-curve",
        title=_title(table),
        alt="Hazard ratio after each landmark with intervals and a wider simultaneous band. "
        "A line stands at 1.",
        pictures=(Picture(svg=_picture(table, result)),),
        table=Table(
            caption="Hazard ratio after each landmark",
            header=(
                f"Landmark, {result.cohort.time_unit}",
                "Treated by then",
                "Not yet treated",
                "Events after it",
                "Hazard ratio",
                "Interval",
                "Simultaneous band",
            ),
            rows=_rows(table, smallest_shown(result)),
        ),
        note="The band holds for all landmarks at once, so that picking a favourable landmark "
        "gains nothing. Where it leaves the picture, the numbers below have it.",
    )


FIGURE = FigureMethod(name="landmark_curve", draw=_draw)
