"""The readings that stand: one number for a field, and one field for a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from timezero.intake.article.passage import Passage, with_the_sizes
from timezero.intake.article.readings import Reading
from timezero.registry import discover

_SMALLEST = 0.5
_SIZES = ("cohort_size", "group_sizes")
# A claim says something about how long, how likely, or how often: sizes alone are none.
_OUTCOMES = ("median", "mean", "times_as_long", "hazard_ratio", "survival", "deaths")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The readings that stand, and those that had to yield to a better one for the same field."""

    kept: tuple[Reading, ...]
    yielded: tuple[Reading, ...]


def settled(passage: Passage) -> Settled:
    """Return which number of an article has which role.

    Parameters
    ----------
    passage : Passage
    """
    roles = discover("timezero.intake.article.roles", "ROLE")
    sizes = [r for name in _SIZES for r in roles[name](passage)]
    first = _best(sizes)
    named = with_the_sizes(
        passage,
        [
            ("L" if reading.field == "n_late" else "V", _printed(passage, reading))
            for reading in first.kept
            if reading.field in {"n_late", "n_never"}
        ],
    )
    others = [r for name, role in roles.items() if name not in _SIZES for r in role(named)]
    best = _best([*sizes, *others])
    is_claim = any(r.field.startswith(_OUTCOMES) for r in best.kept)
    return best if is_claim and passage.treatment else Settled(kept=(), yielded=())


def _printed(passage: Passage, reading: Reading) -> str:
    return passage.lines[reading.line].quantities[reading.quantity].printed


def _best(readings: Sequence[Reading]) -> Settled:
    """Take readings by confidence; each takes its number and its field.

    The second of two roles for one number goes without a word; the second of two numbers for one
    field is kept aside, so that the difference can be asked about. Limits of intervals come last,
    and a number that is a limit is nothing else.
    """
    likely = [r for r in readings if r.confidence >= _SMALLEST]
    limits = {(r.line, r.quantity) for r in likely if "." in r.field}
    ordered = sorted(
        likely, key=lambda r: ("." in r.field, r.beside != "", -r.confidence, r.line, r.quantity)
    )
    taken: set[tuple[int, int]] = set()
    fields: dict[str, Reading] = {}
    yielded: list[Reading] = []
    for reading in ordered:
        number = (reading.line, reading.quantity)
        is_limit = "." in reading.field
        if reading.quantity >= 0 and (number in taken or (number in limits and not is_limit)):
            continue
        parent = fields.get(reading.field.rpartition(".")[0])
        if is_limit and (parent is None or parent.line != reading.line):
            continue
        neighbour = fields.get(reading.beside)
        if reading.beside and (neighbour is None or neighbour.line != reading.line):
            continue
        if reading.field in fields:
            yielded.append(reading)
            continue
        fields[reading.field] = reading
        taken.add(number)
    return Settled(kept=tuple(fields.values()), yielded=tuple(yielded))
