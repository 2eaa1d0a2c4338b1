"""A comment that a reviewer can send."""

from __future__ import annotations

from timezero.model.audit_result import AuditResult
from timezero.report.audit_texts import reviewer_comment
from timezero.report.document import AuditChapter, Section, ToCopy

SECTION: Section[AuditResult] = Section(
    title="For a reviewer",
    chapter=AuditChapter.TO_SEND,
    blocks=lambda result: (
        ToCopy(heading="A comment to copy and send", text=reviewer_comment(result)),
    ),
)
