"""Printed numbers as targets for simulated studies: which statistic, what scale, in what limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from timezero.arrays import Floats
from timezero.audit.evidence import Evidence
from timezero.audit.printed_table import MEDIAN, PrintedTable
from timezero.audit.simulate import Design, Query
from timezero.model.audit_result import Use

Scale: TypeAlias = Literal["count", "time", "share", "ratio", "plain"]
FAR_BEYOND: Final = 4.0
LARGEST_Z: Final = 40.0
LARGEST_RATIO: Final = 1e3
SIZES: Final = {"n_late": "n_late", "n_never": "n_never"}
WAITING: Final = (
    "wait",
    "wait_lower_quartile",
    "wait_upper_quartile",
    "wait_shortest",
    "wait_longest",
    "wait_mean",
    "trigger_time",
)
FROM_MEDIANS: Final = "median_late and median_never"
GROUP_NAMES: Final = ("all", "late", "never")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One printed number to be matched.

    Parameters
    ----------
    statistic : str
        Name of the simulated statistic.
    scale : {"count", "time", "share", "ratio", "plain"}
        Matched as square root, logarithm, arcsine of the square root, logarithm, or as it is.
    lower, upper : float
        What the print allows, before that transformation.
    use : {"size", "pooled", "waiting", "contrast"}
    printed : str
        The name of the printed number, as in the claim file.
    """

    statistic: str
    scale: Scale
    lower: float
    upper: float
    use: Use
    printed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """All targets of a claim.

    Parameters
    ----------
    targets : tuple of Target
    cap : float
        Times that are not reached count as this; ratios of times as ``LARGEST_RATIO``.
    """

    targets: tuple[Target, ...]
    cap: float

    def of(self, *uses: Use) -> Targets:
        """Return the targets of these uses only."""
        return Targets(targets=tuple(t for t in self.targets if t.use in uses), cap=self.cap)

    def excess(self, table: PrintedTable) -> Floats:
        """Return how far each study lies outside what is printed, on the scale of each target.

        Returns
        -------
        (n_studies, n_targets) float64
            0 inside the printed interval; NaN where a study has no such number.
        """
        found = np.empty((table.values.shape[0], len(self.targets)))
        for k, target in enumerate(self.targets):
            values = transformed(table.column(target.statistic), target.scale, cap=self.cap)
            limits = np.array([target.lower, target.upper])
            low, high = transformed(limits, target.scale, cap=self.cap)
            found[:, k] = values - np.clip(values, low, high)
        return found


def transformed(values: Floats, scale: Scale, *, cap: float) -> Floats:
    """Return values on the scale on which they are matched."""
    with np.errstate(invalid="ignore", divide="ignore"):
        if scale == "count":
            return np.sqrt(np.maximum(values, 0.0))
        if scale == "time":
            return np.log(np.clip(values, cap * 1e-6, cap))
        if scale == "ratio":
            return np.log(np.clip(values, 1.0 / LARGEST_RATIO, LARGEST_RATIO))
        if scale == "share":
            return np.arcsin(np.sqrt(np.clip(values, 0.0, 1.0)))
    return values


def make_targets(evidence: Evidence) -> tuple[Targets, Design]:
    """Return the targets of a claim, and what has to be read off simulated studies for them."""
    times = [t for span in evidence.all_times() for t in (span.lower, span.upper)]
    times += [r.at for r in evidence.readings() if r.kind != "quantile"]
    cap = FAR_BEYOND * max([t for t in times if 0.0 < t < math.inf], default=1.0)
    targets = [
        *_sizes(evidence),
        *_pooled(evidence),
        *_waiting(evidence),
        *_contrasts(evidence),
        *_at_times(evidence),
    ]
    asked = evidence.claim.question
    design = Design(
        comparison=asked.comparison,
        landmark=asked.landmark or 0.0,
        queries=tuple(sorted(_queries(targets, evidence))),
    )
    return Targets(targets=tuple(targets), cap=cap), design


