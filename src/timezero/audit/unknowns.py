"""From a claim to the ranges of everything it does not print."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np

from timezero.arrays import Floats
from timezero.audit.baseline import FAMILIES, N_BENDS
from timezero.audit.evidence import Evidence
from timezero.audit.frailty import LAWS, FrailtyLaw, frailty_tables, law_of_setting
from timezero.audit.prior import Coordinate, Origin, Prior
from timezero.audit.unknown_follow_up import closed, follow_up, origin_of
from timezero.audit.unknown_waiting import trigger, waiting
from timezero.errors import InputRefused
from timezero.model.audit_result import Setting

WITH_EFFECT: Final = 8.0
AROUND_MEDIAN: Final = (1.8, 1.5)
AROUND_MEDIANS: Final = (2.0, 1.5)
OVER_FOLLOW_UP: Final = (0.05, 3.0)
AROUND_TIMES: Final = (5.0, 5.0)
NO_TIMES: Final = (0.5, 2.0)
HALF: Final = 0.5


def laws_of(setting: Setting, evidence: Evidence) -> tuple[FrailtyLaw, ...]:
    """Return the frailty laws of a setting: gamma and log-normal unless the claim says which."""
    if setting == "none":
        return ()
    wanted = evidence.claim.assumptions.frailty_law
    laws = LAWS if wanted == "both" else (wanted,)
    return tuple(law_of_setting(setting, law) for law in laws)


def make_prior(
    evidence: Evidence,
    *,
    laws: tuple[FrailtyLaw, ...] = (),
    selection: float = 0.0,
    effect: bool = False,
    curves: Floats | None = None,
) -> Prior:
    """Return the unknowns of a claim under one strength of selection.

    Parameters
    ----------
    evidence : Evidence
    laws : tuple of FrailtyLaw
        Equally likely; none: nobody is frail.
    selection : float
        The rate of treatment falls as ``frailty ** -selection``.
    effect : bool
        Whether the true effect is unknown; otherwise the treatment does nothing.
    curves : (n_tables, 2, n_knots) float64, optional
        Cumulative hazards of the pooled curve.

    Raises
    ------
    InputRefused
        A range in the claim file cannot be simulated.
    """
    _refuse_ranges(evidence)
    location = _location(evidence)
    if effect:
        # What is printed of the treated is then no measure of life without the treatment.
        lower, upper = location.lower / WITH_EFFECT, location.upper * WITH_EFFECT
        location = replace(location, lower=lower, upper=upper)
    fixed: dict[str, float] = {"selection": selection}
    coordinates = [location, *_baseline(evidence), *_sizes(evidence, fixed)]
    coordinates += follow_up(evidence, location)
    coordinates += waiting(evidence, fixed, location)
    coordinates += trigger(evidence, fixed)
    coordinates += _effect(evidence, fixed, is_unknown=effect)
    if curves is not None:
        coordinates.append(Coordinate(name="curve", label="which reading", lower=0.0, upper=1.0))
    return Prior(
        coordinates=tuple(coordinates),
        families=FAMILIES[:1] if curves is not None else FAMILIES,
        levels=tuple(range(1, len(laws) + 1)) if laws else (0,),
        tables=frailty_tables(laws),
        fixed=fixed,
        curves=curves,
    )


def _refuse_ranges(evidence: Evidence) -> None:
    """Refuse shares for which the simulated curves do not exist."""
    assumed = evidence.claim.assumptions
    for name, upper, most, why in (
        ("cure", assumed.cure[1], HALF, "the median survival of all would never be reached"),
        ("lost_by_median", assumed.lost_by_median[1], 1.0, "nobody would be left by then"),
    ):
        if upper >= most:
            raise InputRefused(
                what=f"{name} up to {upper:g} cannot be simulated: {why}",
                where=f"assumptions.{name}",
                mend=f"give an upper end below {most:g}",
                code="TZ-AUDIT-range",
            )


def _location(evidence: Evidence) -> Coordinate:
    """Return the range of the median survival of all, had nobody been treated."""
    median = closed(evidence.span("median"))
    origin: Origin = "printed"
    if median is not None:
        ends = median[0] / AROUND_MEDIAN[0], median[1] * AROUND_MEDIAN[1]
    elif times := _medians_and_follow_up(evidence):
        ends = min(times) / AROUND_MEDIANS[0], max(times) * AROUND_MEDIANS[1]
    elif times := _other_times(evidence):
        ends = min(times) / AROUND_TIMES[0], max(times) * AROUND_TIMES[1]
    else:
        ends, origin = NO_TIMES, "default"
    return Coordinate(
        name="location",
        label="median survival of all, had nobody been treated",
        lower=ends[0],
        upper=ends[1],
        scale="log",
        origin=origin,
    )


def _medians_and_follow_up(evidence: Evidence) -> list[float]:
    """Return the ends of the groups' medians, and where one is missing, those of follow-up."""
    medians = [evidence.span(name) for name in ("median_late", "median_never")]
    ends = [t for s in medians if s is not None for t in (s.lower, s.upper) if 0.0 < t < math.inf]
    lengths = [evidence.span(name) for name in ("follow_up_end", "accrual", "follow_up")]
    longest = [s.upper for s in lengths if s is not None and 0.0 < s.upper < math.inf]
    low, high = OVER_FOLLOW_UP
    if len(ends) <= 2:
        ends += [high * t for t in longest]
    if not ends or min(ends) == max(ends):
        ends += [low * t for t in longest]
    return ends


