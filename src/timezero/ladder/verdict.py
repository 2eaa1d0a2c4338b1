"""The verdict: one of a fixed list, reached by stated rules, the same in both directions."""

from __future__ import annotations

import math

from timezero.ladder.climb import Climb
from timezero.model.estimate import Contrast
from timezero.model.guard import GuardJudgement
from timezero.model.reading import fair_rung, primary_ratio, ratio_text
from timezero.model.result import Rung, Verdict

EVENTS_AT_LEAST = 10
FEW_EVENTS_HEADLINE = (
    f"Too few to tell: counted fairly, the comparison rests on fewer than {EVENTS_AT_LEAST} events."
)
WEIGHTED = "marginal_structural_cox"
# Balance, equipoise, mean of weights, positivity.
AGAINST_WEIGHTS = ("G6", "G7", "G10", "G13")
NOT_ALIKE = (
    "Weighting could not make treated and untreated alike, so whether fitter patients were chosen "
    "stays open."
)
HEADLINES = {
    "waiting_explains_it": (
        "Waiting explains it: counted fairly, there is no evidence of a difference, and the fair "
        "interval excludes the difference as it was first counted."
    ),
    "waiting_does_not_explain_it": (
        "Waiting does not explain it: counted fairly, treatment is still associated with longer "
        "survival."
    ),
    "advantage_was_hidden": (
        "An advantage was hidden: counted fairly, treatment is associated with longer survival."
    ),
    "harm_was_hidden": (
        "Harm was hidden: counted fairly, treatment is associated with shorter survival."
    ),
    "harm_was_visible": (
        "Harm was visible: as first counted and counted fairly, treatment is associated with "
        "shorter survival."
    ),
    "too_few_to_tell": (
        "Too few to tell: counted fairly, the data agree both with no association and with the "
        "difference as it was first counted."
    ),
    "no_advantage_to_explain": (
        "There is no advantage to explain: the treated do not fare better even as first counted, "
        "and counted fairly there is no evidence of a difference."
    ),
    "cannot_be_compared": (
        "The comparison cannot be made: either the first count or the fair count is refused."
    ),
}


def _printed(contrast: Contrast) -> str:
    lower, upper = ratio_text(contrast.lower), ratio_text(contrast.upper)
    return f"{ratio_text(contrast.value)} ({contrast.level:.0%} CI {lower} to {upper})"


def has_few_events(fair: Contrast) -> bool:
    """Return whether the fair comparison rests on fewer than 10 events."""
    return fair.details.get("n_events", math.inf) < EVENTS_AT_LEAST


def code_of(naive: Contrast, fair: Contrast) -> str:
    """Return the verdict's code from the two hazard ratios; the rules are those of the report.

    Harm: the fair interval lies above 1; it was visible when the first interval did so too. An
    advantage: it lies below 1; it was hidden unless the first interval did so too. Otherwise the
    fair interval includes 1, and then the first count decides: without an advantage there is
    nothing to explain; with one, waiting explains it when the fair interval excludes it, and else
    too few can tell. Fewer than 10 events in the fair count can never tell (guard G2).
    """
    if has_few_events(fair):
        return "too_few_to_tell"
    if fair.lower > 1.0:
        return "harm_was_visible" if naive.lower > 1.0 else "harm_was_hidden"
    if fair.upper < 1.0:
        return "advantage_was_hidden" if naive.upper >= 1.0 else "waiting_does_not_explain_it"
    if naive.value >= 1.0:
        return "no_advantage_to_explain"
    return "waiting_explains_it" if naive.value < fair.lower else "too_few_to_tell"


def fitness_sentence(fair: Contrast, weighted: Contrast) -> str:
    """Say what weighting for the measured characteristics makes of the fair comparison.

    The rules are symmetric: they ask on which side of 1 each interval lies, and whether the
    weighted interval excludes the unweighted estimate.
    """
    side, was = _side(weighted), _side(fair)
    if side == 0 and was == 0:
        return "Weighting for the measured characteristics does not change that."
    if side == was:
        return "Weighting for the measured characteristics leaves that association."
    if side != 0:
        longer = "longer" if side < 0 else "shorter"
        return (
            f"Weighted for the measured characteristics, treatment is associated with {longer} "
            "survival."
        )
    if not weighted.lower <= fair.value <= weighted.upper:
        return (
            "The choice of patients by what was measured explains that: weighted for it, there is "
            "no evidence of a difference."
        )
    return (
        "Weighted for the measured characteristics, the data agree both with that association and "
        "with none."
    )


