"""The study file that goes with a de-identified registry: the same question, in days."""

from __future__ import annotations

from typing import Any, Final

from timezero.conventions import DAYS_PER
from timezero.intake.deidentify import Deidentified
from timezero.intake.protocol_file import validated
from timezero.model.protocol import DataPart, Protocol

# Settings that are times in the unit of the study.
TIMES: Final = {
    "analysis": ("horizons", "landmarks", "landmark_window", "early_window"),
    "fitness": ("grace_period", "grace_periods", "period"),
    "rules": ("resolution",),
}
CLEARED: Final = ("sheet", "recipe", "time_zero", "date_format", "history_file", "perfusion_file")
ONE_COLUMN: Final = (
    "id", "entry", "initiation", "trigger", "exit", "event", "treated", "centre",
    "negative_control", "death", "birth", "age", "sex", "diagnosis", "stated_time",
)  # fmt: skip
COLUMNS: Final = ("covariates", "history", "further")


def shareable_study(protocol: Protocol, made: Deidentified, file_name: str) -> Protocol:
    """Return the protocol of a de-identified registry.

    Columns that were left out are no longer named. Where dates became days, the unit is the day
    and every setting that is a time is given in days.

    Parameters
    ----------
    protocol : Protocol
    made : Deidentified
    file_name : str
        Of the shareable file, beside the study file.
    """
    parts: dict[str, Any] = protocol.model_dump(by_alias=True)
    parts["data"] = _data(protocol.data, made, file_name)
    strata = parts["analysis"]["strata"]
    parts["analysis"]["strata"] = tuple(s for s in strata if s in made.columns)
    if made.in_days:
        parts["rules"]["first_day"] = 0
        per = DAYS_PER[protocol.data.unit]
        for part, names in TIMES.items():
            for name in names:
                parts[part][name] = _in_days(parts[part][name], per)
        ages = parts["data"]["maximum_age"]
        parts["data"]["maximum_age"] = {name: age * per for name, age in ages.items()}
    return validated(parts, where=file_name)


def _data(data: DataPart, made: Deidentified, file_name: str) -> dict[str, Any]:
    said: dict[str, Any] = data.model_dump()
    said["file"] = file_name
    said |= dict.fromkeys(CLEARED)
    said |= {name: None for name in ONE_COLUMN if said[name] not in made.columns}
    said |= {name: tuple(c for c in said[name] if c in made.columns) for name in COLUMNS}
    said["decimal_comma"] = data.decimal_comma
    for name in ("covariate_dates", "maximum_age"):
        said[name] = {c: v for c, v in said[name].items() if c in made.columns}
    dated = said["covariate_dates"]
    said["covariate_dates"] = {c: v for c, v in dated.items() if v in made.columns}
    if made.in_days:
        said["unit"] = "days"
    return said


def _in_days(value: float | tuple[float, ...] | None, per: float) -> Any:
    if value is None:
        return None
    return tuple(v * per for v in value) if isinstance(value, tuple) else value * per
