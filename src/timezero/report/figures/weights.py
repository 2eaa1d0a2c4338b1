"""Weights over time: their mean, spread and largest, and how many patients they leave."""

from __future__ import annotations

import math
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
    wrapped,
)
from timezero.report.ladder_rows import titled
from timezero.report.numbers import amount, percent, tick
from timezero.report.small_cells import printed_counts, smallest_shown

ARMS: Final = {"reference": "Untreated", "intervention": "Treated"}
WIDTH, HEIGHT = 400.0, 308.0
LEFT, GAP, PANEL = 62.0, 14.0, 154.0
TICKS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 500.0)


def _rows_of(table: DataTable, arm: str) -> list[dict[str, float]]:
    """Return the rows of one arm by column, in order of time."""
    names = [name for name in table.columns if name != "arm"]
    columns = {name: numbers_of(table, name) for name in names}
    chosen = [k for k, a in enumerate(words_of(table, "arm")) if a == arm]
    rows = [{name: columns[name][k] for name in names} for k in chosen]
    return sorted(rows, key=lambda row: row["interval_start"])


def _limits(table: DataTable) -> tuple[float, float]:
    known = [
        v
        for name in ("minimum", "p1", "mean", "maximum")
        for v in numbers_of(table, name)
        if math.isfinite(v) and v > 0.0
    ]
    return min([*known, 0.7]) * 0.85, max([*known, 1.5]) * 1.15


def _draw_weights(axes: Axes, rows: list[dict[str, float]]) -> None:
    at = [row["interval_start"] for row in rows]
    band = [row["p1"] for row in rows], [row["p99"] for row in rows]
    axes.fill_between(at, *band, color=BLUE, alpha=0.16, linewidth=0)
    axes.plot(at, [row["mean"] for row in rows], color=BLUE, linewidth=1.6, marker="o", ms=3.5)
    largest = [row["maximum"] for row in rows]
    axes.plot(at, largest, color=VERMILLION, linewidth=1.0, linestyle=(0, (4, 2)), marker="^", ms=4)
    axes.axhline(1.0, color=BLACK, linewidth=0.8)


def _draw_left(axes: Axes, rows: list[dict[str, float]]) -> None:
    at = [row["interval_start"] for row in rows]
    left = [row["effective_sample_size"] / row["n"] if row["n"] > 0 else math.nan for row in rows]
    axes.plot(at, left, color=BLACK, linewidth=1.4, marker="s", ms=3.5)
    axes.axhline(0.5, color=GREY, linewidth=0.8, linestyle=(0, (1, 1.5)))


def _picture(table: DataTable, title: str, label: str, name: str) -> str:
    limits = _limits(table)
    label, more = wrapped(label, WIDTH - LEFT)
    with house_style():
        figure = canvas(WIDTH, HEIGHT + more)
        figure.text(4.0 / WIDTH, 1.0 - 13.0 / (HEIGHT + more), title, fontweight="bold")
        for column, (arm, words) in enumerate(ARMS.items()):
            rows = _rows_of(table, arm)
            left = LEFT + column * (PANEL + GAP)
            right = WIDTH - left - PANEL
            upper = axes_at(figure, left, 142.0 + more, right=right, top=38.0)
            lower = axes_at(figure, left, 46.0 + more, right=right, top=188.0)
            upper.set_yscale("log")
            upper.set_ylim(*limits)
            shown = [t for t in TICKS if limits[0] <= t <= limits[1]]
            upper.set_yticks(shown, [f"{t:g}" for t in shown] if column == 0 else [])
            upper.tick_params(axis="y", which="minor", length=0)
            upper.yaxis.set_minor_formatter("")
            upper.set_title(words)
            lower.set_ylim(0.0, 1.08)
            lower.set_yticks([0.0, 0.5, 1.0], ["0%", "50%", "100%"] if column == 0 else [])
            lower.xaxis.set_major_formatter(plain_tick)
            upper.set_xticklabels([])
            lower.locator_params(axis="x", nbins=4)
            if rows:
                _draw_weights(upper, rows)
                _draw_left(lower, rows)
        figure.text(0.5, 10.0 / (HEIGHT + more), label, ha="center", va="bottom")
        for words, y in (("Weight", 222.0), ("Effective", 92.0)):
            at = (y + more) / (HEIGHT + more)
            figure.text(10.0 / WIDTH, at, words, rotation=90.0, ha="center", va="center")
        return as_svg(figure, name)


def _row(rung: Rung, row: dict[str, float], arm: str, smallest: int) -> tuple[str, ...]:
    left = row["effective_sample_size"]
    hidden = row["n"] < smallest and row["n"] != 0
    return (
        titled(rung),
        ARMS[arm].lower(),
        tick(row["interval_start"]),
        printed_counts([row["n"]], smallest)[0],
        amount(row["mean"]),
        f"{amount(row['p1'])} to {amount(row['p99'])}",
        amount(row["maximum"]),
        "not shown" if hidden else amount(left),
        percent(row["share_of_top_1_percent"]),
    )


def _title(tables: list[tuple[Rung, DataTable]]) -> str:
    largest = {
        titled(rung): max(numbers_of(table, "maximum"), default=math.nan) for rung, table in tables
    }
    known = {name: value for name, value in largest.items() if not math.isnan(value)}
    if not known:
        return "Weights over time"
    name = max(known, key=lambda n: known[n])
    return f"The largest weight is {amount(known[name])} ({name})"


def _draw(result: StudyResult) -> Figure | None:
    tables = list(found_tables(result, "weight_summary"))
    if not tables:
        return None
    unit, smallest = result.cohort.time_unit, smallest_shown(result)
    label = f"Beginning of the interval, {unit}"
    return Figure(
        name="weights",
        title=_title(tables),
        alt="For untreated and treated, over time: the mean weight, a band from the 1st to the "
        "99th percentile, and the largest weight. Below, how many per cent of the patients the "
        "weights leave as an effective number.",
        pictures=tuple(
            Picture(
                svg=_picture(table, titled(rung), label, f"weights-{rung.name}".replace("_", "-"))
            )
            for rung, table in tables
        ),
        table=Table(
            caption="Weights by interval and arm",
            header=(
                "Rung",
                "Arm",
                f"From, {unit}",
                "Patients",
                "Mean",
                "1st to 99th percentile",
                "Largest",
                "Effective patients",
                "Weight of the top 1%",
            ),
            rows=tuple(
                _row(rung, row, arm, smallest)
                for rung, table in tables
                for arm in ARMS
                for row in _rows_of(table, arm)
            ),
        ),
        note="Line with dots: mean weight, which should stay near 1 where weights are stabilised. "
        "Band: 1st to 99th percentile. Dashed line with triangles: largest weight. Below: the "
        "effective number of patients as a share of those there are; dotted at one half.",
    )


FIGURE = FigureMethod(name="weights", draw=_draw)
