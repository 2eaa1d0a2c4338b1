"""Another drug at the second procedure: by protocol, it says nothing about the patient."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Finding, Severity
from timezero.intake.plausibility._drugs import named_drugs
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.tables import Column
from timezero.intake.wording import counted

NAME = "drug_changed"
RULE_IN_USE = "oxaliplatin at a repeat after cisplatin or mitomycin, as a Dutch protocol has it"


def _find(record: RecordColumns) -> Iterator[Finding]:
    first, second = record.columns.get(("drug", 1)), record.columns.get(("drug", 2))
    if first is None or second is None:
        return
    changed, as_ruled = _changes(record, first, second)
    reason = record.column("drug_change_reason", 2) or record.column("drug_change_reason", 1)
    said = np.zeros(changed.shape, dtype=np.bool_)
    by_protocol = changed & as_ruled
    if reason is not None:
        words = record.words(reason)
        said = np.asarray(words.is_not_null(), dtype=np.bool_)
        named = np.asarray(words.str.contains("proto").fill_null(value=False), dtype=np.bool_)
        by_protocol = changed & (named | (as_ruled & ~said))
    if by_protocol.any():
        yield record.finding(
            NAME,
            f"{counted(by_protocol, 'patient')} with another drug at the second procedure by "
            f"protocol (recorded as such, or {RULE_IN_USE}): that change is no choice for the "
            "patient",
            second,
            first,
            mask=by_protocol,
            mend="compare drugs between first and second procedures with this in mind",
            severity=Severity.NOTE,
        )
    open_ = changed & ~by_protocol & ~said
    if open_.any():
        yield record.finding(
            NAME,
            f"{counted(open_, 'patient')} with another drug at the second procedure and no reason "
            "recorded",
            second,
            first,
            mask=open_,
            mend="record the reason in a column 'drug change reason'",
            severity=Severity.NOTE,
        )


def _changes(record: RecordColumns, first: Column, second: Column) -> tuple[Bools, Bools]:
    """Return where the drugs differ, and where they do so as the rule in use has it."""
    before, after = (named_drugs(record.words(column)) for column in (first, second))
    both = np.any(list(before.values()), axis=0) & np.any(list(after.values()), axis=0)
    changed = both & np.any([before[drug] != after[drug] for drug in before], axis=0)
    ruled = (before["cisplatin"] | before["mitomycin"]) & ~before["oxaliplatin"]
    return np.asarray(changed), np.asarray(ruled & after["oxaliplatin"])


RULE = Rule(
    name=NAME,
    says="another drug at the second procedure than at the first, by protocol or without a reason",
    items=("drug", "drug_change_reason"),
    find=_find,
)
