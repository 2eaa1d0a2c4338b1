"""What the weights of treatment models did, as tables."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.estimate.marginal_structural_cox import (
    MarginalStructuralFit,
    WeightedRows,
    fit_marginal_structural_cox,
)
from timezero.estimate.weight_diagnostics import (
    intervals_by_treatments,
    most_influential,
    positivity_cells,
    preference,
    standardised_differences,
    summarise_weights,
)
from timezero.ladder.treatment_periods import Patients
from timezero.ladder.weight_tables import (
    balance_table,
    influence_table,
    positivity_table,
    preference_table,
    truncation_table,
    weight_summary_table,
)
from timezero.model.result import DataTable

SWEEP = (1.0, 0.995, 0.99, 0.95)


def diagnostic_tables(who: Patients, fit: MarginalStructuralFit) -> list[DataTable]:
    """Return the tables of weights, balance, preference and positivity.

    Parameters
    ----------
    who : Patients
    fit : MarginalStructuralFit
        Of these patients.
    """
    data, models = who.data, fit.models
    rows = data.initiation
    start = (who.periods.period * who.periods.width)[rows.place >= 0].astype(np.float64)
    interval = intervals_by_treatments(start, rows.outcome)
    return [
        _weight_summary(who, fit, np.unique(interval)),
        balance_table(
            standardised_differences(
                rows.columns, rows.outcome, _balancing(data, fit), names=rows.names
            ),
            title="Standardised mean differences of those who begin treatment in a period against "
            "those who could and do not",
        ),
        preference_table(preference(models.probability, rows.outcome, prevalence=models.usual)),
        positivity_table(
            positivity_cells(
                rows.columns, rows.outcome, interval, owner=rows.owner, names=rows.names
            )
        ),
    ]


def _balancing(data: WeightedRows, fit: MarginalStructuralFit) -> Floats:
    """Return weights under which those who begin and those who do not stand for all who could.

    The weight up to the period, times the inverse probability of what was done in it. The
    numerator is left out, because it depends on time and a difference would remain over time.
    """
    rows, models = data.initiation, fit.models
    could = np.flatnonzero(rows.place >= 0)
    first = np.repeat(rows.first[:-1], np.diff(rows.first))[could]
    before = np.where(could > first, models.log_weight[could], 0.0)
    through = models.log_weight[could + 1]
    cut = np.minimum(1.0, fit.largest_weight / np.exp(through))
    chance = np.where(rows.outcome, models.probability, 1.0 - models.probability)
    return np.exp(before) * cut / chance


def _weight_summary(who: Patients, fit: MarginalStructuralFit, edges: Floats) -> DataTable:
    """Summarise one weight a patient, interval and state: the last one in it."""
    rows = who.data.rows
    # The interval a row ends in; rows lie within one period, and intervals begin with periods.
    which = np.searchsorted(edges, rows.exit, side="left") - 1
    which = np.maximum(which, 0)
    order = np.lexsort((rows.exit, which, rows.patient, rows.arm))
    keys = np.column_stack([rows.arm, rows.patient, which])[order]
    last = np.append(np.any(keys[1:] != keys[:-1], axis=1), True)
    chosen = order[last]
    return weight_summary_table(
        summarise_weights(fit.weight[chosen], rows.arm[chosen], edges[which[chosen]])
    )


def sweep_table(
    data: WeightedRows, fit: MarginalStructuralFit, *, cluster: Ints | None
) -> DataTable:
    """Return the table ``truncation_sweep``.

    Parameters
    ----------
    data : WeightedRows
    fit : MarginalStructuralFit
        Of these rows; its treatment models are used throughout.
    cluster : (n_cohort,) int64 or None
    """
    fits = [
        fit_marginal_structural_cox(data, truncate=at, cluster=cluster, models=fit.models)
        for at in SWEEP
    ]
    return truncation_table(
        SWEEP,
        [one.log_hazard_ratio for one in fits],
        [one.standard_error for one in fits],
        [one.largest_weight for one in fits],
    )


def influence_of(
    fit: MarginalStructuralFit, patient: Ints, leave_out: Callable[[int], float]
) -> DataTable:
    """Return the table ``influence``.

    Parameters
    ----------
    fit : MarginalStructuralFit
    patient : (n,) int64
        Who takes part, as indices in the cohort.
    leave_out : callable
        Given a position in ``patient``, the log hazard ratio without that patient.
    """
    return influence_table(
        most_influential(
            fit.influence[patient], leave_out, estimate=fit.log_hazard_ratio, patient=patient
        )
    )
