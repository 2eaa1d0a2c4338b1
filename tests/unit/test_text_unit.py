"""What the terminal shows."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from timezero.errors import InputRefused
from timezero.model.result import StudyResult
from timezero.report.render.json import write_text
from timezero.report.render.text import render_text

MakeResult = Callable[..., StudyResult]


def test_the_verdict_comes_first_then_the_one_number(made_up_result: MakeResult) -> None:
    result = made_up_result()
    lines = render_text(result, colour=False, width=100).splitlines()
    assert lines[0].startswith("SIMULATED DATA")
    assert lines[1] == result.verdict.headline
    assert lines[2].strip().startswith("Hazard ratio 0.48")
    assert lines[-1].startswith("next: ")


def test_plain_text_is_ascii_without_escapes_within_80_columns(made_up_result: MakeResult) -> None:
    text = render_text(made_up_result(), plain=True, colour=True, width=80)
    assert text.isascii()
    assert "\x1b" not in text
    assert max(map(len, text.splitlines()[:-1])) <= 80


def test_no_color_is_honoured(made_up_result: MakeResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b" in render_text(made_up_result())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in render_text(made_up_result())


def test_every_rung_is_shown_and_refusals_say_what_is_needed(made_up_result: MakeResult) -> None:
    text = render_text(made_up_result(), colour=False)
    for label in ("Two clocks", "Landmark at 17", "Simon–Makuch", "From the trigger"):
        assert label in text
    assert "refused: From the trigger: no trigger was recorded" in text
    assert "needed: the date of recurrence" in text


def test_firth_replaces_the_ordinary_estimate_when_events_are_few(
    made_up_result: MakeResult,
) -> None:
    from dataclasses import replace

    from timezero.report.ladder_rows import primary_ratio

    rung = made_up_result().rung("time_varying")
    found = primary_ratio(rung)
    assert found is not None
    assert found.variant == "unadjusted"
    few = tuple(replace(c, details={"n_events": 9.0}) for c in rung.contrasts)
    found = primary_ratio(replace(rung, contrasts=few))
    assert found is not None
    assert found.variant == "firth"


def test_what_was_written_is_named(made_up_result: MakeResult) -> None:
    text = render_text(made_up_result(), colour=False, written={"report": "r.html"})
    assert "wrote: report to r.html\nnext: open r.html" in text


def test_wide_terminals_show_who_is_counted_from_when(made_up_result: MakeResult) -> None:
    assert "Who is counted from when" in render_text(made_up_result(), colour=False, width=130)


def test_the_frame_has_one_row_a_contrast_and_one_a_refusal(made_up_result: MakeResult) -> None:
    result = made_up_result()
    frame = result.to_frame()
    n_refused = sum(rung.status == "refused" for rung in result.rungs)
    assert frame.height == sum(len(r.contrasts) for r in result.rungs) + n_refused
    row = frame.filter((frame["rung"] == "time_varying") & (frame["variant"] == "adjusted"))
    assert row["value"].to_list()[1] == 1.01


def test_notebooks_show_the_ladder(made_up_result: MakeResult) -> None:
    html = made_up_result()._repr_html_()
    assert "refused: no trigger was recorded" in html
    assert html.count("<tr>") == 22


def test_files_are_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "folder" / "result.json"
    write_text(target, "one\n")
    monkeypatch.setattr("pathlib.Path.replace", _fail)
    with pytest.raises(InputRefused, match="disk full"):
        write_text(target, "two\n")
    assert target.read_text() == "one\n"
    assert [p.name for p in target.parent.iterdir()] == ["result.json"]


def _fail(*_: object) -> None:
    raise OSError(errno.ENOSPC, "disk full")
