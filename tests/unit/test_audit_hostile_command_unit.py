"""Hostile and odd inputs through the whole command: a clear refusal, or a safe page."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

from hostile_files import HARMLESS, WRONG_FILES, WRONG_VALUES, simple_pdf
from odd_claims import EXTREMES, drawn_claim
from timezero.audit.run import audit_claim
from timezero.audit.verdict import HEADLINES
from timezero.cli import _report_process, app
from timezero.errors import InputRefused
from timezero.intake.claim_file import validated_claim, write_claim
from timezero.model.audit_result import AuditResult
from timezero.model.claim import Claim
from timezero.report.audit_texts import journalist_paragraph, reviewer_comment
from timezero.report.render.article_html import render_article_html
from timezero.report.render.audit_html import render_audit_html
from timezero.report.render.audit_json import audit_schema_text, render_audit_json
from timezero.report.render.audit_text import render_audit_text

# What Done-when 8 allows at this effort; on an idle machine none of them takes two.
LONGEST_SECONDS = 10.0
EFFORT = "0.02"
CLAIM = (
    "Of 30 patients, 10 patients had a second operation. Median survival was 50 months with a "
    "second operation and 20 months with a single operation."
)
BAD = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)>$\\no{$"
NOT_WORDS = re.compile(r"\b(nan|NaN|inf|None|Infinity)\b|\u2212inf\b")
FIRST_DRAWN, N_DRAWN = 1_000, 150

Ran = tuple[int, str, str]
Command = Callable[..., Ran]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Return what runs ``timezero audit`` in an empty folder, drawing in this very process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def no_second_process(*_given: object, **_named: object) -> None:
        raise OSError

    monkeypatch.setattr(_report_process.subprocess, "Popen", no_second_process)

    def run(*arguments: str) -> Ran:
        begun = time.process_time()
        code = app.run(["audit", "--effort", EFFORT, *arguments])
        assert time.process_time() - begun < LONGEST_SECONDS
        return code, *capsys.readouterr()

    return run


def is_clear(ran: Ran) -> None:
    """Check that a refusal has a code, a place and a way to mend it, and no trace of the inside."""
    code, out, err = ran
    assert code == 2
    assert err.startswith("[TZ-")
    assert "  where: " in err
    assert "  mend:  " in err
    assert "Traceback" not in err
    assert is_printable(out + err)


def is_printable(text: str) -> bool:
    return all(c.isprintable() or c == "\n" for c in text)


class _Page(HTMLParser):
    """What a browser would run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.scripts: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        self.wrong += [f"{tag} {name}" for name, _ in attrs if name.startswith("on")]
        self.wrong += [
            f"{tag} {name}={value}"
            for name, value in attrs
            if name in ("src", "href") and (value or "").strip().lower().startswith("javascript")
        ]
        if tag in ("iframe", "object", "embed", "base"):
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] == "script":
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass


def is_safe(page: str) -> None:
    """Check that nothing that came from outside is run, and that no control character is left."""
    parsed = _Page()
    parsed.feed(page)
    assert parsed.wrong == []
    assert not any("alert" in script for script in parsed.scripts)
    assert "<script>alert" not in page
    assert [
        c for c in page if not c.isprintable() and c not in "\n\t\xa0\xad\u2009\u202f\u2068\u2069"
    ] == []


@pytest.mark.parametrize("value", WRONG_VALUES.values(), ids=WRONG_VALUES)
def test_wrong_values_are_refused(value: str, command: Command) -> None:
    Path("claim.toml").write_text(f"[numbers]\nmedian = {value}\n", encoding="utf-8")
    is_clear(command("claim.toml", "--no-html"))
    assert sorted(p.name for p in Path().iterdir()) == ["claim.toml"]


@pytest.mark.parametrize("content", WRONG_FILES.values(), ids=WRONG_FILES)
def test_wrong_files_are_refused(content: bytes, command: Command) -> None:
    Path("claim.toml").write_bytes(content)
    is_clear(command("claim.toml"))
    assert sorted(p.name for p in Path().iterdir()) == ["claim.toml"]


@pytest.mark.parametrize("content", HARMLESS.values(), ids=HARMLESS)
def test_harmless_files_give_safe_pages(content: bytes, command: Command) -> None:
    Path("claim.toml").write_bytes(content)
    code, out, err = command("claim.toml", "--html", "report.html", "--article", "page.html")
    assert (code, err) == (0, "")
    assert is_printable(out)
    for name in ("report.html", "page.html"):
        is_safe(Path(name).read_text(encoding="utf-8"))


