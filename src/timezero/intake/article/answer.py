"""Answers to the questions of a draft, and the defaults when nobody answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from timezero.errors import UnknownName, nearest_first
from timezero.intake.article.build import claim_of
from timezero.intake.article.draft import Draft, Option, Question
from timezero.intake.article.text_of import ArticleText

_TURNED = {"late": "never", "never": "late"}


def answered(draft: Draft, answers: Mapping[str, str]) -> Draft:
    """Return the draft with some of its questions answered.

    Parameters
    ----------
    draft : Draft
    answers : mapping of str to str
        The name of an option for the key of a question.

    Returns
    -------
    Draft
        Without the questions that were answered.

    Raises
    ------
    UnknownName
        There is no such question, or it has no such option.
    """
    by_key = {question.key: question for question in draft.questions}
    mentions = list(draft.mentions)
    for key, name in answers.items():
        question = by_key.get(key)
        if question is None:
            raise UnknownName(
                what=f"there is no open question {key!r}",
                where="the answers",
                mend=_offer(key, list(by_key)),
                code="TZ-ART-10",
            )
        for k, change in _option(question, name).roles:
            role = _changed(mentions[k].role, change)
            why = "" if role else "another number was chosen"
            mentions[k] = replace(mentions[k], role=role, why=why, confidence=1.0)
    article = ArticleText(text=draft.claim.text, kind="text", title=draft.claim.title)
    claim = claim_of(article, mentions, draft.words)
    return replace(
        draft,
        claim=claim.model_copy(update={"source": draft.claim.source}),
        mentions=tuple(mentions),
        questions=tuple(q for q in draft.questions if q.key not in answers),
    )


def _changed(role: str, change: str) -> str:
    if change in {"median", "mean"}:
        return re.sub("median|mean", change, role)
    if change == "exchange":
        return re.sub("late|never", lambda found: _TURNED[found.group()], role)
    return change


def with_defaults(draft: Draft) -> tuple[Draft, tuple[str, ...]]:
    """Return the draft with the default of every question, and one sentence for each of them."""
    said = tuple(
        f"{question.text} Taken: {question.default}, by default." for question in draft.questions
    )
    return answered(draft, {question.key: question.default for question in draft.questions}), said


def _option(question: Question, name: str) -> Option:
    for option in question.options:
        if option.name == name:
            return option
    names = [option.name for option in question.options]
    raise UnknownName(
        what=f"the question {question.key!r} has no option {name!r}",
        where="the answers",
        mend=_offer(name, names),
        code="TZ-ART-10",
    )


def _offer(name: str, valid: list[str]) -> str:
    return f"choose one of: {', '.join(nearest_first(name, valid)) or 'none are open'}"
