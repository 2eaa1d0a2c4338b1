"""Two small simulated studies, patient by patient."""

from __future__ import annotations

from timezero.model.audit_result import AuditResult
from timezero.report.audit_figures.two_worlds import FIGURE
from timezero.report.document import AuditChapter, Section, drawn

SECTION: Section[AuditResult] = Section(
    title="Two small worlds: who had to live long enough",
    chapter=AuditChapter.WORLDS,
    blocks=lambda result: drawn(FIGURE, result),
)
