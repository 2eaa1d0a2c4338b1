"""What waiting alone can do: the contrast in do-nothing worlds, with the printed one marked."""

from __future__ import annotations

import math
from dataclasses import dataclass

from timezero.model.audit_result import SETTINGS, AuditResult, DoNothing
from timezero.report.audit_figures._strip import (
    WHITE_BEHIND,
    draw_strip,
    limits_of,
    set_axis,
    strip_90,
    write_row,
)
from timezero.report.audit_numbers import (
    SETTING_NAMES,
    ContrastWords,
    contrast_words,
    has_found,
    is_randomised,
    middle_90,
    observed_text,
    share_as_large,
)
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
    percent_tick,
    wrapped,
)
from timezero.report.figures._interval_axis import clipped
from timezero.report.numbers import percent

ROW, HISTOGRAM, FOOT, GAP = 40.0, 165.0, 46.0, 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What is drawn: the worlds by setting, the words, the axis, and what was printed."""

    worlds: tuple[DoNothing, ...]
    words: ContrastWords
    limits: tuple[float, float]
    observed: tuple[float, float] | None
    said: str


def _scene(result: AuditResult) -> _Scene | None:
    done = [result.do_nothing[s] for s in SETTINGS if s in result.do_nothing]
    worlds = tuple(w for w in done if has_found(w))
    if not worlds:
        return None
    name = worlds[0].compared_on
    words = contrast_words(name, result.claim.question.unit)
    observed = worlds[0].observed.get(name)
    values = [v for w in worlds for v in strip_90(w.contrasts[name]).values()]
    values += [float(v) for v in worlds[0].histogram.columns["left"]]
    values += [float(v) for v in worlds[0].histogram.columns["right"]]
    values += observed or ()
    return _Scene(
        worlds=worlds,
        words=words,
        limits=limits_of(values, is_ratio=words.is_ratio),
        observed=observed,
        said=observed_text(result, words),
    )


def _draw_printed(axes: Axes, scene: _Scene) -> None:
    """Mark what was printed as a band with edges; an open one goes on to the end of the axis."""
    if scene.observed is None:
        return
    low, high = (clipped(v, scene.limits) for v in scene.observed)
    axes.axvspan(low, high, facecolor=VERMILLION, alpha=0.22, linewidth=0.0, zorder=0.5)
    for edge in sorted({e for e in scene.observed if math.isfinite(e)}):
        axes.axvline(edge, color=VERMILLION, linewidth=1.6, linestyle=(0, (4, 1.5)), zorder=1.8)


def _draw_histogram(axes: Axes, scene: _Scene) -> None:
    columns = scene.worlds[0].histogram.columns
    bins = [
        (float(a), float(b), float(c))
        for a, b, c in zip(columns["left"], columns["right"], columns["share"], strict=True)
    ]
    highest = max((share for *_, share in bins), default=0.0) or 1.0
    axes.bar(
        [left for left, _, _ in bins],
        [share for *_, share in bins],
        width=[right - left for left, right, _ in bins],
        align="edge",
        facecolor="#bdbdbd",
        edgecolor="#767676",
        linewidth=0.6,
    )
    axes.set_ylim(0.0, highest * 1.2)
    axes.yaxis.set_major_formatter(percent_tick)
    axes.set_ylabel("Share of studies")
    axes.spines["left"].set_color(GREY)
    if scene.observed is not None:
        low = clipped(scene.observed[0], scene.limits)
        at_right = axes.transData.transform((low, 0.0))[0] > axes.bbox.x0 + axes.bbox.width * 0.6
        axes.annotate(
            f"printed: {scene.said}",
            (low, highest * 1.13),
            xytext=(-5.0 if at_right else 5.0, 0.0),
            textcoords="offset points",
            ha="right" if at_right else "left",
            va="center",
            fontweight="bold",
            bbox=WHITE_BEHIND,
            annotation_clip=False,
        )


def _row_numbers(worlds: DoNothing, words: ContrastWords) -> str:
    found = worlds.contrasts[words.name]
    share = share_as_large(worlds)
    said = f"{words.printed(found.q50)} ({middle_90(found, words)})"
    return f"{said}: {share}" if share else said


def _picture(scene: _Scene, width: float, name: str) -> str:
    label = f"{scene.words.label.capitalize()}{scene.words.unit and f' ({scene.words.unit[1:]})'}, "
    label, more = wrapped(f"{label}late against never treated, if it did nothing", width - 70.0)
    strips = ROW * len(scene.worlds) + 4.0
    height = FOOT + more + strips + GAP + HISTOGRAM
    with house_style():
        figure = canvas(width, height)
        top = axes_at(figure, 52.0, FOOT + more + strips + GAP, right=14.0, top=8.0)
        below = axes_at(figure, 52.0, FOOT + more, right=14.0, top=height - FOOT - more - strips)
        for axes in (top, below):
            set_axis(axes, scene.limits, words=scene.words)
            _draw_printed(axes, scene)
            equal = 1.0 if scene.words.is_ratio else 0.0
            axes.axvline(equal, color=BLACK, linewidth=0.9, linestyle=(0, (1, 2)), zorder=0.6)
        _draw_histogram(top, scene)
        top.tick_params(axis="x", labelbottom=False)
        below.set_ylim(len(scene.worlds) - 0.45, -0.6)
        below.set_yticks([])
        below.spines["left"].set_visible(False)
        below.annotate(
            "Middle (90% of studies): share as large as print",
            (1.0, -0.6),
            xycoords=("axes fraction", "data"),
            xytext=(0.0, 9.0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=8.5,
            annotation_clip=False,
        )
        for y, worlds in enumerate(scene.worlds):
            title = SETTING_NAMES[worlds.setting].capitalize()
            write_row(below, y - 0.3, title, _row_numbers(worlds, scene.words))
            found = strip_90(worlds.contrasts[scene.words.name])
            draw_strip(below, found, y + 0.15, limits=scene.limits, colour=BLUE)
        below.set_xlabel(label)
        return as_svg(figure, name)


def _title(result: AuditResult, scene: _Scene) -> str:
    worlds, words = scene.worlds[0], scene.words
    found = worlds.contrasts[words.name]
    cause = "Chance" if is_randomised(result) else "Waiting"
    printed = f"; {scene.said} is printed" if scene.said else ""
    return (
        f"{cause} alone would make a {words.label} of {words.with_unit(found.q50)} "
        f"({middle_90(found, words)} in 90% of simulated studies){printed}"
    )


def _table(result: AuditResult, scene: _Scene) -> Table:
    unit = result.claim.question.unit
    rows: list[tuple[str, ...]] = []
    for worlds in scene.worlds:
        for name, found in worlds.contrasts.items():
            words = contrast_words(name, unit)
            compared = name == worlds.compared_on
            rows.append(
                (
                    SETTING_NAMES[worlds.setting],
                    f"{words.label}{words.unit and f' ({words.unit[1:]})'}",
                    words.printed(found.q50),
                    middle_90(found, words),
                    observed_text(result, words) or "not printed",
                    share_as_large(worlds) if compared else "",
                )
            )
    return Table(
        caption="The comparison in simulated studies in which the treatment does nothing",
        header=(
            "Selection",
            "Comparison",
            "Middle",
            "90% of studies",
            "As printed",
            "At least as large as printed",
        ),
        rows=tuple(rows),
        note=" ".join(
            f"{SETTING_NAMES[w.setting].capitalize()}: {w.n_worlds:,} matched studies, worth "
            f"{w.effective_n:,.0f} independent ones."
            for w in scene.worlds
        ),
    )


def _note(scene: _Scene) -> str:
    missed = scene.worlds[0].histogram.notes.get("not_reached", 0.0)
    what = (
        "the median of the late treated is not reached"
        if scene.words.name == "median_ratio"
        else "it has no finite value"
    )
    beyond = (
        f" In {percent(missed)} of the studies {what}: these lie beyond the right end of the bars."
        if missed > 0.0
        else ""
    )
    return (
        "Bars: simulated studies of the same size that match the pooled and the waiting numbers in "
        "print, without selection; the comparison itself was not looked at. Strips: 90% of "
        "studies thin, the middle half thick, a ring at the middle. The dashed band is what was "
        f"printed. The dotted line stands for equal groups.{beyond}"
    )


def _draw(result: AuditResult) -> Figure | None:
    scene = _scene(result)
    if scene is None:
        return None
    return Figure(
        name="do-nothing",
        title=_title(result, scene),
        alt="A histogram of the comparison over simulated studies in which the treatment does "
        "nothing, with the printed value as a dashed band. Strips below show the same without "
        "selection and with fitter patients chosen.",
        pictures=(
            Picture(svg=_picture(scene, 640.0, "do-nothing-wide"), shown="wide"),
            Picture(svg=_picture(scene, 350.0, "do-nothing-narrow"), shown="narrow"),
        ),
        table=_table(result, scene),
        note=_note(scene),
    )


FIGURE = FigureMethod(name="do_nothing", draw=_draw)
