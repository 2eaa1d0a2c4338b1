"""A death within 30 or 90 days that is said to have happened, or not, against the dates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.findings import Finding
from timezero.intake.computed.early_death import died_within
from timezero.intake.plausibility._yes_no import yes_or_no
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.wording import counted

NAME = "early_death_against_dates"


def _find(record: RecordColumns) -> Iterator[Finding]:
    for key, days in (("death_30", 30), ("death_90", 90)):
        for procedure, (flag, death) in record.procedures(key, "death_date"):
            operated = record.operated(procedure)
            if operated is None:
                continue
            died = died_within(days, procedure=record.days(operated), death=record.days(death))
            said = yes_or_no(record.words(flag))
            mask = np.asarray(~np.isnan(died) & ~np.isnan(said) & (died != said))
            if mask.any():
                yield record.finding(
                    NAME,
                    f"{counted(mask, 'patient')} in whom {flag.name} disagrees with the dates of "
                    f"operation and death on {days} days",
                    flag,
                    operated,
                    death,
                    mask=mask,
                    mend="look up the dates; the dates are what the analysis uses",
                )


RULE = Rule(
    name=NAME,
    says="death within 30 or 90 days said 'no' though the dates say yes, or the reverse",
    items=("death_30", "death_90", "death_date", "procedure_date"),
    find=_find,
)
