"""Files of SPSS, Stata and SAS, Parquet, and objects that are not opened."""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import json
import lzma
import pickle
import zlib
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyreadstat
import pytest

from timezero.errors import InputRefused, MissingExtra
from timezero.intake import statistics_files
from timezero.intake.frames import column_from_series
from timezero.intake.grid import ColumnLabels
from timezero.intake.labelled import label_texts
from timezero.intake.read_apart import read_apart
from timezero.intake.sources import read_grid, read_table
from timezero.intake.tables import DATE, EMPTY, NUMBER, TEXT, Table
from timezero.model.recipe import ColumnRecipe, Recipe, TableRecipe

FRAME = pl.DataFrame(
    {
        "id": ["P1", "P2", "P3", "P4"],
        "seen": [dt.date(2016, 3, 4), None, dt.date(1950, 1, 1), dt.date(2018, 12, 31)],
        "moment": [dt.datetime.fromisoformat("2016-03-04 05:06"), None, None, None],
        "status": [1.0, 2.0, 1.0, 9.0],
        "pci": [12.0, 98.0, 39.0, 7.5],
    }
)
LABELS = {"status": {1: "dead", 2: "alive", 9: "unknown"}, "pci": {98: "not recorded"}}


def sav(tmp_path: Path, *, compress: bool = False, **ranges: Any) -> Path:
    path = tmp_path / "registry.sav"
    pyreadstat.write_sav(
        FRAME,
        str(path),
        column_labels={"pci": "Peritoneal cancer index"},
        variable_value_labels=LABELS,
        missing_ranges=ranges or None,
        compress=compress,
    )
    return path


def codes(read: Table) -> dict[str, str]:
    return {finding.code: finding.what for finding in read.findings}


@pytest.mark.parametrize("compress", [False, True])
def test_an_spss_file_keeps_dates_labels_and_declared_missing(
    tmp_path: Path, compress: bool
) -> None:
    read = read_table(sav(tmp_path, compress=compress, pci=[{"lo": 90, "hi": 99}], status=[9]))
    status, pci = read.column("status"), read.column("pci")
    assert status.text.to_list() == ["dead", "alive", "dead", None]
    assert status.kinds.tolist() == [TEXT, TEXT, TEXT, EMPTY]
    assert pci.text.to_list() == ["12", None, "39", "7.5"]
    assert read.column("seen").kinds.tolist() == [DATE, EMPTY, DATE, DATE]
    assert read.column("moment").text.to_list()[:1] == ["2016-03-04 05:06:00"]
    assert read.labels["pci"].label == "Peritoneal cancer index"
    assert read.labels["status"].missing == ("9",)
    assert codes(read)["declared_missing"].startswith("2 cells in 2 columns")


def test_every_cell_that_was_read_otherwise_is_kept_old_and_new(tmp_path: Path) -> None:
    read = read_table(sav(tmp_path, pci=[98]))
    changed = {
        change.column: list(zip(change.old.to_list(), change.new.to_list(), strict=True))
        for change in read.changes
    }
    assert changed["pci"] == [("98", None)]
    assert changed["status"] == [("1", "dead"), ("2", "alive"), ("1", "dead"), ("9", "unknown")]


def test_numbers_labelled_in_part_stay_numbers_and_the_doubtful_code_is_told(
    tmp_path: Path,
) -> None:
    read = read_table(sav(tmp_path))
    assert read.column("pci").kinds.tolist() == [NUMBER] * 4
    (warning,) = [f for f in read.findings if f.code == "labelled_missing"]
    assert warning.evidence == ("pci: 98 = not recorded (1)",)


def test_the_recipe_can_keep_a_code_that_the_file_declares_missing(tmp_path: Path) -> None:
    columns = {"pci": ColumnRecipe(not_missing=("98",))}
    recipe = Recipe(tables={"registry": TableRecipe(columns=columns)})
    read = read_table(sav(tmp_path, pci=[98]), recipe=recipe)
    assert read.column("pci").text.to_list()[1] == "98"


