"""What a study states about each item of the TARGET checklist: never more than is there."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from timezero.model.protocol import Protocol, QuestionPart
from timezero.model.reading import FITNESS_RUNGS, primary_contrast
from timezero.model.result import Rung, StudyResult
from timezero.report.ladder_rows import MEASURE_WORDS, short_title
from timezero.report.numbers import amount, contrast_text, percent, tick
from timezero.report.shareable import count_of
from timezero.report.small_cells import printed_counts, printed_steps, smallest_shown

UNSET: Final = QuestionPart()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What there is to answer from: the protocol, and the result when the study was done."""

    protocol: Protocol
    result: StudyResult | None

    def word(self, name: str) -> str:
        """Return words of the question that somebody wrote; empty when they are the default."""
        given: str = getattr(self.protocol.question, name)
        return "" if given == getattr(UNSET, name) else given

    def rungs(self) -> list[Rung]:
        """Return the corrections that stand."""
        if self.result is None:
            return []
        return [r for r in self.result.rungs if r.status == "ok" and r.role == "correction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is stated, and what the item also asks for."""

    said: str
    missing: str = ""


Answerer: TypeAlias = Callable[[Known], Answer]


def _sentences(*parts: str) -> str:
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _columns(given: Mapping[str, str | None]) -> str:
    return "; ".join(f"{what}: column {name}" for what, name in given.items() if name)


def _background(known: Known) -> Answer:
    claim = known.protocol.question.published_claim
    said = f"The claim that is looked at again: {claim}" if claim else ""
    return Answer(said=said, missing="what else was known")


def _question(known: Known) -> Answer:
    parts = {
        "who": known.word("eligibility"),
        "the treatment": known.word("treatment"),
        "the event": known.protocol.question.outcome,
        "counted from": known.word("time_zero"),
    }
    missing = ", ".join(name for name, words in parts.items() if not words)
    if not parts["the treatment"]:
        return Answer(said="")
    given = "; ".join(f"{name}: {words}" for name, words in parts.items() if words)
    return Answer(said=_sentences(given), missing=missing)


def _source(known: Known) -> Answer:
    data = known.protocol.data
    named = data.name or (f"the file {data.file}" if data.file else "")
    simulated = "simulated: these patients are not real" if data.simulated else ""
    size = "" if known.result is None else f"{known.result.cohort.n:,} patients analysed"
    said = _sentences(named, simulated, size) if named else ""
    return Answer(said=said, missing="setting, places and dates, linkage, how it was checked")


def _eligibility(known: Known) -> Answer:
    said = known.word("eligibility")
    trigger = known.word("trigger")
    also = f"Candidates from {trigger}" if trigger and known.protocol.data.trigger else ""
    return Answer(said=_sentences(said, also) if said else "")


def _origin(known: Known) -> str:
    chosen, data = known.protocol.fitness.counted_from, known.protocol.data
    if chosen == "time_zero" or (chosen is None and data.trigger is None):
        return known.word("time_zero") or "time zero"
    return known.word("trigger") or "the trigger"


def _strategies(known: Known) -> Answer:
    treatment = known.word("treatment")
    if not treatment:
        return Answer(said="")
    grace, unit = known.protocol.fitness.grace_period, known.protocol.data.unit
    if grace is None:
        return Answer(
            said=f"{treatment}, or not, counted from {_origin(known)}.",
            missing="within what time treatment must begin (fitness.grace_period)",
        )
    within = f"within {tick(grace)} {unit} of {_origin(known)}"
    return Answer(said=f"{treatment} {within}; no {treatment} {within}.")


def _follow_up(known: Known) -> Answer:
    start, horizons = known.word("time_zero"), known.protocol.analysis.horizons
    unit = known.protocol.data.unit
    until = f"up to {tick(max(horizons))} {unit}" if horizons else ""
    missing = ", ".join(
        what for what, words in (("the start", start), ("the end", until)) if not words
    )
    said = _sentences(f"From {start}" if start else "", until.capitalize() if until else "")
    return Answer(said=said, missing=missing)


def _outcome(known: Known) -> Answer:
    question, data = known.protocol.question, known.protocol.data
    competing = ", ".join(data.competing_value)
    also = f"Competing events: {competing}" if competing else ""
    return Answer(said=_sentences(question.outcome, also))


def _contrasts(known: Known) -> Answer:
    rungs = [r for r in known.rungs() if r.name in FITNESS_RUNGS] or known.rungs()
    said = " ".join(f"{short_title(rung)}: {rung.estimand}" for rung in rungs)
    return Answer(said=said, missing="which contrast is the main one")


def _assumptions(known: Known) -> Answer:
    names = ", ".join(known.protocol.data.covariates)
    changing = ", ".join(known.protocol.data.history)
    also = f", and over time for {changing}" if changing else ""
    said = f"Adjusted at the start for {names}{also}." if names else ""
    return Answer(said=said, missing="why these are enough, and what else is assumed")


def _plan(known: Known) -> Answer:
    analysis, fitness = known.protocol.analysis, known.protocol.fitness
    return Answer(
        said=f"The study file: intervals {percent(analysis.level)}, {analysis.ties.capitalize()}'s "
        f"handling of ties, {analysis.bootstrap:,} and {fitness.replicates:,} bootstrap "
        f"replicates, seed {analysis.seed}.",
        missing="whether it was fixed before the data were seen",
    )


def _found_eligible(known: Known) -> Answer:
    if known.result is None or not known.word("eligibility"):
        return Answer(said="")
    steps = [step.reason for step in known.result.cohort.attrition if step.reason]
    left = f"Left out: {'; '.join(steps)}" if steps else "Every row of the file was analysed"
    return Answer(said=_sentences(left), missing="how the rows of the file were selected")


def _strategies_read(known: Known) -> Answer:
    data, rules = known.protocol.data, known.protocol.rules
    column = _columns({"treatment began": data.initiation, "treated": data.treated})
    rule = "counts after an exit on the same day"
    if rules.same_day == "half_before":
        rule = "counts half a unit before an exit on the same day"
    return Answer(said=_sentences(column, f"Treatment {rule}") if column else "")


def _classified(known: Known) -> Answer:
    if known.protocol.data.initiation is None and known.protocol.data.treated is None:
        return Answer(said="")
    cloned = any(r.name == "clone_censor_weight" for r in known.rungs())
    copies = "where strategies cannot be told apart yet, each patient is in both" if cloned else ""
    return Answer(
        said=_sentences(
            "A patient is untreated until the treatment begins and treated from just after it",
            copies.capitalize(),
        )
    )


def _follow_up_read(known: Known) -> Answer:
    data = known.protocol.data
    columns = {
        "time zero": data.time_zero,
        "entry": data.entry,
        "trigger": data.trigger,
        "end": data.exit,
    }
    return Answer(said=_sentences(_columns(columns)) if data.exit else "")


def _outcome_read(known: Known) -> Answer:
    data = known.protocol.data
    if data.event is None:
        return Answer(said="")
    values = ", ".join(data.event_value) or "not declared"
    return Answer(
        said=f"Column {data.event}; values that mean the event: {values}.",
        missing="how the events came into the data, and how they were checked",
    )


def _contrasts_made(known: Known) -> Answer:
    return Answer(said=" ".join(f"{r.title}: {r.counted_from}." for r in known.rungs()))


def _variables(known: Known) -> Answer:
    data = known.protocol.data
    if not data.covariates:
        return Answer(said="")
    dated = ", ".join(f"{name} (dated by {at})" for name, at in data.covariate_dates.items())
    also = f"Measured again later: {', '.join(data.history)}" if data.history else ""
    return Answer(
        said=_sentences(f"Columns {', '.join(data.covariates)}", dated, also),
        missing="how they were measured",
    )


def _analyses(known: Known) -> Answer:
    if known.result is None:
        return Answer(said="")
    rungs = "; ".join(short_title(rung) for rung in known.rungs())
    version = known.result.provenance.timezero_version
    covariates = known.result.cohort.covariates
    missing = "Complete cases where models use covariates" if covariates else ""
    return Answer(said=_sentences(f"timezero {version}: {rungs}", missing))


def _additional_planned(known: Known) -> Answer:
    if known.result is None or not known.result.sensitivity:
        return Answer(said="")
    names = (table.name.replace("_", " ") for table in known.result.sensitivity)
    return Answer(
        said=f"{', '.join(names)}.".capitalize(), missing="whether they were planned beforehand"
    )


def _flow(known: Known) -> Answer:
    if known.result is None:
        return Answer(said="")
    steps = printed_steps(known.result.cohort.attrition, smallest_shown(known.result))
    return Answer(said=_sentences("; ".join(f"{step}: {n}" for step, n, _, _ in steps)))


def _baseline(known: Known) -> Answer:
    if known.result is None or not known.result.cohort.covariates:
        return Answer(said="")
    balance = any(rung.table("balance") for rung in known.rungs())
    where = "the sections Who was studied and Balance and overlap of the report"
    return Answer(said=f"In {where if balance else 'the section Who was studied of the report'}.")


def _by_state(known: Known, number: str) -> list[tuple[str, float]]:
    rung = next((r for r in known.rungs() if r.name == "time_varying"), None)
    return [] if rung is None else [(arm.label, getattr(arm, number)) for arm in rung.arms[:2]]


def _time_observed(known: Known) -> Answer:
    arms = _by_state(known, "person_time")
    if not arms:
        return Answer(said="")
    unit = known.protocol.data.unit
    said = "; ".join(f"{label}: {amount(time)} {unit} at risk" for label, time in arms)
    return Answer(said=_sentences(said), missing="why follow-up ended, other than by the event")


def _missing(known: Known) -> Answer:
    if known.result is None or not known.result.cohort.covariates:
        return Answer(said="")
    smallest = smallest_shown(known.result)
    parts: list[str] = []
    for covariate in known.result.cohort.covariates:
        n = sum(math.isnan(v) for v in covariate.values.tolist())
        shown = count_of(known.result.cohort, ("missing", covariate.name), n) if n else n
        parts.append(f"{covariate.name}: {printed_counts([shown], smallest)[0]} missing")
    return Answer(said=_sentences("; ".join(parts)))


def _events(known: Known) -> Answer:
    arms = _by_state(known, "n_events")
    if not arms or known.result is None:
        return Answer(said="")
    printed = printed_counts([n for _, n in arms], smallest_shown(known.result))
    said = "; ".join(f"{label}: {n} events" for (label, _), n in zip(arms, printed, strict=True))
    return Answer(said=_sentences(said))


def _estimates(known: Known) -> Answer:
    if known.result is None:
        return Answer(said="")
    found = [
        f"{short_title(rung)}: {MEASURE_WORDS[c.measure]} {contrast_text(c)}"
        for rung in known.rungs()
        if rung.name in FITNESS_RUNGS and (c := primary_contrast(rung)) is not None
    ]
    return Answer(said=_sentences(known.result.verdict.number, *found))


def _additional(known: Known) -> Answer:
    if known.result is None or not known.result.sensitivity:
        return Answer(said="")
    captions = [
        table.title.partition(". ")[0].partition(":")[0] for table in known.result.sensitivity
    ]
    section = "How strong would something unmeasured have to be?"
    return Answer(said=f"In the section “{section}” of the report: {', '.join(captions)}.")


def _interpretation(known: Known) -> Answer:
    said = "" if known.result is None else known.result.verdict.headline
    return Answer(said=said, missing="what it means beside what was known")


def _limits(known: Known) -> Answer:
    if known.result is None:
        return Answer(said="")
    failed = dict.fromkeys(
        f"{guard.number} {guard.status}: {guard.what}"
        for guard in known.result.guards
        if guard.status in ("failed", "withdrawn")
    )
    open_ones = [f"Not answered: {words}" for words in known.result.verdict.not_answered]
    return Answer(said=_sentences(*open_ones, *failed), missing="what else limits the study")


def _sharing(known: Known) -> Answer:
    if known.result is None:
        return Answer(said="")
    made = known.result.provenance
    return Answer(
        said=f"Analysis: timezero {made.timezero_version}, seed {made.seed}, protocol "
        f"{made.protocol_digest[:12]}, data {made.input_digest[:12]}.",
        missing="whether the data can be had, and where",
    )


ANSWERS: Final[dict[str, Answerer]] = {
    "2": _background,
    "3": _question,
    "5": _source,
    "6a": _eligibility,
    "6b": _strategies,
    "6d": _follow_up,
    "6e": _outcome,
    "6f": _contrasts,
    "6g": _assumptions,
    "6h": _plan,
    "7a": _found_eligible,
    "7b": _strategies_read,
    "7c": _classified,
    "7d": _follow_up_read,
    "7e": _outcome_read,
    "7f": _contrasts_made,
    "7g.i": _assumptions,
    "7g.ii": _variables,
    "7h.i": _analyses,
    "7h.ii": _additional_planned,
    "8": _flow,
    "9": _baseline,
    "10": _time_observed,
    "11": _missing,
    "12": _events,
    "13": _estimates,
    "14": _additional,
    "15": _interpretation,
    "16": _limits,
    "19": _sharing,
}
