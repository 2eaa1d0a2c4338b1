"""Two small simulated studies as patient lines: who had to live long enough."""

from __future__ import annotations

import math
from typing import Any

from timezero.model.audit_result import AuditResult, SmallWorld, WorldPatient
from timezero.report.audit_numbers import counted_from
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
    plain_tick,
    wrapped,
)
from timezero.report.numbers import NOT_REACHED, amount, tick

WIDTH, LINE, LEGEND = 360.0, 17.0, 106.0
HALF = 0.26


def _reached(median: float, unit: str) -> str:
    return f"{amount(median)} {unit}" if math.isfinite(median) else NOT_REACHED


def _bar(axes: Axes, y: float, start: float, end: float, *, colour: str, hatch: str = "") -> None:
    axes.barh(
        y,
        end - start,
        left=start,
        height=2 * HALF,
        facecolor="white" if hatch else colour,
        edgecolor=colour,
        hatch=hatch or None,
        linewidth=0.9,
    )


def _draw_patient(axes: Axes, patient: WorldPatient, y: float) -> None:
    treated = not math.isnan(patient.initiation)
    if treated:
        _bar(axes, y, 0.0, patient.initiation, colour=BLUE, hatch="/////")
        _bar(axes, y, patient.initiation, patient.exit, colour=BLUE)
        axes.plot([patient.initiation], [y], marker="^", color=BLACK, markersize=6.0)
    else:
        axes.plot([0.0, patient.exit], [y, y], color=GREY, linewidth=2.0)
    if math.isfinite(patient.would_have):
        ends = [patient.exit, patient.would_have]
        axes.plot(ends, [y, y], color=GREY, linewidth=1.0, linestyle=(0, (1, 2)))
        axes.plot([ends[1]], [y], marker="^", color=BLACK, markerfacecolor="white", markersize=6.0)
        axes.annotate(
            f"at {tick(round(patient.would_have, 1))}",
            (ends[1], y),
            xytext=(6.0, 0.0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            annotation_clip=False,
        )
    marker, colour = ("X", VERMILLION) if patient.died else (">", BLACK)
    axes.plot([patient.exit], [y], marker=marker, color=colour, markersize=6.5, clip_on=False)


def _legend(axes: Axes) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    mark: dict[str, Any] = {"linestyle": "none", "markersize": 6.5}
    handles = [
        Patch(facecolor="white", edgecolor=BLUE, hatch="/////", label="alive and waiting"),
        Patch(facecolor=BLUE, edgecolor=BLUE, label="after the treatment"),
        Line2D([], [], color=GREY, linewidth=2.0, label="never treated"),
        Line2D([], [], marker="^", color=BLACK, **mark, label="treated"),
        Line2D([], [], marker="X", color=VERMILLION, **mark, label="died"),
        Line2D([], [], marker=">", color=BLACK, **mark, label="alive at the end"),
        Line2D([], [], marker="^", color=BLACK, markerfacecolor="white", **mark,
               label="died before the treatment: would have had it at"),
    ]  # fmt: skip
    axes.legend(
        handles=handles[:6],
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=2,
        frameon=False,
        fontsize=9,
        borderaxespad=1.9,
    )
    axes.add_artist(axes.get_legend())
    axes.legend(
        handles=handles[6:],
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        frameon=False,
        fontsize=9,
        borderaxespad=0.2,
    )


def _picture(result: AuditResult, world: SmallWorld, name: str) -> str:
    unit = result.claim.question.unit
    title, title_more = wrapped(world.title, WIDTH)
    label = f"{unit.capitalize()} since {counted_from(result)}"
    label, more = wrapped(label, WIDTH - 30.0)
    medians = (
        f"Median: treated {_reached(world.median_late, unit)}, "
        f"never {_reached(world.median_never, unit)}"
    )
    ends = [v for p in world.patients for v in (p.exit, p.would_have) if math.isfinite(v)]
    height = LINE * len(world.patients) + 46.0 + more + LEGEND + title_more
    with house_style():
        figure = canvas(WIDTH, height)
        axes = axes_at(figure, 14.0, 46.0 + more, right=14.0, top=LEGEND + title_more)
        axes.set_ylim(len(world.patients) - 0.4, -0.6)
        axes.set_xlim(0.0, max(ends, default=1.0) * 1.12)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_formatter(plain_tick)
        for y, patient in enumerate(world.patients):
            _draw_patient(axes, patient, float(y))
        axes.set_xlabel(label)
        _legend(axes)
        figure.text(4.0 / WIDTH, 1.0 - 4.0 / height, title, va="top", fontweight="bold")
        below = 1.0 - (20.0 + title_more) / height
        figure.text(4.0 / WIDTH, below, medians, va="top")
        return as_svg(figure, name)


def _rows(world: SmallWorld, number: int) -> list[tuple[str, ...]]:
    return [
        (
            f"World {number}, patient {k}",
            amount(p.exit),
            "died" if p.died else "alive",
            "never" if math.isnan(p.initiation) else amount(p.initiation),
            amount(p.would_have) if math.isfinite(p.would_have) else "",
        )
        for k, p in enumerate(world.patients, start=1)
    ]


def _draw(result: AuditResult) -> Figure | None:
    worlds = [world for world in result.worlds if world.patients]
    if not worlds:
        return None
    unit = result.claim.question.unit
    said = "; ".join(
        f"{_reached(w.median_late, unit)} against {_reached(w.median_never, unit)}" for w in worlds
    )
    return Figure(
        name="small-worlds",
        title=f"The treatment does nothing here, and the medians, treated against never treated, "
        f"are {said}",
        alt="One line a simulated patient, longest life first, hatched while alive and waiting for "
        "the treatment. Open triangles show when those who died before it would have had it.",
        pictures=tuple(
            Picture(svg=_picture(result, world, f"small-world-{k}"))
            for k, world in enumerate(worlds, start=1)
        ),
        table=Table(
            caption="The simulated patients",
            header=(
                "Patient",
                f"Followed, {unit}",
                "At the end",
                f"Treated after, {unit}",
                f"Would have been treated after, {unit}",
            ),
            rows=tuple(row for k, world in enumerate(worlds, start=1) for row in _rows(world, k)),
        ),
        note="No real patient is shown. Whoever is in the treated group lived through the hatched "
        "time, by definition; whoever died before the open triangle is counted as never treated.",
    )


FIGURE = FigureMethod(name="two_worlds", draw=_draw)
