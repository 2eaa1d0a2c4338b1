"""A methods paragraph to take over into a paper, with its references."""

from __future__ import annotations

from collections.abc import Iterator

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
    names = ", ".join(covariate.name for covariate in cohort.covariates)
    adjusted = f"adjusted for {names} at time zero" if names else "not adjusted for covariates"
    return (
        f"Landmarks ({cohort.time_unit}): {at}; a landmark curve has a simultaneous band. The "
        "Mantel-Byar score test was also done exactly, by dealing the treatment again in each "
        f"risk set ({analysis.redeals:,} deals, seed {analysis.seed}). Models were {adjusted}. "
        "Intervals of differences between rungs are percentile intervals of "
        f"{analysis.bootstrap:,} bootstrap samples of patients, the same on every rung. The seed "
        "fixes all random draws."
    )


def _blocks(result: StudyResult) -> Iterator[Block]:
    yield Prose(paragraphs=(_first(result), _second(result)))
    used = {key for rung in result.rungs for key in rung.references} | set(ALWAYS_CITED)
    used.add("efron1977" if result.protocol.analysis.ties == "efron" else "kaplan1958")
    known = sorted(used & bibliography().keys())
    yield Prose(
        heading="References", paragraphs=tuple(reference_text(key) for key in known), kind="list"
    )


SECTION = Section(title="Methods", chapter=Chapter.METHODS, blocks=_blocks)
