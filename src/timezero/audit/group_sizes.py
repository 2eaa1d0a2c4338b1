"""How many were treated late, never, and in all: what the printed numbers allow together."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from timezero.intake.printed import Span

SIZES: Final = ("n", "n_late", "n_never", "share_late")
MOST_ROUNDS: Final = 100
TINY: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSizes:
    """Sizes of the groups as intervals that agree with each other.

    Parameters
    ----------
    spans : mapping of str to Span
        ``n``, ``n_late``, ``n_never`` and ``share_late``, as far as they are printed or follow.
    consistent : bool
        Whether any values within print satisfy n = n_late + n_never and share_late = n_late / n.
        If not, the spans are those printed.
    """

    spans: Mapping[str, Span]
    consistent: bool


Box = dict[str, tuple[float, float]]


def group_sizes(printed: Mapping[str, Span]) -> GroupSizes:
    """Return the sizes that the printed numbers allow together.

    Parameters
    ----------
    printed : mapping of str to Span
        Any of ``n``, ``n_late``, ``n_never`` and ``share_late`` (0 to 1).

    Returns
    -------
    GroupSizes
        Every combination of printed alternatives is narrowed by n = n_late + n_never and
        share_late = n_late / n until nothing changes; combinations that are impossible are left
        out. Where several remain, each span lists them as alternatives.
    """
    names = [name for name in SIZES if name in printed]
    choices = [readings_of(printed[name]) for name in names]
    boxes = [
        box
        for combination in itertools.product(*choices)
        if (box := _narrowed(dict(zip(names, combination, strict=True)))) is not None
    ]
    if not boxes:
        return GroupSizes(spans={name: printed[name] for name in names}, consistent=False)
    spans = {
        name: span
        for name in SIZES
        if (span := _span(name, boxes, printed.get(name), names)) is not None
    }
    return GroupSizes(spans=spans, consistent=True)


def readings_of(span: Span) -> tuple[tuple[float, float], ...]:
    """Return the intervals a printed number can stand for: one, or its alternatives."""
    return tuple(span.alternatives) or ((span.lower, span.upper),)


def _span(name: str, boxes: list[Box], printed: Span | None, names: list[str]) -> Span | None:
    found = sorted({box[name] for box in boxes})
    low, high = min(a for a, _ in found), max(b for _, b in found)
    if printed is None:
        if not (math.isfinite(high) and high > 0.0) or (name == "share_late" and high - low >= 1.0):
            return None
        rule = f"follows from {' and '.join(names)}"
    elif (low, high) == (printed.lower, printed.upper):
        rule = printed.rule
    else:
        rule = f"{printed.rule}, within what {' and '.join(n for n in names if n != name)} allow"
    return Span(
        lower=low, upper=high, rule=rule, alternatives=tuple(found) if len(found) > 1 else ()
    )


def _narrowed(given: Box) -> Box | None:
    """Narrow one combination by both equations; None when it is impossible."""
    box: Box = dict.fromkeys(SIZES, (0.0, math.inf)) | {"share_late": (0.0, 1.0)}
    box |= {name: (max(low, 0.0), high) for name, (low, high) in given.items()}
    for _ in range(MOST_ROUNDS):
        before = dict(box)
        _narrow_sum(box)
        _narrow_share(box)
        if any(low > high for low, high in box.values()):
            return None
        if box == before:
            break
    return box


def _meet(box: Box, name: str, low: float, high: float) -> None:
    old = box[name]
    if name != "share_late":
        low, high = math.ceil(low - TINY), high if math.isinf(high) else math.floor(high + TINY)
    box[name] = (max(old[0], low), min(old[1], high))


def _narrow_sum(box: Box) -> None:
    n, late, never = box["n"], box["n_late"], box["n_never"]
    _meet(box, "n", late[0] + never[0], late[1] + never[1])
    _meet(box, "n_late", *_less(n, never))
    _meet(box, "n_never", *_less(n, late))


def _less(whole: tuple[float, float], part: tuple[float, float]) -> tuple[float, float]:
    low = 0.0 if math.isinf(part[1]) else max(whole[0] - part[1], 0.0)
    return low, whole[1] - part[0]


def _narrow_share(box: Box) -> None:
    n, late, share = box["n"], box["n_late"], box["share_late"]
    _meet(box, "n_late", n[0] * share[0], n[1] * share[1] if share[1] > 0.0 else 0.0)
    if share[1] > 0.0:
        _meet(box, "n", late[0] / share[1], late[1] / share[0] if share[0] > 0.0 else math.inf)
    if n[1] > 0.0:
        low = 0.0 if math.isinf(n[1]) else late[0] / n[1]
        high = late[1] / n[0] if n[0] > 0.0 else 1.0
        slack = TINY if low > 0.0 else 0.0
        _meet(box, "share_late", low - slack, min(high, 1.0) + TINY)
        box["share_late"] = (max(box["share_late"][0], 0.0), min(box["share_late"][1], 1.0))
