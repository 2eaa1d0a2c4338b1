"""Cox's model for patients followed from the beginning, each counted as often as it was drawn."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.kernels._jit import kernel


@kernel
def right_censored_pass(
    columns: Floats,
    copies: Floats,
    group: Ints,
    event: Bools,
    efron: bool,
    beta: Floats,
    gradient: Floats,
    information: Floats,
) -> float:
    """Return the log partial likelihood with its gradient and information.

    Parameters
    ----------
    columns : (n, p) float64
        Rows latest exit first.
    copies : (n,) float64
        How often each row counts, also among the ties.
    group : (n,) int64
        Number of the exit time, descending; tied rows share it.
    event : (n,) bool
    efron : bool
        Efron's rule for ties (C9); otherwise Breslow's.
    beta : (p,) float64
    gradient, information : (p,), (p, p) float64
        Filled.
    """
    n, p = columns.shape
    gradient[:] = 0.0
    information[:, :] = 0.0
    linear = columns @ beta
    top = linear.max()
    sum_0, tied_0, value = 0.0, 0.0, 0.0
    sum_1, tied_1, mean = np.zeros(p), np.zeros(p), np.zeros(p)
    sum_2, tied_2 = np.zeros((p, p)), np.zeros((p, p))
    n_tied = 0.0
    for i in range(n):
        hazard = copies[i] * np.exp(linear[i] - top)
        if hazard > 0.0:
            sum_0 += hazard
            for a in range(p):
                sum_1[a] += hazard * columns[i, a]
                for b in range(a + 1):
                    sum_2[a, b] += hazard * columns[i, a] * columns[i, b]
            if event[i]:
                n_tied += copies[i]
                tied_0 += hazard
                value += copies[i] * (linear[i] - top)
                for a in range(p):
                    gradient[a] += copies[i] * columns[i, a]
                    tied_1[a] += hazard * columns[i, a]
                    for b in range(a + 1):
                        tied_2[a, b] += hazard * columns[i, a] * columns[i, b]
        if n_tied == 0.0 or (i + 1 < n and group[i + 1] == group[i]):
            continue
        n_steps = int(n_tied) if efron else 1
        share = n_tied / n_steps
        for turn in range(n_steps):
            gone = turn / n_steps
            left = sum_0 - gone * tied_0
            value -= share * np.log(left)
            for a in range(p):
                mean[a] = (sum_1[a] - gone * tied_1[a]) / left
                gradient[a] -= share * mean[a]
                for b in range(a + 1):
                    second = (sum_2[a, b] - gone * tied_2[a, b]) / left
                    information[a, b] += share * (second - mean[a] * mean[b])
        n_tied, tied_0 = 0.0, 0.0
        tied_1[:] = 0.0
        tied_2[:, :] = 0.0
    for a in range(p):
        for b in range(a):
            information[b, a] = information[a, b]
    return value


@kernel
def hazard_steps(
    relative: Floats, copies: Floats, group: Ints, event: Bools, efron: bool, steps: Floats
) -> None:
    """Return the baseline hazard at each exit time, by the rule for ties of the model.

    Parameters
    ----------
    relative : (n,) float64
        Hazard relative to the baseline; rows latest exit first.
    copies, group, event, efron
        As in :func:`right_censored_pass`.
    steps : (n_groups,) float64
        Filled, in the order of ``group``.
    """
    steps[:] = 0.0
    at_risk, tied, n_tied = 0.0, 0.0, 0.0
    for i in range(relative.size):
        at_risk += copies[i] * relative[i]
        if event[i]:
            tied += copies[i] * relative[i]
            n_tied += copies[i]
        if n_tied == 0.0 or (i + 1 < relative.size and group[i + 1] == group[i]):
            continue
        n_steps = int(n_tied) if efron else 1
        for turn in range(n_steps):
            steps[group[i]] += n_tied / n_steps / (at_risk - turn / n_steps * tied)
        tied, n_tied = 0.0, 0.0
