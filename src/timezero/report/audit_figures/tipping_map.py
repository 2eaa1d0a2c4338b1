"""How much selection, on top of waiting, would make the printed contrast out of nothing: a map."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import numpy as np

from timezero.model.audit_result import AuditResult, Benchmark, Tipping
from timezero.report.audit_figures._strip import WHITE_BEHIND
from timezero.report.audit_numbers import contrast_words
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
from timezero.report.numbers import percent, ratio, tick

ROW: Final = 34.0
LIGHT, DARK = (255, 255, 255), (122, 178, 219)
LABEL_GAP: Final = 0.36


def _colour(share: float) -> str:
    """Return a blue that black words can be read on: the darker, the larger the share."""
    if math.isnan(share):
        return "#ffffff"
    mixed = (round(a + (b - a) * share) for a, b in zip(LIGHT, DARK, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _place(value: float, ticks: tuple[float, ...]) -> float:
    """Return where a value lies between cells of equal size."""
    return float(np.interp(value, ticks, np.arange(len(ticks))))


def _apart(places: list[float]) -> list[float]:
    """Return places for labels, moved so that none stands on another."""
    order = sorted(range(len(places)), key=places.__getitem__)
    moved = list(places)
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + LABEL_GAP)
    return moved


def _draw_cells(axes: Axes, tipping: Tipping) -> None:
    from matplotlib.patches import Rectangle

    for y, row in enumerate(tipping.as_large):
        for x, share in enumerate(row):
            unknown = math.isnan(share)
            axes.add_patch(
                Rectangle(
                    (x - 0.5, y - 0.5),
                    1.0,
                    1.0,
                    facecolor=_colour(share),
                    edgecolor="#767676",
                    linewidth=0.5,
                    hatch="..." if unknown else None,
                )
            )
            if not unknown:
                behind = {"facecolor": _colour(share), "edgecolor": "none", "pad": 0.8}
                look = {"ha": "center", "va": "center", "fontsize": 8.5, "zorder": 3.0}
                axes.text(x, y, percent(share), bbox=behind, **look)


def _draw_contour(axes: Axes, tipping: Tipping) -> None:
    points = [
        (_place(s, tipping.selections), _place(v, tipping.frailty_variances))
        for v, s in tipping.contour
    ]
    if not points:
        return
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    axes.plot(xs, ys, color="white", linewidth=5.0)
    axes.plot(xs, ys, color=BLACK, linewidth=2.2)
    at = min(points, key=lambda p: (round(abs(p[1] % 1.0 - 0.5), 2), abs(p[0] - 3.0)))
    axes.annotate(
        "50%", at, ha="center", va="center", fontsize=8.5, fontweight="bold", bbox=WHITE_BEHIND
    )


def _draw_benchmarks(axes: Axes, tipping: Tipping) -> None:
    """Point from the right edge at the unequalness that each measured factor alone makes."""
    edge = len(tipping.selections) - 0.5
    places = [_place(b.frailty_variance, tipping.frailty_variances) for b in tipping.benchmarks]
    for benchmark, y, label_y in zip(tipping.benchmarks, places, _apart(places), strict=True):
        beyond = benchmark.frailty_variance > tipping.frailty_variances[-1]
        axes.plot([edge], [y], marker="<", color=BLACK, markersize=6.0, clip_on=False)
        axes.annotate(
            f"{benchmark.name}{' (beyond)' if beyond else ''}",
            (edge, y),
            xytext=(18.0, (label_y - y) * ROW),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.8},
        )


def _picture(tipping: Tipping, width: float, right: float, *, name: str) -> str:
    rows, columns = len(tipping.frailty_variances), len(tipping.selections)
    label = "Selection strength: how steeply the fitter were chosen"
    label, more = wrapped(label, width - right - 60.0)
    side, _ = wrapped("Frailty variance: how unequal patients were", ROW * rows)
    with house_style():
        figure = canvas(width, ROW * rows + 64.0 + more)
        axes = axes_at(figure, 64.0, 44.0 + more, right=right, top=20.0)
        axes.set_xlim(-0.5, columns - 0.5)
        axes.set_ylim(-0.5, rows - 0.5)
        _draw_cells(axes, tipping)
        _draw_contour(axes, tipping)
        _draw_benchmarks(axes, tipping)
        axes.set_xticks(range(columns), [tick(s) for s in tipping.selections])
        axes.set_yticks(range(rows), [tick(v) for v in tipping.frailty_variances])
        axes.set_xlabel(label)
        axes.set_ylabel(side)
        if tipping.benchmarks:
            axes.annotate(
                "measured factors",
                (1.0, 1.0),
                xycoords="axes fraction",
                xytext=(right - 4.0, 6.0),
                textcoords="offset points",
                ha="right",
                fontsize=8.5,
                annotation_clip=False,
            )
        return as_svg(figure, name)


def _title(result: AuditResult, tipping: Tipping) -> str:
    words = contrast_words(tipping.compared_on, result.claim.question.unit)
    if tipping.everywhere:
        return (
            f"Half of the do-nothing studies or more show a {words.label} as large as printed "
            "everywhere on this map, also without selection"
        )
    if tipping.nowhere:
        return (
            f"Nowhere on this map do half of the do-nothing studies show a {words.label} as large "
            "as printed"
        )
    shares = [p for row in tipping.as_large for p in row if not math.isnan(p)]
    least, most = percent(min(shares)), percent(max(shares))
    return (
        f"Of the do-nothing studies, {least} to {most} show a {words.label} as large as printed, "
        "by how fit the chosen were; the line is where half of them do"
    )


def _factor(benchmark: Benchmark) -> str:
    return (
        f"{benchmark.name}: variance {ratio(benchmark.frailty_variance)} (hazard ratio "
        f"{ratio(benchmark.hazard_ratio)} in {percent(benchmark.prevalence)} of patients). "
        f"{benchmark.source}"
    )


def _draw(result: AuditResult) -> Figure | None:
    tipping = result.tipping
    if tipping is None or not tipping.as_large:
        return None
    rows = tuple(
        (tick(v), *("not known" if math.isnan(p) else percent(p) for p in row))
        for v, row in zip(tipping.frailty_variances, tipping.as_large, strict=True)
    )
    return Figure(
        name="tipping",
        title=_title(result, tipping),
        alt="A map of how unequal patients were, against how steeply the fitter were chosen, with "
        "the share of do-nothing studies in each cell. A line marks where the share is half.",
        pictures=(
            Picture(svg=_picture(tipping, 640.0, 150.0, name="tipping-wide"), shown="wide"),
            Picture(svg=_picture(tipping, 350.0, 108.0, name="tipping-narrow"), shown="narrow"),
        ),
        table=Table(
            caption="Share of do-nothing studies as large as printed, by frailty variance (rows) "
            "and selection strength (columns)",
            header=("Frailty variance", *(tick(s) for s in tipping.selections)),
            rows=rows,
            note=" ".join(f"{_factor(b)}" for b in tipping.benchmarks),
        ),
        note="Each cell: the share of simulated studies, in which the treatment does nothing, that "
        "show as much as printed. The thick line, marked 50%, is where what is left after waiting "
        "and selection vanishes. Arrows: how unequal a measured factor alone makes patients.",
    )


FIGURE = FigureMethod(name="tipping_map", draw=_draw)
