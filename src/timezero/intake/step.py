"""What a step of preparing a table is; each stands in its own file of the folder `steps`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from timezero.intake.bench import Bench

CONTENT_FROM: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: it looks at the bench, and asks, tells or changes.

    Parameters
    ----------
    order : int
        Steps run in ascending order. Below 200 they settle which rows and columns there are
        (nothing is known yet about roles); from 200 on which column plays which role is known.
    title : str
        What it looks for, in words.
    run : callable
    """

    order: int
    title: str
    run: Callable[[Bench], None]
