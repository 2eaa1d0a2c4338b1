"""The published difference taken apart, one bar a part, on both scales."""

from __future__ import annotations

import math
import textwrap

from timezero.model.result import Share, StudyResult
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
from timezero.report.numbers import interval, signed, tick

NAMES = {
    "published": "As published",
    "clock": "Removed: two clocks",
    "person_time": "Removed: person-time",
    "trigger": "Removed: trigger",
    "remainder": "Left",
}
PART_COLOUR = "#767676"
WHITE_BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
SOURCES = {
    "clock": "from two clocks",
    "person_time": "from days counted in the wrong state",
    "trigger": "from patients who were no candidates yet",
}
LINE = 44.0


def scale_name(share: Share, result: StudyResult) -> str:
    """Return the scale of a share in words."""
    if share.scale == "log_hazard_ratio":
        return "Log hazard ratio"
    return f"Mean {result.cohort.time_unit} lived by {tick(share.at)}, difference"


def by_scale(result: StudyResult) -> dict[str, list[Share]]:
    """Return the shares of each scale, time lived first."""
    found = {
        scale: [s for s in result.decomposition if s.scale == scale]
        for scale in ("rmst_difference", "log_hazard_ratio")
    }
    return {scale: shares for scale, shares in found.items() if shares}


def share_text(share: Share) -> str:
    """Print a share with its interval."""
    if share.status != "ok":
        return "not assessed"
    if share.value == share.lower == share.upper == 0.0:
        return "nothing to remove"
    limits = interval(signed(share.lower), signed(share.upper))
    return f"{signed(share.value)} ({limits or 'no interval'})"


def _draw_share(axes: Axes, share: Share, y: float) -> None:
    axes.annotate(
        NAMES[share.part],
        (0.0, y - 0.32),
        xycoords=("axes fraction", "data"),
        va="center",
        fontweight="bold" if share.part in ("published", "remainder") else "normal",
        bbox=WHITE_BEHIND,
    )
    axes.annotate(
        share_text(share),
        (1.0, y - 0.32),
        xycoords=("axes fraction", "data"),
        va="center",
        ha="right",
        color=BLACK if share.status == "ok" else GREY,
        bbox=WHITE_BEHIND,
    )
    if share.status != "ok" or not math.isfinite(share.value) or share.value == 0.0:
        return
    colour = {"published": VERMILLION, "remainder": BLUE}.get(share.part, PART_COLOUR)
    hatch = "///" if share.part == "published" else None
    axes.barh(
        y + 0.16,
        share.value,
        height=0.4,
        facecolor="white" if hatch else colour,
        edgecolor=colour,
        hatch=hatch,
        linewidth=1.2,
    )
    if math.isfinite(share.lower) and math.isfinite(share.upper):
        axes.plot([share.lower, share.upper], [y + 0.16, y + 0.16], color=BLACK, linewidth=1.3)
        for end in (share.lower, share.upper):
            axes.plot([end, end], [y + 0.06, y + 0.26], color=BLACK, linewidth=1.3)


def _picture(shares: list[Share], result: StudyResult, name: str) -> str:
    with house_style():
        figure = canvas(400.0, LINE * len(shares) + 56.0)
        axes = axes_at(figure, 14.0, 46.0, right=14.0, top=10.0)
        axes.set_ylim(len(shares) - 0.45, -0.6)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.axvline(0.0, color=BLACK, linewidth=0.9)
        for y, share in enumerate(shares):
            _draw_share(axes, share, float(y))
        axes.margins(x=0.04)
        axes.set_xlabel(textwrap.fill(scale_name(shares[0], result), 50))
        axes.xaxis.set_major_formatter(plain_tick)
        return as_svg(figure, name)


def _title(shares: list[Share], result: StudyResult) -> str:
    by_part = {s.part: s for s in shares if s.status == "ok" and not math.isnan(s.value)}
    if not {"published", "person_time", "remainder"} <= by_part.keys():
        return "The published difference, taken apart as far as the data allow"
    sources = [
        f"{signed(by_part[part].value)} {words}"
        for part, words in SOURCES.items()
        if part in by_part and by_part[part].value != 0.0
    ]
    return (
        f"{scale_name(shares[0], result)}: {signed(by_part['published'].value)} as published, "
        f"of which {', '.join(sources)}; {signed(by_part['remainder'].value)} is left"
    )


def _draw(result: StudyResult) -> Figure | None:
    scales = by_scale(result)
    if not scales:
        return None
    rows = tuple(
        (NAMES[s.part], scale_name(s, result), share_text(s), s.words)
        for shares in scales.values()
        for s in shares
    )
    return Figure(
        name="decomposition",
        title=_title(next(iter(scales.values())), result),
        alt="Bars from zero with interval whiskers: the published difference, what each way of "
        "counting removes from it, and what is left.",
        pictures=tuple(
            Picture(svg=_picture(shares, result, f"decomposition-{scale.replace('_', '-')}"))
            for scale, shares in scales.items()
        ),
        table=Table(
            caption="The published difference, taken apart",
            header=("Part", "Scale", "Value and interval", "What it is"),
            rows=rows,
        ),
        note="The published difference is the sum of the removed parts and what is left. Intervals "
        "by the bootstrap of patients, the same patients on every rung; none where too many "
        "replicates fail.",
    )


FIGURE = FigureMethod(name="decomposition", draw=_draw)
