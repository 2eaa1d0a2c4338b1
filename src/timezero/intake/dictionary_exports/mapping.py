"""A table from items to FHIR, mCODE and OMOP, with the gaps said."""

from __future__ import annotations

from collections.abc import Sequence

from timezero.intake.record_export import Export, csv_bytes
from timezero.intake.record_items import Item

HEADER = (
    "item", "name", "type", "unit", "FHIR R4 or mCODE 4.0.0", "OMOP CDM 5.4 domain or table",
    "OMOP concept or column",
)  # fmt: skip


def mapping(items: Sequence[Item]) -> bytes:
    """Return one row for each item; "to be checked" where no code was checked.

    Parameters
    ----------
    items : sequence of Item
    """
    rows = (
        (
            item.key,
            item.name,
            item.type,
            " or ".join(item.units) or item.unit,
            item.fhir,
            item.omop_domain,
            item.omop_concept,
        )
        for item in items
    )
    return csv_bytes(HEADER, rows)


EXPORT = Export(title="mapping to FHIR, mCODE and OMOP", ending=".csv", content=mapping)