def test_words_made_to_do_harm_are_words_on_every_page(command: Command) -> None:
    numbers = {
        name: {"printed": printed, "sentence": f"{BAD} {printed} \x1b]0;x\x07\u202e"}
        for name, printed in (
            ("n", "30"),
            ("n_late", "10"),
            ("median_late", "50"),
            ("median_never", "20"),
            ("deaths_late", "10"),
        )
    }
    words = f"{BAD} {{{{ 7 * 7 }}}} \x1b[31m\u202e \x07"
    claim = validated_claim(
        {
            "title": words,
            "text": words,
            "source": dict.fromkeys(
                ("citation", "url", "doi", "date", "authors_caution", "conflicts", "facts_from"),
                words,
            )
            | {"url": f"javascript:alert(1) {words}", "kind": "news"},
            "question": dict.fromkeys(
                ("time_zero", "treatment", "trigger", "outcome", "patients", "test"), words
            ),
            "numbers": numbers,
        }
    )
    Path("claim.toml").write_text(write_claim(claim), encoding="utf-8")
    code, out, err = command(
        "claim.toml", "--html", "report.html", "--article", "page.html", "--json", "out.json"
    )
    assert (code, err) == (0, "")
    assert is_printable(out)
    for name in ("report.html", "page.html"):
        page = Path(name).read_text(encoding="utf-8")
        is_safe(page)
        assert "&lt;script&gt;" in page
        assert "{ 7 * 7 }" in page
    assert json.loads(Path("out.json").read_bytes())["claim"]["title"] == words


