"""The command line as a whole: exit codes, where words go, and what is written."""

from __future__ import annotations

import io
import json

import pytest

from timezero.cli import _output_places, _study_files, app
from timezero.cli._printing import write_in_any_encoding

QUICK = ["--redeals", "50", "--bootstrap", "20", "--no-html", "--plain"]
REGISTRY = """id,late,last,dead,age
a,2,10,1,50
b,,4,1,61
c,3,12,0,44
d,,5,1,70
e,1,3,1,66
f,,9,0,58
g,4,11,1,49
h,,6,1,63
"""
COLUMNS = ["--id", "id", "--initiation", "late", "--exit", "last", "--event", "dead"]


@pytest.fixture
def registry(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "registry.csv").write_text(REGISTRY, encoding="utf-8")
    return tmp_path


def test_done_is_zero_and_speaks_on_standard_output(registry, capsys):
    assert app.run(["study", "registry.csv", *COLUMNS, "--event-value", "1", *QUICK]) == 0
    out, err = capsys.readouterr()
    assert "Ever against never" in out
    assert err == ""
    assert "\x1b" not in out


def test_refused_is_two_and_speaks_on_standard_error(registry, capsys):
    assert app.run(["study", "registry.csv", *COLUMNS, *QUICK]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "--event-value" in err
    assert "0 (" in err
    assert "1 (" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["study", "nowhere.csv"], "nowhere.csv"),
        (["study", "--example", "nothing"], "stanford_heart"),
        (["study", "registry.csv", "--example", "stanford_heart"], "give one of them"),
        (["study", "registry.csv", "--horizon", "twelve"], "separate numbers by commas"),
        (["study", "registry.csv", *COLUMNS[:-1], "death", "--event-value", "1"], "dead"),
    ],
)
def test_each_refusal_says_how_to_mend_it(registry, capsys, arguments, words):
    assert app.run([*arguments, "--no-html"]) == 2
    assert words in capsys.readouterr().err


def test_an_unknown_flag_is_refused(registry, capsys):
    assert app.run(["study", "--bogus"]) == 2


def test_our_own_fault_is_three_and_shows_no_value(registry, capsys, monkeypatch):
    def broken(*_):
        message = "patient 4711"
        raise RuntimeError(message)

    monkeypatch.setattr(_study_files, "pointed_at", broken)
    assert app._our_fault(RuntimeError("patient 4711")) == 3
    assert "4711" not in capsys.readouterr().err


def test_json_goes_where_it_is_asked_to(registry, capsys):
    arguments = ["study", "registry.csv", *COLUMNS, "--event-value", "1", *QUICK]
    assert app.run([*arguments, "--json", "out.json"]) == 0
    capsys.readouterr()
    assert app.run([*arguments, "--json", "-"]) == 0
    printed = json.loads(capsys.readouterr().out)
    written = json.loads((registry / "out.json").read_text(encoding="utf-8"))
    assert printed["schema"] == written["schema"] == "timezero/study-result/1"
    assert printed["rungs"] == written["rungs"]
    assert printed["cohort"]["n"] == 8


def test_flags_win_over_the_study_file(registry, capsys):
    (registry / "study.toml").write_text(
        'schema = "timezero/protocol/1"\n[data]\nfile = "registry.csv"\nid = "id"\n'
        'initiation = "late"\nexit = "last"\nevent = "dead"\nevent_value = ["1"]\n'
        "[analysis]\nhorizons = [3.0]\n",
        encoding="utf-8",
    )
    assert app.run(["study", "study.toml", "--horizon", "5", *QUICK, "--json", "-"]) == 0
    result = json.loads(capsys.readouterr().out)
    at = {c["at"] for c in result["rungs"][0]["contrasts"] if c["measure"] == "rmst_difference"}
    assert at == {5.0}
    assert result["provenance"]["protocol"]["analysis"]["horizons"] == [5.0]


@pytest.mark.parametrize(
    ("encoding", "kept", "plain"),
    [("cp1252", "é", "-6 - x {}"), ("ascii", "\\u00e9", "-6 - x {}"), ("utf-8", "é", "−6 ─ × {}")],
)
def test_signs_a_stream_does_not_know_are_written_plainly(encoding, kept, plain):
    held = io.BytesIO()
    stream = io.TextIOWrapper(held, encoding=encoding)
    write_in_any_encoding(stream)
    stream.write("−6 ─ × é")
    stream.flush()
    sign = "×" if encoding == "cp1252" else "x"
    assert held.getvalue().decode(encoding) == plain.replace("x", sign).format(kept)


@pytest.mark.parametrize("flag", ["--json", "--html"])
def test_an_output_that_cannot_be_written_is_refused_in_words(registry, capsys, flag):
    taken = registry / "folder"
    taken.mkdir()
    given = [*COLUMNS, "--event-value", "1", "--redeals", "20", "--bootstrap", "10", "--plain"]
    given += ["--no-html"] if flag == "--json" else []
    assert app.run(["study", "registry.csv", *given, flag, str(taken)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "cannot be written" in err
    assert "folder" in err
    assert list(registry.glob(".folder*")) == []


def test_a_closed_folder_is_refused_before_anything_is_computed(registry, capsys, monkeypatch):
    monkeypatch.setattr(_output_places.os, "access", lambda *_: False)
    assert app.run(["study", "registry.csv", *COLUMNS, "--event-value", "1"]) == 2
    assert "--no-html" in capsys.readouterr().err


def test_an_interruption_is_said(registry, capsys, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(_output_places, "report_path", interrupted)
    assert app.run(["study", "registry.csv"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_the_report_of_the_second_process_is_that_of_the_library(registry, capsys, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    quick = [*COLUMNS, "--event-value", "1", "--redeals", "50", "--bootstrap", "20", "--plain"]
    assert app.run(["study", "registry.csv", *quick, "--html", "two.html"]) == 0
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert app.run(["study", "registry.csv", *quick, "--html", "one.html"]) == 0
    assert (registry / "two.html").read_bytes() == (registry / "one.html").read_bytes()
