"""How the file became the study population: boxes from top to bottom."""

from __future__ import annotations

import textwrap

from timezero.model.result import StudyResult
from timezero.report.document import Figure, FigureMethod, Picture, Table
from timezero.report.drawing import BLACK, GREY, Axes, as_svg, axes_at, canvas, house_style
from timezero.report.small_cells import printed_steps, smallest_shown

BOX, GAP = 26.0, 36.0
WIDTH, MAIN, SIDE = 440.0, 190.0, 250.0

Step = tuple[str, str, str, str]


def _box(axes: Axes, text: str, x: float, y: float, *, colour: str = BLACK) -> None:
    axes.text(
        x,
        y,
        text,
        va="center",
        ha="left",
        fontsize=10.0,
        color=colour,
        bbox={"boxstyle": "square,pad=0.5", "facecolor": "white", "edgecolor": GREY},
    )


def _picture(steps: tuple[Step, ...]) -> str:
    height = BOX * len(steps) + GAP * (len(steps) - 1) + 20.0
    with house_style():
        figure = canvas(WIDTH, height)
        axes = axes_at(figure, 0.0, 0.0, right=0.0, top=0.0)
        axes.set_xlim(0.0, WIDTH)
        axes.set_ylim(height, 0.0)
        axes.set_axis_off()
        arrow = {"arrowstyle": "-|>", "color": GREY, "linewidth": 1.0}
        for k, (step, n, removed, reason) in enumerate(steps):
            middle = 10.0 + BOX / 2 + k * (BOX + GAP)
            if k:
                top = middle - BOX / 2
                axes.annotate("", (28.0, top + 1.0), (28.0, top - GAP), arrowprops=arrow)
            if removed:
                at = middle - (BOX + GAP) / 2
                axes.annotate("", (118.0, at), (28.0, at), arrowprops=arrow)
                why = f": {reason}" if reason else ""
                _box(axes, textwrap.fill(f"{removed} left out{why}", 46), 126.0, at, colour=BLACK)
            _box(axes, textwrap.fill(f"{step}: {n}", 60), 12.0, middle)
        return as_svg(figure, "attrition")


def _draw(result: StudyResult) -> Figure | None:
    steps = printed_steps(result.cohort.attrition, smallest_shown(result))
    if not steps:
        return None
    left_out = any(removed for _, _, removed, _ in steps)
    first, last = steps[0][1], steps[-1][1]
    title = (
        f"Of {first} in the file, {last} are analysed"
        if left_out
        else f"All {last} patients of the file are analysed"
    )
    return Figure(
        name="attrition",
        title=title,
        alt="Boxes from top to bottom with the number of patients after each step. Boxes at the "
        "side give how many were left out and why.",
        pictures=(Picture(svg=_picture(steps)),),
        table=Table(
            caption="From the file to the study population",
            header=("Step", "Patients", "Left out", "Why"),
            rows=steps,
        ),
    )


FIGURE = FigureMethod(name="attrition_flow", draw=_draw)
