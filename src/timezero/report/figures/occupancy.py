"""Where the patients were over time: the share in each state, stacked."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from timezero.model.result import DataTable, StudyResult
from timezero.report.data_tables import found_tables, numbers_of
from timezero.report.document import Figure, FigureMethod, Picture, Table
from timezero.report.drawing import (
    BLACK,
    GREY,
    Axes,
    as_svg,
    axes_at,
    canvas,
    house_style,
    percent_tick,
    plain_tick,
    wrapped,
)
from timezero.report.numbers import percent, tick
from timezero.report.thinning import kept_of

FILLS: Final = (
    ("#ffffff", ""),
    ("#cfe3f1", "///"),
    ("#0072B2", ""),
    ("#f2d6c4", "..."),
    ("#8a8a86", ""),
    ("#e8e8e4", "xx"),
)
LABEL_HEIGHT: Final = 0.085
MOST_ROWS: Final = 25


def states_of(table: DataTable) -> list[str]:
    """Return the names of the states, in the order in which they are entered."""
    return [name for name in table.columns if name != "time"]


def _apart(places: list[float]) -> list[float]:
    """Return places for labels from bottom to top, none on another, none above the picture."""
    moved = list(places)
    for k, (before, _) in enumerate(pairwise(places)):
        moved[k + 1] = max(moved[k + 1], max(moved[k], before) + LABEL_HEIGHT)
    beyond = moved[-1] - (1.0 - LABEL_HEIGHT / 2.0)
    for k in range(len(moved) - 1, -1, -1):
        highest = moved[k + 1] - LABEL_HEIGHT if k + 1 < len(moved) else moved[k]
        moved[k] = min(moved[k], highest) if k + 1 < len(moved) else moved[k] - max(beyond, 0.0)
    return moved


def _label(axes: Axes, names: list[str], ends: list[float], last: float) -> None:
    edges = [0.0, *ends]
    middles = [(low + high) / 2.0 for low, high in pairwise(edges)]
    for name, middle, at in zip(names, middles, _apart(middles), strict=True):
        words, _ = wrapped(name, 108.0)
        axes.annotate(
            words,
            (last, middle),
            xytext=(1.06, at),
            textcoords="axes fraction",
            va="center",
            fontsize=9.0,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.8},
        )


def _picture(table: DataTable, label: str) -> str:
    names, time = states_of(table), numbers_of(table, "time")
    label, more = wrapped(label, 330.0)
    with house_style():
        figure = canvas(450.0, 280.0 + more)
        axes = axes_at(figure, 60.0, 46.0 + more, right=128.0, top=12.0)
        base = [0.0] * len(time)
        ends: list[float] = []
        for k, name in enumerate(names):
            top = [b + v for b, v in zip(base, numbers_of(table, name), strict=True)]
            fill, hatch = FILLS[k % len(FILLS)]
            axes.fill_between(
                time, base, top, step="post", facecolor=fill, hatch=hatch, edgecolor="#767676", lw=0
            )
            axes.step(time, top, where="post", color=BLACK, linewidth=0.8)
            base = top
            ends.append(top[-1])
        axes.set_xlim(time[0], time[-1])
        axes.set_ylim(0.0, 1.0)
        axes.yaxis.set_major_formatter(percent_tick)
        axes.xaxis.set_major_formatter(plain_tick)
        _label(axes, names, ends, time[-1])
        axes.set_xlabel(label)
        axes.set_ylabel("Share of patients")
        return as_svg(figure, "occupancy")


def _title(table: DataTable, unit: str) -> str:
    names, time = states_of(table), numbers_of(table, "time")
    parts = [f"{percent(numbers_of(table, name)[-1])} {name}" for name in names]
    return f"At {tick(time[-1])} {unit}: {', '.join(parts)}"


def _draw(result: StudyResult) -> Figure | None:
    found = [table for _, table in found_tables(result, "occupancy")]
    if not found:
        return None
    table, unit = found[0], result.cohort.time_unit
    names, time = states_of(table), numbers_of(table, "time")
    kept = kept_of(len(time), MOST_ROWS)
    return Figure(
        name="occupancy",
        title=_title(table, unit),
        alt="Areas stacked over time, one for each state, each as high as the share of the "
        "patients in it. Together they fill the height of the picture.",
        pictures=(Picture(svg=_picture(table, f"Time, {unit}")),),
        table=Table(
            caption="Share of the patients in each state",
            header=(f"Time, {unit}", *names),
            rows=tuple(
                (tick(time[k]), *(percent(numbers_of(table, n)[k], decimals=1) for n in names))
                for k in kept
            ),
        ),
        note="Estimated from all patients, those who left observation included as long as they "
        "were seen. Nobody is grouped by what happened later.",
    )


FIGURE = FigureMethod(name="occupancy", draw=_draw)
