"""The answers by which a filled workbook is read: which sheet is what, which column is when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from timezero.findings import dotted
from timezero.intake.dictionary_exports.excel_template import header_of
from timezero.intake.recipe_file import Content, validated_recipe, write_recipe
from timezero.intake.record_export import Export
from timezero.intake.record_items import Item, item
from timezero.intake.toml_files import toml_value

TABLES = {
    "patients": "Patients",
    "operations": "Operations",
    "follow_up": "Follow-up",
    "recurrences": "Recurrences",
}


def template_answers() -> tuple[Content, Content]:
    """Return recipe and study file by which a filled workbook is read.

    Returns
    -------
    recipe, study : dict, dict
        The event is death from any cause. What an aborted first operation counts as is left open:
        it is asked about if there is one.
    """

    def header(key: str) -> str:
        return header_of(item(key))

    who = header("study_id")
    states = [choice.code for choice in item("vital_status").choices]
    recipe: Content = {
        "tables": {name: {"sheet": sheet} for name, sheet in TABLES.items()},
        "shape": {
            "kind": "one_row_per_operation",
            **{name: name for name in TABLES},
            "patient_id": dict.fromkeys(TABLES, who),
            "operation_date": header("procedure_date"),
            "operation_kind": header("procedure_kind"),
            "aborted_values": ["hipec_aborted"],
            "other_values": ["crs_only", "exploration"],
            "planned": header("planned_two_stage"),
            "planned_values": ["yes", "1", "true"],
            "contact_date": header("last_contact_date"),
            "recurrence_date": header("recurrence_date"),
            "status": header("vital_status"),
        },
    }
    study: Content = {
        "data": {
            "id": who,
            "time_zero": "first_treatment",
            "initiation": "second_treatment",
            "trigger": "first_recurrence",
            "exit": header("last_contact_date"),
            "death": header("death_date"),
            "event": header("vital_status"),
            "event_value": [code for code in states if code.startswith("dead")],
            "censored_value": [code for code in states if not code.startswith("dead")],
        }
    }
    return recipe, study


def _content(items: Sequence[Item]) -> bytes:
    del items
    recipe, study = template_answers()
    return (write_recipe(validated_recipe(recipe)) + _study_text(study)).encode()


def _study_text(study: dict[str, Any]) -> str:
    lines: list[str] = []
    for part, keys in study.items():
        lines += ["", f"[{part}]"]
        lines += [f"{dotted((key,))} = {toml_value(value)}" for key, value in keys.items()]
    return "\n".join(lines) + "\n"


EXPORT = Export(
    title="answers by which the filled workbook is read", ending=".toml", content=_content
)
