"""How the groups were made: by chance, at a landmark, or by what happened later."""

from __future__ import annotations

from timezero.intake.article.masking import pattern
from timezero.intake.article.passage import Passage

_RANDOMISED = pattern(
    r"(?<!non-)(?<!not )(?<!not been )\brandom(?:ly|i[sz]ed)\b(?! "
    r"sample)(?:[^.;]{0,40}\b(?:assigned|allocated|to|trial))"
)
_LANDMARK = pattern(
    r"\bfrom the landmark\b|\bincluded in (?:a|the) landmark\b|\blandmark (?:of|at) "
    r"{t} was (?:used|chosen)"
)
_ALIVE_AT = pattern(r"\balive (?:at )?{T} after\b|\blandmark (?:of|at) {T}")


def _words(passage: Passage) -> dict[str, str]:
    said: dict[str, str] = {}
    for _, line in passage.read():
        if _RANDOMISED.search(line.masked):
            return {"comparison": "randomised"}
        if _LANDMARK.search(line.masked):
            said["comparison"] = "landmark"
            if match := _ALIVE_AT.search(line.masked):
                time = line.quantities[int(match.group(1))]
                said["landmark"] = f"{time.value:g} {time.unit}"
    return said


WORDS = _words
