"""The sentences that depend on the verdict: equally clear in every direction."""

from __future__ import annotations

from typing import Final

from timezero.report.article.facts import Facts

IN_SHORT: Final[dict[str, tuple[str, str]]] = {
    "waiting_could_produce_it": (
        "{said}, but {cause} alone could make a gap this big.",
        "So the report does not show if the treatment helps, harms, or does neither.",
    ),
    "moderate_selection_could_produce_it": (
        "{said}, and {cause} alone would make less of a gap than that.",
        (
            "But fitter people could have been chosen too, so the report does not show if the "
            "treatment helps, harms, or does neither."
        ),
    ),
    "strong_selection_could_produce_it": (
        "{said}, and {cause} alone would make much less of a gap than that.",
        (
            "But much fitter people could have been chosen too, so the report does not show if the "
            "treatment helps, harms, or does neither."
        ),
    ),
    "more_than_waiting_and_selection": (
        "{said}, and {cause} does not explain it, even if much fitter people were chosen.",
        "So the treatment could be part of the reason, but only a fair test can show if it helps.",
    ),
    "harm_may_be_hidden": (
        "{cause_first} alone would make those who had it look better than they do in the report.",
        (
            "So the treatment could do harm that the report hides, but only a fair test can show "
            "if it does."
        ),
    ),
    "cannot_tell": (
        "The report gives too few numbers to tell if {cause} explains what it says.",
        "So we cannot tell if the treatment helps, harms, or does neither.",
    ),
}
BY_LOT: Final[dict[str, tuple[str, str]]] = {
    "waiting_could_produce_it": (
        "{said}, but luck alone could make a gap this big.",
        "So the report does not show if the treatment helps, harms, or does neither.",
    ),
    "more_than_waiting_and_selection": (
        "{said}, and luck does not explain it.",
        "The groups were made by lot, so this fits with a treatment that {does}.",
    ),
}
SAID: Final = {
    "longer": "People who had it {lived_longer} in the report",
    "shorter": "People who had it {lived_shorter} in the report",
    "not_said": "The report compares people who had it with people who did not",
}
WHY: Final = {
    "waiting_could_produce_it": "Why that looks better than it is",
    "moderate_selection_could_produce_it": "Why that looks better than it is",
    "strong_selection_could_produce_it": "Why that looks better than it is",
    "more_than_waiting_and_selection": "What waiting can do, and why it does not explain this",
    "harm_may_be_hidden": "Why that looks better than it is",
    "cannot_tell": "Why that could look better than it is",
}
FIXED_WHY: Final = "What waiting can do, and why it does not count here"
CONCLUSION: Final[dict[str, tuple[str, ...]]] = {
    "waiting_could_produce_it": (
        "So {cause} alone could make a gap this big.",
        "It does not show that the treatment helps. It does not show that it fails.",
    ),
    "moderate_selection_could_produce_it": (
        "So {cause} alone does not explain the whole gap.",
        "{cause_first} and the choice of fitter people could make all of it.",
    ),
    "strong_selection_could_produce_it": (
        "So {cause} alone does not explain the whole gap.",
        "{cause_first} and the choice of much fitter people could make all of it.",
    ),
    "more_than_waiting_and_selection": (
        "So {cause} does not explain this gap. The choice of much fitter people does not either.",
        "What is left fits with a treatment that helps. It does not show that it does.",
    ),
    "harm_may_be_hidden": (
        "So {cause} alone would make the group that had it look better than it does.",
        "What is missing fits with a treatment that harms. It does not show that it does.",
    ),
    "cannot_tell": ("So we cannot tell how much of the gap {cause} makes.",),
}

CONCLUSION_BY_LOT: Final[dict[str, tuple[str, ...]]] = {
    "waiting_could_produce_it": CONCLUSION["waiting_could_produce_it"],
    "more_than_waiting_and_selection": (
        "So luck does not explain this gap.",
        "It fits with a treatment that {does}. One report is not the last word.",
    ),
}
DOES: Final = {"longer": "helps", "shorter": "harms", "not_said": "helps or harms"}


def title(facts: Facts) -> str:
    """Return the question of the page, open in both directions."""
    live = facts.outcome.live_longer
    return f"Do people who have {facts.name} {live} because of it, or have it because they {live}?"


def in_short(facts: Facts) -> tuple[str, str]:
    """Return the two sentences of the box at the top."""
    first, second = (BY_LOT if facts.by_lot else {}).get(facts.code, IN_SHORT[facts.code])
    return _filled(first, facts), _filled(second, facts)


def why_heading(facts: Facts) -> str:
    """Return the heading above the picture in four frames."""
    return FIXED_WHY if facts.groups_fixed else WHY[facts.code]


def before_frames(facts: Facts) -> tuple[str, ...]:
    """Return what is said before the picture in four frames."""
    story = "Here are four made-up people. In this story the treatment does nothing at all."
    if facts.groups_fixed:
        return (
            (
                "Waiting can make a gap when groups are made after counting began. "
                "This report made its groups before that. So waiting makes no gap here."
            ),
            f"This is what the report kept clear of. {story}",
        )
    return (story,)


def after_frames(facts: Facts) -> tuple[str, ...]:
    """Return what the picture shows, and what else can make a gap."""
    sorting = (
        "The group that had it looks better. "
        "Yet the treatment did nothing. It is the waiting that sorted the people."
    )
    if facts.by_lot:
        return (sorting, "Here a lot sorted the people. So nobody could choose the fitter ones.")
    return (
        sorting,
        (
            "There is a second reason to take care. Fitter people may be the ones who are chosen. "
            f"They {facts.outcome.live_longer}, with it or without it."
        ),
    )


def conclusion(facts: Facts) -> tuple[str, ...]:
    """Return what the audit makes of the gap in the report, said in both directions."""
    chosen = (CONCLUSION_BY_LOT if facts.by_lot else {}).get(facts.code, CONCLUSION[facts.code])
    return tuple(_filled(sentence, facts) for sentence in chosen)


def _filled(sentence: str, facts: Facts) -> str:
    words = facts.outcome
    said = SAID[facts.direction].format(
        lived_longer=words.lived_longer, lived_shorter=words.lived_shorter
    )
    first = facts.cause[:1].upper() + facts.cause[1:]
    does = DOES[facts.direction]
    return sentence.format(said=said, cause=facts.cause, cause_first=first, does=does)