def _side(contrast: Contrast) -> int:
    """Return -1 where the interval of a ratio lies below 1, +1 above, 0 where it includes 1."""
    return -1 if contrast.upper < 1.0 else 1 if contrast.lower > 1.0 else 0


def _weighted(rungs: dict[str, Rung]) -> Contrast | None:
    rung = rungs.get(WEIGHTED)
    return None if rung is None else rung.contrast("hazard_ratio", "weighted")


def _reasons(climb: Climb, rungs: dict[str, Rung], naive: Contrast, fair: Contrast) -> list[str]:
    fair_name = fair_rung(rungs).name
    reasons = [
        f"as first counted, the hazard ratio is {_printed(naive)}",
        f"counted fairly ({rungs[fair_name].title}), it is {_printed(fair)}",
    ]
    null = rungs["mantel_byar"].table("null_naive_hazard_ratio")
    if null is not None:
        first = climb.protocol.question.published_error == "ever_treated"
        counting = "the first way of counting" if first else "comparing ever with never treated"
        middle, lower, upper, observed = (
            ratio_text(null.notes[name]) for name in ("median", "lower", "upper", "observed")
        )
        reasons.append(
            f"if the treatment did nothing, {counting} would still show {middle} "
            f"({climb.level:.0%} of deals {lower} to {upper}); "
            f"{null.notes['share_as_extreme']:.0%} of the deals favour the treatment at least as "
            f"much as the {observed} observed"
        )
    adjusted = primary_ratio(rungs[fair_name], "adjusted")
    if adjusted is not None:
        reasons.append(f"adjusted for what was known at time zero, it is {_printed(adjusted)}")
    weighted = _weighted(rungs)
    if weighted is not None:
        reasons.append(f"weighted for the measured characteristics, it is {_printed(weighted)}")
    return reasons


def _not_answered(climb: Climb, rungs: dict[str, Rung]) -> tuple[str, ...]:
    known = (
        "covariates recorded before treatment were used"
        if climb.cohort.histories
        else ("covariates known at time zero were used, and anything that changed later was not")
    )
    open_questions = [f"whether fitter patients were chosen for the treatment: only {known}"]
    if rungs["from_trigger"].status != "ok":
        open_questions.append(
            f"who could have had the treatment at all: {rungs['from_trigger'].refusal}"
        )
    if climb.design.names == ():
        open_questions.append("any characteristic of the patients: no covariates were given")
    return tuple(open_questions)


def _not_alike(judgements: tuple[GuardJudgement, ...]) -> GuardJudgement | None:
    """Return the first failed guard that speaks against the weighted rung, if any does."""
    return next(
        (
            j
            for j in judgements
            if j.subject == WEIGHTED and j.status == "failed" and j.number in AGAINST_WEIGHTS
        ),
        None,
    )


def reach_verdict(
    climb: Climb, ladder: tuple[Rung, ...], *, judgements: tuple[GuardJudgement, ...] = ()
) -> Verdict:
    """Return the verdict, the one number, the reasons, and what stays open.

    Parameters
    ----------
    judgements : tuple of GuardJudgement
        Where a guard of the weights failed, the verdict does not rest on them, and says so.
    """
    rungs = {rung.name: rung for rung in ladder}
    published = rungs[climb.protocol.question.published_error]
    fair = fair_rung(rungs)
    naive_ratio, fair_ratio = primary_ratio(published), primary_ratio(fair)
    not_answered = _not_answered(climb, rungs)
    if naive_ratio is None or fair_ratio is None:
        refused = published if naive_ratio is None else fair
        return Verdict(
            code="cannot_be_compared",
            headline=HEADLINES["cannot_be_compared"],
            number="",
            reasons=(f"{refused.title}: {refused.refusal}",),
            not_answered=not_answered,
        )
    code = code_of(naive_ratio, fair_ratio)
    headline = FEW_EVENTS_HEADLINE if has_few_events(fair_ratio) else HEADLINES[code]
    weighted = _weighted(rungs)
    against = _not_alike(judgements)
    if weighted is not None and code != "too_few_to_tell":
        said = fitness_sentence(fair_ratio, weighted) if against is None else NOT_ALIKE
        headline = f"{headline} {said}"
    if weighted is not None and against is not None:
        not_answered = (
            f"{NOT_ALIKE.removesuffix('.')}: {against.what} (guard {against.number})",
            *not_answered,
        )
    return Verdict(
        code=code,
        headline=headline,
        number=f"Hazard ratio {_printed(naive_ratio)} as first counted; "
        f"{_printed(fair_ratio)} counted fairly",
        reasons=tuple(_reasons(climb, rungs, naive_ratio, fair_ratio)),
        not_answered=not_answered,
    )
