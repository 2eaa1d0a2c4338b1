"""When a treatment began is a date; yes or no is not enough."""

from __future__ import annotations

from typing import Final

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.tables import shown
from timezero.intake.times import Moments

CODE: Final = "treatment_yes_no"
FEWEST: Final = 3
YES_NO: Final = (
    frozenset(("0", "1")),
    frozenset(("1", "2")),
    frozenset((
        "y", "n", "yes", "no", "true", "false", "t", "f", "ja", "nein", "j", "oui", "non", "o",
        "sí", "si", "s", "sim", "nao", "não", "sì", "x", "\u2713", "\u2714", "\u2611", "done",
        "repeat", "repeated", "redo",
    )),
)  # fmt: skip
ROLES: Final = {
    "initiation": "the late treatment began",
    "trigger": "a patient became a candidate",
}


def treatment_yes_no(draft: Draft) -> list[Finding]:
    """Find columns for a time that hold 0 and 1, yes and no, or a mark."""
    found: list[Finding] = []
    for role, words in ROLES.items():
        if role not in draft.moments:
            continue
        moments = draft.moments[role]
        said = says_only(moments)
        if not said:
            continue
        present = ~moments.missing
        found.append(
            draft.finding(
                CODE,
                Severity.ERROR,
                f"{moments.column.name} says only {_listed(said)}; it has to say when {words}",
                column=moments.column,
                mask=present,
                mend=f"name the column with the date under data.{role}; empty means never",
            )
        )
    return found


def says_only(moments: Moments) -> frozenset[str]:
    """Return the words of a column that says only yes or no; nothing when it says more.

    Parameters
    ----------
    moments : Moments
    """
    present = ~moments.missing
    said = frozenset(
        str(text).casefold().removesuffix(".0")
        for text in moments.column.text.filter(present).unique().to_list()
    )
    enough = int(present.sum()) >= FEWEST and any(said <= known for known in YES_NO)
    return said if enough else frozenset()


def _listed(said: frozenset[str]) -> str:
    return " and ".join(shown(word) for word in sorted(said))


CHECK = treatment_yes_no