def _target(
    evidence: Evidence, name: str, statistic: str, scale: Scale, *, use: Use
) -> list[Target]:
    span = evidence.span(name)
    if span is None:
        return []
    lower, upper = span.lower, span.upper
    if scale == "time" and math.isnan(lower):
        lower = upper
    return [
        Target(statistic=statistic, scale=scale, lower=lower, upper=upper, use=use, printed=name)
    ]


def _sizes(evidence: Evidence) -> list[Target]:
    return [
        target
        for name, statistic in SIZES.items()
        for target in _target(evidence, name, statistic, "count", use="size")
    ]


def _pooled(evidence: Evidence) -> list[Target]:
    found = _target(evidence, "median", MEDIAN["all"], "time", use="pooled")
    found += _pooled_from_medians(evidence, with_location=not found)
    found += _target(evidence, "deaths", "deaths", "count", use="pooled")
    late, never = evidence.span("deaths_late"), evidence.span("deaths_never")
    if evidence.span("deaths") is None and late is not None and never is not None:
        found.append(
            Target(
                statistic="deaths",
                scale="count",
                lower=late.lower + never.lower,
                upper=late.upper + never.upper,
                use="pooled",
                printed="deaths_late and deaths_never",
            )
        )
    return found + _target(evidence, "follow_up", "follow_up", "time", use="pooled")


def _pooled_from_medians(evidence: Evidence, *, with_location: bool) -> list[Target]:
    """Bound the pooled curve by the groups' medians: it is their mixture, however they are made.

    At the median of one group half of it is alive; of the other between half and all where its
    median is later, between none and half where it is earlier, and anything where print does not
    say which is later.
    """
    late, never = evidence.span("median_late"), evidence.span("median_never")
    share = evidence.share_late()
    if late is None or never is None or share is None:
        return []
    both = FROM_MEDIANS
    found: list[Target] = []
    for span, other, own in ((never, late, 1.0 - share.upper), (late, never, share.lower)):
        at = (span.lower + span.upper) / 2.0
        if not 0.0 < at < math.inf:
            continue
        is_earlier = other.lower > span.upper or math.isinf(other.upper)
        is_later = other.upper < span.lower
        lower = 0.5 if is_earlier else 0.5 * own
        upper = 0.5 if is_later else 0.5 * own + (1.0 - own)
        found.append(_pooled_target(f"survival all {at:g}", "share", (lower, upper), both))
    ends = (late.lower, late.upper, never.lower, never.upper)
    if with_location and all(0.0 < t < math.inf for t in ends):
        middle = (share.lower + share.upper) / 2.0
        low, high = (
            math.exp(middle * math.log(a) + (1.0 - middle) * math.log(b))
            for a, b in ((late.lower, never.lower), (late.upper, never.upper))
        )
        found.append(_pooled_target("location", "time", (low, high), both))
    return found


def _pooled_target(
    statistic: str, scale: Scale, limits: tuple[float, float], printed: str
) -> Target:
    return Target(
        statistic=statistic,
        scale=scale,
        lower=limits[0],
        upper=limits[1],
        use="pooled",
        printed=printed,
    )


def _waiting(evidence: Evidence) -> list[Target]:
    found = _target(evidence, "n_triggered", "n_triggered", "count", use="waiting")
    for name in WAITING:
        found += _target(evidence, name, name, "time", use="waiting")
    assumed = evidence.claim.assumptions.wait
    if evidence.span("wait") is None and assumed is not None:
        found.append(
            Target(
                statistic="wait",
                scale="time",
                lower=assumed[0],
                upper=assumed[1],
                use="waiting",
                printed="assumptions.wait",
            )
        )
    return found


def _contrasts(evidence: Evidence) -> list[Target]:
    found: list[Target] = []
    for group in ("late", "never"):
        found += _target(evidence, f"median_{group}", MEDIAN[group], "time", use="contrast")
    for name in ("deaths_late", "deaths_never"):
        found += _target(evidence, name, name, "count", use="contrast")
    if not any(t.statistic == MEDIAN["late"] for t in found):
        found += _target(evidence, "times_as_long", "median_ratio", "ratio", use="contrast")
    return found + _hazard_ratio(evidence) + _p_value(evidence)


