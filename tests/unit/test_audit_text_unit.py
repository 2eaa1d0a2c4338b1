"""What the terminal shows of an audit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from timezero.model.audit_result import AuditResult
from timezero.report.render.audit_text import render_audit_text

MakeAudit = Callable[..., AuditResult]
VARIANTS = ("rich", "sparse", "no_contrast", "not_reached", "hazard_ratio", "survival", "hostile")


def test_verdict_number_why_found_missing_next_in_this_order(made_up_audit: MakeAudit) -> None:
    result = made_up_audit()
    text = render_audit_text(result, colour=False, width=100)
    lines = text.splitlines()
    assert lines[0].startswith("SIMULATED DATA")
    assert lines[1] == result.verdict.headline
    assert lines[2].strip().startswith("If it did nothing, the ratio of medians would be 1.62")
    assert lines[-1].startswith("next: ")
    marks = (
        "why: ",
        "Choice of",
        "warning: ",
        "missing: waiting times",
        "not answered: ",
        "next: ",
    )
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)


def test_the_table_has_a_line_for_each_strength_of_selection(made_up_audit: MakeAudit) -> None:
    text = render_audit_text(made_up_audit(), colour=False, width=80)
    rows = {line.split()[0]: line for line in text.splitlines() if "(" in line and "%" in line}
    assert "1.62 (0.81 to 3.23)" in rows["none"]
    assert "0.62 (0.26 to 1.50)" in rows["none"]
    assert "(1.18 to" in rows["strong"]
    assert "52%" in rows["strong"]
    assert re.search(r"printed +2\.47$", text, re.MULTILINE)


@pytest.mark.parametrize("variant", VARIANTS)
def test_plain_text_is_ascii_without_escapes_within_80_columns(
    variant: str, made_up_audit: MakeAudit
) -> None:
    text = render_audit_text(made_up_audit(variant), plain=True, colour=True, width=80)
    assert text.isascii()
    assert "\x1b" not in text
    assert max(map(len, text.splitlines()[:-1])) <= 80


def test_a_setting_that_was_not_done_is_said(made_up_audit: MakeAudit) -> None:
    result = made_up_audit()
    without = {s: e for s, e in result.compatible.items() if s != "strong"}
    text = render_audit_text(replace(result, compatible=without), colour=False, width=80)
    assert "not done" in text
    assert "not done" not in render_audit_text(result, colour=False, width=80)


def test_real_patients_are_not_called_simulated(made_up_audit: MakeAudit) -> None:
    result = made_up_audit()
    source = result.claim.source.model_copy(update={"simulated": False})
    real = replace(result, claim=result.claim.model_copy(update={"source": source}))
    assert "SIMULATED" not in render_audit_text(real, colour=False)


def test_what_was_written_is_named_and_opened_next(made_up_audit: MakeAudit) -> None:
    text = render_audit_text(made_up_audit(), colour=False, written={"report": "a.html"})
    assert "wrote: report to a.html\nnext: open a.html" in text


def test_a_printed_hazard_ratio_is_shown_as_printed(made_up_audit: MakeAudit) -> None:
    text = render_audit_text(made_up_audit("hazard_ratio"), colour=False, width=80)
    assert re.search(r"printed +0\.86$", text, re.MULTILINE)
