"""The curves as published beside the curves counted fairly, on the same axes."""

from __future__ import annotations

from timezero.model.reading import fair_rung
from timezero.model.result import Rung, StudyResult
from timezero.report.curve_reading import last_drawn
from timezero.report.document import Figure, FigureMethod, Picture
from timezero.report.figures._survival_panel import Panel, draw_panel, panel_table
from timezero.report.ladder_rows import common_horizon, short_title
from timezero.report.numbers import points, tick
from timezero.report.small_cells import smallest_shown


def time_axis(result: StudyResult) -> str:
    """Return the label of the time axis, which names its origin."""
    unit = result.cohort.time_unit.capitalize()
    return f"{unit} since {result.protocol.question.time_zero}"


def fair_curves(result: StudyResult) -> Rung | None:
    """Return the rung of the fair curves: that of the verdict, else the one by state."""
    by_name = {rung.name: rung for rung in result.rungs}
    fair = fair_rung(by_name)
    if fair.name == "from_trigger" and fair.curves:
        return fair
    return next((by_name[n] for n in ("simon_makuch", "time_varying") if by_name[n].curves), None)


def _origin(result: StudyResult, rung: Rung) -> str:
    """Return the label of a panel's time axis: from the trigger where the rung counts from it."""
    if rung.name != "from_trigger":
        return time_axis(result)
    return f"{result.cohort.time_unit.capitalize()} since {result.protocol.question.trigger}"


def survival_gap(rung: Rung, at: float) -> str:
    """Return the difference in survival at a time as printed percentage points, or nothing."""
    for contrast in rung.contrasts:
        if contrast.measure == "survival_difference" and contrast.at == at:
            return points(contrast.value)
    return ""


def _title(result: StudyResult, published: Rung, fair: Rung | None) -> str:
    at = common_horizon(result)
    if fair is None:
        return "Only the published way of counting gives curves; the fair one is refused"
    gaps = survival_gap(published, at), survival_gap(fair, at)
    if "" in gaps:
        return f"The same patients, counted in two ways: {short_title(published)}, and by state"
    return (
        f"Treated less untreated, alive at {tick(at)} {result.cohort.time_unit}: "
        f"{gaps[0]} percentage points as published, {gaps[1]} counted fairly"
    )


def _draw(result: StudyResult) -> Figure | None:
    name = result.protocol.question.published_error
    published = next((r for r in result.rungs if r.name == name and r.curves), None)
    if published is None:
        return None
    fair = fair_curves(result)
    smallest = smallest_shown(result)
    chosen = [(published, "As published")] + ([(fair, "Counted fairly")] if fair else [])
    last = max(last_drawn(rung.curves, smallest) for rung, _ in chosen)
    panels = [
        Panel(
            name=f"two-panels-{k}",
            heading=heading,
            curves=rung.curves[:2],
            time_label=_origin(result, rung),
            smallest=smallest,
            last=last,
        )
        for k, (rung, heading) in enumerate(chosen)
    ]
    return Figure(
        name="two-panels",
        title=_title(result, published, fair),
        alt="Two panels of survival curves with bands on the same axes, untreated dashed and "
        "treated solid. Left the groups as published, right each day in the state it was lived in.",
        pictures=tuple(Picture(svg=draw_panel(panel)) for panel in panels),
        table=panel_table("Survival and numbers at risk, as published and counted fairly", panels),
        note=drawing_note(smallest),
    )


def drawing_note(smallest: int) -> str:
    """Return how the curves are drawn, in words."""
    end = (
        f" For passing on, curves are read off at whole months where at least {smallest} events "
        f"make a step, and end where fewer than {smallest} are at risk."
        if smallest > 1
        else ""
    )
    return (
        "Bands: pointwise intervals by the log-log transformation. Upright strokes: censored. "
        f"Thin lines: fewer than 10 at risk.{end} The space between two curves looks larger than "
        "the evidence for it: read the differences with their intervals."
    )


FIGURE = FigureMethod(name="two_panels", draw=_draw)
