"""What would happen period by period under a strategy: exactly, or in simulated patients."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.kernels._jit import kernel

NEVER, AS_OBSERVED, NATURAL_GRACE, UNIFORM_GRACE = 0, 1, 2, 3
EVENT, COMPETING, BEGINS, N_FIXED = 0, 1, 2, 3
NUMERIC, BINARY = 0, 1


@kernel
def expit(eta: float) -> float:
    """Return the probability whose log odds are given; minus infinity gives 0."""
    shrunk = np.exp(-abs(eta))
    return 1.0 / (1.0 + shrunk) if eta >= 0.0 else shrunk / (1.0 + shrunk)


@kernel
def chance_to_begin(strategy: int, k: int, bounds: Ints, fitted: float) -> float:
    """Return the probability of beginning treatment in period k, untreated so far.

    Parameters
    ----------
    strategy : int
        ``NEVER``, ``AS_OBSERVED``, ``NATURAL_GRACE`` (as observed, and certainly in the last period
        of grace) or ``UNIFORM_GRACE`` (each period of grace equally likely).
    bounds : (2,) int64
        First period in which anybody can be on treatment, and last period of grace.
    fitted : float
        Probability in the natural course.
    """
    if strategy == NEVER or k < bounds[0]:
        return 0.0
    if strategy == AS_OBSERVED:
        return fitted
    if k >= bounds[1]:
        return 1.0
    return fitted if strategy == NATURAL_GRACE else 1.0 / (bounds[1] - k + 1)


@kernel
def exact_course(
    base: Floats,
    clock: Floats,
    on_treatment: Floats,
    weight: Floats,
    early: int,
    strategy: int,
    bounds: Ints,
    course: Floats,
) -> None:
    """Add up, over patients, the probability of every state after each period.

    All times at which treatment can begin are followed at once: patients differ by when they began
    only through whether that was less than ``early`` periods ago.

    Parameters
    ----------
    base : (3, n) float64
        Log odds that are the patient's own: of the event, of a competing event among those
        without the event in the period, of beginning treatment.
    clock : (3, n_periods) float64
        Log odds that are the period's.
    on_treatment : (2, 2) float64
        For the event and the competing event: on treatment, and for less than ``early`` periods.
    weight : (n,) float64
    early, strategy : int
    bounds : (2,) int64
        See :func:`chance_to_begin`.
    course : (n_periods, 4) float64
        Added to: event so far, competing event so far, event-free and untreated, event-free and
        treated.
    """
    treated = np.zeros(early + 1)
    for i in range(weight.size):
        if weight[i] == 0.0:
            continue
        untreated, events, others = weight[i], 0.0, 0.0
        treated[:] = 0.0
        for k in range(clock.shape[1]):
            fitted = expit(base[BEGINS, i] + clock[BEGINS, k])
            moved = untreated * chance_to_begin(strategy, k, bounds, fitted)
            untreated -= moved
            if early > 0:
                treated[early] += treated[early - 1]
                for d in range(early - 1, 0, -1):
                    treated[d] = treated[d - 1]
                treated[0] = moved
            else:
                treated[0] += moved
            of_event = base[EVENT, i] + clock[EVENT, k]
            of_other = base[COMPETING, i] + clock[COMPETING, k]
            hit, lost = expit(of_event), expit(of_other)
            events += untreated * hit
            others += untreated * (1.0 - hit) * lost
            untreated *= (1.0 - hit) * (1.0 - lost)
            for d in range(early + 1):
                if treated[d] == 0.0:
                    continue
                recent = 1.0 if d < early else 0.0
                hit = expit(of_event + on_treatment[EVENT, 0] + recent * on_treatment[EVENT, 1])
                lost = expit(
                    of_other + on_treatment[COMPETING, 0] + recent * on_treatment[COMPETING, 1]
                )
                events += treated[d] * hit
                others += treated[d] * (1.0 - hit) * lost
                treated[d] *= (1.0 - hit) * (1.0 - lost)
            course[k, 0] += events
            course[k, 1] += others
            course[k, 2] += untreated
            course[k, 3] += treated.sum()


@kernel
def next_history(
    now: Floats,
    before: Floats,
    was_treated: float,
    own: Floats,
    on_history: Floats,
    on_before: Floats,
    rules: Floats,
    shock: Floats,
) -> None:
    """Draw what is known at the beginning of a period, one characteristic after the other.

    Parameters
    ----------
    now, before : (n_histories,) float64
        Filled; and as it was a period before.
    was_treated : float
        1 when on treatment in the period before.
    own : (n_histories,) float64
        Linear predictors from patient and period.
    on_history, on_before : (3 + n_histories, n_histories) float64
        Coefficients of those drawn already, and of those a period before.
    rules : (n_histories, 6) float64
        Kind; first of its group (of one categorical characteristic at most one level holds);
        residual standard deviation; smallest and largest value; coefficient of treatment.
    shock : (n_histories,) float64
        Standard normal for a number, uniform for yes or no.
    """
    for j in range(now.size):
        eta = own[j] + rules[j, 5] * was_treated
        taken = 0.0
        for m in range(now.size):
            eta += on_before[N_FIXED + j, m] * before[m]
            if m < j:
                eta += on_history[N_FIXED + j, m] * now[m]
            if int(rules[j, 1]) <= m < j:
                taken += now[m]
        if int(rules[j, 0]) == NUMERIC:
            now[j] = min(max(eta + rules[j, 2] * shock[j], rules[j, 3]), rules[j, 4])
        else:
            now[j] = 1.0 if taken == 0.0 and shock[j] < expit(eta) else 0.0


@kernel
def simulated_course(
    base: Floats,
    clock: Floats,
    on_treatment: Floats,
    on_history: Floats,
    on_before: Floats,
    rules: Floats,
    start: Floats,
    who: Ints,
    choice: Floats,
    shock: Floats,
    early: int,
    strategy: int,
    bounds: Ints,
    course: Floats,
) -> None:
    """Add up, over simulated patients, the probability of every state after each period.

    Histories and treatment are drawn; the event is not: a patient goes on with the probability of
    having been spared, which leaves less to chance.

    Parameters
    ----------
    base : (3 + n_histories, n) float64
    clock : (3 + n_histories, n_periods) float64
    on_treatment : (2, 2) float64
        As in :func:`exact_course`.
    on_history, on_before : (3 + n_histories, n_histories) float64
        Coefficients of the histories now, and a period before.
    rules : (n_histories, 6) float64
        See :func:`next_history`.
    start : (n, n_histories) float64
        Histories in the first period.
    who : (n_draws,) int64
        Whose beginning each simulated patient has.
    choice : (n_draws, n_periods) float64
        Uniform: treatment begins when it is below the chance.
    shock : (n_draws, n_periods, n_histories) float64
    early, strategy, bounds, course
        As in :func:`exact_course`.
    """
    n_histories = rules.shape[0]
    now, before = np.empty(n_histories), np.empty(n_histories)
    own = np.empty(n_histories)
    log_odds = np.empty(N_FIXED)
    for draw in range(who.size):
        i = who[draw]
        alive, events, others, since = 1.0, 0.0, 0.0, -1
        now[:] = start[i]
        for k in range(clock.shape[1]):
            if k > 0:
                for m in range(n_histories):
                    before[m] = now[m]
                    own[m] = base[N_FIXED + m, i] + clock[N_FIXED + m, k]
                was_treated = 1.0 if since >= 0 else 0.0
                next_history(
                    now, before, was_treated, own, on_history, on_before, rules, shock[draw, k]
                )
            for model in range(N_FIXED):
                log_odds[model] = base[model, i] + clock[model, k]
                for m in range(n_histories):
                    log_odds[model] += on_history[model, m] * now[m]
            if since >= 0:
                since += 1
            else:
                chance = chance_to_begin(strategy, k, bounds, expit(log_odds[BEGINS]))
                since = 0 if choice[draw, k] < chance else -1
            if since >= 0:
                recent = 1.0 if since < early else 0.0
                for model in range(2):
                    log_odds[model] += on_treatment[model, 0] + recent * on_treatment[model, 1]
            hit, lost = expit(log_odds[EVENT]), expit(log_odds[COMPETING])
            events += alive * hit
            others += alive * (1.0 - hit) * lost
            alive *= (1.0 - hit) * (1.0 - lost)
            course[k, 0] += events
            course[k, 1] += others
            course[k, 2 if since < 0 else 3] += alive
