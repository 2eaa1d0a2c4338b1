"""Honesty guards: what was looked at before a number may be believed, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

GuardStatus: TypeAlias = Literal["passed", "cautioned", "failed", "withdrawn", "not_applicable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardJudgement:
    """What one guard says of one rung, or of the whole study.

    Parameters
    ----------
    number : str
        Such as ``G12``.
    title : str
        What is looked at.
    threshold : str
        At which value it cautions, fails or withdraws.
    subject : str
        Name of the rung; empty for the whole study.
    status : {"passed", "cautioned", "failed", "withdrawn", "not_applicable"}
        ``cautioned``: the number stands with a caution. ``failed``: it stands, no claim may rest on
        it. ``withdrawn``: the rung is refused and its numbers are not shown.
    what : str
        The fact found, with its number.
    """

    number: str
    title: str
    threshold: str
    subject: str
    status: GuardStatus
    what: str
