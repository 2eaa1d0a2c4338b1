"""How fit the treated would have to have been, unmeasured, for the conclusion to flip."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from timezero.arrays import Floats
from timezero.model.result import DataTable, StudyResult
from timezero.report.data_tables import numbers_of, sensitivity_table, words_of
from timezero.report.document import Figure, FigureMethod, Picture, Table
from timezero.report.drawing import (
    BLACK,
    GREY,
    Axes,
    as_svg,
    axes_at,
    canvas,
    house_style,
    wrapped,
)
from timezero.report.ladder_rows import short_title
from timezero.report.numbers import interval, ratio, tick

CELL: Final = 24.0
SIDES: Final = {
    "below": ("#b9d7ea", "", "the interval lies below 1"),
    "around": ("#ffffff", "", "the interval includes 1"),
    "above": ("#f3d3bd", "///", "the interval lies above 1"),
}
APART: Final = 15.0
KEY_LINE: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Map:
    """The table as a grid: rows by how much sooner the fitter were treated."""

    strengths: list[float]
    selections: list[float]
    value: Floats
    lower: Floats
    upper: Floats


def _grid(table: DataTable) -> _Map:
    strength = numbers_of(table, "hazard_ratio_of_unmeasured")
    selection = numbers_of(table, "time_to_treatment_ratio")
    strengths, selections = sorted(set(strength)), sorted(set(selection))
    names = ("corrected_log_hazard_ratio", "lower", "upper")
    grids = {name: np.full((len(selections), len(strengths)), math.nan) for name in names}
    for name, grid in grids.items():
        column = numbers_of(table, name)
        if not column:
            column = _shifted(table, name)
        for x, y, v in zip(strength, selection, column, strict=True):
            grid[selections.index(y), strengths.index(x)] = v
    return _Map(
        strengths=strengths,
        selections=selections,
        value=grids["corrected_log_hazard_ratio"],
        lower=grids["lower"],
        upper=grids["upper"],
    )


def _shifted(table: DataTable, limit: str) -> list[float]:
    """Return a limit moved as far as the estimate is moved, where the table has only that."""
    moved = table.notes.get(limit, math.nan) - table.notes.get("log_hazard_ratio", math.nan)
    return [v + moved for v in numbers_of(table, "corrected_log_hazard_ratio")]


def _side(lower: float, upper: float) -> str:
    return "below" if upper < 0.0 else "above" if lower > 0.0 else "around"


def _draw_cells(axes: Axes, grid: _Map) -> set[str]:
    from matplotlib.patches import Rectangle

    seen: set[str] = set()
    for y in range(len(grid.selections)):
        for x in range(len(grid.strengths)):
            side = _side(float(grid.lower[y, x]), float(grid.upper[y, x]))
            seen.add(side)
            fill, hatch, _ = SIDES[side]
            cell = Rectangle((x - 0.5, y - 0.5), 1.0, 1.0, facecolor=fill, hatch=hatch)
            cell.set(edgecolor="#767676", linewidth=0.4)
            axes.add_patch(cell)
    return seen


def _draw_contour(axes: Axes, grid: _Map) -> bool:
    """Draw where the estimate is 1; say whether that is anywhere on the map."""
    known = grid.value[np.isfinite(grid.value)]
    if known.size == 0 or not known.min() < 0.0 < known.max() or 1 in grid.value.shape:
        return False
    for colour, width in (("white", 5.0), (BLACK, 2.4)):
        axes.contour(grid.value, levels=[0.0], colors=[colour], linewidths=[width])
    return True


def _marks(table: DataTable | None, grid: _Map, step: float) -> list[tuple[float, float, str]]:
    """Return where the measured characteristics stand, none on another, with their words."""
    found: list[tuple[float, float, str]] = []
    if table is None:
        return found
    strengths = numbers_of(table, "hazard_ratio_of_unmeasured")
    selections = numbers_of(table, "time_to_treatment_ratio")
    names = words_of(table, "covariate")
    for name, strength, selection in zip(names, strengths, selections, strict=True):
        x = _place(strength, grid.strengths)
        y = _place(selection, grid.selections)
        while any(abs(x - a) < APART / step and abs(y - b) < APART / CELL for a, b, _ in found):
            x += APART / step
        found.append((x, y, f"{name} ({ratio(strength)}, {ratio(selection)})"))
    return found


def _place(value: float, ticks: list[float]) -> float:
    return float(np.interp(math.log(value), np.log(ticks), np.arange(len(ticks))))


def _draw_marks(axes: Axes, marks: list[tuple[float, float, str]]) -> None:
    for k, (x, y, _) in enumerate(marks):
        circle = {"boxstyle": "circle,pad=0.25", "facecolor": "white", "edgecolor": BLACK}
        look = {"fontsize": 8.5, "ha": "center", "va": "center", "zorder": 5.0}
        axes.text(x, y, str(k + 1), bbox=circle, clip_on=False, **look)


def _key(figure: object, lines: list[str], top: float, height: float) -> None:
    canvas_: Axes = figure
    for k, words in enumerate(lines):
        y = (top - KEY_LINE * k) / height
        canvas_.text(0.02, y, words, fontsize=9.0, va="center")


def _picture(grid: _Map, benchmarks: DataTable | None, *, width: float, name: str) -> str:
    step = (width - 78.0) / len(grid.strengths)
    marks = _marks(benchmarks, grid, step)
    key = [f"{k + 1}  {words}" for k, (_, _, words) in enumerate(marks)]
    rows = len(grid.selections)
    below = 50.0 + 20.0 * len(SIDES) + KEY_LINE * (len(key) + bool(key))
    height = CELL * rows + below + 10.0
    with house_style():
        figure = canvas(width, height)
        axes = axes_at(figure, 64.0, below, right=14.0, top=10.0)
        axes.set_xlim(-0.5, len(grid.strengths) - 0.5)
        axes.set_ylim(-0.5, rows - 0.5)
        _draw_cells(axes, grid)
        _draw_contour(axes, grid)
        _draw_marks(axes, marks)
        axes.set_xticks(range(len(grid.strengths)), [tick(v) for v in grid.strengths])
        axes.set_yticks(range(rows), [ratio(v) for v in grid.selections])
        axes.set_xlabel("Event rate of the less fit, times that of the fitter")
        side, _ = wrapped("Fitter treated, times as fast", CELL * rows)
        axes.set_ylabel(side)
        _draw_sides(figure, below - 54.0, height, width)
        if key:
            lines = ["Measured characteristics (strength, speed of treatment):", *key]
            _key(figure, lines, KEY_LINE * (len(lines) - 0.4), height)
        return as_svg(figure, name)


def _draw_sides(figure: Axes, top: float, height: float, width: float) -> None:
    from matplotlib.patches import Rectangle

    for k, (fill, hatch, words) in enumerate(SIDES.values()):
        y = (top - 20.0 * k) / height
        figure.add_artist(
            Rectangle(
                (0.02, y - 6.0 / height),
                22.0 / width,
                12.0 / height,
                facecolor=fill,
                hatch=hatch,
                edgecolor=GREY,
                linewidth=0.8,
                transform=figure.transFigure,
            )
        )
        figure.text(0.02 + 30.0 / width, y, words, fontsize=9.0, va="center")


def _title(grid: _Map, table: DataTable) -> str:
    value = table.notes.get("log_hazard_ratio", math.nan)
    lower, upper = (table.notes.get(name, math.nan) for name in ("lower", "upper"))
    now = _side(lower, upper)
    sides = {
        _side(low, high)
        for low, high in zip(grid.lower.ravel().tolist(), grid.upper.ravel().tolist(), strict=True)
    }
    words = SIDES[now][2]
    estimate = "" if math.isnan(value) else f"Hazard ratio {ratio(math.exp(value))}: "
    if sides <= {now}:
        return f"{estimate}everywhere on this map {words}"
    return f"{estimate}as estimated {words}; where the shading changes it no longer does"


def _rows(table: DataTable) -> tuple[tuple[str, ...], ...]:
    lower = numbers_of(table, "lower") or _shifted(table, "lower")
    upper = numbers_of(table, "upper") or _shifted(table, "upper")
    columns = (
        numbers_of(table, "hazard_ratio_of_unmeasured"),
        numbers_of(table, "time_to_treatment_ratio"),
        numbers_of(table, "corrected_log_hazard_ratio"),
        lower,
        upper,
    )
    return tuple(
        (
            ratio(strength),
            ratio(selection),
            ratio(math.exp(value)),
            interval(ratio(math.exp(low)), ratio(math.exp(high))),
        )
        for strength, selection, value, low, high in zip(*columns, strict=True)
    )


def _draw(result: StudyResult) -> Figure | None:
    table = sensitivity_table(result, "tipping_map")
    if table is None or not numbers_of(table, "corrected_log_hazard_ratio"):
        return None
    grid = _grid(table)
    benchmarks = sensitivity_table(result, "tipping_benchmarks")
    corrected = {rung.name: short_title(rung) for rung in result.rungs}
    of = [corrected.get(name, name) for name in dict.fromkeys(words_of(table, "rung"))]
    named = f" The estimate is that of: {of[0]}." if of else ""
    return Figure(
        name="tipping-map",
        title=_title(grid, table),
        alt="A map of what an unmeasured fitness would have to be like: across, how much it bears "
        "on survival, up, how much sooner the fitter were treated. Shading shows where the "
        "corrected interval lies; a thick line is where the corrected estimate is 1.",
        pictures=(
            Picture(svg=_picture(grid, benchmarks, width=560.0, name="tip-wide"), shown="wide"),
            Picture(svg=_picture(grid, benchmarks, width=340.0, name="tip-narrow"), shown="narrow"),
        ),
        table=Table(
            caption="The hazard ratio, corrected for an unmeasured fitness of each kind",
            header=(
                "Event rate of the less fit, times",
                "Fitter treated, times as fast",
                "Corrected hazard ratio",
                "Interval",
            ),
            rows=_rows(table),
        ),
        note="Thick line: the corrected estimate is 1. Numbers in circles: characteristics that "
        "were measured, placed by their own strength; one beyond the map stands at its edge. "
        f"Whether such an unmeasured characteristic exists, no map can say.{named}",
    )


FIGURE = FigureMethod(name="tipping_map", draw=_draw)