@pytest.mark.parametrize(
    ("values", "cells", "expected"),
    [
        ({"1": "a", "2": "b"}, [1, 2], ["a", "b"]),
        ({"1": "a"}, [1, 2], None),
        ({"1": "a", "2": "a"}, [1, 2], None),
        ({"1": "1", "2": "2"}, [1, 2], None),
        ({"1": "a", "2": "b"}, [None, None], None),
        ({}, [1, 2], None),
    ],
)
def test_which_columns_are_read_by_their_labels(
    values: dict[str, str], cells: list[Any], expected: list[str] | None
) -> None:
    column = column_from_series("x", pl.Series("x", cells, dtype=pl.Int64))
    texts = label_texts(column, ColumnLabels(values=values))
    assert (None if texts is None else texts.to_list()) == expected


def test_missing_values_of_stata_are_told_by_their_letter(tmp_path: Path) -> None:
    import pandas as pd

    path = tmp_path / "registry.csv"
    frame = pd.DataFrame({"id": ["P1", "P2", "P3"], "age": [61, "a", "b"]})
    pyreadstat.write_dta(
        frame,
        str(path),
        missing_user_values={"age": ["a", "b"]},
        variable_value_labels={"age": {"a": "refused"}},
    )
    read = read_table(path)
    assert read.column("age").text.to_list() == ["61", None, None]
    (note,) = [f for f in read.findings if f.code == "declared_missing"]
    assert note.evidence == ("age: .a (refused): 1 cell, .b: 1 cell",)


def test_old_stata_files_and_portable_and_transport_files_are_known_by_their_bytes(
    tmp_path: Path,
) -> None:
    plain = FRAME.select("id", "seen", "pci")
    for write, options in (
        (pyreadstat.write_dta, {"version": 10}),
        (pyreadstat.write_por, {}),
        (pyreadstat.write_xport, {"file_format_version": 5}),
        (pyreadstat.write_xport, {"file_format_version": 8}),
    ):
        path = tmp_path / "registry.csv"
        write(plain, str(path), **options)
        grid = read_grid(path, TableRecipe())
        assert [c.text.to_list()[:1] for c in grid.columns] == [["P1"], ["2016-03-04"], ["12"]]
        assert grid.is_headed


def test_the_mark_of_a_sas_data_set_is_known_and_a_damaged_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "registry.sas7bdat"
    mark = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
    path.write_bytes(mark + bytes(2_000))
    with pytest.raises(InputRefused) as refusal:
        read_table(path)
    assert refusal.value.code == "TZ-IN-15"


def test_a_text_that_begins_like_an_old_stata_file_is_text(tmp_path: Path) -> None:
    path = tmp_path / "registry.csv"
    path.write_text("id,exit\n" + "".join(f"P{k},{k}\n" for k in range(1, 30)))
    assert read_table(path).names == ("id", "exit")


# Of these seeds, those whose changes the library itself notices.
DAMAGED = {0, 1}


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_damage_is_a_refusal_or_a_table_and_never_a_crash(tmp_path: Path, seed: int) -> None:
    whole = sav(tmp_path, pci=[98]).read_bytes()
    generator = np.random.default_rng(seed)
    raw = bytearray(whole)
    # The head of the file, where it says how many variables and values there are.
    for at in generator.integers(4, 400, 6):
        raw[int(at)] = int(generator.integers(0, 256))
    path = tmp_path / "broken.sav"
    path.write_bytes(bytes(raw))
    with pytest.raises(InputRefused) if seed in DAMAGED else nullcontext():
        assert len(read_grid(path, TableRecipe()).columns) > 0


