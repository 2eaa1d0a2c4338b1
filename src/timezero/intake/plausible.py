"""Everything in a table that the rules of plausibility find."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from timezero.findings import Finding
from timezero.intake.record_columns import Rule, record_columns
from timezero.intake.tables import Table
from timezero.model.protocol import DataPart
from timezero.registry import discover

FEWEST_ITEMS: Final = 3


def implausible(table: Table, data: DataPart) -> Iterator[Finding]:
    """Give what the rules find, none of it an error or a question.

    Parameters
    ----------
    table : Table
        Any table; columns count whose headers are exact aliases of the dictionary.
    data : DataPart
        Says which cells mean 'not recorded', and how dates and decimals are written.
    """
    record = record_columns(table, data)
    if record.n_of_procedure < FEWEST_ITEMS:
        return
    rules: dict[str, Rule] = discover("timezero.intake.plausibility", "RULE")
    for rule in rules.values():
        yield from rule.find(record)