def _hazard_ratio(evidence: Evidence) -> list[Target]:
    span = evidence.span("hazard_ratio")
    if span is None or span.upper <= 0.0:
        return []
    found = [
        Target(
            statistic="log_hazard_ratio",
            scale="plain",
            lower=math.log(max(span.lower, 1e-3)),
            upper=math.log(max(span.upper, 1e-3)),
            use="contrast",
            printed="hazard_ratio",
        )
    ]
    limits = evidence.limits("hazard_ratio")
    if limits is not None and limits[0].lower > 0.0 and limits[1].lower > 0.0:
        from statistics import NormalDist

        wide = 2.0 * NormalDist().inv_cdf(0.5 + limits[2] / 2.0)
        error = [
            math.log(up / low) / wide
            for up, low in ((limits[1].lower, limits[0].upper), (limits[1].upper, limits[0].lower))
        ]
        if error[0] > 0.0:
            found.append(
                Target(
                    statistic="hazard_ratio_error",
                    scale="ratio",
                    lower=error[0],
                    upper=error[1],
                    use="contrast",
                    printed="hazard_ratio",
                )
            )
    return found


def _p_value(evidence: Evidence) -> list[Target]:
    span = evidence.span("p_value")
    if span is None:
        return []
    from statistics import NormalDist

    def size(p: float) -> float:
        return LARGEST_Z if p <= 1e-300 else -NormalDist().inv_cdf(min(p, 1.0) / 2.0)

    low, high = size(span.upper), size(max(span.lower, 0.0))
    direction = evidence.direction()
    if direction < 0:
        low, high = -high, -low
    return [
        Target(
            statistic="log_rank_z" if direction else "absolute_z",
            scale="plain",
            lower=low,
            upper=high,
            use="contrast",
            printed="p_value",
        )
    ]


def _at_times(evidence: Evidence) -> list[Target]:
    scales: dict[str, Scale] = {
        "survival": "share",
        "quantile": "time",
        "rmst": "time",
        "at_risk": "count",
    }
    found: list[Target] = []
    for reading in evidence.readings():
        scale = scales[reading.kind]
        span = reading.span
        found.append(
            Target(
                statistic=f"{reading.kind} {reading.group} {reading.at:g}",
                scale=scale,
                lower=span.upper if math.isnan(span.lower) else span.lower,
                upper=span.upper,
                use="pooled" if reading.group == "all" else "contrast",
                printed=reading.name,
            )
        )
    return found + _mixed_survival(found, evidence)


def _mixed_survival(found: list[Target], evidence: Evidence) -> list[Target]:
    """Where both groups' survival is printed at a time, their mixture is free of the grouping."""
    share = evidence.share_late()
    by_name = {t.statistic: t for t in found}
    mixed: list[Target] = []
    for name, late in by_name.items():
        at = name.removeprefix("survival late ")
        never = by_name.get(f"survival never {at}")
        if share is None or at == name or never is None:
            continue
        ends = [
            s * a + (1.0 - s) * b
            for s in (share.lower, share.upper)
            for a, b in ((late.lower, never.lower), (late.upper, never.upper))
        ]
        printed = f"{late.printed} and {never.printed}"
        limits = (min(ends), max(ends))
        mixed.append(_pooled_target(f"mixed_survival {at}", "share", limits, printed))
    return mixed


def _queries(targets: list[Target], evidence: Evidence) -> set[Query]:
    """Return what has to be read off the simulated curves: medians always."""
    queries = {Query(group=group, kind="quantile", value=0.5) for group in GROUP_NAMES}
    for reading in evidence.readings():
        groups = ("late", "never") if reading.kind == "survival" else (reading.group,)
        for group in {reading.group, *groups}:
            queries.add(Query(group=group, kind=reading.kind, value=reading.at))
    for target in targets:
        kind, _, rest = target.statistic.partition(" all ")
        if kind == "survival" and rest:
            queries.add(Query(group="all", kind="survival", value=float(rest)))
    return queries
