"""Tables of the states: who was where, who went where, and whether the past matters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from timezero.align.transitions import EVENT, StateRows
from timezero.arrays import Floats
from timezero.conventions import DAYS_PER
from timezero.errors import AnalysisRefused
from timezero.estimate.aalen_johansen import Occupancy, landmark_occupancy, occupancy
from timezero.estimate.person_bootstrap import replicate_interval
from timezero.estimate.transition_hazards import rate_ratios_in_bands, transition_rates
from timezero.ladder.climb import Climb
from timezero.model.result import Column, DataTable

BAND_YEARS = (0.0, 0.25, 1.0, 2.0, 5.0)
TIMES_AT_MOST = 2_000
PATIENTS_AT_LANDMARK = 5


def in_words(rows: StateRows, outcome: str) -> StateRows:
    """Return the rows with the event's state called by what it is, where that is death."""
    called = "dead" if "death" in outcome.lower() else EVENT
    return replace(rows, states=tuple(called if s == EVENT else s for s in rows.states))


def occupancy_table(found: Occupancy) -> DataTable:
    """Return the share in each state at each time at which somebody moves."""
    kept = np.flatnonzero(found.times <= found.ends_at)
    title = "Share of all patients in each state, from time zero"
    if kept.size > TIMES_AT_MOST:
        kept = kept[np.unique(np.linspace(0, kept.size - 1, TIMES_AT_MOST).astype(np.int64))]
        title += f". Of the times at which somebody moves, {kept.size} are listed"
    times, share = found.times[kept], found.share[kept]
    if times.size == 0 or times[0] > 0.0:
        times, share = np.append(0.0, times), np.vstack([found.start, share])
    columns: dict[str, Column] = {"time": tuple(float(t) for t in times)}
    for k, state in enumerate(found.states):
        columns[state] = tuple(float(v) for v in share[:, k])
    return DataTable(name="occupancy", title=title, columns=columns)


def transitions_table(rows: StateRows, level: float) -> DataTable:
    """Return every way between states that was taken, and every way to an end."""
    taken = [
        rate
        for rate in transition_rates(rows, level=level)
        if rate.person_time > 0.0 and (rate.n > 0 or rate.target >= rows.n_transient)
    ]
    return DataTable(
        name="transitions",
        title="How many patients took each way between the states, and how fast. Intervals are "
        "exact for a constant rate",
        columns={
            "from": tuple(rows.states[r.source] for r in taken),
            "to": tuple(rows.states[r.target] for r in taken),
            "n": tuple(float(r.n) for r in taken),
            "person_time": tuple(r.person_time for r in taken),
            "rate": tuple(r.rate for r in taken),
            "lower": tuple(r.lower for r in taken),
            "upper": tuple(r.upper for r in taken),
        },
    )


def clock_reset_table(rows: StateRows, climb: Climb) -> DataTable:
    """Return the rates of the event after treatment and before it, each on its own clock."""
    year = DAYS_PER["years"] / DAYS_PER[climb.cohort.time_unit]
    edges = (*(round(year * part, 6) for part in BAND_YEARS), np.inf)
    bands = [
        band
        for band in rate_ratios_in_bands(
            rows.by_time_in_state(),
            states=(0, 1),
            target=rows.n_transient,
            edges=edges,
            level=climb.level,
        )
        if max(band.person_time) > 0.0
    ]
    return DataTable(
        name="rate_ratios_by_time_in_state",
        title="Rates of the event with the clock started again at treatment. Time since treatment "
        f"in the treated, time since {rows.counted_from} in the untreated: no single ratio is "
        "given, because the two clocks start at different moments and no two patients compared "
        "in a line are at the same moment of their course",
        columns={
            "from_time": tuple(band.start for band in bands),
            "to_time": tuple(band.stop if np.isfinite(band.stop) else np.nan for band in bands),
            "events_untreated": tuple(float(band.n_events[0]) for band in bands),
            "person_time_untreated": tuple(band.person_time[0] for band in bands),
            "rate_untreated": tuple(band.rate[0] for band in bands),
            "events_treated": tuple(float(band.n_events[1]) for band in bands),
            "person_time_treated": tuple(band.person_time[1] for band in bands),
            "rate_treated": tuple(band.rate[1] for band in bands),
            "treatment_ratio": tuple(band.ratio for band in bands),
            "lower": tuple(band.lower for band in bands),
            "upper": tuple(band.upper for band in bands),
        },
    )


def landmark_table(rows: StateRows, landmarks: tuple[float, ...], horizon: float) -> DataTable:
    """Return chances of the event from a landmark on, with and without the Markov assumption."""
    lines: list[tuple[float, str, float, float, float, float]] = []
    event = rows.n_transient
    for at in landmarks:
        if not at < horizon:
            continue
        for state in range(rows.n_transient):
            there = (rows.source == state) & (rows.entry <= at) & (rows.exit > at)
            n = int(there.sum())
            if n < PATIENTS_AT_LANDMARK:
                continue
            start = np.eye(len(rows.states))[state]
            try:
                everybody, _ = occupancy(rows, start=start, starts_at=at).at(horizon)
                alone, error = landmark_occupancy(rows, landmark=at, state=state).at(horizon)
            except AnalysisRefused:
                continue
            if not np.isnan(alone[event]):
                name = rows.states[state]
                # At 0 and 1 Greenwood's formula has nothing to say.
                spread = error[event] if 0.0 < alone[event] < 1.0 else np.nan
                lines.append((at, name, float(n), everybody[event], alone[event], spread))
    return DataTable(
        name="landmark_occupancy",
        title=f"Chance of the event by {horizon:g} for those in a state at a landmark. By the "
        "Aalen-Johansen product of everybody, which takes the past not to matter (Markov), and of "
        "only those in the state then, which does not; far apart, the past matters",
        columns={
            "landmark": tuple(line[0] for line in lines),
            "state": tuple(line[1] for line in lines),
            "n": tuple(line[2] for line in lines),
            "probability_if_markov": tuple(float(line[3]) for line in lines),
            "probability": tuple(float(line[4]) for line in lines),
            "standard_error": tuple(float(line[5]) for line in lines),
        },
    )


def stay_table(
    states: tuple[str, ...], stay: Floats, drawn: Floats, *, horizon: float, level: float
) -> DataTable:
    """Return the expected time spent in each state until the horizon."""
    spread = [replicate_interval(column, level=level) for column in drawn.T]
    return DataTable(
        name="length_of_stay",
        title=f"Expected time spent in each state until {horizon:g}, from time zero. Intervals "
        "from patients drawn again",
        columns={
            "state": states,
            "time": tuple(float(v) for v in stay),
            "lower": tuple(s.lower for s in spread),
            "upper": tuple(s.upper for s in spread),
        },
        notes={"at": horizon},
    )
