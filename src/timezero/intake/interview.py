"""Questions about a registry, asked until none is open, and what was answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from timezero.errors import InputRefused
from timezero.findings import Finding, Question, Severity
from timezero.intake.cohort import read_cohort
from timezero.intake.courses import registry_table
from timezero.intake.protocol_file import validated
from timezero.intake.recipe_file import OF_RECIPE, Content, merged, validated_recipe, with_answer
from timezero.intake.tables import Table
from timezero.model.cohort import Cohort
from timezero.model.protocol import DataPart, Protocol
from timezero.model.recipe import Recipe

OF_STUDY: Final = ("data", "question", "rules", "analysis", "fitness", "report")

Answer: TypeAlias = str | bool | int | float | tuple[Any, ...]
Asks: TypeAlias = Callable[[Question, str], Answer | None]
MOST_TRIES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One question and the answer it got.

    Parameters
    ----------
    question : Question
    answer : str, bool, int, float or tuple
    """

    question: Question
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settled:
    """Where an interview arrived.

    Parameters
    ----------
    protocol, recipe : Protocol, Recipe
        With every answer in its place.
    answered : tuple of Answered
    still_open : tuple of Question
        Questions that got no answer.
    errors : tuple of Finding
        What no answer can mend: the cells themselves are wrong.
    cohort : Cohort or None
        The patients, when nothing is open and nothing is wrong.
    """

    protocol: Protocol
    recipe: Recipe
    answered: tuple[Answered, ...]
    still_open: tuple[Question, ...]
    errors: tuple[Finding, ...]
    cohort: Cohort | None


def settle(
    source: Any,
    *,
    study: Content,
    recipe: Content,
    ask: Asks,
    histories: Any = None,
) -> Settled:
    """Read a registry again and again, with one more answer each time, until nothing is open.

    Parameters
    ----------
    source : path or data frame
        The registry.
    study, recipe : dict
        Content of the study file and of the recipe as far as known.
    ask : callable
        Takes a question, and why the answer before was not possible (empty at first); returns the
        answer, or None when the question stays open. Text is read as the kind of value that the
        key holds: ``dead, deceased`` as a list where it holds one.
    histories : path or data frame, optional
        The second table of the study.

    Raises
    ------
    InputRefused
        The file is no table, or an answer is not possible.
    """
    answered: list[Answered] = []
    skipped: set[tuple[str, ...]] = set()
    while True:
        cohort, findings = _read(source, validated(study), validated_recipe(recipe), histories)
        waiting = [f for f in findings if isinstance(f, Question) and f.key not in skipped]
        if not waiting:
            break
        question = waiting[0]
        found = _answer(question, ask, study, recipe)
        if found is None:
            skipped.add(question.key)
            continue
        answer, study, recipe = found
        _refuse_again(question, answered)
        answered.append(Answered(question=question, answer=answer))
    return Settled(
        protocol=validated(study),
        recipe=validated_recipe(recipe),
        answered=tuple(answered),
        still_open=tuple(f for f in findings if isinstance(f, Question)),
        errors=tuple(f for f in findings if f.severity is Severity.ERROR),
        cohort=cohort,
    )


def settle_table(
    source: Any, *, recipe: Content, ask: Asks, patient: str | None = None
) -> tuple[Table, Content, tuple[Answered, ...]]:
    """Ask which part of a file is the table, until that is clear; nothing is asked of its cells.

    Parameters
    ----------
    source : path or data frame
    recipe : dict
        Content of the recipe as far as known.
    ask : callable
        As in :func:`settle`.
    patient : str, optional
        The column that tells patients apart, where it is known.

    Returns
    -------
    Table, dict, tuple of Answered
        The table, the recipe with the answers, and what was asked.

    Raises
    ------
    InputRefused
        The file is no table.
    """
    answered: list[Answered] = []
    skipped: set[tuple[str, ...]] = set()
    while True:
        try:
            table = registry_table(source, DataPart(id=patient), validated_recipe(recipe))
            findings, refusal = table.findings, None
        except InputRefused as refused:
            table, findings, refusal = None, refused.findings, refused
        waiting = [
            f
            for f in findings
            if isinstance(f, Question) and f.key[0] in OF_RECIPE and f.key not in skipped
        ]
        if not waiting and table is not None:
            return table, recipe, tuple(answered)
        if not waiting and refusal is not None:
            raise refusal
        found = _answer(waiting[0], ask, {}, recipe)
        if found is None:
            skipped.add(waiting[0].key)
            continue
        answer, _, recipe = found
        _refuse_again(waiting[0], answered)
        answered.append(Answered(question=waiting[0], answer=answer))


