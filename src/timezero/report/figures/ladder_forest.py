"""The ladder as a picture: from the naive ratio to the corrected ones on one axis."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass

from timezero.model.estimate import Contrast
from timezero.model.reading import primary_ratio
from timezero.model.result import StudyResult
from timezero.report.document import Figure, FigureMethod, Picture, Table
from timezero.report.drawing import (
    BLACK,
    BLUE,
    GREY,
    VERMILLION,
    Axes,
    as_svg,
    axes_at,
    canvas,
    house_style,
)
from timezero.report.figures._interval_axis import clipped, ratio_limits, set_ratio_axis
from timezero.report.ladder_rows import (
    GROUP_NAMES,
    LadderRow,
    common_horizon,
    group_heading,
    instead_words,
    ladder_rows,
    with_interval,
)
from timezero.report.numbers import (
    contrast_interval,
    contrast_text,
    contrast_value,
    p_value,
    tick,
)

WHITE_BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
AXIS_LABEL = (
    "Hazard ratio, logarithmic axis\n"
    "\u2190 fewer events when treated  |  more events when treated \u2192"
)
COLOUR = {"published_error": VERMILLION, "correction": BLUE}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """Measures of the drawing in points; ``stacked`` puts words above each interval."""

    width: float
    left: float
    right: float
    line: float
    stacked: bool


_WIDE = _Shape(width=700.0, left=212.0, right=176.0, line=22.0, stacked=False)
_NARROW = _Shape(width=340.0, left=8.0, right=12.0, line=36.0, stacked=True)


def _lines(rows: tuple[LadderRow, ...]) -> list[LadderRow | str]:
    """Return the lines from top to bottom: headings as text, rungs as rows."""
    lines: list[LadderRow | str] = []
    group = ""
    for row in rows:
        heading = group_heading(row, group)
        lines += [heading, row] if heading else [row]
        group = row.group
    return lines


def _numbers(row: LadderRow) -> str:
    shown = row.hazard_ratio or row.instead
    return "curves only, no ratio" if shown is None else with_interval(shown)


def _draw_interval(axes: Axes, row: LadderRow, y: float, limits: tuple[float, float]) -> None:
    contrast = row.hazard_ratio
    if contrast is None or not math.isfinite(contrast.value):
        return
    error = row.rung.role == "published_error"
    low, high = clipped(contrast.lower, limits), clipped(contrast.upper, limits)
    colour = COLOUR[row.rung.role]
    axes.plot(
        [low, high], [y, y], color=colour, linewidth=1.6, linestyle=(0, (4, 2)) if error else "-"
    )
    for end, beyond, marker in ((low, contrast.lower, "<"), (high, contrast.upper, ">")):
        if end != beyond:
            axes.plot([end], [y], marker=marker, color=colour, markersize=5.0, clip_on=False)
    axes.plot(
        [clipped(contrast.value, limits)],
        [y],
        marker="D" if error else "s",
        markersize=7.0,
        color=colour,
        markerfacecolor="white" if error else colour,
        markeredgewidth=1.6,
    )


def _write(axes: Axes, text: str, x: float, y: float, **look: object) -> None:
    """Write text at points from the left edge of the axes, in the middle of a line."""
    axes.annotate(
        text,
        (0.0, y),
        xycoords=("axes fraction", "data"),
        xytext=(x, 0.0),
        textcoords="offset points",
        va="center",
        annotation_clip=False,
        **{"bbox": WHITE_BEHIND, **look},
    )


def _draw_words(axes: Axes, line: LadderRow | str, y: float, *, shape: _Shape, unit: str) -> None:
    right_edge = shape.width - shape.left - 4.0
    left_edge = 4.0 - shape.left
    words_at = y - 0.28 if shape.stacked else y
    if isinstance(line, str):
        _write(axes, line, left_edge, y, fontweight="bold", fontsize=10.5)
        return
    if line.refused:
        reason = textwrap.shorten(line.rung.refusal, 58 if shape.stacked else 74, placeholder=" …")
        _write(axes, line.label, left_edge, words_at, color=GREY)
        _write_note(axes, f"refused: {reason}", y, shape)
        return
    _write(axes, line.label, left_edge, words_at, color=BLACK)
    if line.instead is not None:
        _write_note(axes, f"no hazard ratio: {instead_words(line.instead, unit)}", y, shape)
    plain = {"color": BLACK} if line.hazard_ratio is not None else {"color": GREY}
    _write(axes, _numbers(line), right_edge, words_at, ha="right", **plain)


def _write_note(axes: Axes, text: str, y: float, shape: _Shape) -> None:
    """Write a grey note where others have an interval."""
    below = y + 0.14 if shape.stacked else y
    at = 4.0 - shape.left if shape.stacked else 6.0
    _write(axes, text, at, below, color=GREY, fontsize=8.5, fontstyle="italic")


def _picture(rows: tuple[LadderRow, ...], shape: _Shape, name: str, *, unit: str) -> str:
    lines = _lines(rows)
    contrasts = [row.hazard_ratio for row in rows if row.hazard_ratio is not None]
    limits = ratio_limits([v for c in contrasts for v in (c.value, c.lower, c.upper)])
    with house_style():
        figure = canvas(shape.width, shape.line * len(lines) + 64.0)
        axes = axes_at(figure, shape.left, 52.0, right=shape.right, top=12.0)
        axes.set_ylim(len(lines) - 0.4, -0.6)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        set_ratio_axis(axes, limits)
        axes.axvline(1.0, color=BLACK, linewidth=0.9)
        for y, line in enumerate(lines):
            _draw_words(axes, line, float(y), shape=shape, unit=unit)
            if not isinstance(line, str):
                _draw_interval(axes, line, y + (0.14 if shape.stacked else 0.0), limits)
        axes.set_xlabel(AXIS_LABEL)
        return as_svg(figure, name)


def _table(result: StudyResult, rows: tuple[LadderRow, ...]) -> Table:
    unit = result.cohort.time_unit

    def line(row: LadderRow) -> tuple[str, ...]:
        part = GROUP_NAMES[row.group]
        if row.refused:
            return row.label, part, row.rung.counted_from, f"refused: {row.rung.refusal}", "", ""
        ratio, lived = row.hazard_ratio, row.time_lived
        return (
            row.label,
            part,
            row.rung.counted_from,
            _other_number(row, unit) if ratio is None else contrast_text(ratio),
            "" if ratio is None else p_value(ratio.p_value),
            "" if lived is None else contrast_text(lived),
        )

    return Table(
        caption="The ladder in numbers",
        header=(
            "Comparison",
            "Part of the ladder",
            "Who is counted from when",
            "Hazard ratio",
            "P",
            f"Mean {unit} lived by {tick(common_horizon(result))}, difference",
        ),
        rows=tuple(line(row) for row in rows),
    )


def _other_number(row: LadderRow, unit: str) -> str:
    if row.instead is None:
        return "no ratio"
    return f"no hazard ratio; {instead_words(row.instead, unit)}: {contrast_text(row.instead)}"


def _title(naive: Contrast | None, rows: tuple[LadderRow, ...]) -> str:
    fair = next(
        (
            row.hazard_ratio
            for name in ("from_trigger", "time_varying")
            for row in rows
            if row.rung.name == name and row.hazard_ratio is not None
        ),
        None,
    )
    if naive is None or fair is None:
        return "The ladder: not every rung could be estimated"
    words = (
        f"The hazard ratio goes from {contrast_value(naive)} as published to "
        f"{contrast_value(fair)} counted fairly (interval {contrast_interval(fair)})"
    )
    fitness = [r for r in rows if r.group == "fitness" and r.hazard_ratio is not None and r.leads]
    return f"{words}{_range_of(fitness)}"


def _range_of(rows: list[LadderRow]) -> str:
    """Say where the methods that make the treated comparable lie, if there are any."""
    found = [r.hazard_ratio for r in rows if r.hazard_ratio is not None]
    known = [c for c in found if math.isfinite(c.value)]
    if not known:
        return ""
    if len(known) == 1:
        return f", and to {contrast_value(known[0])} with fitness weighed"
    lowest, highest = min(known, key=lambda c: c.value), max(known, key=lambda c: c.value)
    return (
        f"; {len(known)} ways of weighing fitness give {contrast_value(lowest)} to "
        f"{contrast_value(highest)}"
    )


def _draw(result: StudyResult) -> Figure | None:
    rows, unit = ladder_rows(result), result.cohort.time_unit
    published = [r for r in result.rungs if r.name == result.protocol.question.published_error]
    naive = primary_ratio(published[0]) if published else None
    return Figure(
        name="ladder",
        title=_title(naive, rows),
        alt="Hazard ratios with intervals on one logarithmic axis, one line a comparison, from the "
        "published errors (open diamonds, dashed) to the corrections (filled squares).",
        pictures=(
            Picture(svg=_picture(rows, _WIDE, "ladder-wide", unit=unit), shown="wide"),
            Picture(svg=_picture(rows, _NARROW, "ladder-narrow", unit=unit), shown="narrow"),
        ),
        table=_table(result, rows),
        note="Published errors are shown to be compared with, not to be believed. Arrows: the "
        "interval goes on beyond the axis. Lines without a hazard ratio answer on another scale; "
        "their number stands on the right and is not drawn on this axis.",
    )


FIGURE = FigureMethod(name="ladder_forest", draw=_draw)