ARTICLES: dict[str, tuple[str, bytes, str]] = {
    "ten megabytes of text": ("a.txt", b"1 1 months ((( " * 700_000, "TZ-ART-04"),
    "ten megabytes of page": ("a.html", b"<html><p>1 month</p>" * 500_000, "TZ-ART-04"),
    "binary": ("a.txt", bytes(range(256)) * 40, "TZ-ART-"),
    "binary called a page": ("a.html", bytes(range(256)) * 40, "TZ-ART-"),
    "zip": ("a.docx", b"PK\x03\x04" + b"\x00" * 100, "TZ-ART-"),
    "gzip": ("a.txt", b"\x1f\x8b\x08" + bytes(60), "TZ-ART-"),
    "picture": ("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(60), "TZ-ART-"),
    "nothing but zero bytes": ("a.txt", bytes(500), "TZ-ART-"),
    "broken PDF": ("a.pdf", b"%PDF-1.7 and then nothing", "TZ-ART-"),
    "cut PDF": ("a.pdf", simple_pdf([CLAIM])[:400], "TZ-ART-"),
    "PDF without text": ("a.pdf", simple_pdf([]), "TZ-ART-"),
    "empty": ("a.txt", b"", "TZ-ART-05"),
    "blank": ("a.md", b" \n\t\n ", "TZ-ART-05"),
    "invisible": ("a.txt", "\u200b\u202e\ufeff".encode(), "TZ-ART-05"),
    "page of scripts": ("a.html", b"<html><script>alert(1)</script></html>", "TZ-ART-"),
}


@pytest.mark.parametrize(("name", "content", "refusal"), ARTICLES.values(), ids=ARTICLES)
def test_articles_that_are_none_are_refused(
    name: str, content: bytes, refusal: str, command: Command
) -> None:
    Path(name).write_bytes(content)
    ran = command(name)
    is_clear(ran)
    assert refusal in ran[2]
    assert sorted(p.name for p in Path().iterdir()) == [name]


SAFE: dict[str, tuple[str, str]] = {
    "deep page": ("a.html", f"<html><body>{'<div>' * 20_000}{CLAIM}{'</div>' * 20_000}"),
    "scripts in the title": (
        "a.html",
        (
            f"<html><head><title>{BAD}</title></head><body><h1>&lt;script&gt;alert(1)&lt;/script"
            f"&gt;</h1><p>{CLAIM}</p><p>{CLAIM}</p></body></html>"
        ),
    ),
    "markup in a text": ("a.txt", f"{BAD}\n\n{BAD} {CLAIM} {BAD}"),
    "right to left": ("a.txt", f"\u202e\u05d0\u0645 {CLAIM} \u202d\u2067 \u0664\u0662 patients"),
    "zero bytes inside": ("a.txt", CLAIM.replace("months", "mon\x00ths", 1)),
    "control characters": ("a.md", f"\x1b[2J\x1b]0;x\x07{CLAIM}\x9b31m"),
    "one long sentence": ("a.txt", "so " * 20_000 + CLAIM),
    "template": ("a.txt", f"{{{{ 7 * 7 }}}} {{% raw %}} ${{x}} %s {{0}} {CLAIM}"),
}


@pytest.mark.parametrize(("name", "content"), SAFE.values(), ids=SAFE)
def test_articles_made_to_do_harm_end_safely(name: str, content: str, command: Command) -> None:
    Path(name).write_text(content, encoding="utf-8", newline="")
    ran = command(name, "--html", "report.html", "--article", "page.html")
    if ran[0] == 2:
        is_clear(ran)
        return
    assert ran[0] == 0
    assert is_printable(ran[1] + ran[2])
    for page in ("report.html", "page.html"):
        is_safe(Path(page).read_text(encoding="utf-8"))


def test_most_harm_is_read_for_what_it_says(command: Command) -> None:
    """The claim inside is found in spite of what is around it."""
    for content in ("right to left", "zero bytes inside", "control characters", "template"):
        name, text = SAFE[content]
        Path(name).write_text(text, encoding="utf-8", newline="")
        code, out, _ = command(name, "--no-html", "--json", "-", "--force")
        assert code == 0, content
        assert json.loads(out)["claim"]["numbers"]["median_late"]["printed"] == "50", content


@pytest.mark.parametrize(
    "sentence",
    [
        f"\x1b[2J{CLAIM}\x07\x08\x08",
        f"{CLAIM} \x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\",
        "\x00 \x01 \x02",
        "\x1b[31m \x1b[0m",
        "\u202e \u2066",
        "99999999999999999999999999 patients survived 1e400 months",
        "Of 8 patients, 29 patients had a second operation and survived 500 % of 0 months.",
        "-- --",
        "$(reboot) `reboot` ; rm -rf / && echo {a,b}",
        "\udcff \udcfe not text",
    ],
)
def test_odd_sentences_end_safely(sentence: str, command: Command) -> None:
    ran = command("--no-html", "--article", "page.html", "--", sentence)
    if ran[0] == 2:
        is_clear(ran)
        return
    assert ran[0] == 0
    assert is_printable(ran[1] + ran[2])
    is_safe(Path("page.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(audit_schema_text()))


CANNOT_TELL = {
    "two patients", "mean alone", "size alone", "medians alone", "medians of zero",
    "none reached", "none treated", "all treated",
}  # fmt: skip


@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_claims_are_answered(
    name: str, command: Command, validator: jsonschema.Draft202012Validator
) -> None:
    claim = Claim.model_validate({"numbers": EXTREMES[name]})
    Path("claim.toml").write_text(write_claim(claim), encoding="utf-8")
    code, out, err = command("claim.toml", "--no-html", "--json", "-")
    assert err == ""
    document = json.loads(out)
    validator.validate(document)
    assert document["verdict"]["code"] in HEADLINES
    assert code == int('"severity": "error"' in out)
    if name in CANNOT_TELL:
        assert document["verdict"]["code"] == "cannot_tell"


def words_of(page: str) -> str:
    """Return what a reader of a page sees."""
    unseen = r"<script.*?</script>|<style.*?</style>|<[^>]*>"
    return re.sub(unseen, " ", page, flags=re.DOTALL)


def answered_or_refused(seed: int) -> AuditResult | InputRefused:
    try:
        return audit_claim(validated_claim(drawn_claim(seed)), effort=0.01, seed=seed)
    except InputRefused as refusal:
        return refusal


@pytest.mark.parametrize("first", range(FIRST_DRAWN, FIRST_DRAWN + N_DRAWN, 10))
def test_any_claim_is_answered_or_refused(
    first: int, validator: jsonschema.Draft202012Validator
) -> None:
    """Ten drawn claims: a refusal in words, or an answer in which every number is one."""
    n_answered = 0
    for seed in range(first, first + 10):
        result = answered_or_refused(seed)
        if isinstance(result, InputRefused):
            assert result.code.startswith("TZ-")
            assert result.mend
            continue
        n_answered += 1
        assert result.verdict.code in HEADLINES
        validator.validate(json.loads(render_audit_json(result)))
        said = [render_audit_text(result), render_audit_text(result, plain=True)]
        said += [reviewer_comment(result), journalist_paragraph(result)]
        if seed % 2:
            said.append(words_of(render_article_html(result)))
        if seed == first:
            said.append(words_of(render_audit_html(result)))
        for text in said:
            found = NOT_WORDS.search(text)
            assert found is None, (seed, text[max(found.start() - 80, 0) : found.end() + 40])
    assert n_answered >= 5
