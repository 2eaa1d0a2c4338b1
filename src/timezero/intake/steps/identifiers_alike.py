"""``P 12`` and ``p12`` may be one patient; the owner of the file says so."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

import numpy as np

from timezero.findings import Option
from timezero.intake.bench import Bench
from timezero.intake.spellings import normal_identifier
from timezero.intake.step import Step
from timezero.intake.tables import EVIDENCE_LIMIT, Column, shown
from timezero.intake.wording import counted

CODE: Final = "id_alike"
ONE_PATIENT: Final = "one_patient"
# Identifiers of one length with capitals before digits are alike only when they are the same.
_OF_ONE_SHAPE: Final = r"^[A-Z]*[0-9]+$"
_TOLD_APART: Final = r"[^0-9]|^0"


def _run(bench: Bench) -> None:
    for column in bench.used("id"):
        merged = _merge(bench, column, bench.recipe.same_patient)
        settled = bench.recipe.identifiers_settled
        if settled is True:
            continue
        pairs = [p for p in _alike(merged) if p[0] not in bench.recipe.same_patient]
        if settled == ONE_PATIENT:
            _merge(bench, merged, dict(pairs))
        elif len(pairs) == 1:
            _ask(bench, merged, *pairs[0])
        elif pairs:
            _ask_at_once(bench, merged, pairs)


def _merge(bench: Bench, column: Column, same: Mapping[str, str]) -> Column:
    meant = {old: new for old, new in same.items() if old != new}
    mask = np.asarray(column.text.is_in(list(meant)).fill_null(value=False), dtype=np.bool_)
    if not mask.any():
        return column
    new = column.text.replace(meant)
    merged = dataclasses.replace(column, text=new)
    rule = "one patient under several identifiers, as the recipe says"
    bench.change(merged, code="id_merged", rule=rule, mask=mask, new=new)
    return merged


def _alike(column: Column) -> list[tuple[str, str]]:
    """Return the identifiers that are alike, the rarer or later before the one that is kept."""
    there = column.text.drop_nulls()
    if not there.str.contains(_TOLD_APART).any():
        return []
    if there.str.len_chars().n_unique() == 1 and there.str.contains(_OF_ONE_SHAPE).all():
        return []
    names = there.unique(maintain_order=True)
    rough = (
        names.str.to_lowercase()
        .str.replace(r"\.0+$", "")
        .str.replace_all(r"(^|[^0-9])0+([0-9])", "${1}${2}")
        .str.replace_all(r"[^\p{L}\p{Nd}]", "")
    )
    odd = names.filter(rough.is_duplicated() | names.str.contains(r"[^\x20-\x7e]"))
    groups: dict[str, list[str]] = {}
    for name in odd.to_list():
        groups.setdefault(normal_identifier(name), []).append(name)
    twice = {name for group in groups.values() if len(group) > 1 for name in group}
    counts = dict(there.filter(there.is_in(list(twice))).value_counts().rows())
    pairs: list[tuple[str, str]] = []
    for form, group in groups.items():
        kept, *others = sorted(group, key=lambda name: -counts.get(name, 1))
        pairs += [(other, kept) for other in others if form]
    return pairs


def _ask(bench: Bench, column: Column, variant: str, kept: str) -> None:
    mask = np.asarray(column.text.is_in([variant, kept]).fill_null(value=False), dtype=np.bool_)
    bench.ask(
        CODE,
        f"{_visible(variant)} and {_visible(kept)} may be one patient",
        key=("tables", bench.key, "same_patient", variant),
        column=column,
        mask=mask,
        options=(
            Option(value=kept, words=f"one patient, called {_visible(kept)}"),
            Option(value=variant, words="two patients"),
        ),
    )


def _visible(name: str) -> str:
    """Return a name for a message; signs that cannot be seen are written as their code."""
    seen = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in name)
    return repr(shown(seen)) if " " in seen or seen != name else shown(seen)


def _ask_at_once(bench: Bench, column: Column, pairs: list[tuple[str, str]]) -> None:
    variants = [variant for variant, _ in pairs]
    mask = np.asarray(column.text.is_in(variants).fill_null(value=False), dtype=np.bool_)
    n = counted(len(pairs), "identifier")
    listed = tuple(f"{_visible(variant)} and {_visible(kept)}" for variant, kept in pairs)
    bench.ask(
        CODE,
        f"{n} differ from others only by spaces, capitals, zeros or signs that cannot be seen",
        key=("tables", bench.key, "identifiers_settled"),
        column=column,
        mask=mask,
        evidence=listed[:EVIDENCE_LIMIT],
        options=(
            Option(value=True, words=f"different patients (settled): {n} stay apart"),
            Option(
                value=ONE_PATIENT,
                words=f"the same patients, in all pairs: {n} become those they are like, "
                f"{_visible(pairs[0][0])} becomes {_visible(pairs[0][1])}",
            ),
        ),
        mend="answer it with `timezero init`; if some are one patient and others are not, write "
        f"tables.{bench.key}.same_patient in the recipe for those that are, then "
        "identifiers_settled = true",
    )


STEP = Step(order=218, title="Identifiers that are alike", run=_run)
