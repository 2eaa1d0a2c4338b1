"""Hostile claim files: each is refused in words, or read for what it is; none breaks anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hostile_files import HARMLESS, WRONG_FILES, WRONG_VALUES
from timezero.errors import InputRefused
from timezero.intake.claim_file import read_claim, write_claim
from timezero.model.claim import Claim


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
