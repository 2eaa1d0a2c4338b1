"""Which true effects fit the printed numbers, as strips on one logarithmic axis."""

from __future__ import annotations

from dataclasses import dataclass

from timezero.model.audit_result import SETTINGS, AuditResult, CompatibleEffect
from timezero.report.audit_figures._strip import (
    draw_strip,
    limits_of,
    strip_95,
    write_row,
)
from timezero.report.audit_numbers import SETTING_NAMES, SETTING_PHRASES, ratio_95
from timezero.report.document import Figure, FigureMethod, Picture, Table
from timezero.report.drawing import BLACK, BLUE, as_svg, axes_at, canvas, house_style, wrapped
from timezero.report.figures._interval_axis import set_ratio_axis
from timezero.report.numbers import interval, percent, ratio

ROW = 42.0
AXIS_LABEL = "True hazard ratio after the treatment begins, logarithmic axis"
SIDES = ("\u2190 fewer events if treated", "more events if treated \u2192")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """Width of the drawing in points, and whether weights stand beside the numbers."""

    width: float
    weights: bool


_WIDE = _Shape(width=640.0, weights=True)
_NARROW = _Shape(width=350.0, weights=False)


def _effects(result: AuditResult) -> tuple[CompatibleEffect, ...]:
    return tuple(result.compatible[s] for s in SETTINGS if s in result.compatible)


def _numbers(effect: CompatibleEffect) -> str:
    return f"{ratio(effect.hazard_ratio.q50)} ({ratio_95(effect.hazard_ratio)})"


def _symmetric_limits(effects: tuple[CompatibleEffect, ...]) -> tuple[float, float]:
    """Return limits as far below 1 as above it, so that both sides look alike."""
    values = [v for effect in effects for v in strip_95(effect.hazard_ratio).values()]
    low, high = limits_of(values, is_ratio=True)
    widest = max(high, 1.0 / low)
    return 1.0 / widest, widest


def _row_numbers(effect: CompatibleEffect, shape: _Shape) -> str:
    if not shape.weights:
        return _numbers(effect)
    below, above = percent(effect.p_benefit), percent(1.0 - effect.p_benefit)
    return f"{_numbers(effect)}; weight below 1: {below}, above 1: {above}"


def _picture(effects: tuple[CompatibleEffect, ...], shape: _Shape, name: str) -> str:
    limits = _symmetric_limits(effects)
    label, more = wrapped(AXIS_LABEL, shape.width - 30.0)
    with house_style():
        figure = canvas(shape.width, ROW * len(effects) + 76.0 + more)
        axes = axes_at(figure, 14.0, 46.0 + more, right=14.0, top=30.0)
        axes.set_ylim(len(effects) - 0.45, -0.6)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        set_ratio_axis(axes, limits)
        axes.axvline(1.0, color=BLACK, linewidth=0.9)
        for y, effect in enumerate(effects):
            title = SETTING_NAMES[effect.setting].capitalize()
            write_row(axes, y - 0.3, title, _row_numbers(effect, shape))
            strip = strip_95(effect.hazard_ratio)
            draw_strip(axes, strip, y + 0.15, limits=limits, colour=BLUE)
        for text, side in zip(SIDES, ("right", "left"), strict=True):
            axes.annotate(
                text,
                (0.5, 1.0),
                xycoords="axes fraction",
                xytext=(-8.0 if side == "right" else 8.0, 10.0),
                textcoords="offset points",
                ha=side,
                va="center",
                fontsize=9.5,
                annotation_clip=False,
            )
        axes.set_xlabel(label)
        return as_svg(figure, name)


def _title(effects: tuple[CompatibleEffect, ...]) -> str:
    said = "; ".join(
        f"{ratio_95(effect.hazard_ratio)} {SETTING_PHRASES[effect.setting]}"
        for k, effect in enumerate(effects)
        if k in (0, len(effects) - 1)
    )
    return f"True hazard ratios that fit the printed numbers: {said}"


def _table(effects: tuple[CompatibleEffect, ...]) -> Table:
    return Table(
        caption="True hazard ratios, treated against not yet treated, that fit the print",
        header=(
            "Selection",
            "Middle",
            "50% interval",
            "95% interval",
            "Weight below 1 (fewer events when treated)",
            "Weight above 1 (more events when treated)",
            "Printed numbers reproduced",
        ),
        rows=tuple(
            (
                SETTING_NAMES[effect.setting],
                ratio(effect.hazard_ratio.q50),
                interval(ratio(effect.hazard_ratio.q25), ratio(effect.hazard_ratio.q75)),
                ratio_95(effect.hazard_ratio),
                percent(effect.p_benefit),
                percent(1.0 - effect.p_benefit),
                percent(effect.fits),
            )
            for effect in effects
        ),
        note=" ".join(
            f"{SETTING_NAMES[e.setting].capitalize()}: {e.n_worlds:,} matched studies, worth "
            f"{e.effective_n:,.0f} independent ones."
            for e in effects
        ),
    )


def _draw(result: AuditResult) -> Figure | None:
    effects = _effects(result)
    if not effects:
        return None
    return Figure(
        name="effects",
        title=_title(effects),
        alt="One strip for each strength of selection on a logarithmic axis of true hazard "
        "ratios, with an upright line at 1. Thin lines hold 95%, thick ones 50%.",
        pictures=(
            Picture(svg=_picture(effects, _WIDE, "effects-wide"), shown="wide"),
            Picture(svg=_picture(effects, _NARROW, "effects-narrow"), shown="narrow"),
        ),
        table=_table(effects),
        note="Thin line: 95% interval; thick: 50%; ring: the middle. All hazard ratios that were "
        "tried were equally likely beforehand on this axis, on both sides of 1. Arrows: the "
        "interval goes on beyond the axis.",
    )


FIGURE = FigureMethod(name="compatible_effects", draw=_draw)
