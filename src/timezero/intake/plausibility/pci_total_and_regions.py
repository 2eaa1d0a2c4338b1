"""A total of the peritoneal cancer index that is not the sum of its regions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.findings import Finding
from timezero.intake.computed.pci import REGIONS, pci_total
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.wording import counted

NAME = "pci_total_and_regions"


def _find(record: RecordColumns) -> Iterator[Finding]:
    for before in ("pci", "pci_after"):
        keys = [f"{before}_r{region:02d}" for region in range(REGIONS)]
        for _, (stated, *regions) in record.procedures(f"{before}_total", *keys):
            total = pci_total(np.column_stack([record.numbers(region) for region in regions]))
            given = record.numbers(stated)
            mask = ~np.isnan(total) & ~np.isnan(given) & (total != given)
            if mask.any():
                yield record.finding(
                    NAME,
                    f"{counted(mask, 'procedure')} with a stated {stated.name} that is not the "
                    f"sum of its {REGIONS} regions",
                    stated,
                    *regions,
                    mask=mask,
                    mend="look up which is right; neither is changed",
                )


RULE = Rule(
    name=NAME,
    says="a stated peritoneal cancer index that is not the sum of its 13 regions",
    items=("pci_total", *(f"pci_r{region:02d}" for region in range(REGIONS))),
    find=_find,
)
