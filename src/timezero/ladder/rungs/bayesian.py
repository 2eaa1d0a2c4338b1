"""Bayesian illness-death: what a sceptic and an enthusiast should believe after these patients."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from timezero.align.transitions import StateRows, transitions_from
from timezero.arrays import Floats
from timezero.estimate._replicates import BAYESIAN_STREAM, generator
from timezero.estimate.bayesian_illness_death import (
    PRIORS,
    Pieces,
    RatioPosterior,
    pieces_of,
    rate_interval,
    rates_given_ratio,
    ratio_posterior,
    separate_rates,
    treated_from_wait,
)
from timezero.estimate.normal import critical_value
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.hazard import ratio_pair
from timezero.model.estimate import Contrast, Measure
from timezero.model.result import Column, DataTable

DRAWS = 10_000
FEW_AT_RISK = 5
CONFLICT = 1.96
SURE = 0.999
SEPARATE = "separate_rates"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Belief:
    """Draws of the rates under one prior."""

    name: str
    rates: Floats
    competing: Floats


def _horizons(climb: Climb, rows: StateRows) -> tuple[list[float], list[str]]:
    """Return the horizons that both states reach, and words about few at risk (G22, G23)."""
    kept: list[float] = []
    words: list[str] = []
    for horizon in climb.plan.horizons:
        at = (rows.entry < horizon) & (rows.exit >= horizon)
        n = min(int(np.sum(at & (rows.source == s))) for s in (0, 1))
        if n == 0:
            words.append(f"not estimated at {horizon:g}: beyond the follow-up of a state")
            continue
        kept.append(horizon)
        if n < FEW_AT_RISK:
            words.append(
                f"fewer than {FEW_AT_RISK} at risk at {horizon:g} before or after treatment: the "
                "differences there rest on rates that are constant within pieces"
            )
    return kept, words


def chance_words(chance: float) -> str:
    """Print a probability without claiming that anything is certain."""
    if chance > SURE:
        return f"more than {SURE:.1%}"
    return f"less than {1.0 - SURE:.1%}" if chance < 1.0 - SURE else f"{chance:.1%}"


def _ratio_contrasts(posterior: RatioPosterior, n_events: float, level: float) -> list[Contrast]:
    prior = posterior.prior
    return ratio_pair(
        Contrast(
            measure="log_hazard_ratio",
            variant=f"posterior_{prior.name}",
            value=posterior.median,
            standard_error=posterior.spread,
            lower=posterior.lower,
            upper=posterior.upper,
            level=level,
            method="piecewise-exponential illness-death model, posterior median and credible "
            f"interval, {prior.name} prior; the chance that the rate is lower after treatment is "
            f"{chance_words(posterior.below_0)}",
            details={
                "n_events": n_events,
                "probability_below_1": posterior.below_0,
                "prior_mean": prior.mean,
                "prior_spread": prior.spread,
            },
        )
    )


def _differences(
    climb: Climb, pieces: Pieces, belief: _Belief, *, wait: float, horizons: list[float]
) -> list[Contrast]:
    tail = (1.0 - climb.level) / 2.0
    found: list[Contrast] = []
    for horizon in horizons:
        lived, event = treated_from_wait(
            pieces.cuts, belief.rates, belief.competing, wait=wait, horizon=horizon
        )
        measures: list[tuple[Measure, Floats]] = [
            ("rmst_difference", lived),
            ("survival_difference", -event),
        ]
        if pieces.competing.any():
            measures = [("cumulative_incidence_difference", event)]
        for measure, drawn in measures:
            lower, middle, upper = np.quantile(drawn, (tail, 0.5, 1.0 - tail))
            found.append(
                Contrast(
                    measure=measure,
                    variant=f"posterior_{belief.name}",
                    value=float(middle),
                    standard_error=float(drawn.std(ddof=1)),
                    lower=float(lower),
                    upper=float(upper),
                    level=climb.level,
                    at=horizon,
                    method=f"posterior median and credible interval: the rates after treatment "
                    f"from {wait:g} on, against those before it throughout",
                    details={"n_draws": float(drawn.size), "wait": wait},
                )
            )
    return found


def _priors_table(posteriors: list[RatioPosterior], level: float) -> DataTable:
    z = critical_value(level)
    laws = [posterior.prior for posterior in posteriors]
    return DataTable(
        name="priors",
        title="What was believed of the hazard ratio, and what should be believed after these "
        "patients. Before: the median of the prior and the interval that holds "
        f"{level:.0%} of it; after: the same of the posterior; the chance is that of a lower rate "
        "after treatment",
        columns={
            "prior": tuple(law.name for law in laws),
            "hazard_ratio_before": tuple(math.exp(law.mean) for law in laws),
            "lower_before": tuple(math.exp(law.mean - z * law.spread) for law in laws),
            "upper_before": tuple(math.exp(law.mean + z * law.spread) for law in laws),
            "probability_before": tuple(NormalDist(law.mean, law.spread).cdf(0.0) for law in laws),
            "hazard_ratio_after": tuple(math.exp(p.median) for p in posteriors),
            "lower_after": tuple(math.exp(p.lower) for p in posteriors),
            "upper_after": tuple(math.exp(p.upper) for p in posteriors),
            "probability_after": tuple(p.below_0 for p in posteriors),
        },
    )


def _rates_table(pieces: Pieces, level: float) -> DataTable:
    both: list[list[tuple[float, float, float]]] = [
        [
            rate_interval(float(pieces.events[k, arm]), float(pieces.time[k, arm]), level=level)
            for k in range(pieces.cuts.size - 1)
        ]
        for arm in (0, 1)
    ]
    columns: dict[str, Column] = {
        "from_time": tuple(float(c) for c in pieces.cuts[:-1]),
        "to_time": tuple(float(c) for c in np.append(pieces.cuts[1:-1], np.nan)),
    }
    for arm, name in enumerate(("untreated", "treated")):
        columns[f"events_{name}"] = tuple(float(v) for v in pieces.events[:, arm])
        columns[f"person_time_{name}"] = tuple(float(v) for v in pieces.time[:, arm])
        columns[f"rate_{name}"] = tuple(v[0] for v in both[arm])
        columns[f"rate_{name}_low"] = tuple(v[1] for v in both[arm])
        columns[f"rate_{name}_high"] = tuple(v[2] for v in both[arm])
    return DataTable(
        name="piece_rates",
        title="Rates before and after treatment in pieces of time, each on its own. Jeffreys' "
        "prior, posterior medians and credible intervals",
        columns=columns,
    )


def _conflicts(posteriors: list[RatioPosterior]) -> list[str]:
    """Return words about priors that the patients speak against."""
    neutral = next(p for p in posteriors if p.prior.name == "neutral")
    words: list[str] = []
    for posterior in posteriors:
        prior = posterior.prior
        apart = abs(neutral.mean - prior.mean) / math.hypot(prior.spread, neutral.spread)
        if prior.name != "neutral" and apart > CONFLICT:
            words.append(
                f"the patients speak against the {prior.name} prior ({apart:.1f} standard "
                "deviations apart): its posterior is a compromise between two that disagree"
            )
    return words


def _opinions(posteriors: list[RatioPosterior], level: float) -> list[str]:
    by_name = {p.prior.name: p for p in posteriors}
    sceptic, enthusiast = by_name["sceptical"], by_name["enthusiastic"]
    sure = (1.0 + level) / 2.0
    sides = [p.below_0 > sure for p in (sceptic, enthusiast)]
    against = [p.below_0 < 1.0 - sure for p in (sceptic, enthusiast)]
    if all(sides) or all(against):
        return []
    words = (
        "sceptic and enthusiast are not both convinced: the chance of a lower rate after "
        f"treatment is {chance_words(sceptic.below_0)} for the one and "
        f"{chance_words(enthusiast.below_0)} for the other"
    )
    return [words]


def _estimate(climb: Climb) -> RungNumbers:
    plan = climb.plan
    origin = np.where(plan.used, plan.origin, np.nan)
    rows = transitions_from(climb.cohort, origin, plan.words_of_origin)
    pieces = pieces_of(rows)
    horizons, words = _horizons(climb, rows)
    waits = rows.exit[(rows.source == 0) & (rows.target == 1)]
    wait = float(np.quantile(waits, 0.5, method="inverted_cdf"))
    level, n_events = climb.level, float(pieces.events.sum())
    posteriors = [ratio_posterior(pieces, prior, level=level) for prior in PRIORS]
    found = RungNumbers()
    places = (np.arange(DRAWS) + 0.5) / DRAWS
    for k, posterior in enumerate(posteriors):
        random = generator(climb.protocol.analysis.seed, BAYESIAN_STREAM, k)
        ratios = posterior.quantile(places)
        belief = _Belief(
            name=posterior.prior.name,
            rates=rates_given_ratio(pieces, ratios, random),
            competing=_competing(pieces, random),
        )
        found.contrasts += _ratio_contrasts(posterior, n_events, level)
        found.contrasts += _differences(climb, pieces, belief, wait=wait, horizons=horizons)
    random = generator(climb.protocol.analysis.seed, BAYESIAN_STREAM, len(posteriors))
    alone = _Belief(
        name=SEPARATE,
        rates=separate_rates(pieces.events, pieces.time, draws=DRAWS, generator=random),
        competing=_competing(pieces, random),
    )
    found.contrasts += _differences(climb, pieces, alone, wait=wait, horizons=horizons)
    found.tables = [_priors_table(posteriors, level), _rates_table(pieces, level)]
    found.cautions = [*plan.cautions, *words, *_conflicts(posteriors)]
    found.cautions += [*_opinions(posteriors, level), *_said(pieces)]
    return found


def _competing(pieces: Pieces, random: np.random.Generator) -> Floats:
    """Draw the rates of the competing event; none where it never happens."""
    if not pieces.competing.any():
        return np.zeros((DRAWS, *pieces.competing.shape))
    return separate_rates(pieces.competing, pieces.time, draws=DRAWS, generator=random)


def _said(pieces: Pieces) -> list[str]:
    n = pieces.cuts.size - 1
    cuts = ", ".join(f"{c:g}" for c in pieces.cuts[1:-1])
    how = f"{n} pieces of time, cut at {cuts}" if n > 1 else "one piece of time"
    chosen = (
        "the enthusiastic prior is centred on a hazard ratio of 0.5 with the sceptic's spread: a "
        "convention, no claim of anybody"
    )
    bare = (
        "no covariates enter, known at the origin or measured later: whatever made those chosen "
        "for treatment fitter is in the ratio"
    )
    words = [
        bare,
        f"rates are constant within {how}: a piece for each ten events, at most four",
        chosen,
    ]
    if pieces.competing.any():
        words.append(
            "time lived is refused: with competing events it is no time to the event; differences "
            "are of the share with the event, and the ratio is cause-specific"
        )
    return words


RUNG = RungMethod(
    name="bayesian",
    order=17,
    role="correction",
    title="Bayesian illness-death: beliefs of a sceptic and of an enthusiast, before and after",
    estimand=(
        "The probability, after these patients, that the rate of the event is lower after "
        "treatment than before it at equal time since becoming a candidate, and how much lower, "
        "for three beliefs held before."
    ),
    symbols="a_02(u) = l_k, a_12(u) = l_k exp(b), b ~ N(m, s^2), l_k integrated out",
    counted_from="candidates, from the day they became candidates; untreated until treatment, "
    "treated from just after",
    difference=(
        "Few patients cannot overturn every belief, and this rung says how far they move three of "
        "them. It needs no large samples. It removes no choice of fitter patients."
    ),
    references=("spiegelhalter1994", "ibrahim2001", "andersen1993"),
    needed="events, and time before and after treatment, among candidates",
    estimate=_estimate,
)