def _read(
    source: Any, protocol: Protocol, recipe: Recipe, histories: Any
) -> tuple[Cohort | None, tuple[Finding, ...]]:
    try:
        cohort = read_cohort(source, protocol, recipe=recipe, histories=histories)
    except InputRefused as refusal:
        if not any(f.severity in {Severity.ERROR, Severity.QUESTION} for f in refusal.findings):
            raise
        return None, refusal.findings
    return cohort, cohort.findings


def _answer(
    question: Question, ask: Asks, study: Content, recipe: Content
) -> tuple[Answer, Content, Content] | None:
    """Ask until the answer can be written into its file; None when the question stays open."""
    why = ""
    for _ in range(MOST_TRIES):
        given = ask(question, why)
        if given is None:
            return None
        for answer in _readings(given):
            try:
                return answer, *_placed(question, answer, study, recipe)
            except InputRefused as refusal:
                why = why or f"{refusal.what}; {refusal.mend}"
    raise InputRefused(
        what=f"{MOST_TRIES} answers that are not possible: {why}",
        where=question.place,
        mend="begin again with the answers at hand",
        code="TZ-IN-33",
    )


def _readings(given: Answer) -> list[Answer]:
    """Return what a typed text may be: itself, a list, a number, yes or no."""
    if not isinstance(given, str):
        return [given]
    readings: list[Answer] = [given, tuple(p.strip() for p in given.split(",") if p.strip())]
    for kind in (int, float):
        try:
            readings.append(kind(given))
        except ValueError:
            continue
    if given.casefold() in {"yes", "y", "true", "no", "n", "false"}:
        readings.append(given.casefold() in {"yes", "y", "true"})
    whole = [part.strip() for part in given.split(",")]
    if all(part.isdecimal() for part in whole):
        readings.append(tuple(int(part) for part in whole))
    return readings


def _placed(
    question: Question, answer: Answer, study: Content, recipe: Content
) -> tuple[Content, Content]:
    if question.key[0] in OF_STUDY:
        study = with_answer(study, question.key, answer)
        validated(study)
    else:
        recipe = with_answer(recipe, question.key, answer)
        validated_recipe(recipe)
    return study, recipe


def _refuse_again(question: Question, answered: list[Answered]) -> None:
    """Refuse a question that comes back although it was answered: its answer settles nothing."""
    if sum(done.question.key == question.key for done in answered) > 1:
        raise InputRefused(
            what=f"the answer to {question.place} settles nothing: {question.what}",
            where=question.where,
            mend="give another answer",
            code="TZ-IN-31",
        )


def by_default(question: Question, why: str) -> Answer | None:
    """Return the proposed answer of a question; None when there is none, or it was not possible."""
    return None if why else question.default


def left_open(question: Question, why: str) -> Answer | None:
    """Leave every question open."""
    del question, why
    return None


def from_answers(
    study: Content, recipe: Content, more: tuple[Content, Content]
) -> tuple[Content, Content]:
    """Return study file and recipe with the keys of a file of answers over their own.

    Parameters
    ----------
    study, recipe : dict
    more : tuple of dict
        As :func:`timezero.intake.recipe_file.read_answers` returns it: recipe first.
    """
    return merged(study, more[1]), merged(recipe, more[0])
