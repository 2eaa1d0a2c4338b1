"""States and the ways between them: boxes, and arrows with how many patients took them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Final

from timezero.model.result import DataTable, StudyResult
from timezero.report.data_tables import found_tables, numbers_of, words_of
from timezero.report.document import Figure, FigureMethod, Picture, Table
from timezero.report.drawing import BLACK, BLUE, Axes, as_svg, axes_at, canvas, house_style
from timezero.report.figures.occupancy import states_of
from timezero.report.numbers import amount
from timezero.report.small_cells import printed_counts, smallest_shown

WIDTH: Final = 400.0
ROW: Final = 88.0
BOX: Final = (150.0, 44.0)
LEFT_BOX, RIGHT_BOX = 34.0, 286.0
END_WIDTH: Final = 104.0
MARGIN: Final = 10.0
WHITE_BEHIND: Final = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A transition with its printed number of patients and its rate."""

    source: str
    target: str
    n: str
    person_time: float
    rate: float


def ways_of(table: DataTable, smallest: int) -> list[Way]:
    """Return the transitions; numbers of one state are hidden together."""
    sources, targets = words_of(table, "from"), words_of(table, "to")
    counts = numbers_of(table, "n")
    person_time, rates = numbers_of(table, "person_time"), numbers_of(table, "rate")
    printed = [""] * len(counts)
    for source in dict.fromkeys(sources):
        places = [k for k, s in enumerate(sources) if s == source]
        texts = printed_counts([counts[k] for k in places], smallest)
        for k, text in zip(places, texts, strict=True):
            printed[k] = text
    return [
        Way(source=s, target=t, n=n, person_time=time, rate=rate)
        for s, t, n, time, rate in zip(sources, targets, printed, person_time, rates, strict=True)
    ]


def _in_order(table: DataTable, ways: list[Way]) -> tuple[list[str], list[str]]:
    """Return the states that can be left, in order, and those that cannot."""
    known = states_of(table)
    names = list(dict.fromkeys([*known, *(w.source for w in ways), *(w.target for w in ways)]))
    left = {way.source for way in ways}
    used = left | {way.target for way in ways}
    return [n for n in names if n in left], [n for n in names if n in used - left]


def _box(axes: Axes, name: str, corner: tuple[float, float], size: tuple[float, float]) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle(corner, *size, facecolor="white", edgecolor=BLACK, linewidth=1.3))
    words = "\n".join(textwrap.wrap(name, max(int(size[0] / 6.4), 8)))
    middle = corner[0] + size[0] / 2.0, corner[1] + size[1] / 2.0
    axes.text(*middle, words, ha="center", va="center")


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], bend: float) -> None:
    axes.annotate(
        "",
        end,
        xytext=start,
        arrowprops={
            "arrowstyle": "-|>",
            "color": BLUE,
            "linewidth": 1.4,
            "connectionstyle": f"arc3,rad={bend}",
        },
    )


def _draw_ways(axes: Axes, ways: list[Way], lows: dict[str, float], ends: list[str]) -> None:
    middle = LEFT_BOX + BOX[0] / 2.0
    order = list(lows)
    for way in ways:
        low = lows[way.source]
        if way.target in ends:
            at = low + BOX[1] / 2.0 - 8.0 * (ends.index(way.target))
            _arrow(axes, (LEFT_BOX + BOX[0], at), (RIGHT_BOX, at), 0.0)
            label = ((LEFT_BOX + BOX[0] + RIGHT_BOX) / 2.0, at + 9.0)
        elif order.index(way.target) == order.index(way.source) + 1:
            _arrow(axes, (middle, low), (middle, lows[way.target] + BOX[1]), 0.0)
            label = (middle + 30.0, (low + lows[way.target] + BOX[1]) / 2.0)
        else:
            from_to = low + BOX[1] / 2.0, lows[way.target] + BOX[1] / 2.0
            _arrow(axes, (LEFT_BOX, from_to[0]), (LEFT_BOX, from_to[1]), 0.35)
            label = (LEFT_BOX - 16.0, sum(from_to) / 2.0)
        axes.text(*label, way.n, ha="center", va="center", fontsize=9.5, bbox=WHITE_BEHIND)


def _picture(table: DataTable, ways: list[Way]) -> str:
    left, ends = _in_order(table, ways)
    height = ROW * (len(left) - 1) + BOX[1] + 2.0 * MARGIN + 16.0
    lows = {name: height - MARGIN - ROW * k - BOX[1] - 8.0 for k, name in enumerate(left)}
    with house_style():
        figure = canvas(WIDTH, height)
        axes = axes_at(figure, 0.0, 0.0, right=0.0, top=0.0)
        axes.set_xlim(0.0, WIDTH)
        axes.set_ylim(0.0, height)
        axes.set_axis_off()
        for name, low in lows.items():
            _box(axes, name, (LEFT_BOX, low), BOX)
        each = (height - 2.0 * MARGIN) / max(len(ends), 1)
        for k, name in enumerate(ends):
            low = height - MARGIN - each * (k + 1)
            _box(axes, name, (RIGHT_BOX, low + 4.0), (END_WIDTH, each - 8.0))
        _draw_ways(axes, ways, lows, ends)
        return as_svg(figure, "state-diagram")


def _draw(result: StudyResult) -> Figure | None:
    rungs = [rung for rung, _ in found_tables(result, "transitions")]
    if not rungs:
        return None
    table = rungs[0].table("transitions")
    occupancy = rungs[0].table("occupancy") or table
    if table is None or occupancy is None:
        return None
    unit = result.cohort.time_unit
    ways = ways_of(table, smallest_shown(result))
    states = occupancy if occupancy is not table else _without_states(table)
    return Figure(
        name="state-diagram",
        title="How many patients went from where to where",
        alt="Boxes for the states of a patient, joined by arrows. A number at each arrow says how "
        "many patients took it.",
        pictures=(Picture(svg=_picture(states, ways)),),
        table=Table(
            caption="Transitions between states",
            header=("From", "To", "Patients", f"Time at risk, {unit}", f"Rate per {unit[:-1]}"),
            rows=tuple(
                (w.source, w.target, w.n, amount(w.person_time), amount(w.rate)) for w in ways
            ),
        ),
        note="Arrows carry numbers of patients. Who takes no arrow out of a box was still in it "
        "when last seen.",
    )


def _without_states(table: DataTable) -> DataTable:
    return DataTable(name=table.name, title=table.title, columns={})


FIGURE = FigureMethod(name="state_diagram", draw=_draw)
