"""How the page ends: questions to ask, who made it from what, and what could change it."""

from __future__ import annotations

from datetime import date
from typing import Final

from timezero.model.audit_result import AuditResult
from timezero.report.article.facts import Facts
from timezero.report.article.line import Line
from timezero.report.article.names import one_line

QUESTIONS: Final = (
    "Who is offered this treatment, and who is not? How do you choose?",
    "How long do people wait for it? What can happen while they wait?",
    "What good can it do? To how many of 100 people?",
    "What harm can it do? To how many of 100 people?",
    "What happens to people who do not have it? What other care is there?",
    "Has anyone made the two groups by lot, or counted both from the same day?",
)
# The name of a missing number, and the question a reader would put.
WISHES: Final[dict[str, str]] = {
    "waiting_times": "How long did people wait for it?",
    "trigger_times": "How many people came to need it, and when?",
    "deaths_per_group": "How many {died} in each group, and how many did not?",
    "numbers_at_risk": "How many were still being counted at each point in time?",
    "quartiles_of_survival": "How do short, middle and long times differ in each group?",
    "medians": "How do short, middle and long times differ in each group?",
    "pooled_median": "How do short, middle and long times differ for all people?",
    "hazard_ratio": "How did the report itself compare the groups, and with what range?",
    "follow_up": "For how long were people followed?",
}
OTHER_WISH: Final = "What else did the study count, and did not print?"
MOST_WISHES: Final = 3
MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def wishes(result: AuditResult, facts: Facts) -> tuple[str, ...]:
    """Return the unprinted numbers that would narrow the answer most, as plain questions."""
    found: list[str] = []
    for missing in sorted(result.missing, key=lambda number: -number.narrowing):
        question = WISHES.get(missing.name, OTHER_WISH).format(died=facts.outcome.died)
        if question not in found:
            found.append(question)
    return tuple(found[:MOST_WISHES])


def made_from(result: AuditResult) -> tuple[Line, ...]:
    """Return who made the page, when, and from what."""
    source = result.claim.source
    made = result.provenance
    date_of = "" if source.date in source.citation else source.date
    printed = one_line(f"{source.citation} {date_of}") or one_line(result.claim.title)
    place = one_line(f"doi:{source.doi}" if source.doi else source.url)
    lines = [
        Line(
            text=f"A computer program, timezero {made.timezero_version}, made this page on "
            f"{plain_date(made.made_at)}."
        ),
        Line(text="It saw only what was printed. It saw no records of patients."),
    ]
    if printed or place:
        lines.append(Line(text="The report is:", quote=f"{printed} {place}".strip()))
    else:
        lines.append(Line(text="We were not told where the report was printed."))
    if source.facts_from:
        lines.append(Line(text="The part that was read:", quote=one_line(source.facts_from)))
    if source.authors_caution:
        lines.append(Line(text="Its authors warn:", quote=one_line(source.authors_caution)))
    if source.conflicts:
        text = "What it says on money and ties:"
        lines.append(Line(text=text, quote=one_line(source.conflicts)))
    else:
        lines.append(Line(text="We found no word on who paid for it."))
    lines.append(Line(text="The data key of this page:", quote=made.claim_digest[:12]))
    return tuple(lines)


def what_could_change_it(result: AuditResult, facts: Facts) -> tuple[str, ...]:
    """Return what would change the answer of the page."""
    sentences = ["A fair test could change this page. So could more numbers from the same report."]
    if wishes(result, facts):
        sentences.append("These would help the most:")
    return tuple(sentences)


def plain_date(iso: str) -> str:
    """Return a date as it is spoken: ``25 November 2026``; a text that is no date as it is."""
    try:
        day = date.fromisoformat(iso[:10])
    except ValueError:
        return one_line(iso)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
