"""A data dictionary that REDCap imports: one instrument for each form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from timezero.intake.record_export import (
    FORMS,
    NAMES_ITS_PROCEDURE,
    ONCE,
    Export,
    csv_bytes,
    items_by_form,
    number_words,
    range_words,
)
from timezero.intake.record_items import Item
from timezero.intake.redcap_dictionary import COLUMNS

_MANY_CHOICES = 6


def redcap(items: Sequence[Item]) -> bytes:
    """Return the dictionary with REDCap's eighteen columns.

    REDCap keeps in its project settings which instruments repeat; the first field of each says
    whether it does.

    Parameters
    ----------
    items : sequence of Item
    """
    header = [title for title, _ in COLUMNS.values()]
    return csv_bytes(header, ([row.get(part, "") for part in COLUMNS] for row in _rows(items)))


def _rows(items: Sequence[Item]) -> Iterator[dict[str, str]]:
    for form, inside in items_by_form(items).items():
        rows = [_row(item, form) for item in inside]
        if form in NAMES_ITS_PROCEDURE:
            rows.insert(0, _link(form))
        how_often = "once for each patient" if form in ONCE else "repeating instrument"
        rows[0]["section"] = f"{FORMS[form]} ({how_often})"
        yield from rows


def _row(item: Item, form: str) -> dict[str, str]:
    kind, validation = _kind(item)
    ranged = item.hard is not None and validation in {"number", "integer"}
    low, high = item.hard if item.hard is not None and ranged else (None, None)
    return {
        "name": item.key,
        "form": form,
        "kind": kind,
        "label": item.name + (f" ({item.unit})" if item.unit else ""),
        "choices": " | ".join(f"{c.code}, {c.label}" for c in item.choices),
        "note": _note(item),
        "validation": validation,
        "minimum": "" if low is None else number_words(low),
        "maximum": "" if high is None else number_words(high),
        "identifier": "y" if item.identifier else "",
        "required": "y" if item.needed_for_a_study else "",
        "annotation": f"timezero: known={item.known}; per={item.per}",
    }


def _kind(item: Item) -> tuple[str, str]:
    if item.type == "choice" and item.several:
        return "checkbox", ""
    if item.type == "choice":
        return ("dropdown" if len(item.choices) > _MANY_CHOICES else "radio"), ""
    kinds = {"yes_no": ("yesno", ""), "date": ("text", "date_ymd")}
    numbers = {"number": ("text", "number"), "whole": ("text", "integer")}
    return (kinds | numbers).get(item.type, ("text", ""))


def _note(item: Item) -> str:
    usual = f" Usually {range_words(item.plausible)}." if item.plausible else ""
    kept = f" The unit goes into {item.unit_item}." if item.unit_item else ""
    return item.meaning + usual + kept


def _link(form: str) -> dict[str, str]:
    return {
        "name": f"{form}_procedure",
        "form": form,
        "kind": "text",
        "label": "Number of the procedure",
        "note": "1 for the first procedure of the patient.",
        "validation": "integer",
        "minimum": "1",
        "maximum": "20",
        "required": "y",
        "annotation": "timezero: link=procedure_number",
    }


EXPORT = Export(title="REDCap data dictionary", ending=".csv", content=redcap)
