"""Which true effects fit everything that is printed."""

from __future__ import annotations

from timezero.model.audit_result import AuditResult
from timezero.report.audit_figures.compatible_effects import FIGURE
from timezero.report.document import AuditChapter, Section, drawn

SECTION: Section[AuditResult] = Section(
    title="Which true effects fit what is printed",
    chapter=AuditChapter.EFFECTS,
    blocks=lambda result: drawn(FIGURE, result),
)
