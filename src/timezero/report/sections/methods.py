"""A methods paragraph to take over into a paper, with its references."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.reading import FITNESS_RUNGS, primary_ratio
from timezero.model.result import StudyResult
from timezero.report.bibliography import bibliography, reference_text
from timezero.report.document import Block, Chapter, Prose, Section
from timezero.report.numbers import percent, tick

ALWAYS_CITED = ("kaplan1958", "brookmeyer1982", "royston2013", "vanderweele2017")
TIES = {"efron": "Efron's", "breslow": "Breslow's"}


def _first(result: StudyResult) -> str:
    question, analysis = result.protocol.question, result.protocol.analysis
    return (
        f"Patients were counted from {question.time_zero}; the event was {question.outcome}. "
        f"The comparison as published ({question.published_error.replace('_', ' ')}) was repeated, "
        f"and then {question.treatment} was handled as it happened: a patient is untreated until "
        "the treatment begins and treated from just after it. Survival was estimated by the "
        "product-limit method, with delayed entry where patients change state; intervals use the "
        "log-log transformation. Differences in mean time lived are differences of the areas under "
        f"the curves. Hazard ratios come from Cox models with {TIES[analysis.ties]} handling of "
        "ties, or with Firth's penalty and profile-likelihood intervals where events are few. "
        f"Intervals are two-sided at {percent(analysis.level)}."
    )


def _second(result: StudyResult) -> str:
    analysis, cohort = result.protocol.analysis, result.cohort
    landmarks = sorted(
        {
            c.at
            for rung in result.rungs
            if rung.name == "landmark"
            for c in rung.contrasts
            if c.measure == "hazard_ratio"
        }
    )
    at = ", ".join(tick(v) for v in landmarks) or "none could be used"
    curve = "; a landmark curve has a simultaneous band" if _has_landmark_curve(result) else ""
    sentences = (
        f"Landmarks ({cohort.time_unit}): {at}{curve}.",
        _exact_test(result),
        _adjustment(result),
        _resampling(result),
        f"The seed ({analysis.seed}) fixes all random draws.",
    )
    return " ".join(sentence for sentence in sentences if sentence)


def _has_landmark_curve(result: StudyResult) -> bool:
    return any(rung.table("landmark_curve") is not None for rung in result.rungs)


def _exact_test(result: StudyResult) -> str:
    """Say how the treatment was dealt again; nothing where it was not."""
    found = [c for rung in result.rungs if (c := rung.contrast("log_hazard_ratio", "exact"))]
    if not found:
        return ""
    details = found[0].details
    n_deals = f"{details['n_deals']:,.0f} deals"
    how = f"all {n_deals} there are" if details["enumerated"] else f"{n_deals} drawn"
    return (
        "The Mantel-Byar score test was also done exactly, by dealing the treatment again in each "
        f"risk set ({how})."
    )


def _adjustment(result: StudyResult) -> str:
    names = ", ".join(covariate.name for covariate in result.cohort.covariates)
    if any(primary_ratio(rung, "adjusted") for rung in result.rungs):
        return f"Cox models were also adjusted for {names} at time zero."
    return "Models were not adjusted for covariates."


def _resampling(result: StudyResult) -> str:
    replicates = result.protocol.analysis.bootstrap
    if replicates == 0:
        return ""
    return (
        "Intervals of differences of medians, and of differences between rungs, are percentile "
        f"intervals of {replicates:,} bootstrap samples of patients, the same on every rung; "
        "differences between curves by state, from where both hold enough patients, have the "
        "standard error of these samples, and are tested with the variance under no effect."
    )


def _third(result: StudyResult) -> str:
    """Say how the treated were made comparable; nothing where no such method could be used."""
    rungs = [r for r in result.rungs if r.name in FITNESS_RUNGS and r.status == "ok"]
    if not rungs:
        return ""
    fitness = result.protocol.fitness
    titles = "; ".join(rung.title for rung in rungs)
    replicates = (
        f" Intervals rest on {fitness.replicates:,} resamples of patients where the method says so."
        if fitness.replicates
        else ""
    )
    return (
        f"Who was chosen for the treatment was dealt with in {len(rungs)} ways, which assume that "
        f"what decided about it and bears on the event was measured: {titles}. Conventions, "
        f"weights and balance stand beside each.{replicates}"
    )


def _blocks(result: StudyResult) -> Iterator[Block]:
    paragraphs = (_first(result), _second(result), _third(result))
    yield Prose(paragraphs=tuple(words for words in paragraphs if words))
    used = {key for rung in result.rungs for key in rung.references} | set(ALWAYS_CITED)
    if result.protocol.analysis.ties == "efron":
        used.add("efron1977")
    if result.protocol.analysis.bootstrap:
        used |= {"efron1981", "davison1997"}
    known = sorted(used & bibliography().keys())
    yield Prose(
        heading="References", paragraphs=tuple(reference_text(key) for key in known), kind="list"
    )


SECTION = Section(title="Methods", chapter=Chapter.METHODS, blocks=_blocks)
