"""A paragraph in plain words that a journalist can take over."""

from __future__ import annotations

from timezero.model.audit_result import AuditResult
from timezero.report.audit_texts import journalist_paragraph
from timezero.report.document import AuditChapter, Section, ToCopy

SECTION: Section[AuditResult] = Section(
    title="For a journalist",
    chapter=AuditChapter.TO_PRINT,
    blocks=lambda result: (
        ToCopy(heading="A paragraph to copy and print", text=journalist_paragraph(result)),
    ),
)