def test_a_process_that_is_killed_is_a_damaged_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dies.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    (tmp_path / "hangs.py").write_text("import time\ntime.sleep(60)\n")
    (tmp_path / "fills.py").write_text("raise MemoryError\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("timezero.intake.read_apart.SECONDS", 0.5)
    for module, code in (("dies", "TZ-IN-15"), ("hangs", "TZ-IN-16"), ("fills", "TZ-IN-16")):
        with pytest.raises(InputRefused) as refusal:
            read_apart(module, name="registry.sav", size=0)
        assert refusal.value.code == code


def test_without_pyreadstat_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sav(tmp_path)
    monkeypatch.setattr(statistics_files, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"timezero\[files\]"):
        read_table(path)


RDS = b"X\n\0\0\0\x03\0\x04\x03\x01\0\x03\x05\0"


@pytest.mark.parametrize(
    "raw",
    [
        RDS,
        gzip.compress(RDS, mtime=0),
        bz2.compress(RDS),
        lzma.compress(RDS),
        b"RDX3\nX\n\0\0\0",
        b"A\n3\n263168\n",
        *(pickle.dumps({"id": [1, 2]}, protocol=p) for p in (2, 3, 4, 5)),
        pickle.dumps([1, 2], protocol=0),
        zlib.compress(pickle.dumps({"id": [1, 2]}, protocol=4)),
        b"MATLAB 5.0 MAT-file, Platform: GLNXA64",
        b"\x89HDF\r\n\x1a\n\0\0",
        b"\x93NUMPY\x01\0",
    ],
)
def test_objects_of_a_program_are_not_opened(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "registry.csv"
    path.write_bytes(raw)
    with pytest.raises(InputRefused) as refusal:
        read_table(path)
    assert refusal.value.code == "TZ-IN-64"


@pytest.mark.parametrize(
    "raw", [b"X\nP1\nP2\n", b"A\nP1\n", b"centre\nNorth\nSouth\n", b"(lp\n1\n"]
)
def test_texts_that_look_a_little_like_objects_are_texts(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "registry.csv"
    path.write_bytes(raw)
    assert len(read_grid(path, TableRecipe()).columns) == 1


def parquet(tmp_path: Path, **columns: Any) -> Path:
    path = tmp_path / "registry.parquet"
    pl.DataFrame({"id": ["P1"], **columns}).write_parquet(path)
    return path


def test_parquet_refuses_lists_and_records_by_name(tmp_path: Path) -> None:
    path = parquet(tmp_path, drugs=[["a", "b"]], site={"a": [1]}["a"])
    with pytest.raises(InputRefused, match="drugs"):
        read_table(path)


def test_parquet_keeps_decimals_and_the_clock_of_a_zone(tmp_path: Path) -> None:
    moment = pl.Series(["2016-03-04 00:30:00"]).str.to_datetime(time_zone="Europe/Berlin")
    path = parquet(tmp_path, cost=pl.Series(["12.50"]).cast(pl.Decimal(10, 2)), seen=moment)
    read = read_table(path)
    assert read.column("seen").text.to_list() == ["2016-03-04 00:30:00"]
    assert read.column("cost").numbers.tolist() == [12.5]
    assert "file_time_zone" in codes(read)


def test_parquet_in_universal_time_says_so_in_each_cell(tmp_path: Path) -> None:
    moment = pl.Series([dt.datetime.fromisoformat("2016-03-03 23:00")]).dt.replace_time_zone("UTC")
    grid = read_grid(parquet(tmp_path, seen=moment), TableRecipe())
    assert grid.columns[1].text.to_list() == ["2016-03-03T23:00:00Z"]
    assert grid.columns[1].kinds.tolist() == [TEXT]


def test_parquet_damaged_cut_short_or_with_impossible_dates_is_refused(tmp_path: Path) -> None:
    raw = parquet(tmp_path, n=[1]).read_bytes()
    for damage, words in ((raw[:-9], "cut short"), (raw[:60] + bytes(40) + raw[100:], "fit")):
        path = tmp_path / "broken.parquet"
        path.write_bytes(damage)
        with pytest.raises(InputRefused, match=words):
            read_table(path)
    far = parquet(tmp_path, seen=pl.Series([9_999_999], dtype=pl.Int32).cast(pl.Date))
    with pytest.raises(InputRefused, match="1 to 9999"):
        read_table(far)


def test_what_the_reading_process_says_is_plain_json(tmp_path: Path) -> None:
    raw = read_apart(
        "timezero.intake.statistics_child", "sav", str(sav(tmp_path)), name="r", size=0
    )
    length = int.from_bytes(raw[:8], "little")
    said = json.loads(raw[8 : 8 + length])["said"]
    assert said["values"]["status"] == [["1", "dead"], ["2", "alive"], ["9", "unknown"]]
