"""Survival by state: patients move from the untreated to the treated curve when treated."""

from __future__ import annotations

from timezero.model.result import StudyResult
from timezero.report.curve_reading import last_drawn
from timezero.report.document import Figure, FigureMethod, Picture
from timezero.report.figures._survival_panel import Panel, draw_panel, panel_table
from timezero.report.figures.two_panels import drawing_note, survival_gap, time_axis
from timezero.report.ladder_rows import common_horizon
from timezero.report.numbers import amount, tick
from timezero.report.small_cells import smallest_shown


def _draw(result: StudyResult) -> Figure | None:
    rung = next((r for r in result.rungs if r.name == "simon_makuch" and r.curves), None)
    if rung is None:
        return None
    smallest = smallest_shown(result)
    start = rung.curves[0].starts_at
    panel = Panel(
        name="simon-makuch",
        heading="By state (Simon\u2013Makuch)",
        curves=rung.curves,
        time_label=time_axis(result),
        smallest=smallest,
        last=last_drawn(rung.curves, smallest),
        crossings=True,
    )
    at = common_horizon(result)
    gap = survival_gap(rung, at)
    unit = result.cohort.time_unit
    found = f": treated less untreated {gap} percentage points at {tick(at)} {unit}" if gap else ""
    return Figure(
        name="simon-makuch",
        title=f"Each day in the state it was lived in, from {amount(start)} {unit} on{found}",
        alt="Survival curves by state with bands, untreated dashed and treated solid. "
        "Triangles mark patients who cross from untreated to treated.",
        pictures=(Picture(svg=draw_panel(panel)),),
        table=panel_table("Survival by state, and the risk sets behind it", [panel]),
        note=f"Triangles: crossed over to treatment; that is not censoring, and the number at risk "
        f"among the treated rises by it. Both curves are conditional on reaching {amount(start)} "
        f"{unit}. They describe states; they do not follow a fixed group of people. "
        f"{drawing_note(smallest)}",
    )


FIGURE = FigureMethod(name="simon_makuch", draw=_draw)
