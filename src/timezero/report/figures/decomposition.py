"""The published difference taken apart as a waterfall, step by step, on both scales."""

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
from timezero.report.numbers import amount, interval, percent, signed, tick

NAMES = {
    "published": "As published",
    "clock": "Removed: two clocks",
    "person_time": "Removed: person-time",
    "trigger": "Removed: trigger",
    "fitness": "Removed: measured fitness",
    "remainder": "Left",
    "chance": "Chance alone, not a part of the sum",
}
PART_COLOUR = "#767676"
BAND = "#e3e3df"
WHITE_BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
SOURCES = {
    "clock": "from two clocks",
    "person_time": "from days counted in the wrong state",
    "trigger": "from patients who were no candidates yet",
    "fitness": "from who was chosen, as far as it was measured",
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
    if share.part == "chance":
        return f"\u00b1{amount(abs(share.value))}"
    if share.value == share.lower == share.upper == 0.0:
        return "nothing to remove"
    limits = interval(signed(share.lower), signed(share.upper))
    return f"{signed(share.value)} ({limits or 'no interval'})"


def levels(shares: list[Share]) -> list[tuple[float, float]]:
    """Return from where to where the bar of each share goes.

    The published difference and what is left stand on zero; a part that is removed goes from the
    level before it to the level after it. Chance stands around zero.
    """
    found: list[tuple[float, float]] = []
    level = math.nan
    for share in shares:
        if share.part == "chance":
            found.append((-share.value, share.value))
        elif share.part in ("published", "remainder"):
            level = share.value
            found.append((0.0, level))
        elif share.status != "ok" or math.isnan(share.value):
            found.append((level, level))
        else:
            found.append((level, level - share.value))
            level -= share.value
    return found


def _write_share(axes: Axes, share: Share, y: float) -> None:
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


def _draw_bar(axes: Axes, share: Share, y: float, level: tuple[float, float]) -> None:
    colour = {"published": VERMILLION, "remainder": BLUE}.get(share.part, PART_COLOUR)
    hatch = {"published": "///", "chance": "..."}.get(share.part)
    axes.barh(
        y + 0.16,
        level[1] - level[0],
        left=level[0],
        height=0.4,
        facecolor="white" if hatch else colour,
        edgecolor=colour,
        hatch=hatch,
        linewidth=1.2,
    )


def _draw_whisker(axes: Axes, share: Share, y: float, level: tuple[float, float]) -> None:
    """Draw the interval of a part where its bar ends."""
    ends = (share.lower, share.upper)
    if share.part not in ("published", "remainder"):
        ends = (level[0] - share.upper, level[0] - share.lower)
    if not all(math.isfinite(end) for end in ends):
        return
    axes.plot(ends, [y + 0.16, y + 0.16], color=BLACK, linewidth=1.3)
    for end in ends:
        axes.plot([end, end], [y + 0.06, y + 0.26], color=BLACK, linewidth=1.3)


def _draw_share(axes: Axes, share: Share, y: float, level: tuple[float, float]) -> None:
    _write_share(axes, share, y)
    if share.status != "ok" or not all(math.isfinite(end) for end in level):
        return
    if share.part not in ("published", "chance"):
        joint = level[1] if share.part == "remainder" else level[0]
        axes.plot([joint, joint], [y - 0.64, y - 0.04], color=GREY, linewidth=0.9)
    if share.value != 0.0:
        _draw_bar(axes, share, y, level)
    if share.part != "chance" and share.lower < share.upper:
        _draw_whisker(axes, share, y, level)


def _picture(shares: list[Share], result: StudyResult, name: str) -> str:
    chance = next((s for s in shares if s.part == "chance" and s.status == "ok"), None)
    with house_style():
        figure = canvas(400.0, LINE * len(shares) + 56.0)
        axes = axes_at(figure, 14.0, 46.0, right=14.0, top=10.0)
        axes.set_ylim(len(shares) - 0.45, -0.6)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.axvline(0.0, color=BLACK, linewidth=0.9)
        for y, (share, level) in enumerate(zip(shares, levels(shares), strict=True)):
            if chance is not None and share.part != "chance":
                rows = [y - 0.1, y + 0.42]
                axes.fill_betweenx(rows, -chance.value, chance.value, color=BAND, lw=0, zorder=0)
            _draw_share(axes, share, float(y), level)
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
        alt="A waterfall with interval whiskers: the published difference, what each way of "
        "counting removes from it, and what is left. A grey band around zero shows how far chance "
        "alone moves an estimate.",
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
        "replicates fail. The grey band is no part of the sum: chance alone moves an estimate from "
        f"so few patients within it {percent(result.protocol.analysis.level)} of the time.",
    )


FIGURE = FigureMethod(name="decomposition", draw=_draw)
