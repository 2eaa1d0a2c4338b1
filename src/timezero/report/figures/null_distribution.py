"""What the naive comparison shows when the treatment does nothing, with the observed value."""

from __future__ import annotations

import math

from timezero.model.result import DataTable, StudyResult
from timezero.report.document import Figure, FigureMethod, Picture, Table
from timezero.report.drawing import (
    BLACK,
    GREY,
    VERMILLION,
    as_svg,
    axes_at,
    canvas,
    house_style,
    percent_tick,
)
from timezero.report.figures._interval_axis import set_ratio_axis
from timezero.report.numbers import percent, ratio

KINDS = {
    "null_naive_hazard_ratio": ("Naive hazard ratio", "hazard ratio"),
    "null_naive_median_ratio": ("Naive ratio of medians", "ratio of medians"),
}


def null_tables(result: StudyResult) -> list[DataTable]:
    """Return the null distributions that the re-randomisation gave."""
    found = [rung.table(kind) for rung in result.rungs for kind in KINDS]
    return [table for table in found if table is not None]


def _bins(table: DataTable) -> list[tuple[float, float, float]]:
    columns = (table.columns[name] for name in ("bin_left", "bin_right", "share"))
    return [(float(a), float(b), float(c)) for a, b, c in zip(*columns, strict=True)]


def _picture(table: DataTable) -> str:
    bins = _bins(table)
    observed = table.notes["observed"]
    edges = [b[0] for b in bins] + [bins[-1][1], observed, 1.0]
    limits = min(edges) / 1.25, max(edges) * 1.25
    highest = max(share for *_, share in bins)
    with house_style():
        figure = canvas(400.0, 225.0)
        axes = axes_at(figure, 52.0, 46.0, right=14.0, top=12.0)
        set_ratio_axis(axes, limits)
        axes.bar(
            [left for left, _, _ in bins],
            [share for *_, share in bins],
            width=[right - left for left, right, _ in bins],
            align="edge",
            facecolor="#bdbdbd",
            edgecolor="#767676",
            linewidth=0.6,
        )
        axes.axvline(1.0, color=BLACK, linewidth=0.9, linestyle=(0, (1, 2)))
        axes.plot([observed, observed], [0.0, highest * 1.04], color=VERMILLION, linewidth=2.2)
        middle = math.sqrt(limits[0] * limits[1])
        axes.annotate(
            f"observed {ratio(observed)}",
            (observed, highest * 1.06),
            ha="left" if observed < middle else "right",
            fontweight="bold",
            annotation_clip=False,
        )
        axes.set_ylim(0.0, highest * 1.16)
        axes.yaxis.set_major_formatter(percent_tick)
        axes.set_ylabel("Share of deals")
        axes.set_xlabel(f"{KINDS[table.name][0]}, if the treatment did nothing", color=BLACK)
        axes.tick_params(colors=BLACK)
        axes.spines["left"].set_color(GREY)
        return as_svg(figure, table.name.replace("_", "-"))


def _title(table: DataTable) -> str:
    notes = table.notes
    return (
        f"If the treatment did nothing, the naive {KINDS[table.name][1]} would still be about "
        f"{ratio(notes['median'])} ({ratio(notes['lower'])} to {ratio(notes['upper'])}); "
        f"{ratio(notes['observed'])} was observed"
    )


def _table(tables: list[DataTable], level: float) -> Table:
    def line(table: DataTable) -> tuple[str, ...]:
        notes = table.notes
        return (
            KINDS[table.name][0],
            ratio(notes["observed"]),
            ratio(notes["median"]),
            f"{ratio(notes['lower'])} to {ratio(notes['upper'])}",
            percent(notes["share_as_extreme"]),
            f"{notes['n_deals']:,.0f}",
        )

    return Table(
        caption="The naive comparison when treatment is dealt again among those who could have it",
        header=(
            "Naive comparison",
            "Observed",
            "Middle of the deals",
            f"{percent(level)} of the deals",
            "Deals at least as favourable to the treatment",
            "Deals",
        ),
        rows=tuple(line(table) for table in tables),
    )


def _draw(result: StudyResult) -> Figure | None:
    tables = null_tables(result)
    if not tables:
        return None
    return Figure(
        name="null-distribution",
        title=_title(tables[0]),
        alt="Histograms of the naive comparison over many deals of the treatment, with the "
        "observed value as an upright line. A dotted line stands at 1.",
        pictures=tuple(Picture(svg=_picture(table)) for table in tables),
        table=_table(tables, result.protocol.analysis.level),
        note="At each moment at which a patient was treated, the treatment is dealt again among "
        "those alive, under observation and not yet treated. Whatever the naive comparison then "
        "shows is made by the counting alone. The dotted line at 1 is where a fair comparison "
        "would lie.",
    )


FIGURE = FigureMethod(name="null_distribution", draw=_draw)
