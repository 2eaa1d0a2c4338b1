"""The terminal text of a made-up audit, and its texts to take over, kept word for word."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from syrupy.assertion import SnapshotAssertion

from timezero.model.audit_result import AuditResult
from timezero.report.audit_texts import journalist_paragraph, reviewer_comment
from timezero.report.render.audit_text import render_audit_text

MakeAudit = Callable[..., AuditResult]


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("variant", ["rich", "not_reached", "hazard_ratio", "survival", "sparse"])
def test_the_text_is_as_it_was(
    variant: str, plain: bool, made_up_audit: MakeAudit, snapshot: SnapshotAssertion
) -> None:
    text = render_audit_text(made_up_audit(variant), plain=plain, colour=False, width=80)
    assert text == snapshot


@pytest.mark.parametrize("write", [reviewer_comment, journalist_paragraph])
def test_the_texts_to_take_over_are_as_they_were(
    write: Callable[[AuditResult], str], made_up_audit: MakeAudit, snapshot: SnapshotAssertion
) -> None:
    assert write(made_up_audit()) == snapshot
