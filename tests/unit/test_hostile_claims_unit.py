"""Hostile claim files: each is refused in words, or read for what it is; none breaks anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from timezero.errors import InputRefused
from timezero.intake.claim_file import read_claim, write_claim
from timezero.model.claim import Claim

WRONG_VALUES = {
    "true": "true",
    "list": "[1, 2]",
    "table without print": "{ sentence = 'x' }",
    "print that is a number": "{ printed = 29 }",
    "print that is empty": "{ printed = '' }",
    "print that is long": f"{{ printed = '{'9' * 201}' }}",
    "nan": "nan",
    "inf": "inf",
    "minus inf": "-inf",
    "negative": "-5",
    "huge int": "1" + "0" * 4000,
    "hexadecimal": "0x" + "f" * 4000,
    "date": "2004-06-01",
    "many digits": '"' + "9" * 200 + '"',
    "script": "'<script>alert(1)</script>'",
    "control characters": '"\\u0000\\u001b[31m29"',
    "right to left": '"\\u202e92"',
    "combining": '"2\\u0301\\u0301\\u03019"',
    "interval of one": "{ printed = '29', interval = [1.0] }",
    "interval of words": "{ printed = '29', interval = ['a', 'b'] }",
    "interval in the wrong order": "{ printed = '29', interval = [3.0, 2.0] }",
    "interval of nan": "{ printed = '29', interval = [nan, nan] }",
    "interval below zero": "{ printed = '29', interval = [-2.0, 3.0] }",
    "level of 95": "{ printed = '29', level = 95 }",
    "unit that is none": "{ printed = '29', unit = 'fortnights' }",
    "key that is none": "{ printed = '29', source = 'x' }",
    "limit that is none": "{ printed = '29', lower = 'a lot' }",
}
WRONG_FILES: dict[str, bytes] = {
    "binary": bytes(range(256)),
    "zip": b"PK\x03\x04" + b"\x00" * 100,
    "utf-16": "title = 'x'".encode("utf-16"),
    "nul": b"title = 'a\x00b'",
    "lone surrogate": b"title = '\xed\xa0\x80'",
    "not toml": b"title: x",
    "json": b'{"schema": "timezero/claim/1"}',
    "unclosed": b"title = '",
    "unclosed table": b"[numbers\nn = 1",
    "key twice": b"title = 'a'\ntitle = 'b'",
    "deep list": b"x = " + b"[" * 50_000 + b"]" * 50_000,
    "deep table": b"x = " + b"{a=" * 50_000 + b"1" + b"}" * 50_000,
    "deep key": b"[" + b"a." * 20_000 + b"a]",
    "integer of 10,000 digits": b"[numbers]\nn = " + b"9" * 10_000,
    "ten megabytes of text": b"text = '" + b"x" * 10_000_000 + b"'",
    "ten megabytes of keys": b"".join(b"k%d = 1\n" % k for k in range(900_000)),
    "title of a megabyte": b"title = '" + b"x" * 1_000_000 + b"'",
    "text too long": b"text = '" + b"x" * 300_000 + b"'",
    "wrong schema": b"schema = 'timezero/protocol/1'",
    "schema of another year": b"schema = 'timezero/claim/2'",
    "numbers are a list": b"numbers = [1, 2]",
    "numbers are a text": b"numbers = '29'",
    "survival is a table": b"[numbers.survival]\ntime = 1",
    "survival of nobody": b"[[numbers.survival]]\ntime = 1\nprinted = '50 %'",
    "survival before time zero": b"[[numbers.survival]]\ntime=-1\ngroup='all'\nprinted='50 %'",
    "survival at nan": b"[[numbers.survival]]\ntime=nan\ngroup='all'\nprinted='50 %'",
    "survival of 150 %": b"[[numbers.survival]]\ntime=1\ngroup='all'\nprinted='150 %'",
    "quantile of 2": b"[[numbers.quantiles]]\nshare=2\ngroup='all'\nprinted='50'",
    "more late than all": b"[numbers]\nn = 29\nn_late = 290",
    "more dead than alive before": b"[numbers]\nn_late = 8\ndeaths_late = 9",
    "p of 7": b"[numbers]\np_value = 7",
    "unit of the number differs": b"[numbers]\nwait = {printed='2 years', unit='days'}",
    "landmark of minus one": b"[question]\nlandmark = -1",
    "comparison that is none": b"[question]\ncomparison = 'fair'",
    "cure of 200 %": b"[assumptions]\ncure = [0.0, 2.0]",
    "ratios around zero": b"[assumptions]\nhazard_ratio = [0.0, 1.0]",
    "range in the wrong order": b"[assumptions]\ncure = [0.5, 0.1]",
    "curve at the root": b"[[numbers.curves]]\ngroup='all'\nfile='/etc/passwd'",
    "curve of the parent": b"[[numbers.curves]]\ngroup='all'\nfile='../../secret.csv'",
    "curve on the net": b"[[numbers.curves]]\ngroup='all'\nfile='https://example.org/a.csv'",
    "curve that is not there": b"[[numbers.curves]]\ngroup='all'\nfile='a.csv'",
}
HARMLESS: dict[str, bytes] = {
    "empty": b"",
    "nothing but a comment": b"# nothing",
    "byte order mark": b"\xef\xbb\xbftitle = 'x'",
    "script in the title": b"title = \"<script>alert('x')</script>\"",
    "control characters in the title": b'title = "\\u0007\\u001b[2J\\u202e"',
    "unicode": "title = '\u5fc3\U0001f642 \u0645'".encode(),
    "windows line ends": b"title = 'x'\r\n[numbers]\r\nn = 29\r\n",
    "template": b"title = '{{ 7 * 7 }} {% raw %} ${x} %s'",
}


def given(folder: Path, content: bytes) -> Path:
    path = folder / "claim.toml"
    path.write_bytes(content)
    return path


def refused(path: Path) -> InputRefused:
    with pytest.raises(InputRefused) as refusal:
        read_claim(path)
    return refusal.value


def is_clear(refusal: InputRefused) -> None:
    """Check that a refusal says what, where and what to do, briefly and without raw bytes."""
    said = [refusal, *refusal.findings]
    for part in said:
        assert part.what
        assert "claim.toml" in part.where
        assert part.mend
        text = f"{part.what} {part.where} {part.mend}"
        assert len(text) < 3_000
        assert all(c.isprintable() for c in text.replace("\n", " ")), text


@pytest.mark.parametrize("value", WRONG_VALUES.values(), ids=WRONG_VALUES)
@pytest.mark.parametrize("key", ["n", "median", "hazard_ratio"])
def test_wrong_values_of_a_number_are_refused(key: str, value: str, tmp_path: Path) -> None:
    refusal = refused(given(tmp_path, f"[numbers]\n{key} = {value}\n".encode()))
    is_clear(refusal)
    assert f"numbers.{key}" in refusal.where or "hexadecimal" in value or refusal.findings


@pytest.mark.parametrize("content", WRONG_FILES.values(), ids=WRONG_FILES)
def test_wrong_files_are_refused(content: bytes, tmp_path: Path) -> None:
    is_clear(refused(given(tmp_path, content)))


@pytest.mark.parametrize("content", HARMLESS.values(), ids=HARMLESS)
def test_harmless_files_are_read_for_what_they_are(content: bytes, tmp_path: Path) -> None:
    claim = read_claim(given(tmp_path, content))
    assert read_claim(given(tmp_path, write_claim(claim).encode())) == claim


@pytest.mark.parametrize("value", ["1", "true", "[1]", "{a = 1}", "nan", "2004-06-01", "'x'"])
def test_every_key_refuses_or_keeps_any_type(value: str, tmp_path: Path) -> None:
    """A value of the wrong type is refused; the others are in the claim as they were given."""
    for part in ("source", "question", "numbers", "assumptions"):
        model: Any = Claim.model_fields[part].annotation
        for key in model.model_fields:
            path = given(tmp_path, f"[{part}]\n{key} = {value}\n".encode())
            try:
                claim = read_claim(path)
            except InputRefused as refusal:
                is_clear(refusal)
                continue
            kept = getattr(getattr(claim, part), key)
            assert str(getattr(kept, "printed", kept)).casefold().removesuffix(".0") in value


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.toml", Path("a\0b")):
        with pytest.raises(InputRefused, match="cannot be read"):
            read_claim(path)


def test_many_mistakes_are_all_told(tmp_path: Path) -> None:
    lines = b"".join(b"n%d = 1\n" % k for k in range(500))
    refusal = refused(given(tmp_path, b"[numbers]\n" + lines))
    assert len(refusal.findings) == 500
    assert len(str(refusal)) < 3_000


def test_a_file_is_too_large_from_two_megabytes_on(tmp_path: Path) -> None:
    comment = b"# harmless\n" * 181_818
    assert read_claim(given(tmp_path, comment)) == Claim()
    refusal = refused(given(tmp_path, comment + b"# and more"))
    assert refusal.code == "TZ-IN-23"
    assert "larger than 2,000,000 bytes" in refusal.what
