"""More tumour after the cytoreduction than before it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.findings import Finding
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.wording import counted

NAME = "pci_higher_afterwards"


def _find(record: RecordColumns) -> Iterator[Finding]:
    for _, (after, before) in record.procedures("pci_after_total", "pci_total"):
        mask = np.asarray(record.numbers(after) > record.numbers(before))
        if mask.any():
            yield record.finding(
                NAME,
                f"{counted(mask, 'procedure')} with a higher peritoneal cancer index after the "
                "cytoreduction than before it",
                after,
                before,
                mask=mask,
                mend="look up whether the two are exchanged",
            )


RULE = Rule(
    name=NAME,
    says="a peritoneal cancer index that is higher after the cytoreduction than before it",
    items=("pci_after_total", "pci_total"),
    find=_find,
)
