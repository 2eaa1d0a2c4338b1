"""The terminal text of a made-up result, kept word for word."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from syrupy.assertion import SnapshotAssertion

from timezero.model.result import StudyResult
from timezero.report.document import write_sections
from timezero.report.render.text import render_text

MakeResult = Callable[..., StudyResult]


@pytest.mark.parametrize("plain", [True, False])
def test_the_text_is_as_it_was(
    plain: bool, made_up_result: MakeResult, snapshot: SnapshotAssertion
) -> None:
    assert render_text(made_up_result(), plain=plain, colour=False, width=80) == snapshot


def test_the_titles_of_the_report_are_as_they_were(
    made_up_result: MakeResult, snapshot: SnapshotAssertion
) -> None:
    titles = [
        (section.title, [getattr(b, "title", "") for b in section.blocks if hasattr(b, "title")])
        for section in write_sections(made_up_result())
    ]
    assert titles == snapshot
