"""Balance: how far treated and untreated differ in each characteristic, before and after."""

from __future__ import annotations

import math
import textwrap
from typing import Final

from timezero.model.result import DataTable, Rung, StudyResult
from timezero.report.data_tables import found_tables, numbers_of, words_of
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
)
from timezero.report.ladder_rows import titled
from timezero.report.numbers import signed

LINE: Final = 30.0
MOST_DRAWN: Final = 25
SMALL, LARGE = 0.1, 0.25
WHITE_BEHIND: Final = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}


def _rows(table: DataTable) -> list[tuple[str, float, float]]:
    names = words_of(table, "covariate")
    before, after = numbers_of(table, "before"), numbers_of(table, "after")
    return list(zip(names, before, after, strict=True))


def _drawn(table: DataTable) -> list[tuple[str, float, float]]:
    """Return the rows that are drawn: those that differ most before, the largest first."""
    known = [row for row in _rows(table) if not math.isnan(row[1])]
    return sorted(known, key=lambda row: -abs(row[1]))[:MOST_DRAWN]


def _draw_row(axes: Axes, row: tuple[str, float, float], y: float) -> None:
    name, before, after = row
    axes.annotate(
        textwrap.shorten(name, 52, placeholder=" …"),
        (0.0, y - 0.26),
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=9.5,
        bbox=WHITE_BEHIND,
    )
    at = y + 0.2
    if not math.isnan(after):
        axes.plot([before, after], [at, at], color=GREY, linewidth=0.9)
        axes.plot([after], [at], marker="s", color=BLUE, ms=6.5)
    axes.plot([before], [at], marker="D", color=VERMILLION, ms=6.5, mfc="white", mew=1.6)


def _picture(rung: Rung, table: DataTable) -> str:
    rows = _drawn(table)
    reach = max([abs(v) for _, *pair in rows for v in pair if math.isfinite(v)] + [0.3]) * 1.1
    height = LINE * len(rows) + 84.0
    with house_style():
        figure = canvas(400.0, height)
        figure.text(0.01, 1.0 - 13.0 / height, titled(rung), fontweight="bold")
        axes = axes_at(figure, 14.0, 44.0, right=14.0, top=24.0)
        axes.set_ylim(len(rows) - 0.45, -0.6)
        axes.set_xlim(-reach, reach)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.axvline(0.0, color=BLACK, linewidth=0.9)
        for value, dash in ((SMALL, (0, (4, 2))), (LARGE, (0, (1, 1.5)))):
            for side in (-value, value):
                axes.axvline(side, color=GREY, linewidth=0.9, linestyle=dash)
        for y, row in enumerate(rows):
            _draw_row(axes, row, float(y))
        axes.set_xlabel("Difference, treated less untreated, in standard deviations")
        axes.xaxis.set_major_formatter(plain_tick)
        return as_svg(figure, f"balance-{rung.name}".replace("_", "-"))


def _title(tables: list[tuple[Rung, DataTable]]) -> str:
    after = [
        (abs(row[2]), row[0], titled(rung))
        for rung, table in tables
        for row in _rows(table)
        if not math.isnan(row[2])
    ]
    if not after:
        return "How treated and untreated differ in what was measured"
    size, name, where = max(after)
    beyond = sum(1 for found in after if found[0] > SMALL)
    if beyond == 0:
        return f"After weighting or matching, no measured difference is beyond {SMALL:g}"
    return (
        f"After weighting or matching, {name} still differs by {size:.2f} standard deviations "
        f"({where})"
    )


def _draw(result: StudyResult) -> Figure | None:
    tables = list(found_tables(result, "balance"))
    if not tables:
        return None
    return Figure(
        name="balance",
        title=_title(tables),
        alt="For each characteristic, how far treated and untreated differ before weighting or "
        "matching (open diamonds) and after it (filled squares). Lines stand at 0.1 (dashed) and "
        "0.25 (dotted) on both sides of zero.",
        pictures=tuple(Picture(svg=_picture(rung, table)) for rung, table in tables),
        table=Table(
            caption="Standardised mean differences",
            header=("Rung", "Characteristic", "Before", "After"),
            rows=tuple(
                (titled(rung), name, signed(before), signed(after))
                for rung, table in tables
                for name, before, after in _rows(table)
            ),
        ),
        note="Differences of means, treated less untreated, in standard deviations; open diamond "
        "before, filled square after. Within the dashed lines (0.1) a difference is commonly "
        "called small; beyond the dotted ones (0.25) adjustment is not to be relied on. What "
        "was not measured is not shown. "
        f"At most {MOST_DRAWN} characteristics are drawn; the table has "
        "all.",
    )


FIGURE = FigureMethod(name="love_plot", draw=_draw)
