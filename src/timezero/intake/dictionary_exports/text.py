"""The dictionary as people read it on a terminal, at most 100 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from timezero.intake.record_export import Export, range_words
from timezero.intake.record_items import Item, chapters

WIDTH: Final = 100
_KEY, _NAME, _KIND = 28, 38, 18
KNOWN_WORDS: Final = {
    "time_zero": "at time zero",
    "during": "during it",
    "after": "after it",
    "follow_up": "follow-up",
}
KNOWN_LONG: Final = {
    "time_zero": "before the procedure begins: may be a baseline covariate",
    "during": "during the procedure: no baseline covariate for what precedes it",
    "after": "after the procedure: no baseline covariate",
    "follow_up": "in follow-up: no baseline covariate",
}
LANGUAGE_NAMES: Final = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian",
    "pt": "Portuguese", "nl": "Dutch",
}  # fmt: skip


def as_text(items: Sequence[Item]) -> bytes:
    """Return items as a table for each chapter.

    Parameters
    ----------
    items : sequence of Item
    """
    lines: list[str] = []
    for chapter in chapters():
        inside = [item for item in items if item.chapter == chapter.key]
        if inside:
            often = "several for each patient" if chapter.repeats else "once for each patient"
            lines += [f"{chapter.title} ({chapter.key}): {often}"]
            lines += textwrap.wrap(chapter.about, WIDTH, initial_indent="  ")
            lines += ["", *_header()]
            lines += [line for item in inside for line in _row(item)]
            lines += [""]
    lines += ["* needed for a study. Ranges: outside them a value is refused; plausible ranges,"]
    lines += ["sources and disagreements: timezero dictionary --item KEY"]
    return ("\n".join(lines) + "\n").encode("utf-8")


def item_text(item: Item) -> str:
    """Return all that is known about one item.

    Parameters
    ----------
    item : Item
    """
    lines = [f"{item.key}: {item.name}", ""]
    for title, said in _facts(item):
        lines += textwrap.wrap(
            said,
            WIDTH,
            initial_indent=f"  {title:<13}",
            subsequent_indent=" " * 15,
            break_on_hyphens=False,
        )
    if item.choices:
        width = max(len(choice.code) for choice in item.choices)
        lines += ["", "  choices" + (" (several may apply)" if item.several else "")]
        lines += [f"    {c.code:<{width}}  {c.label}" for c in item.choices]
    if item.edge_rules:
        lines += ["", "  exactly on the edge"]
        for rule in item.edge_rules:
            said = (
                f"{rule.edge:g} {rule.unit} counts as {' and '.join(rule.at_edge)} "
                f"by {rule.authority}: "
                f"{rule.rule} [{rule.source}]"
            )
            lines += textwrap.wrap(said, WIDTH, initial_indent="    ", subsequent_indent="      ")
    if item.aliases:
        lines += ["", "  headers under which it occurs"]
        for language, names in item.aliases.items():
            lines += textwrap.wrap(
                "; ".join(names),
                WIDTH,
                initial_indent=f"    {LANGUAGE_NAMES[language]:<12}",
                subsequent_indent=" " * 16,
                break_on_hyphens=False,
            )
    return "\n".join(lines) + "\n"


def _facts(item: Item) -> Iterator[tuple[str, str]]:
    unit = f"one of {', '.join(item.units)}, kept as recorded in {item.unit_item}"
    facts = {
        "meaning": item.meaning,
        "chapter": item.chapter,
        "type": item.type.replace("_", " or "),
        "unit": unit if item.units else item.unit,
        "refused": f"outside {range_words(item.hard)}" if item.hard else "",
        "asked about": f"outside {range_words(item.plausible)}" if item.plausible else "",
        "steps": f"multiples of {item.multiple_of:g}" if item.multiple_of else "",
        "known": KNOWN_LONG[item.known],
        "one per": item.per,
        "plays": f"the part {item.role} in a study" if item.role else "",
        "identifier": "yes: never asked for in a workbook, dropped when shared"
        if item.identifier
        else "",
        "needed": "for a study" if item.needed_for_a_study else "",
        "disagree": item.disagreement,
        "source": item.source,
        "FHIR, mCODE": item.fhir,
        "OMOP": ": ".join(dict.fromkeys((item.omop_domain, item.omop_concept))),
    }
    yield from ((title, said) for title, said in facts.items() if said)


def _header() -> list[str]:
    titles = f"{'key':<{_KEY}}{'name':<{_NAME}}{'type or unit':<{_KIND}}known"
    return [f"  {titles}", f"  {'-' * (WIDTH - 2)}"]


def _row(item: Item) -> list[str]:
    mark = "* " if item.needed_for_a_study else "  "
    names = textwrap.wrap(item.name, _NAME - 2) or [""]
    kinds = textwrap.wrap(_kind(item), _KIND - 2) or [""]
    lines: list[str] = []
    for k in range(max(len(names), len(kinds))):
        name = names[k] if k < len(names) else ""
        kind = kinds[k] if k < len(kinds) else ""
        key, known = (item.key, KNOWN_WORDS[item.known]) if k == 0 else ("", "")
        start = mark if k == 0 else "  "
        lines.append(f"{start}{key:<{_KEY}}{name:<{_NAME}}{kind:<{_KIND}}{known}".rstrip())
    return lines


def _kind(item: Item) -> str:
    if item.choices:
        return f"{len(item.choices)} choices" + (", several" if item.several else "")
    unit = " or ".join(item.units) or item.unit
    limits = range_words(item.hard)
    named = {"yes_no": "yes or no", "identifier": "code"}.get(item.type, item.type)
    return " ".join(part for part in (limits, unit) if part) if limits else named


EXPORT = Export(title="text", ending=".txt", content=as_text)
