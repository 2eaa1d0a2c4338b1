"""The naive advantage taken apart: what clock, waiting, trigger and choice made of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.align.clock_reset import clock_reset
from timezero.align.ever_treated import ever_treated
from timezero.align.from_trigger import from_trigger
from timezero.align.time_varying import time_varying
from timezero.align.waiting_excluded import waiting_excluded
from timezero.arrays import Floats
from timezero.errors import AnalysisRefused
from timezero.estimate.product_limit import rows_after
from timezero.ladder.climb import Climb
from timezero.ladder.compare import percentile_interval, stable_start
from timezero.model.estimate import NAN
from timezero.model.person_time import PersonTime
from timezero.model.result import Part, Rung, Scale, Share

PUBLISHED = {
    "ever_treated": ever_treated,
    "clock_reset": clock_reset,
    "waiting_excluded": waiting_excluded,
}
WORDS = {
    "published": "the difference as it was published",
    "clock": "removed by counting everybody from one clock",
    "person_time": "removed by counting each day in the state it was lived in",
    "trigger": "removed by counting only candidates, from the trigger",
    "fitness": "removed by weighting for the characteristics that were measured before treatment",
    "remainder": "left: effect of the treatment, choice of fitter patients, and chance together",
    "chance": "how far chance alone moves an estimate from so few patients, 95 times in 100, "
    "either way; not a part of the sum",
}
WEIGHTED_RUNG = "marginal_structural_cox"
WITH_TRIGGER_LEFT = ", with what patients who were no candidates make of it"
WEIGHTED_LEFT = (
    "left: effect of the treatment, choice by what was not measured, and chance together"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Step:
    """The contrast of one alignment, with its bootstrap replicates; NaN when not assessed."""

    value: float
    replicates: Floats


def _minus(one: _Step, other: _Step) -> _Step:
    """Subtract one step from another, replicate by replicate: the same patients are in each."""
    both = min(one.replicates.size, other.replicates.size)
    return _Step(
        value=one.value - other.value,
        replicates=one.replicates[:both] - other.replicates[:both],
    )


_NOT_ASSESSED = _Step(value=NAN, replicates=np.array([NAN]))


def _log_ratio(climb: Climb, rungs: dict[str, Rung], name: str, rows: PersonTime) -> _Step:
    if rungs[name].status != "ok":
        return _NOT_ASSESSED
    contrast = rungs[name].contrast("log_hazard_ratio")
    boot = climb.bootstrap(name, rows)
    value = NAN if contrast is None else contrast.value
    return _Step(value=value, replicates=np.array([NAN]) if boot is None else boot.log_hazard_ratio)


def _lived(climb: Climb, rung: Rung, *, bootstrap: str, rows: PersonTime, horizon: float) -> _Step:
    if rung.status != "ok":
        return _NOT_ASSESSED
    value = next(
        (c.value for c in rung.contrasts if c.measure == "rmst_difference" and c.at == horizon),
        NAN,
    )
    boot = climb.bootstrap(bootstrap, rows)
    if boot is None:
        return _Step(value=value, replicates=np.array([NAN]))
    column = climb.horizons.index(horizon)
    return _Step(value=value, replicates=boot.rmst[:, column, 1] - boot.rmst[:, column, 0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Steps:
    """The same contrast at each stage; None where a trigger or weights cannot be used.

    ``starts`` and ``trigger_starts`` say from when time lived is counted there, NaN = from zero.
    """

    published: _Step
    one_clock: _Step
    person_time: _Step
    trigger: _Step | None
    weighted: _Step | None = None
    starts: float = NAN
    trigger_starts: float = NAN


def _words(part: Part, steps: _Steps) -> str:
    """Return what a part is; time lived is counted from later once states are compared."""
    starts = {"person_time": steps.starts, "trigger": steps.trigger_starts}.get(part, NAN)
    words = WORDS[part]
    if part == "remainder" and steps.weighted is not None:
        words = WEIGHTED_LEFT
    if not np.isnan(starts):
        words += f"; time lived counts from {starts:g} on, where both states hold enough patients"
    if part == "remainder" and steps.trigger is None:
        words += WITH_TRIGGER_LEFT
    return words


def _shares(climb: Climb, scale: Scale, steps: _Steps, at: float) -> list[Share]:
    trigger, weighted = steps.trigger, steps.weighted
    counted = steps.person_time if trigger is None else trigger
    parts: list[tuple[Part, _Step | None]] = [
        ("published", steps.published),
        ("clock", _minus(steps.published, steps.one_clock)),
        ("person_time", _minus(steps.one_clock, steps.person_time)),
        ("trigger", None if trigger is None else _minus(steps.person_time, trigger)),
        ("fitness", None if weighted is None else _minus(counted, weighted)),
        ("remainder", counted if weighted is None else weighted),
    ]
    shares: list[Share] = []
    for part, step in parts:
        assessed = step is not None and not np.isnan(step.value)
        lower, upper = NAN, NAN
        if step is not None and assessed:
            lower, upper, _ = percentile_interval(step.replicates, climb.level)
        shares.append(
            Share(
                scale=scale,
                part=part,
                value=step.value if step is not None and assessed else NAN,
                lower=lower,
                upper=upper,
                status="ok" if assessed else "not_assessed",
                words=_words(part, steps),
                at=at,
            )
        )
    return [*shares, _chance(shares[-1])]


def _chance(left: Share) -> Share:
    """Return how far chance moves what is left: half the width of its interval."""
    half = (left.upper - left.lower) / 2.0
    return Share(
        scale=left.scale,
        part="chance",
        value=half,
        lower=-half,
        upper=half,
        status="not_assessed" if np.isnan(half) else "ok",
        words=WORDS["chance"],
        at=left.at,
    )


def _weighted(climb: Climb, rungs: dict[str, Rung]) -> _Step | None:
    """Return the weighted log hazard ratio, with its replicates cut or filled to their number."""
    rung = rungs.get(WEIGHTED_RUNG)
    contrast = None if rung is None else rung.contrast("log_hazard_ratio", "weighted")
    if contrast is None:
        return None
    replicates = np.full(max(climb.protocol.analysis.bootstrap, 1), np.nan)
    made = climb.replicates_of(WEIGHTED_RUNG)
    if made is not None:
        both = min(replicates.size, made.shape[0])
        replicates = replicates[:both]
        replicates[:] = made[:both, 0]
    return _Step(value=contrast.value, replicates=replicates)


def _one_clock(published: str) -> str:
    return "waiting_excluded" if published == "clock_reset" else published


def _on_log_scale(climb: Climb, rungs: dict[str, Rung]) -> list[Share]:
    cohort = climb.cohort
    name = climb.protocol.question.published_error
    one_clock = _one_clock(name)
    with_trigger = cohort.trigger is not None and rungs["from_trigger"].status == "ok"
    steps = _Steps(
        published=_log_ratio(climb, rungs, name, PUBLISHED[name](cohort)),
        one_clock=_log_ratio(climb, rungs, one_clock, PUBLISHED[one_clock](cohort)),
        person_time=_log_ratio(climb, rungs, "time_varying", time_varying(cohort)),
        trigger=(
            _log_ratio(climb, rungs, "from_trigger", from_trigger(cohort)) if with_trigger else None
        ),
        weighted=_weighted(climb, rungs),
    )
    return _shares(climb, "log_hazard_ratio", steps, NAN)


def _on_time_lived_scale(climb: Climb, rungs: dict[str, Rung], horizon: float) -> list[Share]:
    cohort = climb.cohort
    name = climb.protocol.question.published_error
    states = time_varying(cohort)
    start, _ = stable_start(climb, states)

    def lived(rung: str, rows: PersonTime) -> _Step:
        return _lived(climb, rungs[rung], bootstrap=rung, rows=rows, horizon=horizon)

    one_clock = _one_clock(name)
    trigger, trigger_start = _lived_from_trigger(climb, rungs, horizon)
    steps = _Steps(
        published=lived(name, PUBLISHED[name](cohort)),
        one_clock=lived(one_clock, PUBLISHED[one_clock](cohort)),
        person_time=lived("simon_makuch", rows_after(states, start)),
        trigger=trigger,
        starts=start,
        trigger_starts=trigger_start,
    )
    return _shares(climb, "rmst_difference", steps, horizon)


def _lived_from_trigger(
    climb: Climb, rungs: dict[str, Rung], horizon: float
) -> tuple[_Step | None, float]:
    """Return the difference from the trigger on, and the start of its curves."""
    if climb.cohort.trigger is None or rungs["from_trigger"].status != "ok":
        return None, NAN
    rows = from_trigger(climb.cohort)
    try:
        start, _ = stable_start(climb, rows)
    except AnalysisRefused:
        return None, NAN
    step = _lived(
        climb,
        rungs["from_trigger"],
        bootstrap="from_trigger_by_state",
        rows=rows_after(rows, start),
        horizon=horizon,
    )
    return (None, NAN) if np.isnan(step.value) else (step, start)


def decompose(climb: Climb, rungs: tuple[Rung, ...]) -> tuple[Share, ...]:
    """Split the published difference into clock, person-time, trigger, fitness and remainder.

    Parts add up to the published difference on each scale. The scale of time lived is left out
    when no horizon can be used or the states never hold enough patients.
    """
    by_name = {rung.name: rung for rung in rungs}
    if by_name[climb.protocol.question.published_error].status != "ok":
        return ()
    if by_name["time_varying"].status != "ok":
        return ()
    shares = _on_log_scale(climb, by_name)
    if climb.horizons and by_name["simon_makuch"].status == "ok":
        shares += _at_best_horizon(climb, by_name)
    return tuple(shares)


def _at_best_horizon(climb: Climb, rungs: dict[str, Rung]) -> list[Share]:
    """Return the shares at the last horizon whose parts all have intervals, else at the last."""
    last: list[Share] = []
    for horizon in reversed(climb.horizons):
        shares = _on_time_lived_scale(climb, rungs, horizon)
        last = last or shares
        assessed = [share for share in shares if share.status == "ok"]
        if assessed and not any(np.isnan(share.lower) for share in assessed):
            return shares
    return last
