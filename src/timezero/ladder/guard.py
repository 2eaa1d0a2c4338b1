"""How guards are asked, and what follows: a caution, a failed diagnostic, a withdrawn number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from timezero.ladder.climb import Climb
from timezero.model.guard import GuardJudgement, GuardStatus
from timezero.model.result import DataTable, Rung
from timezero.registry import discover


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a guard found about one rung (``subject``), or about the study (empty subject)."""

    status: GuardStatus
    what: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looked:
    """What a guard may look at.

    Parameters
    ----------
    climb : Climb
    rungs : mapping of str to Rung
        By name.
    sensitivity : mapping of str to DataTable
        By name.
    judged : tuple of GuardJudgement
        What the guards of lower number found.
    """

    climb: Climb
    rungs: Mapping[str, Rung]
    sensitivity: Mapping[str, DataTable]
    judged: tuple[GuardJudgement, ...] = ()

    def standing(self) -> Iterator[Rung]:
        """Yield the rungs that have numbers, in the order of the ladder."""
        return (rung for rung in self.rungs.values() if rung.status == "ok")


Judge: TypeAlias = Callable[[Looked], Iterator[Judged]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What a file in ``ladder/guards`` exposes as ``GUARD``.

    Parameters
    ----------
    number : str
        Such as ``G12``.
    title, threshold : str
        What is looked at, and at which value something follows.
    judge : callable
        Yields what it found. Yielding nothing means: not applicable to this study.
    references : tuple of str
        Keys of the bibliography.
    adds_caution : bool
        False where the rung itself says what the guard finds.
    """

    number: str
    title: str
    threshold: str
    judge: Judge
    references: tuple[str, ...] = ()
    adds_caution: bool = True

    def judgements(self, looked: Looked) -> tuple[GuardJudgement, ...]:
        """Return the judgements, one at least."""
        found = tuple(self.judge(looked)) or (
            Judged(status="not_applicable", what="nothing in this study that it could judge"),
        )
        return tuple(
            GuardJudgement(
                number=self.number,
                title=self.title,
                threshold=self.threshold,
                subject=judged.subject,
                status=judged.status,
                what=judged.what,
            )
            for judged in found
        )


def guards() -> list[Guard]:
    """Return the guards found in the folder, by number."""
    found: dict[str, Guard] = discover("timezero.ladder.guards", "GUARD")
    return sorted(found.values(), key=lambda guard: int(guard.number[1:]))


def judge_all(
    climb: Climb, rungs: tuple[Rung, ...], sensitivity: tuple[DataTable, ...]
) -> tuple[GuardJudgement, ...]:
    """Ask every guard, in the order of their numbers."""
    looked = Looked(
        climb=climb,
        rungs={rung.name: rung for rung in rungs},
        sensitivity={table.name: table for table in sensitivity},
    )
    for guard in guards():
        looked = replace(looked, judged=(*looked.judged, *guard.judgements(looked)))
    return looked.judged


def acted_upon(rungs: tuple[Rung, ...], judgements: tuple[GuardJudgement, ...]) -> tuple[Rung, ...]:
    """Return the rungs with what the guards ask for: cautions added, numbers withdrawn."""
    return tuple(_acted_upon(rung, judgements) for rung in rungs)


def _acted_upon(rung: Rung, judgements: tuple[GuardJudgement, ...]) -> Rung:
    mine = [j for j in judgements if j.subject == rung.name and rung.status == "ok"]
    quiet = {guard.number for guard in guards() if not guard.adds_caution}
    withdrawn = [j for j in mine if j.status == "withdrawn"]
    if withdrawn:
        return replace(
            rung,
            status="refused",
            refusal="; ".join(f"{j.what} (guard {j.number})" for j in withdrawn),
            needed="more patients, or treated and untreated patients who are more alike",
            arms=(),
            contrasts=(),
            curves=(),
            # The tables say why: weights, balance, positivity.
            cautions=rung.cautions,
        )
    added = [
        f"{j.what} (guard {j.number})"
        for j in mine
        if j.status in {"cautioned", "failed"} and j.number not in quiet
    ]
    return replace(rung, cautions=tuple(dict.fromkeys((*rung.cautions, *added))))
