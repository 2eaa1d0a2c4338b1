"""What was reported: who was counted, how many, from when, and for how long."""

from __future__ import annotations

import re
from typing import Final

from timezero.model.audit_result import AuditResult
from timezero.model.claim import PrintedNumber
from timezero.report.article.facts import Facts
from timezero.report.article.icon_arrays import said
from timezero.report.article.line import Line
from timezero.report.article.names import UNNAMED, is_default_name, one_line
from timezero.report.numbers import tick

KIND: Final = {
    "paper": "We looked at a paper",
    "press release": "We looked at a press release",
    "news": "We looked at a news story",
    "computed from data": "We looked at numbers worked out from a set of data",
    "simulated": "We looked at made-up numbers",
}
SAYS: Final = {
    "longer": "It says that those who had it {lived_longer}.",
    "shorter": "It says that those who had it {lived_shorter}.",
    "not_said": "We found no clear word on which group did better.",
}
COUNTED: Final = {
    "ever_treated": "",
    "not_stated": "The report does not say how the groups were made. "
    "We took it that each person who ever had it is in the first group.",
    "own_clocks": "The report used two clocks. For those who had it, time was counted from that "
    "day. For the others, it was counted from an earlier day.",
    "waiting_excluded": "The report left out the time that people waited for it. "
    "Nobody could die in that time and still have it.",
    "randomised": "The two groups were made by lot, on the first day.",
    "landmark": "The report only counted people who were {alive} after {landmark}.",
}


def what_was_reported(result: AuditResult, facts: Facts) -> tuple[Line, ...]:
    """Return the sentences under "What was reported"."""
    asked = result.claim.question
    words = facts.outcome
    lines = [Line(text=f"{KIND[result.claim.source.kind]}. We call it the report.")]
    if facts.name == UNNAMED and not is_default_name(asked.treatment):
        lines.append(Line(text="This is what it calls the treatment:", quote=asked.treatment))
    lines.append(
        Line(text="It compares two groups: people who had the treatment, and people who did not.")
    )
    lines.append(
        Line(
            text=SAYS[facts.direction].format(
                lived_longer=words.lived_longer, lived_shorter=words.lived_shorter
            )
        )
    )
    if words.explained:
        lines.append(
            Line(
                text="On this page, to fall ill means what the report calls:", quote=words.explained
            )
        )
    return tuple(lines)


def who_was_counted(result: AuditResult) -> tuple[Line, ...]:
    """Return the list of who was counted, how many, from when, and how long."""
    asked, numbers = result.claim.question, result.claim.numbers
    who = one_line(asked.patients)
    lines = [Line(text="Who was counted:", quote=who)] if who not in ("", "patients") else []
    for text, number in (
        ("How many in all:", numbers.n),
        ("How many had it:", numbers.n_late),
        ("How many did not:", numbers.n_never),
    ):
        if number is not None:
            lines.append(_printed(text, number))
    if asked.time_zero:
        lines.append(Line(text="Time was counted from:", quote=one_line(asked.time_zero)))
    else:
        lines.append(Line(text="The report does not say from which day time was counted."))
    return (*lines, *_how_long(result))


def what_was_counted(result: AuditResult, facts: Facts) -> tuple[str, ...]:
    """Return the sentences above the icon arrays: how the groups were made."""
    asked = result.claim.question
    alive = facts.outcome.alive
    landmark = "a set day" if asked.landmark is None else _time(asked.landmark, asked.unit)
    sentences = [COUNTED[asked.comparison].format(alive=alive, landmark=landmark)]
    if asked.comparison == "landmark":
        sentences.append(
            "It made its groups on that day."
            if facts.groups_fixed
            else "People could still move into the group that had it after that day."
        )
    if asked.early_deaths_excluded:
        early = _time(asked.early_deaths_excluded, asked.unit)
        sentences.append(f"It left out people who {facts.outcome.died} before {early}.")
    if facts.had is None:
        sentences.append(
            "The report does not say how many people had it. So we cannot draw 100 of them."
        )
    else:
        sentences.append("Think of 100 people like those in the report.")
        sentences.append("Both pictures show the same 100, in the same order.")
    return tuple(sentence for sentence in sentences if sentence)


def below_arrays(facts: Facts) -> tuple[str, ...]:
    """Return the sentences beneath the icon arrays."""
    alive = facts.outcome.alive
    sentences: list[str] = []
    had = facts.had
    if had is not None and had.lowest != had.highest:
        sentences.append(
            f"The counts in the report fit with {had.lowest} to {had.highest} of 100. "
            f"We drew {said(had)}."
        )
    if facts.groups_fixed:
        sentences.append("Nobody moved from one group to the other after counting began.")
    else:
        sentences.append(
            f"A person moved into the group that had it by being {alive} on the day it came. "
            "Nobody had to do that to be in the other group."
        )
    return tuple(sentences)


def _how_long(result: AuditResult) -> tuple[Line, ...]:
    numbers, unit = result.claim.numbers, result.claim.question.unit
    if numbers.follow_up_end is not None:
        return (_printed("The longest time counted:", numbers.follow_up_end, unit=unit),)
    if numbers.accrual is not None:
        return (_printed("People joined over:", numbers.accrual, unit=unit),)
    if numbers.follow_up is not None:
        text = "It gives one middle time for how long people were followed, but no range."
        return (Line(text=text),)
    return (Line(text="The report does not say for how long people were followed."),)


def _printed(text: str, number: PrintedNumber, *, unit: str = "") -> Line:
    quote = one_line(number.printed)
    if re.fullmatch(r"[\d.,·]{1,12}", quote):
        of_time = unit and (number.unit or unit)
        return Line(text=f"{text} {quote} {of_time}".rstrip() + ".")
    return Line(text=text, quote=quote)


def _time(value: float, unit: str) -> str:
    return f"{tick(value)} {unit[:-1] if value == 1.0 else unit}"
