"""Every step, reader and form of intake: ordered, silent on a clean registry, repeatable."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from bad_inputs.clean import DATA, clean_rows, write_csv
from timezero.findings import Severity
from timezero.intake.protocol_file import validated
from timezero.intake.reader import FileGiven, Reader
from timezero.intake.record_export import Export
from timezero.intake.record_items import dictionary
from timezero.intake.sources import read_table
from timezero.intake.step import Step
from timezero.model.recipe import TableRecipe
from timezero.registry import discover

STEPS: dict[str, Step] = discover("timezero.intake.steps", "STEP")
READERS: dict[str, Reader] = discover("timezero.intake.readers", "READER")
EXPORTS: dict[str, Export] = discover("timezero.intake.dictionary_exports", "EXPORT")
PROTOCOL = validated({"data": DATA})


@pytest.mark.parametrize("registered", [STEPS, READERS], ids=["steps", "readers"])
def test_no_two_have_the_same_place_in_the_order(registered: dict[str, Step | Reader]) -> None:
    orders = [one.order for one in registered.values()]
    assert len(set(orders)) == len(orders)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_says_what_it_looks_for(name: str) -> None:
    assert STEPS[name].title[0].isupper()
    assert not STEPS[name].title.endswith(".")


def test_a_clean_registry_goes_through_without_a_question_or_a_change(tmp_path: Path) -> None:
    table = read_table(write_csv(tmp_path, clean_rows()), data=PROTOCOL.data)
    stops = {Severity.ERROR, Severity.QUESTION, Severity.WARNING}
    assert {f.code for f in table.findings if f.severity in stops} == {"identifying_columns"}
    assert table.changes == ()
    assert table.rows.tolist() == list(range(2, 14))


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    path = write_csv(tmp_path, clean_rows())
    one, other = (read_table(path, data=PROTOCOL.data) for _ in range(2))
    assert one.findings == other.findings
    assert one.digest == other.digest
    for left, right in zip(one.columns, other.columns, strict=True):
        assert left.text.equals(right.text)


def test_a_data_frame_is_not_changed_by_being_read() -> None:
    frame = pl.DataFrame(clean_rows())
    before = frame.clone()
    read_table(frame, data=PROTOCOL.data)
    assert frame.equals(before)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("head", [b"\x00\xff\x00\xff", b"PK\x05\x06", b"a,b\n1,2\n", b" "])
def test_recognising_looks_at_bytes_and_never_fails(name: str, head: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(head)
    given = FileGiven(
        path=path, name="file", head=head, size=len(head), recipe=TableRecipe(), key="registry"
    )
    assert READERS[name].recognises(given) in {True, False}


@pytest.mark.parametrize("name", EXPORTS)
def test_the_same_items_give_the_same_bytes(name: str) -> None:
    content = EXPORTS[name].content
    assert content(dictionary()) == content(dictionary())
    assert content(dictionary())
