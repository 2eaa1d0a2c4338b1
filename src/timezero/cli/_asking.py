"""Questions about a registry on the terminal: what, where, what each answer would do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from timezero.errors import InputRefused

if TYPE_CHECKING:
    from timezero.findings import Option, Question

SHOWN_CELLS = 5


def can_ask() -> bool:
    """Return whether somebody sits at the terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask_on_terminal(question: Question, why: str) -> str | bool | int | tuple[object, ...] | None:
    """Ask one question; Enter takes the proposal, ``?`` leaves it open.

    Parameters
    ----------
    question : Question
    why : str
        Why the answer before was not possible; empty at first.

    Raises
    ------
    InputRefused
        The input ended.
    """
    print(f"\n{as_text(question)}" if not why else f"  not possible: {why}")
    try:
        said = input(_prompt(question)).strip()
    except EOFError as error:
        raise InputRefused(
            what="the input ended before every question was answered",
            where=question.place,
            mend="answer on a terminal, or give a file with --answers",
            code="TZ-CLI-20",
        ) from error
    if not said:
        return question.default
    if said == "?":
        return None
    labels = _labels(question)
    return question.options[labels.index(said)].value if said in labels else said


def _labels(question: Question) -> list[str]:
    """Return what chooses each option: its number, and #1 where 1 may be meant as a value."""
    sign = "#" if any(written(o.value).isdecimal() for o in question.options) else ""
    return [f"{sign}{k}" for k in range(1, len(question.options) + 1)]


def as_text(question: Question) -> str:
    """Return a question as lines of text."""
    from timezero.cli._printing import printable

    lines = [question.what, f"  where: {question.where}"]
    if question.evidence:
        more = question.n_rows - SHOWN_CELLS
        rest = f"; and {more} more" if more > 0 else ""
        lines.append(f"  cells: {'; '.join(question.evidence[:SHOWN_CELLS])}{rest}")
    options = zip(_labels(question), question.options, strict=True)
    lines += [f"  {label}  {_option(option, question)}" for label, option in options]
    lines.append(f"  key:   {question.place}")
    return printable("\n".join(lines), keep="\n")


def _option(option: Option, question: Question) -> str:
    proposed = " (proposed)" if option.value == question.default else ""
    return f"{written(option.value)}: {option.words}{proposed}"


def written(value: str | bool | float | tuple[object, ...]) -> str:
    """Return a value as a person writes it: yes for true, a list with commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return str(value)


def _prompt(question: Question) -> str:
    proposal = "" if question.default is None else f"Enter = {written(question.default)}, "
    return f"  answer ({proposal}? = leave open): "
