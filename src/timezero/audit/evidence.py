"""A claim's printed numbers as intervals: what each can stand for, and what it is used for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from timezero.audit.group_sizes import SIZES, group_sizes
from timezero.audit.number_roles import GROUP_WORDS, LISTS, SCALARS, Kind, ReadingKind
from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.printed import Span, limits_span_of, span_of
from timezero.model.audit_result import Use, UsedNumber
from timezero.model.claim import Claim, Group, NumberAtShare, NumberAtTime, PrintedNumber
from timezero.model.protocol import TimeUnit

LimitSpans: TypeAlias = tuple[Span, Span, float]

LONGEST_QUOTE: Final = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One number read at a time, or at a share, of one group's curve.

    Parameters
    ----------
    kind : {"survival", "quantile", "rmst", "at_risk"}
    group : {"all", "late", "never"}
    at : float
        The time in the claim's unit; for a quantile the share that had died.
    span : Span
    name : str
        As in the claim file: ``survival late 12``.
    label : str
        In words.
    number : PrintedNumber
    """

    kind: ReadingKind
    group: Group
    at: float
    span: Span
    name: str
    label: str
    number: PrintedNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything a claim prints, as intervals.

    Parameters
    ----------
    claim : Claim
    printed : mapping of str to Span
        What each printed number can stand for on its own.
    sizes : mapping of str to Span
        Sizes of the groups that agree with each other, printed or not.
    sizes_agree : bool
        Whether the printed sizes can all be right.
    listed : tuple of Reading
    """

    claim: Claim
    printed: Mapping[str, Span]
    sizes: Mapping[str, Span]
    sizes_agree: bool
    listed: tuple[Reading, ...]

    @property
    def unit(self) -> TimeUnit:
        """Return the unit of all times."""
        return self.claim.question.unit

    def number(self, name: str) -> PrintedNumber | None:
        """Return a number as it was printed, by its name in the claim or of a reading."""
        if name in SCALARS:
            return getattr(self.claim.numbers, name)
        return next((r.number for r in self.listed if r.name == name), None)

    def span(self, name: str) -> Span | None:
        """Return what a number can stand for; sizes of groups also where they only follow."""
        return self.sizes.get(name) or self.printed.get(name)

    def limits(self, name: str) -> LimitSpans | None:
        """Return a confidence interval: both limits, and its coverage."""
        number = self.number(name)
        if number is None or number.lower is None or number.upper is None:
            return None
        kind: Kind = SCALARS[name][0] if name in SCALARS else self._kind_of_reading(name)
        low = limits_span_of(number, side="lower", kind=kind, unit=self.unit)
        high = limits_span_of(number, side="upper", kind=kind, unit=self.unit)
        return None if low is None or high is None else (low, high, number.level)

    def readings(
        self, kind: ReadingKind | None = None, group: Group | None = None
    ) -> tuple[Reading, ...]:
        """Return the numbers read off curves, by kind, group, and time or share."""
        return tuple(
            sorted(
                (
                    r
                    for r in self.listed
                    if (kind is None or r.kind == kind) and (group is None or r.group == group)
                ),
                key=lambda r: (r.kind, r.group, r.at),
            )
        )

    def share_late(self) -> Span | None:
        """Return the share ever treated late, printed or following from the sizes."""
        return self.span("share_late")

    def all_times(self) -> tuple[Span, ...]:
        """Return every printed length of time."""
        times = [span for name, span in self.printed.items() if SCALARS[name][0] == "time"]
        return (*times, *(r.span for r in self.listed if r.kind in {"quantile", "rmst"}))

    def direction(self) -> int:
        """Return -1 when the late treated did better by what is printed, 1 when worse, else 0."""
        for first, second in _pairs(self):
            if first.lower > second.upper or _only_one_reached(second, first):
                return -1
            if first.upper < second.lower or _only_one_reached(first, second):
                return 1
        for name, sign in (("hazard_ratio", 1), ("times_as_long", -1)):
            span = self.printed.get(name)
            if span is not None and (span.upper < 1.0 or span.lower > 1.0):
                return sign if span.lower > 1.0 else -sign
        return 0

    def place(self, *names: str) -> str:
        """Return where numbers stand: each as printed, with the sentence around it."""
        said: list[str] = []
        for name in names:
            number = self.number(name)
            if number is None:
                continue
            quote = " ".join(number.sentence.split())
            if len(quote) > LONGEST_QUOTE:
                quote = quote[: LONGEST_QUOTE - 1] + "…"
            said.append(f"{name} '{number.printed}'" + (f" in “{quote}”" if quote else ""))
        return "; ".join(said)

    def used_numbers(self) -> tuple[UsedNumber, ...]:
        """Return every printed number with its interval and what the audit uses it for."""
        found: list[UsedNumber] = []
        for name, (_, use, label) in SCALARS.items():
            number, span = self.number(name), self.span(name)
            if number is not None and span is not None:
                found.append(_used(name, label, number, span, use=self._use(name, use)))
                found += self._used_limits(name, label, number, use)
        found += self._summed_deaths()
        for r in self.listed:
            use: Use = "pooled" if r.group == "all" else "contrast"
            found.append(_used(r.name, r.label, r.number, r.span, use=use))
            found += self._used_limits(r.name, r.label, r.number, "checked_only")
        return tuple(found)

    def _use(self, name: str, use: Use) -> Use:
        """Set a ratio of medians aside where the medians themselves are printed."""
        if name == "times_as_long" and "median_late" in self.printed:
            return "checked_only"
        return use

    def _used_limits(
        self, name: str, label: str, number: PrintedNumber, use: Use
    ) -> list[UsedNumber]:
        limits = self.limits(name)
        if limits is None:
            return []
        used: Use = use if name == "hazard_ratio" else "checked_only"
        ends = (("lower", number.lower, limits[0]), ("upper", number.upper, limits[1]))
        return [
            UsedNumber(
                name=f"{name} {side}",
                label=f"{label}, {side} limit ({number.level:.0%})",
                printed=printed or "",
                sentence=number.sentence,
                lower=span.lower,
                upper=span.upper,
                rule=span.rule,
                use=used,
            )
            for side, printed, span in ends
        ]

    def _summed_deaths(self) -> list[UsedNumber]:
        late, never = self.number("deaths_late"), self.number("deaths_never")
        if "deaths" in self.printed or late is None or never is None:
            return []
        spans = self.printed["deaths_late"], self.printed["deaths_never"]
        return [
            UsedNumber(
                name="deaths_late and deaths_never",
                label="deaths in all, summed",
                printed=f"{late.printed} + {never.printed}",
                sentence=late.sentence or never.sentence,
                lower=spans[0].lower + spans[1].lower,
                upper=spans[0].upper + spans[1].upper,
                rule="sum of both groups",
                use="pooled",
            )
        ]

    def _kind_of_reading(self, name: str) -> Kind:
        kinds: dict[ReadingKind, Kind] = {reading: kind for _, kind, reading, _ in LISTS}
        return next(kinds[r.kind] for r in self.listed if r.name == name)


def evidence_of(claim: Claim) -> Evidence:
    """Return the printed numbers of a claim as intervals.

    Parameters
    ----------
    claim : Claim

    Raises
    ------
    InputRefused
        A printed number cannot be read.
    """
    unit = claim.question.unit
    refused: list[InputRefused] = []
    printed: dict[str, Span] = {}
    for name, (kind, _, _) in SCALARS.items():
        number: PrintedNumber | None = getattr(claim.numbers, name)
        span = None if number is None else _read(name, number, kind, unit, refused=refused)
        if span is not None:
            printed[name] = span
    listed = _listed(claim, refused)
    _refuse_all(refused)
    sizes = group_sizes(_printed_sizes(printed, listed))
    return Evidence(
        claim=claim,
        printed=printed,
        sizes=sizes.spans,
        sizes_agree=sizes.consistent,
        listed=listed,
    )


def _read(
    name: str, number: PrintedNumber, kind: Kind, unit: TimeUnit, *, refused: list[InputRefused]
) -> Span | None:
    """Read a number and its limits; what cannot be read is gathered, to be told all at once."""
    try:
        limits_span_of(number, side="lower", kind=kind, unit=unit)
        limits_span_of(number, side="upper", kind=kind, unit=unit)
        return span_of(number, kind=kind, unit=unit)
    except InputRefused as refusal:
        where = f"numbers.{name}" + (f", {refusal.where}" if refusal.where else "")
        refused.append(
            InputRefused(what=refusal.what, where=where, mend=refusal.mend, code=refusal.code)
        )
    return None


def _refuse_all(refused: list[InputRefused]) -> None:
    if not refused:
        return
    raise InputRefused(
        what="; ".join(refusal.what for refusal in refused),
        where="; ".join(refusal.where for refusal in refused),
        mend=refused[0].mend,
        code=refused[0].code,
        findings=tuple(
            Finding(
                code="printed_number",
                severity=Severity.ERROR,
                what=refusal.what,
                where=refusal.where,
                mend=refusal.mend,
            )
            for refusal in refused
        ),
    )


def _listed(claim: Claim, refused: list[InputRefused]) -> tuple[Reading, ...]:
    found: list[Reading] = []
    unit = claim.question.unit
    for field, kind, reading, words in LISTS:
        numbers: tuple[NumberAtTime | NumberAtShare, ...] = getattr(claim.numbers, field)
        for number in numbers:
            at = number.share if isinstance(number, NumberAtShare) else number.time
            name = f"{field} {number.group} {at:g}"
            span = _read(name, number, kind, unit, refused=refused)
            if span is None:
                continue
            label = f"{words.format(at=at, unit=unit)} {GROUP_WORDS[number.group]}"
            found.append(
                Reading(
                    kind=reading,
                    group=number.group,
                    at=at,
                    span=span,
                    name=name,
                    label=label,
                    number=number,
                )
            )
    return tuple(found)


def _printed_sizes(printed: Mapping[str, Span], listed: tuple[Reading, ...]) -> dict[str, Span]:
    """Sizes as printed; a number at risk at time zero is one where the size itself is not."""
    found = {name: printed[name] for name in SIZES if name in printed}
    for name, group in (("n", "all"), ("n_late", "late"), ("n_never", "never")):
        at_start = next(
            (r for r in listed if r.kind == "at_risk" and r.group == group and r.at == 0.0), None
        )
        if name not in found and at_start is not None:
            found[name] = at_start.span
    return found


def _pairs(evidence: Evidence) -> list[tuple[Span, Span]]:
    """Late and never treated, of what is the better the larger it is."""
    found: list[tuple[Span, Span]] = []
    for name in ("median", "mean"):
        late, never = evidence.printed.get(f"{name}_late"), evidence.printed.get(f"{name}_never")
        if late is not None and never is not None:
            found.append((late, never))
    for kind in ("survival", "quantile", "rmst"):
        never_at = {r.at: r.span for r in evidence.readings(kind, "never")}
        found += [
            (r.span, never_at[r.at]) for r in evidence.readings(kind, "late") if r.at in never_at
        ]
    return found


def _only_one_reached(reached: Span, other: Span) -> bool:
    return math.isnan(other.lower) and math.isfinite(reached.upper)


def _used(name: str, label: str, number: PrintedNumber, span: Span, *, use: Use) -> UsedNumber:
    return UsedNumber(
        name=name,
        label=label,
        printed=number.printed,
        sentence=number.sentence,
        lower=span.lower,
        upper=span.upper,
        rule=span.rule,
        use=use,
    )


def is_bounded(span: Span | None) -> bool:
    """Say whether a number can only stand for finite values above zero."""
    return span is not None and 0.0 < span.lower <= span.upper < math.inf
