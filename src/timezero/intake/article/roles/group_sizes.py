"""How many had the late treatment, how many never had it, and how many could have had it."""

from __future__ import annotations

from timezero.intake.article.masking import pattern, place_of
from timezero.intake.article.passage import Line, Passage
from timezero.intake.article.readings import Reading, Role

_PEOPLE = (
    r"(?:patients?|pts|people|persons|women|men|adults|candidates|subjects|cases|"
    r"participants|athletes|poets|recipients|nominees|others)"
)
_FILL = (
    r"(?:,?(?: of(?: the| these| those| them| whom| our)?(?: {N})?)?(?: "
    r"\(?{c}\)?,?)?(?: (?:the|these|those|our|transplanted|eligible|consecutive))?"
    rf"(?: {_PEOPLE}(?: with(?: [\w-]{{2,20}}){{1,4}}?)?)?(?: \({{c}}\),?)?(?: "
    rf"(?:who|of whom|whom|then|later|subsequently|eventually|ultimately|also|"
    rf"further|in turn|at recurrence|of these))*)"
)
_VERB = (
    r"(?:(?:went back|returned|came back)(?: \w+){0,5} for|had|underwent|received|"
    r"got|required|have had|had received|proceeded to|proceeded with|were treated "
    r"(?:by|with)|treated (?:by|with)|"
    r"were given|was given|went on to (?:have|receive|undergo)?|started|took|began|"
    r"won|were|was|with|have received|needed|chose|in the|did)"
)
_ARTICLE = r"(?: (?:an?|the|another|their|additional|allogeneic|autologous|ever|later|been))*"

_BY_VERB = pattern(rf"{{N}}{_FILL}(?: ever)? {_VERB}{_ARTICLE} ?({{G}})")
_PLAIN = pattern(rf"{{N}}(?: \({{c}}\))?(?: {_PEOPLE})? ({{G}})")
_PERFORMED = pattern(
    r"({L})(?: for \w+| with \w+)?,? (?:was|were) (?:\w+ )?(?:performed|started|"
    r"given|delivered|carried out|done|undertaken|used|administered|offered)"
    r"(?: again)? (?:in|to|for|on) {N}(?: ?\({c}\))?(?:,? (?:of|out of) (?:the |our )?{N})?"
)
_IN_BRACKETS = pattern(
    r"({G})(?: \w+)?[,:]? ?\(?n ?= ?{N}|({L})(?: with \w+)?: {N} (?:pts|patients|people|women|men)"
)
_OF_WHICH = pattern(rf"{{n}} of (?:the|these) {{N}}(?: {_PEOPLE})? ({{G}})")
_PROCEDURES = pattern(
    r"^(?: \({c}\))? (?:[\w/-]{2,20} ){0,3}?(?:procedures|operations|surgeries|"
    r"resections|transplantations|transplants)\b"
)
_TRIGGERED = (
    pattern(
        rf"{{N}}(?: {_PEOPLE})?(?: \({{c}}\))? (?:developed|had|experienced|with) "
        rf"(?:an? )?(?:\w+ )?(?:recurrence|relapse|progression)"
    ),
    pattern(
        r"(?:recurrence|relapse|progression) (?:occurred|developed|was (?:seen|"
        r"diagnosed|found)) in {N}"
    ),
    pattern(rf"{{N}}(?: {_PEOPLE})?(?: \({{c}}\))? (?:relapsed|recurred|progressed)\b(?! within)"),
)
_OF_TRIGGERED = pattern(
    rf"{{n}}(?: \({{c}}\))? (?:of|out of) (?:the )?{{N}}(?: {_PEOPLE})? with (?:an? "
    rf")?(?:\w+ )?(?:recurrence|relapse|progression)"
)
_SHARE = pattern(r"^(?: of (?:the )?\w+)?(?: (?:patients|pts|people|women|men))?,? ?\({C}\)")
_SHARE_AFTER = pattern(rf"({{L}}) (?:was|were) \w+ (?:in|to) {{n}}(?: {_PEOPLE})? \({{C}}\)")
_SHARE_OF = pattern(
    rf"{{C}} of (?:the |all |these )?(?:{{n}} )?{_PEOPLE} (?:later |eventually "
    rf")?{_VERB}{_ARTICLE} ?{{L}}"
)
_INELIGIBLE = pattern(
    rf"{{N}}(?: {_PEOPLE})?(?: \({{C}}\))?,? (?:were |was )?(?:never (?:considered "
    rf")?eligible|not eligible|ineligible|could never)"
)
_OTHERS = pattern(
    r"\bthe (?:other|remaining) {N}(?= (?:lived|survived|for|patients|people|did|had|"
    r"stayed|remained))"
)
_DIED = pattern(r"^(?: who| patients| people|,|\)| of whom)* (?:died|deaths)")
_FIELD = {"L": "n_late", "V": "n_never"}


