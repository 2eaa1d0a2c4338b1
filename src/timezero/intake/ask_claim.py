"""A claim asked for number by number, in plain words, from somebody with the paper at hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias, get_args

from pydantic import ValidationError

from timezero.errors import InputRefused, MissingExtra
from timezero.intake.claim_file import validated_claim
from timezero.intake.claim_numbers import KINDS
from timezero.intake.printed import span_of
from timezero.intake.vague_words import Kind
from timezero.model.claim import Claim, Comparison, PrintedNumber, SourceKind
from timezero.model.protocol import TimeUnit

Ask: TypeAlias = Callable[[str, str], str]
MOST_TRIES: Final = 20

# Part and key of the claim, the question, the default answer.
WORDS: Final = (
    ("title", "", "What shall the claim be called?", "A claim to look at again"),
    ("source", "citation", "Which paper or article says it?", ""),
    ("question", "patients", "Who was studied? (in the plural)", "patients"),
    ("question", "treatment", "Which treatment came late?", "the late treatment"),
    ("question", "time_zero", "What is time counted from? (empty: not said)", ""),
    (
        "question",
        "trigger",
        "What made a patient a candidate, such as a recurrence? (empty: not said)",
        "",
    ),
    ("question", "outcome", "What was the event?", "death from any cause"),
)
CHOICES: Final = (
    ("source", "kind", "What kind of text is it?", "news", get_args(SourceKind)),
    ("question", "unit", "In which unit are the times?", "months", get_args(TimeUnit)),
    (
        "question",
        "comparison",
        "How were the groups made? ever_treated: ever against never; randomised: by lot",
        "not_stated",
        get_args(Comparison),
    ),
)
NUMBERS: Final[dict[str, str]] = {
    "n": "How many patients in all?",
    "n_late": "How many of them had the late treatment?",
    "n_never": "How many never had it?",
    "n_triggered": "How many became candidates for it?",
    "deaths_late": "How many of the late treated died?",
    "deaths_never": "How many of the never treated died?",
    "median": "Median survival of all?",
    "median_late": "Median survival of the late treated?",
    "median_never": "Median survival of the never treated?",
    "times_as_long": "How many times as long did the late treated live?",
    "hazard_ratio": "Hazard ratio, late against never treated?",
    "p_value": "P-value of the comparison?",
    "accrual": "In which time did patients enter? (8 years; June 2004 - March 2012)",
    "follow_up": "Median follow-up?",
    "wait": "Median time from time zero to the late treatment?",
    "wait_lower_quartile": "Lower quartile of that time?",
    "wait_upper_quartile": "Upper quartile of that time?",
    "never_eligible": "Share who could never have had the late treatment?",
}
LIMITS: Final = ("median_late", "median_never", "hazard_ratio")
CURVES: Final = (
    ("late", "Survival of the late treated at a time? (60: 59.5 %; 120: 31 %)"),
    ("never", "Survival of the never treated at a time? (60: 56.0 %)"),
)


def ask_claim(ask: Ask) -> Claim:
    """Ask for everything that a claim can print, and return the claim.

    Parameters
    ----------
    ask : callable
        Takes a question and its default answer, and returns what was answered. An empty answer
        takes the default; for a number that is: not printed. What cannot be read is asked again
        with the reason in front.

    Returns
    -------
    Claim
        Every number as it was answered.

    Raises
    ------
    InputRefused
        One question got twenty answers that cannot be read.
    """
    content: dict[str, Any] = {"source": {}, "question": {}, "numbers": {}}
    for part, key, question, default in WORDS:
        answer = _answered(ask, question, default)[:2_000]
        if key:
            content[part][key] = answer
        else:
            content[part] = answer
    for part, key, question, default, choices in CHOICES:
        content[part][key] = _choice(ask, question, default, choices)
    unit: TimeUnit = content["question"]["unit"]
    numbers: dict[str, Any] = content["numbers"]
    for name in NUMBERS:
        _fill(ask, numbers, name, unit)
    numbers["survival"] = [row for group, said in CURVES for row in _survival(ask, said, group)]
    return _agreeing(ask, content, unit)


def _answered(ask: Ask, question: str, default: str) -> str:
    return " ".join(ask(question, default).split()) or default


def _fill(ask: Ask, numbers: dict[str, Any], name: str, unit: TimeUnit, *, why: str = "") -> None:
    """Ask for one number, and for its interval where papers print one."""
    numbers.pop(name, None)
    printed = _number(ask, NUMBERS[name], KINDS[name], unit, why=why)
    if not printed:
        return
    numbers[name] = {"printed": printed}
    if name not in LIMITS:
        return
    for side in ("lower", "upper"):
        limit = _number(ask, f"{side.title()} limit of its 95 % interval?", KINDS[name], unit)
        if limit:
            numbers[name][side] = limit


def _number(ask: Ask, question: str, kind: Kind, unit: TimeUnit, *, why: str = "") -> str:
    """Return a number as answered, once it can be read; empty when it is not printed."""
    for _ in range(MOST_TRIES):
        answer = _answered(ask, f"{why}{question} (empty: not printed)", "")
        if not answer:
            return ""
        why = _unreadable(answer, kind, unit)
        if not why:
            return answer
    raise _gave_up(question)


def _unreadable(answer: str, kind: Kind, unit: TimeUnit) -> str:
    """Say why an answer is no number of its kind; empty when it is one."""
    try:
        span_of(PrintedNumber(printed=answer), kind=kind, unit=unit)
    except ValidationError:
        return "That is too long for a number.\n"
    except (InputRefused, MissingExtra) as refusal:
        return f"{refusal.what}; {refusal.mend}.\n"
    return ""


def _choice(ask: Ask, question: str, default: str, choices: tuple[str, ...]) -> str:
    why = ""
    for _ in range(MOST_TRIES):
        answer = _answered(ask, f"{why}{question} ({', '.join(choices)})", default)
        if answer.casefold() in choices:
            return answer.casefold()
        why = "It is one of these.\n"
    raise _gave_up(question)


def _survival(ask: Ask, question: str, group: str) -> list[dict[str, Any]]:
    why = ""
    for _ in range(MOST_TRIES):
        answer = _answered(ask, f"{why}{question} (empty: not printed)", "")
        rows, why = _rows(answer, group)
        if not why:
            return rows
    raise _gave_up(question)


def _rows(answer: str, group: str) -> tuple[list[dict[str, Any]], str]:
    """Read ``60: 59.5 %; 120: 31 %``; also say why it cannot be read."""
    rows: list[dict[str, Any]] = []
    for part in filter(None, (part.strip() for part in answer.split(";"))):
        time, colon, share = (piece.strip() for piece in part.partition(":"))
        try:
            at = float(time)
        except ValueError:
            at = -1.0
        if not colon or not 0.0 <= at <= 1e6:
            return [], f"{part[:60]!r} is not a time, a colon and a survival.\n"
        if at in {row["time"] for row in rows}:
            return [], f"{at:g} is there twice.\n"
        if why := _unreadable(share or "nothing", "share", "months"):
            return [], why
        rows.append({"group": group, "time": at, "printed": share})
    return rows, ""


def _agreeing(ask: Ask, content: dict[str, Any], unit: TimeUnit) -> Claim:
    """Ask again for numbers that cannot be beside each other."""
    for _ in range(MOST_TRIES):
        try:
            return validated_claim(content, where="the answers")
        except InputRefused as refusal:
            _, _, name = refusal.where.partition(", numbers.")
            if name not in NUMBERS:
                raise
            why = f"{refusal.what}; {refusal.mend}.\n"
            _fill(ask, content["numbers"], name, unit, why=why)
    raise _gave_up("the numbers together")


def _gave_up(question: str) -> InputRefused:
    return InputRefused(
        what=f"{MOST_TRIES} answers in a row could not be read",
        where=question,
        mend="write a claim file instead; docs/how-to/write-a-claim.md shows one",
        code="TZ-CLM-03",
    )
