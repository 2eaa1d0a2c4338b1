"""What the plain-language page needs to know of an audit, gathered in one place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from timezero.model.audit_result import SETTINGS, AuditResult, Setting, UsedNumber
from timezero.report.article.names import Outcome, outcome_words, treatment_name

Direction: TypeAlias = Literal["longer", "shorter", "not_said"]
Span: TypeAlias = tuple[float, float]
ALL: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OfHundred:
    """How many of 100 people: drawn, and the range that the printed numbers allow."""

    drawn: int
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the sentences and the pictures of the page are made from.

    Parameters
    ----------
    name : str
        The treatment, as a sentence can carry it.
    outcome : Outcome
    code : str
        Of the verdict.
    direction : {"longer", "shorter", "not_said"}
        Which way the printed numbers point for those who had the treatment.
    had : OfHundred or None
        How many of 100 had the treatment; None when nothing printed says so.
    groups_fixed : bool
        Whether the groups were made before counting began: by lot, or at a landmark.
    by_lot : bool
    simulated : bool
    """

    name: str
    outcome: Outcome
    code: str
    direction: Direction
    had: OfHundred | None
    groups_fixed: bool
    by_lot: bool
    simulated: bool

    @property
    def cause(self) -> str:
        """Return what is tested in worlds without an effect: waiting, or luck alone."""
        return "luck" if self.groups_fixed else "waiting"

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Return the strengths of choosing that are told: by lot nobody is chosen."""
        return SETTINGS[:1] if self.by_lot else SETTINGS


def gather(result: AuditResult) -> Facts:
    """Return the facts of the page."""
    claim = result.claim
    return Facts(
        name=treatment_name(claim.question.treatment),
        outcome=outcome_words(claim.question.outcome),
        code=result.verdict.code,
        direction=_direction(result),
        had=_had_it(result),
        groups_fixed=_groups_fixed(result),
        by_lot=claim.question.comparison == "randomised",
        simulated=claim.source.simulated or claim.source.kind == "simulated",
    )


def used(result: AuditResult) -> dict[str, UsedNumber]:
    """Return the printed numbers of an audit by their name."""
    return {number.name: number for number in result.numbers}


def of_hundred(share: float) -> tuple[str, str]:
    """Return a share as ``N`` of 100 and its counterpart; never none or all of simulated ones."""
    count = round(ALL * share)
    if count <= 0:
        return "fewer than 1", "more than 99"
    if count >= ALL:
        return "more than 99", "fewer than 1"
    return str(count), str(ALL - count)


def _groups_fixed(result: AuditResult) -> bool:
    asked = result.claim.question
    if asked.comparison == "landmark":
        until, landmark = asked.classified_until, asked.landmark
        return until is None or (landmark is not None and until <= landmark)
    return asked.comparison == "randomised"


def _had_it(result: AuditResult) -> OfHundred | None:
    span = _share_late(result)
    middle = result.closed_form.share_late if result.closed_form is not None else math.nan
    if span is None:
        if not 0.0 <= middle <= 1.0:
            return None
        span = (middle, middle)
    low, high = (min(max(limit, 0.0), 1.0) for limit in span)
    if not low <= middle <= high:
        middle = (low + high) / 2.0
    return OfHundred(drawn=round(ALL * middle), lowest=round(ALL * low), highest=round(ALL * high))


def _share_late(result: AuditResult) -> Span | None:
    numbers = used(result)
    if "share_late" in numbers:
        return numbers["share_late"].lower, numbers["share_late"].upper
    late, n, never = (numbers.get(name) for name in ("n_late", "n", "n_never"))
    if late is None or not _is_finite(late):
        return None
    if n is not None and _is_finite(n) and n.lower > 0.0:
        return late.lower / n.upper, late.upper / n.lower
    if never is not None and _is_finite(never) and late.lower + never.lower > 0.0:
        least = late.lower / max(late.lower + never.upper, 1.0)
        return least, late.upper / max(late.upper + never.lower, 1.0)
    return None


def _is_finite(number: UsedNumber) -> bool:
    return math.isfinite(number.lower) and math.isfinite(number.upper)


def _direction(result: AuditResult) -> Direction:
    for low, high in _advantages(result):
        if low >= 0.0 and high > 0.0:
            return "longer"
        if high <= 0.0 and low < 0.0:
            return "shorter"
    return "not_said"


def _advantages(result: AuditResult) -> list[Span]:
    """Return printed contrasts as intervals above 0 where those who had it did better."""
    numbers = used(result)
    found: list[Span] = []
    for late in [name for name in numbers if "_late" in name or " late " in name]:
        is_time = late.startswith(("median", "mean", "survival", "rmst", "quantiles"))
        never = late.replace("late", "never")
        if is_time and never in numbers:
            a, b = numbers[late], numbers[never]
            found.append((a.lower - b.upper, a.upper - b.lower))
    for name, sign in (("times_as_long", 1.0), ("hazard_ratio", -1.0)):
        if name in numbers:
            ends = sorted(sign * (end - 1.0) for end in (numbers[name].lower, numbers[name].upper))
            found.append((ends[0], ends[1]))
    return found + _compared(result)


def _compared(result: AuditResult) -> list[Span]:
    found: list[Span] = []
    for world in result.do_nothing.values():
        name = world.compared_on
        if name not in world.observed or name == "log_rank_p":
            continue
        low, high = world.observed[name]
        pivot = 1.0 if name.endswith("_ratio") else 0.0
        low, high = low - pivot, high - pivot
        found.append((-high, -low) if name in ("hazard_ratio", "log_rank_z") else (low, high))
    return found
