"""Median, mean or average survival: of all, of the late treated, of the never treated."""

from __future__ import annotations

from timezero.intake.article.labels import survival_labels
from timezero.intake.article.masking import marks, pattern
from timezero.intake.article.pairing import GUESSED, paired
from timezero.intake.article.passage import Line, Passage
from timezero.intake.article.readings import Reading, Role, interval_readings

# What the time nearest before is a time of: survival, or something else.
_SURVIVAL = (
    r"surviv(?:al|ed|es|ing|e)|lived?|living|life expectancy|lifespan|\bm?os\b|died at "
    r"an? (?:median|mean|average) age"
)
_OTHER = (
    r"follow(?:ed|-up| up)|time (?:to|from|between|until|on)|interval|wait(?:ed|ing|"
    r"s)?|\bages?\b(?! of {T})|aged|stay|duration|"
    r"after an? (?:median|mean|average)|at an? (?:median|mean|average) of|period|"
    r"progression-free|disease-free|recurrence-free|relapse-free|"
    r"event-free|treatment-free|graft survival|half-life|within|traced|alive|for up "
    r"to|interval|every|surgery lasted|days? \d"
)
_CUES = pattern(rf"(?P<other>\b(?:{_OTHER}))|(?P<survival>{_SURVIVAL})|(?P<median>\bmedian\b)")
_LABEL = pattern(r"^[- ](?:\w+[- ]){0,3}?(?:survival|mortality|rates?|period|follow-up)|^,? ?-, ")
_DIFFERENCE = pattern(
    r"^ (?:or )?(?:more|longer|extra|additional|shorter|earlier|later|after|ago|before|apart|"
    r"from now)\b|^ gap\b"
)
_BEFORE_DIFFERENCE = pattern(
    r"(?:gap of|difference of|by|gain of|longer by|at|after|first|last|next|past|every|within) $"
)
_GOES_ON = pattern(r"^(?:it|this|the figure) (?:was|is) {T}")
_KINDS = pattern(r"\b(median|mean|averaged?|mos)\b")
_NOT_REACHED = pattern(r"\b(?:was|were|is|had) (not (?:yet )?reached)\b")


def _readings(passage: Passage) -> list[Reading]:
    speaks = any(pattern(_SURVIVAL).search(line.masked) for _, line in passage.read())
    found: list[Reading] = []
    for place, line in passage.read():
        goes_on = bool(_GOES_ON.search(line.masked)) and any(r.line == place - 1 for r in found)
        labels = survival_labels(line)
        times = [
            k
            for k in range(len(line.quantities))
            if k not in labels
            and line.quantities[k].kind == "time"
            and (goes_on or _is_survival(line, k, speaks))
        ]
        marked = line.marked
        not_reached = _NOT_REACHED.search(marked)
        if not_reached and pattern(r"median").search(marked):
            found += _not_reached(line, place)
        if not times:
            continue
        pairs = paired(
            marked,
            times,
            before=passage.both_groups_before(place),
            earlier=passage.only_group_before(place),
        )
        for k in times:
            group, confidence = pairs[k]
            found += _reading(line, place, k, group=group, confidence=confidence)
    return found


def _is_survival(line: Line, k: int, speaks: bool) -> bool:
    quantity = line.quantities[k]
    if quantity.kind != "time":
        return False
    mark = next(m for m in marks(line.masked) if m[0] == "T" and m[1] == k)
    before, after = line.masked[: mark[2]], line.masked[mark[2] :].partition("\ue001")[2]
    if _LABEL.match(after) or _DIFFERENCE.match(after) or _BEFORE_DIFFERENCE.search(before):
        return False
    last = None
    for match in _CUES.finditer(before):
        if last is not None and match.lastgroup == "median" and last.lastgroup != "other":
            continue
        if match.lastgroup == "median":
            last = match if last is None else last
            continue
        last = match
    if last is None:
        return False
    if last.lastgroup == "median":
        return speaks is False or bool(pattern(r"\bmedian {T}").search(line.masked))
    return last.lastgroup == "survival" and bool(
        _typical(before) or quantity.vague or _lived(before)
    )


def _typical(before: str) -> bool:
    return bool(_KINDS.search(before)) or bool(
        pattern(r"surviv(?:al|ed)|life expectancy").search(before)
    )


def _lived(before: str) -> bool:
    return bool(pattern(r"\b(?:lived?|survived?)\b").search(before))


def _kind(line: Line, k: int) -> tuple[str, bool]:
    """Return median or mean, and whether the text leaves it open."""
    place = next(m[2] for m in marks(line.masked) if m[0] == "T" and m[1] == k)
    said = [
        m.group(1).lower().replace("mos", "median") for m in _KINDS.finditer(line.masked[:place])
    ]
    if said and not said[-1].startswith("average"):
        return said[-1], False
    if pattern(r"life expectancy").search(line.masked):
        return "mean", False
    return "median", True


def _reading(line: Line, place: int, k: int, *, group: str, confidence: float) -> list[Reading]:
    kind, is_open = _kind(line, k)
    suffix = "" if group == "all" else f"_{group}"
    field = f"{kind}{suffix}"
    reading = Reading(
        field=field,
        line=place,
        quantity=k,
        confidence=min(confidence, 0.6) if is_open else confidence,
        open_kind=is_open,
        guessed=confidence <= GUESSED,
    )
    bare = "\ue002" in line.masked
    return [reading, *interval_readings(line, place, k, field=field, bare=bare)]


def _not_reached(line: Line, place: int) -> list[Reading]:
    after = line.marked[line.marked.lower().index("reached") :]
    group = pattern(r"^reached (?:in|for|among|with|by) ({G})").search(after)
    letter = group.group(1)[2] if group else "A"
    field = {"L": "median_late", "V": "median_never", "A": "median"}[letter]
    return [Reading(field=field, line=place, quantity=-1, confidence=0.85, words="not reached")]


ROLE: Role = _readings
