"""The groups add up: n_late + n_never = n, and so do their deaths and numbers at risk.

A sum above the whole is impossible. A sum below it leaves patients out of the comparison, which
must be explained. Printed alternatives ("18 or 21") that do not add up are named.
"""

from __future__ import annotations

import itertools
import math

from timezero.audit.evidence import Evidence
from timezero.audit.group_sizes import readings_of
from timezero.audit.print_check import (
    CheckOutcome,
    PrintCheck,
    Remark,
    certainly_above,
    outcome,
    shown,
)
from timezero.findings import Finding
from timezero.intake.printed import Span

REMARK = Remark(code="groups_add_up")


def groups_add_up(evidence: Evidence) -> CheckOutcome:
    """Find groups that together are more, or fewer, than all."""
    triples = [
        ("patients", "n_late", "n_never", "n"),
        ("deaths", "deaths_late", "deaths_never", "deaths"),
    ]
    at_all = {r.at: r.name for r in evidence.readings("at_risk", "all")}
    at_never = {r.at: r.name for r in evidence.readings("at_risk", "never")}
    triples += [
        ("patients at risk", r.name, at_never[r.at], at_all[r.at])
        for r in evidence.readings("at_risk", "late")
        if r.at in at_all and r.at in at_never
    ]
    found: list[Finding] = []
    seen = False
    for words, late, never, whole in triples:
        spans = [_span(evidence, name) for name in (late, never, whole)]
        if all(span is not None for span in spans):
            seen = True
            known = [span for span in spans if span is not None]
            found += _sum(evidence, words, (late, never, whole), known)
    return outcome(found, possible=seen)


def _span(evidence: Evidence, name: str) -> Span | None:
    if name in evidence.printed:
        return evidence.printed[name]
    return next((r.span for r in evidence.readings() if r.name == name), None)


def _sum(
    evidence: Evidence, words: str, names: tuple[str, str, str], spans: list[Span]
) -> list[Finding]:
    late, never, whole = spans
    total = Span(lower=late.lower + never.lower, upper=late.upper + never.upper, rule="sum")
    said = f"the groups have {_range(total)} {words} together, and all have {_range(whole)}"
    ask = "ask whom the comparison counts, and where the others are"
    if certainly_above(total, whole):
        return [REMARK.error(evidence, names, said, ask)]
    if certainly_above(whole, total):
        return [REMARK.warning(evidence, names, said, ask)]
    combinations = list(itertools.product(*(readings_of(span) for span in spans)))
    fits = [(a, b, c) for a, b, c in combinations if a[0] + b[0] <= c[1] and c[0] <= a[1] + b[1]]
    dropped = [
        f"{name} {shown(reading[0])}"
        for k, name in enumerate(names)
        for reading in readings_of(spans[k])
        if not any(combination[k] == reading for combination in fits)
    ]
    if not dropped:
        return []
    said = f"with {' or '.join(dropped)} the groups do not add up to all {words}"
    return [REMARK.note(evidence, names, said, ask)]


def _range(span: Span) -> str:
    if span.lower == span.upper:
        return shown(span.lower)
    upper = "more" if math.isinf(span.upper) else shown(span.upper)
    return f"{shown(span.lower)} to {upper}"


CHECK = PrintCheck(
    title="the groups add up to all patients",
    needs="a number of all patients and of both groups",
    run=groups_add_up,
)
