"""What an audit says: checks, do-nothing worlds, compatible effects, verdict, and their origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from timezero.model.audit_parts import (
    SETTINGS,
    Assumption,
    AuditProvenance,
    Benchmark,
    CheckResult,
    ClosedForm,
    CompatibleEffect,
    CurveAccuracy,
    DoNothing,
    MissingNumber,
    Quantiles,
    SelectionSetting,
    Setting,
    SmallWorld,
    Split,
    Tipping,
    Use,
    UsedNumber,
    WorldPatient,
)
from timezero.model.claim import Claim
from timezero.model.result import DataTable, Verdict

__all__ = [
    "SETTINGS",
    "Assumption",
    "AuditProvenance",
    "AuditResult",
    "Benchmark",
    "CheckResult",
    "ClosedForm",
    "CompatibleEffect",
    "CurveAccuracy",
    "DoNothing",
    "MissingNumber",
    "Quantiles",
    "SelectionSetting",
    "Setting",
    "SmallWorld",
    "Split",
    "Tipping",
    "Use",
    "UsedNumber",
    "WorldPatient",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class AuditResult:
    """The whole answer of an audit.

    Parameters
    ----------
    verdict : Verdict
        Code one of ``waiting_could_produce_it``, ``moderate_selection_could_produce_it``,
        ``more_than_waiting_and_selection``, ``harm_may_be_hidden``, ``cannot_tell``.
    do_nothing : mapping of setting to DoNothing
    compatible : mapping of setting to CompatibleEffect
    Parts that the printed numbers do not allow are None or empty, and ``not_possible`` says why.
    """

    claim: Claim
    numbers: tuple[UsedNumber, ...]
    checks: tuple[CheckResult, ...]
    closed_form: ClosedForm | None
    do_nothing: Mapping[Setting, DoNothing]
    selection: tuple[SelectionSetting, ...]
    compatible: Mapping[Setting, CompatibleEffect]
    split: Split | None
    tipping: Tipping | None
    missing: tuple[MissingNumber, ...]
    worlds: tuple[SmallWorld, ...]
    assumptions: tuple[Assumption, ...]
    curves: tuple[CurveAccuracy, ...]
    not_possible: tuple[str, ...]
    verdict: Verdict
    provenance: AuditProvenance
    tables: tuple[DataTable, ...] = field(default=())

    def __repr__(self) -> str:
        """Return the same few lines as ``str``."""
        return str(self)

    def __str__(self) -> str:
        """Return the verdict in two lines."""
        return f"{self.verdict.headline}\n{self.verdict.number}"

    def to_json(self, path: str | None = None) -> str:
        """Return the audit as JSON text; also write it when a path is given."""
        from timezero.report.render.audit_json import render_audit_json
        from timezero.report.render.json import write_text

        text = render_audit_json(self)
        if path is not None:
            write_text(path, text)
        return text

    def report(self, path: str) -> None:
        """Write the audit as one self-contained HTML file."""
        from timezero.report.render.audit_html import render_audit_html
        from timezero.report.render.json import write_text

        write_text(path, render_audit_html(self))

    def article(self, path: str) -> None:
        """Write the plain-language page for patients as one self-contained HTML file."""
        from timezero.report.render.article_html import render_article_html
        from timezero.report.render.json import write_text

        write_text(path, render_article_html(self))
