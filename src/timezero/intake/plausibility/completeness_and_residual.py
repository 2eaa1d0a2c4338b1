"""A completeness score that the size of the residual tumour does not allow: CC-0 with 3 cm."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.findings import Finding
from timezero.intake.computed.completeness import completeness_fits
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.wording import counted

NAME = "completeness_and_residual"


def _find(record: RecordColumns) -> Iterator[Finding]:
    for _, (cc, residual) in record.procedures("cc_score", "residual_mm"):
        digit = record.words(cc).str.extract(r"^(?:ccr?[-_]?)?([0-3])(?:\.0)?$", 1)
        score = digit.cast(float, strict=False).fill_null(np.nan).to_numpy()
        mask = ~completeness_fits(score, record.numbers(residual))
        if mask.any():
            yield record.finding(
                NAME,
                f"{counted(mask, 'procedure')} with a completeness score that no authority gives "
                "to the residual tumour recorded beside it",
                cc,
                residual,
                mask=mask,
                mend="look up which is right, and whether the residual tumour is in mm",
            )


RULE = Rule(
    name=NAME,
    says="a CC score that no authority gives to the residual tumour, such as CC-0 with 30 mm",
    items=("cc_score", "residual_mm"),
    find=_find,
)
