"""A recipe for a REDCap export, proposed from its data dictionary."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from timezero.intake.recipe_file import Content
from timezero.intake.recognise import recognise
from timezero.intake.redcap_dictionary import RedcapField, read_redcap_dictionary
from timezero.intake.sources import read_grid
from timezero.intake.steps.redcap import INSTRUMENT
from timezero.model.recipe import TableRecipe

OPERATION_DATES: Final = ("procedure_date", "first_procedure_date")
CONTACT_DATES: Final = ("last_contact_date",)
RECURRENCE_DATES: Final = ("recurrence_date",)


def redcap_recipe(export: Path, dictionary: Path) -> Content:
    """Return which tables an export holds, and which fields are dates of operations and contacts.

    Parameters
    ----------
    export : Path
        Raw export of all records as CSV.
    dictionary : Path
        The project's data dictionary; it lies beside the export.

    Returns
    -------
    dict
        Content of a recipe. With repeating instruments in the export the patients, the operations
        and the contacts are tables of their own; without, there is one table.

    Raises
    ------
    InputRefused
        One of the files cannot be read.
    """
    fields = read_redcap_dictionary(dictionary)
    named: dict[str, Any] = {"redcap_dictionary": dictionary.name}
    repeating = _repeating(export)
    if not repeating:
        return {"tables": {"registry": named}}
    tables: dict[str, Any] = {"patients": named | {"redcap_instrument": ""}}
    shape: dict[str, Any] = {"kind": "one_row_per_operation", "patients": "patients"}
    record = fields[0].name
    ids = {"patients": record}
    for part, key, meant in (
        ("operations", "operation_date", OPERATION_DATES),
        ("follow_up", "contact_date", CONTACT_DATES),
        ("recurrences", "recurrence_date", RECURRENCE_DATES),
    ):
        found = _dated(fields, repeating, meant)
        if found is not None:
            tables[part] = named | {"redcap_instrument": found.form}
            shape |= {part: part, key: found.name}
            ids[part] = record
    return {"tables": tables, "shape": shape | {"patient_id": ids}}


def _repeating(export: Path) -> frozenset[str]:
    grid = read_grid(export, TableRecipe())
    for column in grid.columns:
        if column.text.len() and column.text[0] == INSTRUMENT:
            return frozenset(str(text) for text in column.text.slice(1).drop_nulls().unique())
    return frozenset()


def _dated(
    fields: tuple[RedcapField, ...], forms: frozenset[str], meant: tuple[str, ...]
) -> RedcapField | None:
    dates = [f for f in fields if f.form in forms and f.validation.startswith("date")]
    for field in dates:
        for header in (field.name, field.label):
            if any(one.item_key in meant for one in recognise(header)[:1]):
                return field
    return None
