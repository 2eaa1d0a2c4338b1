"""The whole dictionary as JSON, for other programs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

from timezero.intake.record_export import Export
from timezero.intake.record_items import Item, chapters

SCHEMA = "timezero/crs-hipec-dictionary/1"


def as_json(items: Sequence[Item]) -> bytes:
    """Return items, with the chapters that they stand in.

    Parameters
    ----------
    items : sequence of Item
    """
    used = {item.chapter for item in items}
    content = {
        "schema": SCHEMA,
        "chapters": [dataclasses.asdict(c) for c in chapters() if c.key in used],
        "items": [dataclasses.asdict(item) for item in items],
    }
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


EXPORT = Export(title="JSON", ending=".json", content=as_json)
