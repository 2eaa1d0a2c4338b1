"""A distribution as a strip: a thin line, a thick part around the middle, and a mark in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from timezero.model.audit_result import Quantiles
from timezero.report.audit_numbers import ContrastWords
from timezero.report.drawing import BLACK, Axes, plain_tick
from timezero.report.figures._interval_axis import clipped, ratio_limits, set_ratio_axis

WHITE_BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """What a strip is drawn from; ``q25`` to ``q75`` is its thick part."""

    lower: float
    q25: float
    q50: float
    q75: float
    upper: float

    def values(self) -> tuple[float, ...]:
        """Return all its numbers, ascending."""
        return self.lower, self.q25, self.q50, self.q75, self.upper


def strip_90(found: Quantiles) -> Strip:
    """Return the strip of the central 90 %."""
    return Strip(lower=found.q05, q25=found.q25, q50=found.q50, q75=found.q75, upper=found.q95)


def strip_95(found: Quantiles) -> Strip:
    """Return the strip of the central 95 %."""
    return Strip(lower=found.q025, q25=found.q25, q50=found.q50, q75=found.q75, upper=found.q975)


def draw_strip(
    axes: Axes, strip: Strip, y: float, *, limits: tuple[float, float], colour: str
) -> None:
    """Draw a strip at a height; an arrow stands where it goes on beyond the axis."""
    if math.isnan(strip.q50):
        return
    low, q25, q75, high = (
        clipped(v, limits) for v in (strip.lower, strip.q25, strip.q75, strip.upper)
    )
    axes.plot([low, high], [y, y], color=colour, linewidth=1.6)
    axes.plot([q25, q75], [y, y], color=colour, linewidth=7.0, solid_capstyle="butt")
    for end, beyond, marker in ((low, strip.lower, "<"), (high, strip.upper, ">")):
        if end != beyond:
            axes.plot([end], [y], marker=marker, color=colour, markersize=5.5, clip_on=False)
    if limits[0] <= strip.q50 <= limits[1]:
        axes.plot(
            [strip.q50],
            [y],
            marker="o",
            markersize=6.5,
            markerfacecolor="white",
            markeredgecolor=colour,
            markeredgewidth=1.6,
        )


def write_row(axes: Axes, y: float, left: str, right: str) -> None:
    """Write the words of a row above its strip: its name left, its numbers right."""
    for text, x, side in ((left, 0.0, "left"), (right, 1.0, "right")):
        axes.annotate(
            text,
            (x, y),
            xycoords=("axes fraction", "data"),
            ha=side,
            va="center",
            color=BLACK,
            fontweight="bold" if side == "left" else "normal",
            fontsize=9.5,
            bbox=WHITE_BEHIND,
            annotation_clip=False,
        )


def limits_of(values: list[float], *, is_ratio: bool) -> tuple[float, float]:
    """Return the limits of an axis that holds the finite values."""
    if is_ratio:
        return ratio_limits(values)
    finite = [*(v for v in values if math.isfinite(v)), 0.0]
    low, high = min(finite), max(finite)
    pad = 0.05 * (high - low or 1.0)
    return low - pad, high + pad


def set_axis(axes: Axes, limits: tuple[float, float], *, words: ContrastWords) -> None:
    """Make the axis logarithmic for ratios; a difference has its ticks in its own unit."""
    if words.is_ratio:
        set_ratio_axis(axes, limits)
        return
    axes.set_xlim(*limits)

    def in_unit(value: float, _: int) -> str:
        return plain_tick(round(value * words.factor, 6))

    axes.xaxis.set_major_formatter(in_unit)
