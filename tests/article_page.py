"""Reading the plain-language page as its readers do: its blocks of text, sentences and grade."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

from audit_fixture import VERDICTS, made_up_audit
from timezero.model.audit_result import AuditResult, UsedNumber
from timezero.model.claim import Claim
from timezero.model.result import Verdict

BLOCKS = {
    "title", "h1", "h2", "h3", "h4", "p", "li", "td", "th", "caption", "dt", "dd", "summary",
    "figcaption", "div", "section", "tr", "text", "desc", "footer",
}  # fmt: skip
UNSEEN = {"style", "title", "desc"}
VOID = {"meta", "link", "br", "use", "circle", "path", "rect", "img"}

CLAIMS: dict[str, dict[str, Any]] = {
    "repeat operation": {
        "source": {
            "citation": "Wong J, Koch AL, Deneve JL, et al. Repeat cytoreductive surgery and "
            "heated intraperitoneal chemotherapy may offer survival benefit for intraperitoneal "
            "mesothelioma: a single institution experience. Ann Surg Oncol 2014;21:1480-6",
            "doi": "10.1245/s10434-013-3341-7",
            "kind": "paper",
        },
        "question": {"treatment": "repeat CRS/HIPEC", "patients": "patients with mesothelioma"},
        "numbers": {"n": "26 to 29", "n_late": "8", "median": "41.2", "median_late": "80",
                    "median_never": "27.2", "p_value": "0.007", "accrual": "almost eight years"},
    },
    "transplant": {
        "source": {"kind": "computed from data"},
        "question": {"treatment": "heart transplant", "time_zero": "entry to the programme",
                     "comparison": "own_clocks", "unit": "days"},
        "numbers": {"n": "103", "n_late": "69", "follow_up_end": "1800"},
    },
    "drug": {
        "source": {"kind": "news", "conflicts": "Two authors work for the maker of the drug."},
        "question": {"treatment": "nintedanib", "outcome": "disease progression or death",
                     "comparison": "waiting_excluded"},
        "numbers": {"n": "almost thirty", "hazard_ratio": "0.60", "follow_up": "51"},
    },
    "landmark": {
        "source": {"kind": "press release"},
        "question": {"treatment": "stem cell transplantation", "comparison": "landmark",
                     "landmark": 6, "early_deaths_excluded": 1},
    },
    "late landmark": {
        "question": {"treatment": "salvage radiotherapy", "comparison": "landmark", "landmark": 6,
                     "classified_until": 12},
    },
    "by lot": {
        "question": {"treatment": "secondary cytoreduction", "comparison": "randomised"},
        "numbers": {"n": "485", "n_late": "240",
                    "median_late": {"printed": "50.6", "lower": "42.0", "upper": "60.1"},
                    "median_never": {"printed": "64.7", "lower": "54.9", "upper": "70.0"}},
    },
    "long name": {
        "question": {"treatment": "second-line immunotherapy with a checkpoint inhibitor after "
                     "failure of platinum-based chemotherapy, given every three weeks"},
    },
}  # fmt: skip


def page_audit(claim: str = "", code: str = "", variant: str = "rich") -> AuditResult:
    """Return a made-up audit of one of ``CLAIMS``, with a verdict of the fixed list."""
    result = made_up_audit(variant)
    if claim:
        result = replace(result, claim=Claim.model_validate(CLAIMS[claim]))
    if code:
        headline = VERDICTS.get(code, "")
        verdict = Verdict(code=code, headline=headline, number="", reasons=(), not_answered=())
        result = replace(result, verdict=verdict)
    return result


def number(name: str, lower: float, upper: float) -> UsedNumber:
    return UsedNumber(
        name=name, label=name, printed="", sentence="", lower=lower, upper=upper, rule="",
        use="contrast",
    )  # fmt: skip


@dataclass
class Block:
    tag: str
    text: str = ""
    is_quoted: bool = False


@dataclass
class Reader(HTMLParser):
    """Collects what is seen, block by block; words of others are left out where it is asked."""

    with_quotes: bool = True
    blocks: list[Block] = field(default_factory=lambda: [Block("")])
    stack: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag in BLOCKS:
            self.blocks.append(Block(tag))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop() != tag:
            pass
        if tag in BLOCKS:
            self.blocks.append(Block(""))

    def handle_data(self, data):
        if UNSEEN & set(self.stack):
            return
        if "q" in self.stack and not self.with_quotes:
            self.blocks[-1].is_quoted = True
            return
        self.blocks[-1].text += data


def read(html: str, *, with_quotes: bool = True) -> Reader:
    reader = Reader(with_quotes=with_quotes)
    reader.feed(html)
    reader.close()
    for block in reader.blocks:
        block.text = " ".join(block.text.split())
    reader.blocks = [block for block in reader.blocks if block.text]
    return reader


def seen_text(html: str) -> str:
    return "\n".join(block.text for block in read(html).blocks)


def sentences(html: str, *, with_quotes: bool = False) -> list[str]:
    """Return all sentences and labels of a page; quoted words of others are left out."""
    found: list[str] = []
    for block in read(html, with_quotes=with_quotes).blocks:
        text = re.sub(r"(\d)\.(\d)", r"\1\2", block.text)
        found += [part.strip() for part in re.split(r"(?<=[.?!])\s+", text) if part.strip()]
    return found


def whole_sentences(html: str) -> list[str]:
    """Return the sentences alone, without headings, labels and cells of tables."""
    return [s for s in sentences(html) if s[-1:] in ".?!" and len(s.split()) >= 4]


def kincaid(lines: list[str]) -> float:
    """Return the Kincaid grade of sentences."""
    import readability

    tokens = [" ".join(re.findall(r"[\w'’/-]+|[.?!,;:]", line)) for line in lines]
    return readability.getmeasures(tokens, lang="en")["readability grades"]["Kincaid"]


def syllables(word: str) -> int:
    """Count groups of vowels, less a silent e; a number counts two for every figure."""
    if word[0].isdigit():
        return 2 * sum(c.isdigit() for c in word)
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    is_silent = re.search(r"[^aeiouyl]e$|[^aeiouytd]ed$|[^aeiouyscxz]es$", word.lower()) is not None
    return max(1, groups - is_silent)


def strict_kincaid(lines: list[str]) -> float:
    """Return the Kincaid grade with every syllable counted; the package skips some."""
    words = [word for line in lines for word in re.findall(r"[^\W_][\w'’]*", line)]
    n_syllables = sum(syllables(word) for word in words)
    return 0.39 * len(words) / len(lines) + 11.8 * n_syllables / len(words) - 15.59