def _readings(passage: Passage) -> list[Reading]:
    found: list[Reading] = []
    for place, line in passage.read():
        for match in _BY_VERB.finditer(line.marked):
            found += _sized(line, place, int(match.group(1)), match.group(3), confidence=0.93)
            found += _denominator(line, place, match.group(2))
        for match in _PLAIN.finditer(line.marked):
            k = int(match.group(1))
            after = line.masked[place_of(line.masked, k)[1] :]
            if not _DIED.match(line.marked[match.end() :]) and not _PROCEDURES.match(after):
                found += _sized(line, place, k, match.group(2), confidence=0.88)
        for match in _OF_WHICH.finditer(line.marked):
            found += _sized(line, place, int(match.group(1)), match.group(2), confidence=0.9)
        for match in _PERFORMED.finditer(line.marked):
            found += _sized(line, place, int(match.group(2)), "L", confidence=0.95)
            found += _denominator(line, place, match.group(3))
        for match in _IN_BRACKETS.finditer(line.marked):
            mark, k = (match.group(1), match.group(2)) if match.group(1) else match.group(3, 4)
            found += _sized(line, place, int(k), mark, confidence=0.95)
        found += [
            Reading(field="n_never", line=place, quantity=int(m.group(1)), confidence=0.85)
            for m in _OTHERS.finditer(line.masked)
        ]
        found += _triggered(line, place)
        found += _shares(line, place)
    return found


def _sized(line: Line, place: int, k: int, mark: str, *, confidence: float) -> list[Reading]:
    letter = mark[2] if len(mark) > 1 else mark
    value = line.quantities[k].value
    if letter not in _FIELD or not float(value).is_integer():
        return []
    size = Reading(field=_FIELD[letter], line=place, quantity=k, confidence=confidence)
    match = _SHARE.match(line.masked[place_of(line.masked, k)[1] :])
    if letter != "L" or match is None:
        return [size]
    return [
        size,
        Reading(
            field="share_late",
            line=place,
            quantity=int(match.group(1)),
            confidence=0.92,
            beside="n_late",
        ),
    ]


def _denominator(line: Line, place: int, k: str | None) -> list[Reading]:
    if k is None or _OF_TRIGGERED.search(line.masked):
        return []
    return [Reading(field="n", line=place, quantity=int(k), confidence=0.86)]


def _triggered(line: Line, place: int) -> list[Reading]:
    found = [
        Reading(field="n_triggered", line=place, quantity=int(m.group(1)), confidence=0.92)
        for regex in _TRIGGERED
        for m in regex.finditer(line.masked)
    ]
    found += [
        Reading(field="n_triggered", line=place, quantity=int(m.group(1)), confidence=0.96)
        for m in _OF_TRIGGERED.finditer(line.masked)
    ]
    for match in _INELIGIBLE.finditer(line.masked):
        if match.group(2):
            found.append(
                Reading(
                    field="never_eligible",
                    line=place,
                    quantity=int(match.group(2)),
                    confidence=0.95,
                )
            )
    return found


def _shares(line: Line, place: int) -> list[Reading]:
    found = [
        Reading(field="share_late", line=place, quantity=int(m.group(2)), confidence=0.92)
        for m in _SHARE_AFTER.finditer(line.marked)
    ]
    found += [
        Reading(field="share_late", line=place, quantity=int(m.group(1)), confidence=0.92)
        for m in _SHARE_OF.finditer(line.marked)
    ]
    return found


ROLE: Role = _readings
