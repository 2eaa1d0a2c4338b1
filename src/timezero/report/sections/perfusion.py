"""What the perfusions were like: in the profile own, each with its thermal dose."""

from __future__ import annotations

import math
from collections.abc import Iterator

from timezero.model.cohort import Cohort
from timezero.model.perfusion import Perfusion, SensorHeat
from timezero.model.result import StudyResult
from timezero.report.count_ledger import PERFUSED
from timezero.report.document import Block, Chapter, Prose, Section, Table, drawn
from timezero.report.figures.perfusion import FIGURE as CHART
from timezero.report.figures.perfusion import patient_name, perfusion_name
from timezero.report.numbers import amount, tick
from timezero.report.shareable import SharedCohort, count_of
from timezero.report.small_cells import printed_counts, smallest_shown

MOST_PERFUSIONS = 60
HEADER = (
    "Patient",
    "Procedure",
    "Planned, min",
    "Recorded, min",
    "Circulated, min",
    "Sensor",
    "At or above 41\u00a0°C, min",
    "CEM43, min",
    "Mean while circulating, °C",
    "Highest, °C",
)
FORMULA = (
    "CEM43 is the time at 43 °C of equal effect (Sapareto and Dewey 1984): the integral of "
    "R^(43 - T), with R = 0.5 from 43 °C on and 0.25 below, without a lower limit, in straight "
    "lines between readings, over all readings. A time without readings of more than 15 minutes "
    "is not bridged: nothing is computed then. No estimate of this report uses these numbers."
)


def _minutes(value: float) -> str:
    return "" if math.isnan(value) else tick(value)


def _computed(value: float) -> str:
    return "" if math.isnan(value) else amount(value)


def _degrees(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.1f}"


def _of_sensor(heat: SensorHeat) -> tuple[str, ...]:
    if heat.why_not:
        reason = "not computed"
        return heat.sensor, reason, reason, reason, _degrees(heat.highest)
    return (
        heat.sensor,
        _computed(heat.minutes_warm),
        _computed(heat.dose),
        _degrees(heat.mean),
        _degrees(heat.highest),
    )


def _rows(cohort: Cohort, perfusion: Perfusion) -> Iterator[tuple[str, ...]]:
    times = (perfusion.planned, perfusion.recorded, perfusion.circulated)
    who = patient_name(cohort, perfusion), str(perfusion.procedure), *map(_minutes, times)
    for heat in perfusion.heat:
        yield (*who, *_of_sensor(heat))
    if not perfusion.heat:
        yield (*who, "none", "", "", "", "")


def _table(cohort: Cohort) -> Table:
    shown = cohort.perfusions[:MOST_PERFUSIONS]
    left_out = len(cohort.perfusions) - len(shown)
    more = f" {left_out} more perfusions are not listed." if left_out else ""
    why = [
        f" {perfusion_name(cohort, perfusion)}, {heat.sensor}: {heat.why_not}."
        for perfusion in shown
        for heat in perfusion.heat
        if heat.why_not
    ]
    return Table(
        caption="Perfusions as planned and as done, with their thermal dose",
        header=HEADER,
        rows=tuple(row for perfusion in shown for row in _rows(cohort, perfusion)),
        note=FORMULA + more + "".join(why),
    )


def _blocks(result: StudyResult) -> Iterator[Block]:
    cohort = result.cohort
    if cohort.perfusions:
        yield from drawn(CHART, result)
        yield _table(cohort)
    elif isinstance(cohort, SharedCohort) and PERFUSED in cohort.shown:
        (n,) = printed_counts([count_of(cohort, PERFUSED, 0)], smallest_shown(result))
        said = f"Courses of perfusions are recorded; the number of patients with one: {n}."
        yield Prose(paragraphs=(f"{said} They are shown in the profile own only.",))


SECTION = Section(title="The perfusions", chapter=Chapter.PATIENTS, blocks=_blocks)
