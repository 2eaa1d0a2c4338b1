"""One line a patient, from time zero to the last contact; in the profile own only."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.model.cohort import Cohort
from timezero.model.result import StudyResult
from timezero.report.document import Figure, FigureMethod, Picture, Table
from timezero.report.drawing import (
    BLACK,
    BLUE,
    VERMILLION,
    Axes,
    as_svg,
    axes_at,
    canvas,
    house_style,
    wrapped,
)
from timezero.report.figures.two_panels import time_axis
from timezero.report.numbers import amount
from timezero.report.small_cells import is_own
from timezero.report.thinning import kept_positions

MOST_PATIENTS = 60


def _chosen(cohort: Cohort) -> Ints:
    """Return the patients drawn, longest followed first; evenly spread when there are many."""
    order = np.argsort(-cohort.exit, kind="stable")
    return order[kept_positions(cohort.n, MOST_PATIENTS)]


def _mark(axes: Axes, at: Floats, rows: Floats, *, marker: str, colour: str, label: str) -> None:
    keep = ~np.isnan(at)
    axes.plot(
        at[keep],
        rows[keep],
        linestyle="none",
        marker=marker,
        markersize=5.0,
        color=colour,
        markerfacecolor=colour if marker in ("^", ">") else "white",
        label=label,
        clip_on=False,
    )


def _picture(result: StudyResult, chosen: Ints) -> str:
    cohort = result.cohort
    rows = np.arange(chosen.size, dtype=np.float64)
    leave, treated = cohort.exit[chosen], cohort.initiation[chosen]
    wait = np.where(np.isnan(treated), leave, treated)
    died = cohort.event[chosen]
    label, more = wrapped(time_axis(result), 440.0)
    with house_style():
        figure = canvas(480.0, 9.5 * chosen.size + 126.0 + more)
        axes = axes_at(figure, 14.0, 46.0 + more, right=20.0, top=74.0)
        axes.set_xlabel(label)
        axes.hlines(rows, 0.0, wait, color="#9a9a9a", linewidth=3.0)
        later = ~np.isnan(treated)
        axes.hlines(rows[later], treated[later], leave[later], color=BLUE, linewidth=3.0)
        if cohort.trigger is not None:
            trigger = cohort.trigger[chosen]
            label = result.protocol.question.trigger
            _mark(axes, trigger, rows, marker="o", colour=BLACK, label=label)
        label = result.protocol.question.treatment
        _mark(axes, treated, rows, marker="^", colour=BLUE, label=label)
        label = result.protocol.question.outcome
        _mark(axes, np.where(died, leave, np.nan), rows, marker="X", colour=VERMILLION, label=label)
        label = "under observation at last contact"
        _mark(axes, np.where(died, np.nan, leave), rows, marker=">", colour=BLACK, label=label)
        axes.set_ylim(chosen.size - 0.4, -0.6)
        axes.set_xlim(0.0, float(leave.max()) * 1.02)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=1, frameon=False, fontsize=9)
        return as_svg(figure, "swimmer")


def _draw(result: StudyResult) -> Figure | None:
    cohort = result.cohort
    if not is_own(result):
        return None
    chosen = _chosen(cohort)
    credited = float(np.nansum(np.minimum(cohort.initiation, cohort.exit)))
    rows = tuple(
        (
            cohort.patient[k],
            amount(float(cohort.initiation[k])) if cohort.initiated[k] else "never",
            amount(float(cohort.exit[k])),
            "yes" if cohort.event[k] else "no",
        )
        for k in map(int, chosen)
    )
    unit = cohort.time_unit
    some = "" if chosen.size == cohort.n else f" ({chosen.size} of {cohort.n} patients)"
    return Figure(
        name="swimmer",
        title=f"{amount(credited)} {unit} were lived before the treatment by patients who later "
        f"had it{some}",
        alt="One horizontal line a patient, longest follow-up first: grey before treatment, blue "
        "after it. Marks show treatment, the event and the last contact.",
        pictures=(Picture(svg=_picture(result, chosen)),),
        table=Table(
            caption="The patients drawn",
            header=("Patient", f"Treated after, {unit}", f"Followed, {unit}", "Event"),
            rows=rows,
        ),
        note="Patient-level picture, in the profile own only: do not pass it on.",
    )


FIGURE = FigureMethod(name="swimmer", draw=_draw)
