"""Every number that a claim can print: its kind, what it is used for, and its name in words."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from timezero.model.audit_result import Use
from timezero.model.claim import Group

Kind: TypeAlias = Literal["count", "time", "share", "ratio", "p_value"]
ReadingKind: TypeAlias = Literal["survival", "quantile", "rmst", "at_risk"]

# Of every single number of a claim: its kind, what the audit uses it for, and its name in words.
SCALARS: Final[dict[str, tuple[Kind, Use, str]]] = {
    "n": ("count", "size", "patients in all"),
    "n_late": ("count", "size", "late treated patients"),
    "n_never": ("count", "size", "never treated patients"),
    "share_late": ("share", "size", "share treated late"),
    "n_triggered": ("count", "waiting", "patients who became candidates"),
    "never_eligible": ("share", "waiting", "share who could never have had the late treatment"),
    "deaths": ("count", "pooled", "deaths in all"),
    "deaths_late": ("count", "contrast", "deaths of late treated"),
    "deaths_never": ("count", "contrast", "deaths of never treated"),
    "median": ("time", "pooled", "median survival of all"),
    "median_late": ("time", "contrast", "median survival of the late treated"),
    "median_never": ("time", "contrast", "median survival of the never treated"),
    "mean": ("time", "checked_only", "mean survival of all"),
    "mean_late": ("time", "checked_only", "mean survival of the late treated"),
    "mean_never": ("time", "checked_only", "mean survival of the never treated"),
    "times_as_long": ("ratio", "contrast", "how many times as long the late treated lived"),
    "hazard_ratio": ("ratio", "contrast", "hazard ratio, late against never treated"),
    "p_value": ("p_value", "contrast", "p-value of the comparison"),
    "accrual": ("time", "pooled", "time in which patients entered"),
    "follow_up": ("time", "pooled", "median follow-up"),
    "follow_up_end": ("time", "pooled", "longest possible follow-up"),
    "wait": ("time", "waiting", "median wait for the late treatment"),
    "wait_lower_quartile": ("time", "waiting", "lower quartile of the wait"),
    "wait_upper_quartile": ("time", "waiting", "upper quartile of the wait"),
    "wait_shortest": ("time", "waiting", "shortest wait"),
    "wait_longest": ("time", "waiting", "longest wait"),
    "wait_mean": ("time", "waiting", "mean wait"),
    "trigger_time": ("time", "waiting", "median time to the trigger"),
}
GROUP_WORDS: Final[dict[Group, str]] = {
    "all": "all",
    "late": "the late treated",
    "never": "the never treated",
}
# Field of the claim file, kind of the number, kind of reading, words before the group.
LISTS: Final[tuple[tuple[str, Kind, ReadingKind, str], ...]] = (
    ("survival", "share", "survival", "survival at {at:g} {unit} of"),
    ("quantiles", "time", "quantile", "time by which {at:.0%} had died of"),
    ("rmst", "time", "rmst", "mean time lived up to {at:g} {unit} of"),
    ("at_risk", "count", "at_risk", "number at risk at {at:g} {unit} of"),
)
