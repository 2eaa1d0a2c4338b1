"""The digitised curves of a claim: each group put together again, and all pooled."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from numpy.typing import ArrayLike

from timezero.arrays import Floats
from timezero.audit.curve_accuracy import curve_accuracy
from timezero.audit.digitised import CurvePoints, clean_points
from timezero.audit.pooled_curve import pooled_knots
from timezero.audit.reading_error import ReadingError, reconstruct_repeatedly
from timezero.audit.reconstruct import Records, reconstruct
from timezero.audit.risk_numbers import RiskNumbers
from timezero.errors import AnalysisRefused, InputRefused
from timezero.findings import Finding
from timezero.model.audit_result import CurveAccuracy, UsedNumber
from timezero.model.claim import Claim, Group, PrintedNumber

Knots = tuple[Floats, Floats]

SIZE: Final[dict[Group, str]] = {"all": "n", "late": "n_late", "never": "n_never"}
DEATHS: Final[dict[Group, str]] = {
    "all": "deaths",
    "late": "deaths_late",
    "never": "deaths_never",
}
# Comparisons whose groups are not counted from one time zero, and why that forbids pooling.
NOT_ONE_CLOCK: Final = {
    "own_clocks": "each group is counted from its own procedure",
    "waiting_excluded": "the waiting time of the late treated was thrown away",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reconstruction:
    """What the printed curves of a claim say, group by group and together.

    Parameters
    ----------
    records : mapping of group to Records
    accuracies : tuple of CurveAccuracy
        One for each curve, in the order all, late, never.
    pooled : tuple of (times, survival), or None
        Knots of the pooled curve, see `curve_knots`; None when ``why_not_pooled`` says why.
    repeats : tuple of (times, survival)
        The pooled knots again, from curves that could have been read too.
    why_not_pooled : str
        Empty when the curves were pooled.
    notes : tuple of Finding
        Of all curves.
    """

    records: Mapping[Group, Records]
    accuracies: tuple[CurveAccuracy, ...]
    pooled: Knots | None
    repeats: tuple[Knots, ...]
    why_not_pooled: str
    notes: tuple[Finding, ...]


def reconstruct_claim(
    claim: Claim,
    curve_points: Mapping[Group, tuple[ArrayLike, ArrayLike]],
    *,
    used: Iterable[UsedNumber] = (),
    n_repeats: int = 50,
    seed: int = 1,
    reading_error: ReadingError | None = None,
    n_workers: int = 1,
) -> Reconstruction:
    """Put together the curves of a claim, and pool them where they share one time zero.

    Parameters
    ----------
    claim : Claim
    curve_points : mapping of group to (times, survival)
        The curve of all patients, or those of both groups, or all three. The pooled curve is that
        of all patients where it is printed.
    used : iterable of UsedNumber
        How numbers of patients and deaths were read, such as ``evidence.used_numbers()``; others
        must be printed as plain whole numbers.
    n_repeats, seed, n_workers : int
    reading_error : ReadingError, optional

    Returns
    -------
    Reconstruction

    Raises
    ------
    AnalysisRefused
        Only one group has a curve.
    InputRefused
        A curve, or the numbers beside it, cannot be used.
    """
    groups = _groups(curve_points)
    read = {name: (number.lower, number.upper) for number in used if (name := number.name)}
    points: dict[Group, CurvePoints] = {}
    records: dict[Group, Records] = {}
    for group in groups:
        where = f"curve of the group '{group}'"
        points[group] = clean_points(*curve_points[group], where=where)
        numbers = risk_numbers(claim, group, read=read)
        records[group] = reconstruct(points[group], numbers, group=group, where=where)
    members: tuple[Group, ...] = ("all",) if "all" in records else ("never", "late")
    why_not = "" if "all" in records else NOT_ONE_CLOCK.get(claim.question.comparison, "")
    repeated = [
        reconstruct_repeatedly(
            points[group],
            records[group].numbers,
            n_repeats=n_repeats,
            seed=seed,
            reading_error=reading_error,
            group=group,
            n_workers=n_workers,
        )
        for group in (() if why_not else members)
    ]
    return Reconstruction(
        records=records,
        accuracies=tuple(curve_accuracy(records[group]) for group in groups),
        pooled=None if why_not else pooled_knots(*(records[group] for group in members)),
        repeats=tuple(pooled_knots(*together) for together in zip(*repeated, strict=True)),
        why_not_pooled=f"the curves were not pooled: {why_not}" if why_not else "",
        notes=tuple(note for group in groups for note in records[group].notes),
    )


def risk_numbers(
    claim: Claim, group: Group, *, read: Mapping[str, tuple[float, float]] | None = None
) -> RiskNumbers:
    """Return what a claim prints beside the curve of one group.

    Parameters
    ----------
    claim : Claim
    group : {"all", "late", "never"}
    read : mapping of str to (lower, upper), optional
        How numbers were read, by their name in the claim: ``n_late``, ``at_risk late 12``.

    Raises
    ------
    InputRefused
        A number is neither read nor a plain whole number.
    """
    known: Mapping[str, tuple[float, float]] = {} if read is None else read
    table = [number for number in claim.numbers.at_risk if number.group == group]
    size, deaths = SIZE[group], DEATHS[group]
    return RiskNumbers(
        n=_count(size, getattr(claim.numbers, size), known),
        n_events=_count(deaths, getattr(claim.numbers, deaths), known),
        times=tuple(number.time for number in table),
        at_risk=tuple(
            _whole(f"at_risk {group} {number.time:g}", number, known) for number in table
        ),
    )


def _count(
    name: str, number: PrintedNumber | None, read: Mapping[str, tuple[float, float]]
) -> int | None:
    if number is not None:
        return _whole(name, number, read)
    return _middle(read.get(name))


def _whole(name: str, number: PrintedNumber, read: Mapping[str, tuple[float, float]]) -> int:
    """Return the whole number nearest to the middle of what a printed number can stand for."""
    middle = _middle(read.get(name, number.interval))
    if middle is not None:
        return middle
    digits = number.printed.strip().replace(",", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit()):
        raise InputRefused(
            what=f"'{number.printed}' is not a whole number of patients",
            where=f"numbers.{name.replace(' ', '.', 1)}",
            mend="give it an interval with two limits",
            code="TZ-AUDIT-count",
        )
    return int(digits)


def _middle(span: tuple[float, float] | None) -> int | None:
    """Return the whole number nearest to the middle of an interval; None when it is open."""
    if span is None or not all(math.isfinite(limit) for limit in span):
        return None
    return round((span[0] + span[1]) / 2.0)


def _groups(curve_points: Mapping[Group, tuple[ArrayLike, ArrayLike]]) -> tuple[Group, ...]:
    groups: tuple[Group, ...] = tuple(g for g in SIZE if g in curve_points)
    if "all" in groups or len(groups) == 2:
        return groups
    one = f"only the curve of the group '{groups[0]}' was given" if groups else "no curve was given"
    raise AnalysisRefused(
        what=f"{one}: there is no curve of all patients, which waiting cannot bias",
        where="numbers.curves",
        mend="give the curve of all patients, or those of both groups",
        code="TZ-AUDIT-one-curve",
    )
