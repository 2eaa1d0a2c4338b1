"""Overlap: how likely treatment was for those who had it and for those who had not."""

from __future__ import annotations

from typing import Final

from timezero.model.result import DataTable, Rung, StudyResult
from timezero.report.data_tables import found_tables, numbers_of
from timezero.report.document import Figure, FigureMethod, Picture, Table
from timezero.report.drawing import (
    BLACK,
    BLUE,
    as_svg,
    axes_at,
    canvas,
    house_style,
    plain_tick,
)
from timezero.report.ladder_rows import titled
from timezero.report.numbers import percent, tick
from timezero.report.small_cells import printed_counts, smallest_shown

EQUIPOISE: Final = (0.3, 0.7)


def _shares(counts: list[float]) -> list[float]:
    shown = [max(count, 0.0) for count in counts]
    total = sum(shown) or 1.0
    return [count / total for count in shown]


def _unsigned_percent(value: float, _: int = 0) -> str:
    return f"{100.0 * abs(value):.0f}%"


def _picture(rung: Rung, table: DataTable) -> str:
    score = numbers_of(table, "score")
    treated = _shares(numbers_of(table, "treated"))
    untreated = _shares(numbers_of(table, "untreated"))
    width = (score[1] - score[0]) if len(score) > 1 else 0.1
    top = max([*treated, *untreated, 0.05]) * 1.3
    with house_style():
        figure = canvas(400.0, 230.0)
        figure.text(0.01, 1.0 - 13.0 / 230.0, titled(rung), fontweight="bold")
        axes = axes_at(figure, 52.0, 44.0, right=12.0, top=26.0)
        axes.set_xlim(0.0, 1.0)
        axes.set_ylim(-top, top)
        axes.axvspan(*EQUIPOISE, color="#ededea", linewidth=0, zorder=0)
        look = {"width": 0.9 * width, "edgecolor": BLACK, "linewidth": 0.8}
        axes.bar(score, treated, color=BLUE, **look)
        axes.bar(score, [-v for v in untreated], color="white", hatch="///", **look)
        axes.axhline(0.0, color=BLACK, linewidth=0.9)
        axes.text(0.02, top * 0.97, "began treatment", va="top", fontsize=9.5)
        axes.text(0.02, -top * 0.97, "did not", va="bottom", fontsize=9.5)
        axes.yaxis.set_major_formatter(_unsigned_percent)
        axes.locator_params(axis="y", nbins=6)
        axes.xaxis.set_major_formatter(plain_tick)
        axes.set_xlabel("Preference score: how likely treatment was")
        axes.set_ylabel("Share of group")
        return as_svg(figure, f"preference-{rung.name}".replace("_", "-"))


def _rows(rung: Rung, table: DataTable, smallest: int) -> list[tuple[str, ...]]:
    treated = printed_counts(numbers_of(table, "treated"), smallest)
    untreated = printed_counts(numbers_of(table, "untreated"), smallest)
    scores = [tick(v) for v in numbers_of(table, "score")]
    lines = zip(scores, treated, untreated, strict=True)
    return [(titled(rung), *line) for line in lines]


def _title(tables: list[tuple[Rung, DataTable]]) -> str:
    rung, table = tables[0]
    if "share_in_equipoise" not in table.notes:
        return "How likely treatment was for those who had it and for those who had not"
    share = percent(table.notes["share_in_equipoise"])
    return f"For {share} of the person-time the choice was open ({titled(rung)})"


def _draw(result: StudyResult) -> Figure | None:
    tables = list(found_tables(result, "preference"))
    if not tables:
        return None
    smallest = smallest_shown(result)
    return Figure(
        name="preference",
        title=_title(tables),
        alt="Two histograms of how likely treatment was, upward for those who began it and "
        "downward for those who did not. A grey band marks scores from 0.3 to 0.7.",
        pictures=tuple(Picture(svg=_picture(rung, table)) for rung, table in tables),
        table=Table(
            caption="Preference scores",
            header=("Rung", "Score", "Began treatment", "Did not"),
            rows=tuple(row for rung, table in tables for row in _rows(rung, table, smallest)),
        ),
        note="The preference score is the fitted chance of treatment, set against how common "
        "treatment is. Scores from 0.3 to 0.7 (grey) mean that the choice was open. Where the two "
        "histograms do not overlap there is nobody to compare with."
        + (" Bars of hidden numbers are left out." if smallest > 1 else ""),
    )


FIGURE = FigureMethod(name="preference", draw=_draw)
