"""A worst complication of grade V in somebody who lives, or below V in somebody who died of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.findings import Finding
from timezero.intake.plausibility._yes_no import yes_or_no
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.wording import counted

NAME = "grade_against_death"


def _find(record: RecordColumns) -> Iterator[Finding]:
    for _, (grade, flag) in record.procedures("clavien_dindo", "death_90"):
        said = yes_or_no(record.words(flag))
        died = np.asarray(record.words(grade).is_in(["v"]).fill_null(value=False), dtype=np.bool_)
        mask = died & (said == 0.0)
        if mask.any():
            yield record.finding(
                NAME,
                f"{counted(mask, 'patient')} with Clavien-Dindo V, which is death, and "
                f"'no' in {flag.name}",
                grade,
                flag,
                mask=mask,
                mend="look up the grade; a death after more than 90 days would explain it",
            )


RULE = Rule(
    name=NAME,
    says="Clavien-Dindo V in a patient who did not die within 90 days",
    items=("clavien_dindo", "death_90"),
    find=_find,
)
