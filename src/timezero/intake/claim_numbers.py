"""The numbers of a claim: of what kind each is, whether it can be read, and what cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.printed import Span, limits_span_of, span_of
from timezero.intake.vague_words import Kind
from timezero.model.claim import Claim, GroupNumber, NumberAtShare, NumberAtTime, PrintedNumber

KINDS: Final[dict[str, Kind]] = {
    "n": "count",
    "n_late": "count",
    "n_never": "count",
    "n_triggered": "count",
    "share_late": "share",
    "never_eligible": "share",
    "deaths": "count",
    "deaths_late": "count",
    "deaths_never": "count",
    "median": "time",
    "median_late": "time",
    "median_never": "time",
    "mean": "time",
    "mean_late": "time",
    "mean_never": "time",
    "times_as_long": "ratio",
    "hazard_ratio": "ratio",
    "p_value": "p_value",
    "accrual": "time",
    "follow_up": "time",
    "follow_up_end": "time",
    "wait": "time",
    "wait_lower_quartile": "time",
    "wait_upper_quartile": "time",
    "wait_shortest": "time",
    "wait_longest": "time",
    "wait_mean": "time",
    "trigger_time": "time",
}
LISTS: Final[dict[str, Kind]] = {
    "survival": "share",
    "quantiles": "time",
    "rmst": "time",
    "at_risk": "count",
}
# The first cannot be more than the second, whatever the print leaves open.
PARTS: Final = (
    ("n_late", "n"),
    ("n_never", "n"),
    ("n_triggered", "n"),
    ("deaths", "n"),
    ("deaths_late", "n_late"),
    ("deaths_never", "n_never"),
    ("deaths_late", "deaths"),
    ("deaths_never", "deaths"),
)
SHARES: Final = ("lost_by_median", "never_eligible", "cure")
ABOVE_ZERO: Final = ("waiting_shape", "hazard_ratio", "harm_ratio", "trigger_hazard_ratio")
LENGTHS: Final = ("accrual", "after_accrual")


def number_findings(claim: Claim, where: str) -> tuple[Finding, ...]:
    """Return every number of a claim that cannot be read or cannot be true beside another.

    Parameters
    ----------
    claim : Claim
    where : str
        What the claim is called in messages.

    Raises
    ------
    MissingExtra
        A number is written in words, and text2num is not installed.
    """
    found: list[Finding] = []
    spans: dict[str, Span] = {}
    for name, number, kind in _numbers(claim):
        try:
            limits_span_of(number, side="lower", kind=kind, unit=claim.question.unit)
            limits_span_of(number, side="upper", kind=kind, unit=claim.question.unit)
            spans[name] = span_of(number, kind=kind, unit=claim.question.unit)
        except InputRefused as refusal:
            found.append(_finding(refusal.what, f"{where}, numbers.{name}", refusal.mend))
    found += _impossible_parts(claim, spans, where)
    found += _said_twice(claim, where)
    found += _impossible_ranges(claim, where)
    return tuple(found)


def _numbers(claim: Claim) -> Iterator[tuple[str, PrintedNumber, Kind]]:
    for name, kind in KINDS.items():
        number: PrintedNumber | None = getattr(claim.numbers, name)
        if number is not None:
            yield name, number, kind
    for name, kind in LISTS.items():
        listed: tuple[GroupNumber, ...] = getattr(claim.numbers, name)
        for k, number in enumerate(listed, start=1):
            yield f"{name}, entry {k}", number, kind


def _finding(what: str, where: str, mend: str) -> Finding:
    return Finding(
        code="printed_number", severity=Severity.ERROR, what=what, where=where, mend=mend
    )


def _impossible_parts(claim: Claim, spans: dict[str, Span], where: str) -> Iterator[Finding]:
    for part, whole in PARTS:
        if part in spans and whole in spans and spans[part].lower > spans[whole].upper:
            said = {name: getattr(claim.numbers, name).printed for name in (part, whole)}
            yield _finding(
                f"{part} '{said[part]}' is more than {whole} '{said[whole]}'",
                f"{where}, numbers.{part}",
                "look both up again, or leave out the one that counts something else",
            )


def _said_twice(claim: Claim, where: str) -> Iterator[Finding]:
    for name in LISTS:
        seen: set[tuple[str, float]] = set()
        listed: tuple[NumberAtTime | NumberAtShare, ...] = getattr(claim.numbers, name)
        for k, number in enumerate(listed, start=1):
            at = number.share if isinstance(number, NumberAtShare) else number.time
            if (number.group, at) in seen:
                yield _finding(
                    f"{name} of the group '{number.group}' at {at:g} is given twice",
                    f"{where}, numbers.{name}, entry {k}",
                    "keep one of them",
                )
            seen.add((number.group, at))
    groups = [curve.group for curve in claim.numbers.curves]
    if len(set(groups)) < len(groups):
        yield _finding(
            "a group has two curves", f"{where}, numbers.curves", "keep one curve for each group"
        )


def _impossible_ranges(claim: Claim, where: str) -> Iterator[Finding]:
    for names, low, high, said in (
        (SHARES, 0.0, 1.0, "give two numbers from 0 to 1"),
        (ABOVE_ZERO, 1e-6, 1e6, "give two numbers above 0 and at most a million"),
        (LENGTHS, 0.0, 1e6, "give two lengths of time, 0 to a million"),
    ):
        for name in names:
            value: tuple[float, float] | None = getattr(claim.assumptions, name)
            if value is not None and not low <= value[0] <= value[1] <= high:
                yield _finding(
                    f"assumptions.{name} = [{value[0]:g}, {value[1]:g}] is not possible",
                    f"{where}, assumptions.{name}",
                    said,
                )
