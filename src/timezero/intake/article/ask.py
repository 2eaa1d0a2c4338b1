"""What the text leaves open, as questions with options and a default."""

from __future__ import annotations

from collections.abc import Sequence

from timezero.intake.article.draft import Mention, Option, Question

_NEAR = 0.06
_LABELS = {
    "n": "patients in all",
    "n_late": "patients who had the late treatment",
    "n_never": "patients who never had it",
    "median": "median survival of all",
    "median_late": "median survival of those who had it",
    "median_never": "median survival of those who never had it",
    "hazard_ratio": "the hazard ratio",
    "p_value": "the p-value of the comparison",
    "accrual": "the length of the time in which patients entered",
}


def label_of(field: str) -> str:
    """Return what a field of the claim is called in a question."""
    return _LABELS.get(field, field.replace("_", " "))


def questions_of(
    mentions: Sequence[Mention],
    *,
    averages: Sequence[int],
    rivals: Sequence[tuple[int, int]],
    guessed: Sequence[int] = (),
) -> tuple[Question, ...]:
    """Return the questions that a draft leaves open.

    Parameters
    ----------
    mentions : sequence of Mention
    averages : sequence of int
        Mentions that are taken as medians and could be means.
    rivals : sequence of (int, int)
        A mention with a role, and another that could have it instead.
    guessed : sequence of int
        Mentions whose group the sentence leaves open.
    """
    asked: list[Question] = []
    if averages:
        asked.append(_about_averages(mentions, averages))
    if any("late" in mentions[k].role or "never" in mentions[k].role for k in guessed):
        asked.append(_about_groups(mentions))
    for kept, other in rivals:
        first, second = mentions[kept], mentions[other]
        if first.printed == second.printed or first.confidence - second.confidence > _NEAR:
            continue
        asked.append(_which(mentions, kept, other))
    return tuple(asked)


def _about_averages(mentions: Sequence[Mention], averages: Sequence[int]) -> Question:
    said = " · ".join(f"“{mentions[k].printed}”" for k in averages if "." not in mentions[k].role)
    return Question(
        key="average",
        text=f"Are these survival times medians or means? The text does not say: {said}",
        options=(
            Option(
                name="median",
                words="medians: half had died by then",
                roles=tuple((k, "median") for k in averages),
            ),
            Option(
                name="mean",
                words="means: times added up and divided",
                roles=tuple((k, "mean") for k in averages),
            ),
        ),
        default="median",
    )


def _about_groups(mentions: Sequence[Mention]) -> Question:
    """Ask which group is which; the other answer exchanges them in all outcomes."""
    stems = ("median", "mean", "survival", "deaths")
    mine = [
        (k, m.role)
        for k, m in enumerate(mentions)
        if m.role.startswith(stems) and ("late" in m.role or "never" in m.role)
    ]
    said = " · ".join(
        f"“{mentions[k].printed}” {label_of(role)}" for k, role in mine if "." not in role
    )
    return Question(
        key="groups",
        text=f"Was it read aright which group is which? {said}",
        options=(
            Option(name="as read", words="yes", roles=()),
            Option(
                name="exchanged",
                words="no, the other way round",
                roles=tuple((k, "exchange") for k, _ in mine),
            ),
        ),
        default="as read",
    )


def _which(mentions: Sequence[Mention], kept: int, other: int) -> Question:
    role = mentions[kept].role
    first, second = mentions[kept], mentions[other]
    return Question(
        key=f"{role}@{second.start}",
        text=f"Which number is {label_of(role)}: “{first.printed}” or “{second.printed}”?",
        options=(
            Option(name=first.printed, words=first.sentence[:300], roles=()),
            Option(
                name=second.printed, words=second.sentence[:300], roles=((kept, ""), (other, role))
            ),
        ),
        default=first.printed,
    )