def _other_times(evidence: Evidence) -> list[float]:
    """Return every other printed time, and the times at which curves were read."""
    printed = [t for span in evidence.all_times() for t in (span.lower, span.upper)]
    printed += [r.at for r in evidence.readings() if r.kind != "quantile"]
    return [t for t in printed if 0.0 < t < math.inf]


def _baseline(evidence: Evidence) -> list[Coordinate]:
    return [
        Coordinate(
            name="shape", label="shape of the survival curve (0 to 1)", lower=0.0, upper=1.0
        ),
        _cure(evidence),
        Coordinate(
            name="piece",
            label="last piece of a piecewise death rate (0 to 1)",
            lower=0.0,
            upper=1.0,
        ),
        *(
            Coordinate(
                name=f"bend_{k + 1}",
                label=f"bend of the death rate, piece {k + 1} (0 to 1)",
                lower=0.0,
                upper=1.0,
            )
            for k in range(N_BENDS)
        ),
    ]


def _cure(evidence: Evidence) -> Coordinate:
    """Return the share of the cured; where it may be 0, it is 0 in half of the worlds."""
    low, high = evidence.claim.assumptions.cure
    cure = Coordinate(
        name="cure",
        label="share never to die of it",
        lower=low,
        upper=high,
        origin=origin_of(evidence, "cure"),
    )
    if low > 0.0:
        return cure
    return _OftenZero(name=cure.name, label=cure.label, lower=-high, upper=high, origin=cure.origin)


class _OftenZero(Coordinate):
    """A range that reaches as far below 0 as above, and stops at 0."""

    def values(self, share: Floats) -> Floats:
        return np.maximum(Coordinate.values(self, share), 0.0)


def _sizes(evidence: Evidence, fixed: dict[str, float]) -> list[Coordinate]:
    n = evidence.span("n")
    if n is None:
        return []
    fewest = max(n.lower, 1.0)
    if n.upper <= fewest:
        fixed["n"] = fewest
        return []
    return [
        Coordinate(
            name="n",
            label="patients in all",
            lower=fewest,
            upper=n.upper,
            scale="whole",
            origin="printed",
        )
    ]


def _effect(evidence: Evidence, fixed: dict[str, float], *, is_unknown: bool) -> list[Coordinate]:
    assumed = evidence.claim.assumptions
    if not is_unknown:
        fixed |= {"hazard_ratio": 1.0, "harm_ratio": 1.0}
        return []
    ratio = Coordinate(
        name="hazard_ratio",
        label="true hazard ratio after initiation",
        lower=assumed.hazard_ratio[0],
        upper=assumed.hazard_ratio[1],
        scale="log",
        origin=origin_of(evidence, "hazard_ratio"),
    )
    if not assumed.harm_window:
        fixed["harm_ratio"] = 1.0
        return [ratio]
    fixed["harm_window"] = assumed.harm_window
    harm = replace(
        ratio,
        name="harm_ratio",
        label="hazard ratio in the peri-operative window",
        lower=assumed.harm_ratio[0],
        upper=assumed.harm_ratio[1],
        origin=origin_of(evidence, "harm_ratio"),
    )
    return [ratio, harm]
