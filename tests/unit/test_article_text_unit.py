"""From files of all kinds to text, sentences and numbers."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from hostile_files import simple_pdf
from timezero.errors import InputRefused, MissingExtra
from timezero.intake.article import number_words
from timezero.intake.article.characters import visible
from timezero.intake.article.dates import months_between_days
from timezero.intake.article.read import read_article
from timezero.intake.article.sentences import LONGEST, sentences_of
from timezero.intake.article.text_of import text_of
from timezero.intake.article.tokens import quantities_of

SENTENCE = "Median survival was 41.2 months in 29 patients."
PAGE = f"""<!doctype html><html><head><title>From the title</title>
<script>var x = "call 1-800-555-0100";</script></head><body>
<nav><a>Home 99</a><a>Shop 77</a></nav><article><h1>The heading</h1>
<p>Surgeons followed patients for years and years, and then wrote a long report about it.</p>
<p>{SENTENCE} It was counted from the first operation, and the report says so twice.</p>
</article><footer><p>Copyright 2013, tel. 555-0100</p></footer></body></html>"""


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_page_is_known_by_its_bytes_and_loses_menus_and_scripts(tmp_path: Path) -> None:
    read = text_of(written(tmp_path, "page.txt", PAGE))
    assert (read.kind, read.title, read.notes) == ("page", "The heading", ())
    assert SENTENCE in read.text
    assert not any(lost in read.text for lost in ("Home 99", "Copyright", "1-800", "var x"))


def test_a_page_whose_main_text_is_lost_is_read_whole_and_says_so(tmp_path: Path) -> None:
    items = "".join(
        f"<li><a href='#'>Entry of a long list of links number {k}</a></li>" for k in range(80)
    )
    page = f"<html><body><ul>{items}</ul><div id='comments'>{SENTENCE}</div></body></html>"
    read = text_of(written(tmp_path, "page.html", page))
    assert SENTENCE in read.text
    assert any("main text of the page was not found" in note for note in read.notes)


def test_a_pdf_file_gives_its_text(tmp_path: Path) -> None:
    read = text_of(
        written(tmp_path, "no-suffix", simple_pdf(["Survival of twenty-nine", SENTENCE]))
    )
    assert read.kind == "pdf"
    assert SENTENCE in read.text


def test_a_pdf_file_without_text_or_in_pieces_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="scan"):
        text_of(written(tmp_path, "scan.pdf", simple_pdf([])))
    with pytest.raises(InputRefused, match="damaged"):
        text_of(written(tmp_path, "broken.pdf", b"%PDF-1.7 and then nothing that is one"))


@pytest.mark.parametrize(
    ("raw", "note"),
    [
        (SENTENCE.encode(), ""),
        (b"\xef\xbb\xbf" + SENTENCE.encode(), ""),
        (SENTENCE.encode("utf-16"), "UTF-16"),
        (SENTENCE.encode("utf-16-le"), "UTF-16"),
        (("Überleben. " + SENTENCE).encode("cp1252"), "CP1252"),
    ],
)
def test_encodings(tmp_path: Path, raw: bytes, note: str) -> None:
    read = text_of(written(tmp_path, "a.md", raw))
    assert SENTENCE in read.text
    assert note in " ".join(read.notes)
    assert bool(note) == bool(read.notes)


def test_a_declared_encoding_of_a_page_is_used(tmp_path: Path) -> None:
    page = PAGE.replace("<head>", '<head><meta charset="iso-8859-2">')
    page = page.replace("Surgeons", "Chirurgové z Plzeňského kraje")
    read = text_of(written(tmp_path, "page.html", page.encode("iso-8859-2")))
    assert "Plzeňského" in read.text


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("a.docx", b"PK\x03\x04rest", "zip archive"),
        ("a.doc", b"\xd0\xcf\x11\xe0rest", "Word"),
        ("a.png", b"\x89PNG\r\n", "picture"),
        ("a.gz", b"\x1f\x8bxx", "gzip"),
        ("a.txt", bytes(range(256)) * 40, "binary"),
        ("a.txt", b"  \n ", "no text"),
        ("a.html", b"<html><body><script>1</script></body></html>", "nothing can be seen"),
        ("a.txt", b"word " * 50_000, "characters"),
    ],
)
def test_what_is_no_article_is_refused_with_a_way_out(
    tmp_path: Path, name: str, raw: bytes, says: str
) -> None:
    with pytest.raises(InputRefused, match=says) as refused:
        text_of(written(tmp_path, name, raw))
    assert refused.value.code.startswith("TZ-ART-")
    assert refused.value.mend


def test_a_real_archive_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "paper.docx", "w") as archive:
        archive.writestr("word/document.xml", SENTENCE)
    with pytest.raises(InputRefused, match="Word"):
        text_of(str(tmp_path / "paper.docx"))


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("no-such-file.html", "cannot be read"),
        ("no such file.pdf", "cannot be read"),
        ("https://example.org/a", "network"),
        ("", "no text"),
        (" \n\n ", "no text"),
    ],
)
def test_names_that_are_no_files(source: str, says: str) -> None:
    with pytest.raises(InputRefused, match=says):
        text_of(source)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="folder"):
        text_of(tmp_path)


def test_a_sentence_is_its_own_text() -> None:
    read = text_of(f"  {SENTENCE} ")
    assert (read.text, read.kind, read.title) == (SENTENCE, "sentence", "")
    assert text_of("A heading of its own\n\n" + SENTENCE).title == "A heading of its own"


@pytest.mark.parametrize(
    ("module", "name", "content"),
    [
        ("trafilatura", "a.html", PAGE.encode()),
        ("pdfplumber", "a.pdf", b"%PDF-1.4"),
        ("text_to_num", "", b""),
    ],
)
def test_a_missing_package_is_named_with_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, name: str, content: bytes
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    number_words._value.cache_clear()
    source = written(tmp_path, name, content) if name else "Two hundred and forty-four patients."
    with pytest.raises(MissingExtra, match="article") as missing:
        read_article(source)
    assert "timezero[article]" in missing.value.mend


def test_invisible_characters_are_taken_out_and_counted() -> None:
    text, n_removed = visible(
        "41\u200b.2 mon\u202eths\x00 of\u00ad life\r\nand\u00a0more 26\u2009000"
    )
    assert text == "41.2 months of life\nand more 26\u202f000"
    assert n_removed == 4
    assert "invisible" in text_of("Sur\u200bvival was 2 months").notes[0]


def test_sentences_keep_their_places_and_end_where_they_should() -> None:
    text = (
        "Dr. A. Smith saw 8 patients (e.g. at St. John). Survival was 41.2 vs. 27.2 months.\n"
        "Was it long? Yes.\n\nMenu\nShop\nA wrapped line that goes on to the "
        "following line of the\n"
        "text and ends here. Last one"
    )
    found = sentences_of(text)
    assert all(text[s.start : s.end].replace("\n", " ") == s.text for s in found)
    assert [s.text for s in found] == [
        "Dr. A. Smith saw 8 patients (e.g. at St. John).",
        "Survival was 41.2 vs. 27.2 months.",
        "Was it long?",
        "Yes.",
        "Menu",
        "Shop",
        "A wrapped line that goes on to the following line of the text and ends here.",
        "Last one",
    ]


def test_a_sentence_without_end_is_cut_at_a_space() -> None:
    found = sentences_of("word " * 2_000)
    assert max(len(s.text) for s in found) <= LONGEST
    assert all(s.text.startswith("word") and s.text.endswith("word") for s in found)


@pytest.mark.parametrize(
    ("text", "printed", "value", "kind", "unit"),
    [
        ("27·2 months", "27·2", 27.2, "time", "months"),
        ("27,2 months", "27,2", 27.2, "time", "months"),
        ("0,012 of it", "0,012", 0.012, "number", None),
        ("1,249 adults", "1,249", 1249, "number", None),
        ("26\u202f000 people", "26\u202f000", 26000, "number", None),
        ("forty-one months", "forty-one", 41, "time", "months"),
        ("forty one mo", "forty one", 41, "time", "months"),
        ("Twenty-nine patients", "Twenty-nine", 29, "number", None),
        ("one hundred and three men", "one hundred and three", 103, "number", None),
        ("two and a half years", "two and a half", 2.5, "time", "years"),
        ("a 5-year plan", "5", 5, "time", "years"),
        ("(P=.141)", ".141", 0.141, "p", None),
        ("p<0.001", "<0.001", 0.001, "p", None),
        ("P < .001", "< .001", 0.001, "p", None),
        ("p value of 0.03", "0.03", 0.03, "p", None),
        ("59.5 % alive", "59.5 %", 59.5, "percent", None),
        ("thirty per cent", "thirty per cent", 30, "percent", None),
        ("18 or 21 patients", "18 or 21", 21, "number", None),
        ("18 or 21 months", "18 or 21", 21, "time", "months"),
        ("twice as long", "twice", 2, "number", None),
    ],
)
def test_numbers_as_printed(
    text: str, printed: str, value: float, kind: str, unit: str | None
) -> None:
    (found,) = quantities_of(text)
    assert (found.printed, found.value, found.kind, found.unit) == (printed, value, kind, unit)


def test_numbers_share_a_unit_and_a_sign() -> None:
    kinds = [(q.printed, q.kind, q.unit) for q in quantities_of("20.9 versus 12.3 months")]
    assert kinds == [("20.9", "time", "months"), ("12.3", "time", "months")]
    assert [q.printed for q in quantities_of("100, 83 and 54%")] == ["100%", "83%", "54%"]
    assert [q.unit for q in quantities_of("at 1, 3 and 5 years")] == ["years"] * 3


def test_vague_words_belong_to_the_number() -> None:
    said = [(q.vague, q.printed) for q in quantities_of("almost thirty men, just over two years")]
    assert said == [("almost", "thirty"), ("just over", "two")]
    assert quantities_of("over an eight-year period")[0].vague == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Call 1-800-555-0142 now", "telephone"),
        ("Tel. (555) 010-4477", "telephone"),
        ("ring 020 7946 0991", "telephone"),
        ("+41 61 555 01 01", "telephone"),
        ("It costs $45,000", "money"),
        ("over 2 billion dollars", "money"),
        ("thirty euros", "money"),
        ("€22,000 each", "money"),
        ("Posted on 4 November 2013", "date"),
        ("on 2020-01-15", "date"),
        ("12/11/2013", "date"),
        ("open at 19:30", "time of day"),
        ("in 2007 they", "year"),
        ("a 54-year-old man", "age"),
        ("median age was 66 years", "age"),
        ("aged 18-70 years", "age"),
        ("1,000 mg/m2", "dose"),
        ("42 degrees", "dose"),
        ("three times a day", "how often"),
        ("95% CI", "confidence"),
        ("the 25th time", "ordinal"),
        ("PMID 24158467", "registration"),
        ("Page 2 of 17", "page"),
        ("grade 3", "grade"),
    ],
)
def test_numbers_that_are_no_claims(text: str, why: str) -> None:
    found = quantities_of(text)
    assert found
    assert {q.kind for q in found} == {"not a claim"}
    assert all(why in q.why for q in found)


def test_days_bound_a_period() -> None:
    shortest, longest = months_between_days("Jan 1, 2004, and Dec 31, 2012") or (0, 0)
    assert 107.9 < shortest < longest < 108.1
    assert months_between_days("June 2004 and March 2012") is None
    assert months_between_days("31 December 2009 and 1 January 2002") is None
