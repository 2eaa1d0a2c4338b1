"""Whole studies simulated one after another: patients drawn, compared as published, summarised."""

from __future__ import annotations

import math

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.kernels._jit import kernel
from timezero.kernels.late_worlds import FRAILTY, KNOTS, N, draw_patient
from timezero.kernels.naive_comparison import (
    FIRST_QUERY,
    answer_queries,
    arrange,
    compare_hazards,
    count_at_deaths,
    median_follow_up,
    quantile_of_sorted,
)
from timezero.kernels.streams import start_stream


@kernel
def _summarise_waiting(patients: Floats, out: Floats) -> None:
    """Fill quartiles, extremes and mean of the wait of those treated before their exit."""
    waits = np.empty(patients.shape[0])
    treated = 0
    for i in range(patients.shape[0]):
        if patients[i, 2] < patients[i, 0]:
            waits[treated] = patients[i, 2]
            treated += 1
    if treated == 0:
        out[:] = math.nan
        return
    waits = np.sort(waits[:treated])
    out[0] = quantile_of_sorted(waits, 0.25)
    out[1] = quantile_of_sorted(waits, 0.5)
    out[2] = quantile_of_sorted(waits, 0.75)
    out[3], out[4], out[5] = waits[0], waits[-1], waits.mean()


@kernel
def _summarise_triggers(patients: Floats, out: Floats) -> None:
    """Fill how many became candidates before their exit, and their median time to it."""
    times = np.empty(patients.shape[0])
    triggered = 0
    for i in range(patients.shape[0]):
        if patients[i, 3] < patients[i, 0]:
            times[triggered] = patients[i, 3]
            triggered += 1
    out[0] = triggered
    out[1] = quantile_of_sorted(np.sort(times[:triggered]), 0.5) if triggered > 0 else math.nan


@kernel
def summarise_study(
    patients: Floats, way: int, landmark: float, queries: Floats, work: Floats, out: Floats
) -> None:
    """Fill ``out`` with the printed numbers of one study.

    Parameters
    ----------
    patients : (n, 4) float64
        Exit, whether it is a death, initiation (may lie after the exit), trigger.
    way, landmark
        As in ``arrange``.
    queries : (n_queries, 3) float64
        Kind, group and value, as in ``answer_queries``.
    work : (n, 10) float64
        Room for rows, deaths and a curve.
    out : (18 + n_queries,) float64
        In the order of ``STATISTICS``, then the queries. NaN: cannot be computed.
    """
    n = arrange(patients, way, landmark, work[:, :4])
    rows = work[:n, :4]
    late, died_late, died = 0.0, 0.0, 0.0
    for i in range(n):
        late += rows[i, 3]
        died += rows[i, 2]
        died_late += rows[i, 2] * rows[i, 3]
    out[0], out[1], out[2] = n, late, n - late
    out[3], out[4] = died_late, died - died_late
    order = np.argsort(rows[:, 1])
    n_deaths = count_at_deaths(rows, order, work[:, 4:8])
    deaths = work[:n_deaths, 4:8]
    compare_hazards(deaths, out[5:8])
    _summarise_waiting(patients, out[8:14])
    own = np.argsort(patients[:, 0])
    out[14] = median_follow_up(patients[:, 0], patients[:, 1], own)
    out[15] = patients[own[-1], 0]
    _summarise_triggers(patients, out[16:18])
    answer_queries(rows, deaths, queries, work[:, 8:10], out[FIRST_QUERY:])


@kernel
def simulate_studies(
    worlds: Floats,
    numbers: Ints,
    design: Floats,
    knots: Floats,
    frailty: Floats,
    atoms: Floats,
    out: Floats,
) -> None:
    """Simulate one study for each row of ``worlds`` and fill its printed numbers.

    Parameters
    ----------
    worlds : (n_worlds, 19) float64
        Columns in the order of ``late_worlds.COLUMNS``; at least one patient each.
    numbers : (3,) int64
        Seed (its 64 bits), purpose, and the number of the first replicate: each row has its own.
    design : (1 + n_queries, 3) float64
        First row: way of comparing, landmark, unused; then the queries.
    knots : (n_tables, 2, n_knots) float64
    frailty : (n_levels, 2, n_grid) float64
    atoms : (n_levels, n_atoms) float64
        Level 0 of both is nobody frail, and is not read.
    out : (n_worlds, 18 + n_queries) float64
    """
    state = np.zeros(1, dtype=np.uint64)
    room = int(worlds[:, N].max())
    patients, work = np.empty((room, 4)), np.empty((room, 10))
    nobody_frail, no_atoms = np.empty((2, 0)), np.empty(0)
    for w in range(worlds.shape[0]):
        start_stream(state, numbers[0], numbers[1], numbers[2] + w)
        world = worlds[w]
        table = knots[int(world[KNOTS])]
        level = int(world[FRAILTY])
        law = frailty[level] if level > 0 else nobody_frail
        values = atoms[level] if level > 0 else no_atoms
        n = int(world[N])
        for i in range(n):
            draw_patient(state, world, table, law, values, patients[i])
        summarise_study(patients[:n], int(design[0, 0]), design[0, 1], design[1:], work, out[w])


@kernel
def draw_studies(
    worlds: Floats,
    numbers: Ints,
    knots: Floats,
    frailty: Floats,
    atoms: Floats,
    patients: Floats,
) -> None:
    """Draw the patients of one study for each row of ``worlds``, all of the same size.

    Parameters
    ----------
    worlds, numbers, knots, frailty, atoms
        As in ``simulate_studies``; the same row and numbers give the same patients.
    patients : (n_worlds, n, 4) float64
        Filled with exit, whether it is a death, initiation, trigger.
    """
    state = np.zeros(1, dtype=np.uint64)
    nobody_frail, no_atoms = np.empty((2, 0)), np.empty(0)
    for w in range(worlds.shape[0]):
        start_stream(state, numbers[0], numbers[1], numbers[2] + w)
        table = knots[int(worlds[w, KNOTS])]
        level = int(worlds[w, FRAILTY])
        law = frailty[level] if level > 0 else nobody_frail
        values = atoms[level] if level > 0 else no_atoms
        for i in range(patients.shape[1]):
            draw_patient(state, worlds[w], table, law, values, patients[w, i])
