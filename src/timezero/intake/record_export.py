"""What every export of the CRS/HIPEC dictionary has, and where each item stands in a form."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from timezero.intake.record_items import Item, dictionary
from timezero.intake.spreadsheet_safe import safe_cell

_FORMS: Final[dict[tuple[str, str], str]] = {
    ("patient", "procedure"): "patient_at_procedure",
    ("perfusion", "drug"): "perfusion_drug",
    ("complication", "procedure"): "procedure_outcome",
    ("recurrence", "patient"): "follow_up",
}
FORMS: Final[dict[str, str]] = {
    "patient": "Patient",
    "disease": "Disease",
    "patient_at_procedure": "Patient before the procedure",
    "procedure": "Procedure",
    "cytoreduction": "Cytoreduction",
    "perfusion": "Perfusion",
    "perfusion_drug": "Drugs of the perfusion",
    "perfusion_series": "Perfusion, minute by minute",
    "procedure_outcome": "After the procedure",
    "complication": "Complication",
    "systemic_treatment": "Systemic treatment",
    "recurrence": "Recurrence",
    "repeat_decision": "Decision about a repeat",
    "follow_up": "Follow-up",
}
ONCE: Final = frozenset({"patient", "disease", "follow_up"})
# Instance n of these belongs to procedure n; the others name their procedure.
BY_PROCEDURE: Final = frozenset(
    {"patient_at_procedure", "procedure", "cytoreduction", "perfusion", "procedure_outcome"}
)
NAMES_ITS_PROCEDURE: Final = ("perfusion_drug", "perfusion_series", "complication")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One form in which the dictionary leaves.

    Parameters
    ----------
    title : str
        What it is, for people.
    ending : str
        Of the file: ``.csv``.
    content : callable
        Makes the bytes of the file from items; the same items give the same bytes.
    """

    title: str
    ending: str
    content: Callable[[Sequence[Item]], bytes]


def form_of(item: Item) -> str:
    """Return the form on which an item is filled in: its chapter, unless it belongs to less.

    Parameters
    ----------
    item : Item
    """
    return _FORMS.get((item.chapter, item.per), item.chapter)


def items_by_form(items: Iterable[Item] | None = None) -> dict[str, tuple[Item, ...]]:
    """Return the items that are filled in, form by form; those for wide files only are left out.

    Parameters
    ----------
    items : iterable of Item, optional
        The whole dictionary when not given.
    """
    asked = [i for i in (dictionary() if items is None else items) if not i.wide_only]
    found = {form: tuple(i for i in asked if form_of(i) == form) for form in FORMS}
    return {form: inside for form, inside in found.items() if inside}


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a table as CSV in UTF-8, without formulas.

    Parameters
    ----------
    header : sequence of str
    rows : iterable of sequence of str
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8")


def range_words(limits: tuple[float, float] | None) -> str:
    """Return a range in words: ``0 to 39``; empty when there is none.

    Parameters
    ----------
    limits : tuple of float, optional
    """
    return "" if limits is None else f"{number_words(limits[0])} to {number_words(limits[1])}"


def number_words(value: float) -> str:
    """Return a number without needless decimals or exponent.

    Parameters
    ----------
    value : float
    """
    return str(int(value)) if value == int(value) else repr(value)
