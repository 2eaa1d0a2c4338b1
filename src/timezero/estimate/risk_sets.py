"""Rows arranged for the partial likelihood: checked, ordered, centred and scaled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.conventions import NEAR_TIE
from timezero.errors import AnalysisRefused, InputRefused
from timezero.kernels.partial_likelihood import partial_likelihood
from timezero.model.person_time import PersonTime

IMPLAUSIBLE_SIZE = 1e50
IMPLAUSIBLE_SPREAD = 1e-50
ROWS_NAMED = 5
# Fewer units in the last place than this between largest and smallest value is round-off.
ROUND_OFF = 8.0 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskSets:
    """Rows that are at risk at one event time at least, ordered by stratum and exit.

    Parameters
    ----------
    columns : (n, p) float64
        Design, centred within strata and divided by ``scale``.
    scale : (p,) float64
        Powers of two, so that scaling rounds nothing.
    offset, weight : (n,) float64
    event : (n,) bool
    first, last : (n,) int64
        At risk at event times ``first <= k < last`` (C2).
    begins : (n_times,) bool
        True where an event time is the first of its stratum.
    strata_start : (n_strata,) int64
        First row of each stratum.
    kept : (n,) int64
        Which of the original rows these are.
    event_time : (n_times,) float64
        The time of each event time, strata one after the other.
    names : tuple of str
    efron : bool
    """

    columns: Floats
    scale: Floats
    offset: Floats
    weight: Floats
    event: Bools
    first: Ints
    last: Ints
    begins: Bools
    strata_start: Ints
    kept: Ints
    event_time: Floats
    names: tuple[str, ...]
    efron: bool


def arrange(
    rows: PersonTime,
    design: Floats,
    *,
    ties: str,
    offset: Floats | None = None,
    names: Sequence[str] | None = None,
) -> RiskSets:
    """Check the rows and arrange them into risk sets.

    Parameters
    ----------
    rows : PersonTime
    design : (n_rows, p) float64
    ties : {"efron", "breslow"}
    offset : (n_rows,) float64, optional
    names : sequence of str, optional
        Of the columns, for refusals; ``column 1`` and so on when not given.

    Raises
    ------
    InputRefused
        Impossible intervals, weights or covariates, or an unknown rule for ties.
    AnalysisRefused
        No events, or a column that is constant among those at risk.
    """
    if ties not in {"efron", "breslow"}:
        raise InputRefused(
            what=f"there is no rule for ties called {ties!r}",
            where="ties",
            mend="choose efron or breslow",
            code="TZ-EST-ties",
        )
    labels = tuple(names) if names is not None else _default_names(design)
    shift = np.zeros(rows.n_rows) if offset is None else offset
    _refuse_bad_rows(rows, shift)
    _refuse_bad_columns(rows, design, labels)
    first, last, begins, event_time = _event_times(rows)
    _refuse_collapsed(rows, first, last)
    kept = np.flatnonzero((first < last) & (rows.weight > 0.0))
    kept = kept[np.argsort(last[kept], kind="stable")]
    stratum = rows.stratum[kept]
    strata_start = np.flatnonzero(np.concatenate([[True], stratum[1:] != stratum[:-1]]))
    columns, scale = _standardise(design[kept], rows.weight[kept], strata_start, labels)
    return RiskSets(
        columns=columns,
        scale=scale,
        offset=np.ascontiguousarray(shift[kept], dtype=np.float64),
        weight=np.ascontiguousarray(rows.weight[kept], dtype=np.float64),
        event=np.ascontiguousarray(rows.event[kept]),
        first=first[kept],
        last=last[kept],
        begins=begins,
        strata_start=strata_start,
        kept=kept,
        event_time=event_time,
        names=labels,
        efron=ties == "efron",
    )


def linear_predictor(sets: RiskSets, coefficients: Floats) -> Floats:
    """Return the linear predictor less its maximum per stratum, which cancels.

    Parameters
    ----------
    coefficients : (p,) float64
        On the scaled columns.

    Returns
    -------
    linear : (n,) float64
        At most 0.
    """
    linear = sets.columns @ coefficients + sets.offset
    top = np.maximum.reduceat(linear, sets.strata_start)
    sizes = np.diff(np.append(sets.strata_start, linear.size))
    return linear - np.repeat(top, sizes)


def evaluate(sets: RiskSets, coefficients: Floats) -> tuple[float, Floats, Floats]:
    """Return log partial likelihood, gradient and information, on the scaled columns."""
    with np.errstate(over="ignore", invalid="ignore"):
        linear = linear_predictor(sets, coefficients)
    return partial_likelihood(
        sets.columns,
        linear,
        sets.weight,
        sets.event,
        sets.first,
        sets.last,
        sets.begins,
        sets.efron,
    )


def _default_names(design: Floats) -> tuple[str, ...]:
    return tuple(f"column {j + 1}" for j in range(design.shape[1] if design.ndim == 2 else 0))


def _refuse_where(bad: Bools, what: str, *, mend: str, code: str) -> None:
    """Refuse when any row is bad, saying how many and which come first."""
    if not bad.any():
        return
    rows = np.flatnonzero(bad)
    listed = ", ".join(str(int(i) + 1) for i in rows[:ROWS_NAMED])
    more = ", ..." if rows.size > ROWS_NAMED else ""
    one = rows.size == 1
    raise InputRefused(
        what=f"{rows.size} {'row' if one else 'rows'} of person-time "
        f"{'has' if one else 'have'} {what}",
        where=f"{'row' if one else 'rows'} {listed}{more}",
        mend=mend,
        code=code,
    )


def _refuse_bad_rows(rows: PersonTime, offset: Floats) -> None:
    """Refuse impossible times, weights and offsets (C2)."""
    with np.errstate(invalid="ignore"):
        impossible = (
            (~np.isfinite(rows.exit), "an exit that is missing or infinite"),
            (rows.exit < 0.0, "an exit before time zero"),
            (np.isnan(rows.entry) | ~(rows.entry < np.inf), "an entry that is missing or infinite"),
            (rows.exit <= rows.entry, "an exit that is not after the entry"),
        )
        for bad, what in impossible:
            _refuse_where(bad, what, mend="correct the dates or name a rule", code="TZ-EST-time")
        _refuse_where(
            ~np.isfinite(rows.weight) | (rows.weight < 0.0),
            "a weight that is negative, missing or infinite",
            mend="give weights of zero or more",
            code="TZ-EST-weight",
        )
    _refuse_where(
        ~np.isfinite(offset),
        "an offset that is missing or infinite",
        mend="give a finite offset for every row",
        code="TZ-EST-offset",
    )
    if not np.any(rows.event & (rows.weight > 0.0)):
        raise AnalysisRefused(
            what="there are no events: nothing to compare",
            where=rows.counted_from,
            mend="report the follow-up and the upper limit of the risk instead",
            code="TZ-EST-no-events",
        )


def _refuse_bad_columns(rows: PersonTime, design: Floats, names: tuple[str, ...]) -> None:
    """Refuse a design that does not fit the rows, is missing, implausible or the outcome."""
    if design.ndim != 2 or design.shape[0] != rows.n_rows or design.shape[1] != len(names):
        raise InputRefused(
            what=f"the design has shape {design.shape} for {rows.n_rows} rows, {len(names)} names",
            where="design",
            mend="give one row of covariates for each row of person-time, one name a column",
            code="TZ-EST-design",
        )
    if not names:
        raise InputRefused(
            what="the design has no columns: there is nothing to compare",
            where="design",
            mend="give one column at least, such as the arm",
            code="TZ-EST-design",
        )
    for j, name in enumerate(names):
        column = design[:, j]
        missing = int(np.isnan(column).sum())
        problem = ""
        if missing:
            problem = f"{name} is missing in {missing} of {column.size} rows"
        elif np.max(np.abs(column)) > IMPLAUSIBLE_SIZE:
            problem = f"{name} has values beyond {IMPLAUSIBLE_SIZE:g}"
        elif 0.0 < np.ptp(column) < IMPLAUSIBLE_SPREAD:
            problem = f"{name} varies by less than {IMPLAUSIBLE_SPREAD:g}"
        elif np.unique(column).size > 2 and np.array_equal(column, rows.exit):
            problem = f"{name} is the time of exit itself"
        if problem:
            raise InputRefused(
                what=problem,
                where=f"covariate {name}",
                mend="choose complete cases or another covariate in the protocol",
                code="TZ-EST-covariate",
            )


def _event_times(rows: PersonTime) -> tuple[Ints, Ints, Bools, Floats]:
    """Return for each row the run of event times at which it is at risk (C2, C5)."""
    counted = rows.event & (rows.weight > 0.0)
    times = np.unique(rows.exit[counted])
    apart = np.diff(times) > NEAR_TIE * np.abs(times[1:])
    times = times[np.concatenate([[True], apart])]
    from_here = times - NEAR_TIE * np.abs(times)
    first = np.searchsorted(from_here, rows.entry, side="right").astype(np.int64)
    last = np.searchsorted(from_here, rows.exit, side="right").astype(np.int64)
    strata, stratum = np.unique(rows.stratum, return_inverse=True)
    if strata.size == 1:
        begins = np.zeros(times.size, dtype=np.bool_)
        begins[0] = True
        return first, last, begins, times
    block = stratum.astype(np.int64) * (times.size + 1)
    keys = np.unique((block + last)[counted])
    owner = keys // (times.size + 1)
    begins = np.concatenate([[True], owner[1:] != owner[:-1]])
    return (
        np.searchsorted(keys, block + first, side="right").astype(np.int64),
        np.searchsorted(keys, block + last, side="right").astype(np.int64),
        begins,
        times[keys % (times.size + 1) - 1],
    )


def _refuse_collapsed(rows: PersonTime, first: Ints, last: Ints) -> None:
    _refuse_where(
        rows.event & (rows.weight > 0.0) & (first >= last),
        f"an interval shorter than the relative distance {NEAR_TIE:g} at which times are tied",
        mend="measure time in a finer unit from a closer origin",
        code="TZ-EST-time",
    )


def _standardise(
    design: Floats, weight: Floats, strata_start: Ints, names: tuple[str, ...]
) -> tuple[Floats, Floats]:
    """Centre within strata and divide by a power of two near the spread."""
    sizes = np.diff(np.append(strata_start, weight.size))
    lowest = np.minimum.reduceat(design, strata_start, axis=0)
    highest = np.maximum.reduceat(design, strata_start, axis=0)
    size = np.maximum(np.abs(lowest), np.abs(highest))
    flat = np.all(highest - lowest <= ROUND_OFF * size, axis=0)
    if flat.any():
        constant = [name for name, same in zip(names, flat, strict=True) if same]
        raise AnalysisRefused(
            what=f"{', '.join(constant)} takes one value among all who are at risk at an event",
            where=f"covariate {', '.join(constant)}",
            mend="leave it out of the model",
            code="TZ-EST-constant",
        )
    total = np.add.reduceat(weight, strata_start)
    above: Floats = weight[:, np.newaxis] * (design - np.repeat(lowest, sizes, axis=0))
    mean: Floats = lowest + np.add.reduceat(above, strata_start, axis=0) / total[:, np.newaxis]
    centred = design - np.repeat(mean, sizes, axis=0)
    spread: Floats = np.sqrt(np.mean(centred**2, axis=0))
    scale = np.exp2(np.round(np.log2(spread)))
    return np.ascontiguousarray(centred / scale), scale
