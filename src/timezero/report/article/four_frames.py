"""A picture in four frames: four people, who lived long enough, and who was counted where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from timezero.report.article.names import Outcome

State: TypeAlias = Literal["waiting", "had", "died"]
WIDTH: Final = 320
HEIGHT: Final = 104
BOXED_HEIGHT: Final = 136


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One made-up person of a frame."""

    number: int
    state: State
    label: str
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box around the people who were counted together."""

    label: str
    x: int
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One moment of the story.

    Parameters
    ----------
    number : int
    heading, text : str
        ``text`` stands beneath and says all that is drawn.
    people : tuple of Person
    boxes : tuple of Box
    height : int
    """

    number: int
    heading: str
    text: str
    people: tuple[Person, ...]
    boxes: tuple[Box, ...] = ()
    height: int = HEIGHT

    @property
    def width(self) -> int:
        """Return the width of the drawing."""
        return WIDTH


def four_frames(outcome: Outcome) -> tuple[Frame, ...]:
    """Return the story of four people in a study in which the treatment does nothing."""
    alive, died = outcome.alive, outcome.died
    return (
        Frame(
            number=1,
            heading="The first day",
            text=f"All four are {alive}. Nobody has had the treatment yet.",
            people=_row(outcome, "waiting", "waiting", "waiting", "waiting"),
        ),
        Frame(
            number=2,
            heading="Some time later",
            text=f"Person 1 {died} before it could come. Now it can never come.",
            people=_row(outcome, "died", "waiting", "waiting", "waiting"),
        ),
        Frame(
            number=3,
            heading="Later still",
            text=f"It comes for persons 3 and 4. Only a person who is still {alive} can have it.",
            people=_row(outcome, "died", "waiting", "had", "had"),
        ),
        Frame(
            number=4,
            heading="Who was counted where?",
            text=f"Had it: 2 of 2 are {alive}, 0 of 2 {died}. "
            f"Did not: 1 of 2 is {alive}, 1 of 2 {died}.",
            people=_row(outcome, "died", "waiting", "had", "had", y=32, is_end=True),
            boxes=(
                Box(label="Did not have it", x=2, width=154),
                Box(label="Had it", x=164, width=154),
            ),
            height=BOXED_HEIGHT,
        ),
    )


def _row(outcome: Outcome, *states: State, y: int = 4, is_end: bool = False) -> tuple[Person, ...]:
    had = outcome.alive if is_end else "has it"
    labels = {"waiting": outcome.alive, "had": had, "died": outcome.died}
    return tuple(
        Person(number=k + 1, state=state, label=labels[state], x=10 + 81 * k, y=y)
        for k, state in enumerate(states)
    )
