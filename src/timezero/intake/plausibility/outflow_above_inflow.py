"""An outflow warmer than the inflow: no patient heats the perfusate."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.findings import Finding
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.wording import counted

NAME = "outflow_above_inflow"
# Two sensors may differ by this at the same temperature; our choice.
SENSORS_DIFFER = 0.3


def _find(record: RecordColumns) -> Iterator[Finding]:
    for _, (outflow, inflow) in record.procedures("outflow_temperature", "inflow_temperature"):
        above = record.numbers(outflow) - record.numbers(inflow)
        mask = np.asarray(above > SENSORS_DIFFER + 1e-9)
        if mask.any():
            yield record.finding(
                NAME,
                f"{counted(mask, 'perfusion')} with an outflow warmer than the inflow, by more "
                f"than {SENSORS_DIFFER:g} °C",
                outflow,
                inflow,
                mask=mask,
                mend="look up whether the two temperatures are exchanged",
            )


RULE = Rule(
    name=NAME,
    says=f"an outflow more than {SENSORS_DIFFER:g} °C warmer than the inflow",
    items=("outflow_temperature", "inflow_temperature"),
    find=_find,
)
