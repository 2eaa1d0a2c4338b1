"""The test behind the p-value, as named."""

from __future__ import annotations

from timezero.intake.article.masking import pattern
from timezero.intake.article.passage import Passage

_TEST = pattern(
    r"\b(log-?[ -]?rank|wilcoxon|gehan(?:-breslow)?|mann-whitney|cox (?:regression|"
    r"model)|student'?s t|t)[- ]?tests?\b|\b(log-?[ -]?rank)\b"
)


def _words(passage: Passage) -> dict[str, str]:
    for _, line in passage.read():
        if match := _TEST.search(line.masked):
            return {"test": match.group().strip()}
    return {}


WORDS = _words
