"""What a study says: the ladder, the verdict, the decomposition, and where it all came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from timezero.findings import Finding
from timezero.model.cohort import Cohort
from timezero.model.estimate import ArmSummary, Contrast, Curve
from timezero.model.guard import GuardJudgement
from timezero.model.protocol import Protocol
from timezero.model.record import AnalysisRecord

Role: TypeAlias = Literal["published_error", "correction"]
Scale: TypeAlias = Literal["log_hazard_ratio", "rmst_difference"]
Part: TypeAlias = Literal[
    "published", "clock", "person_time", "trigger", "fitness", "remainder", "chance"
]
Column: TypeAlias = tuple[float, ...] | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTable:
    """A small named table that a figure or a section is drawn from.

    Parameters
    ----------
    name : str
        Such as ``null_naive_hazard_ratio`` or ``landmark_curve``.
    title : str
    columns : mapping of str to tuple
        Columns of equal length.
    notes : mapping of str to float
        Single numbers that belong to the table: an observed value, a critical value.
    """

    name: str
    title: str
    columns: Mapping[str, Column]
    notes: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of the ladder, estimated or refused.

    Parameters
    ----------
    name : str
        The name in JSON.
    role : {"published_error", "correction"}
    title, estimand, symbols, counted_from, difference : str
        In words: the rung, what it estimates (and in symbols), who is counted from when, and
        why it differs from the rung before.
    status : {"ok", "refused"}
    refusal, needed : str
        Why it was refused, and what would be needed.
    """

    name: str
    role: Role
    title: str
    estimand: str
    symbols: str
    counted_from: str
    difference: str
    status: Literal["ok", "refused"]
    refusal: str = ""
    needed: str = ""
    arms: tuple[ArmSummary, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    curves: tuple[Curve, ...] = ()
    tables: tuple[DataTable, ...] = ()
    cautions: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    def contrast(self, measure: str, variant: str = "unadjusted") -> Contrast | None:
        """Return the contrast with this measure and variant, or None."""
        for contrast in self.contrasts:
            if contrast.measure == measure and contrast.variant == variant:
                return contrast
        return None

    def table(self, name: str) -> DataTable | None:
        """Return the named data table, or None."""
        return next((t for t in self.tables if t.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One part of the naive advantage, attributed to one rung.

    Parameters
    ----------
    scale : {"log_hazard_ratio", "rmst_difference"}
    part : {"published", "clock", "person_time", "trigger", "remainder"}
    value, lower, upper : float
        With a percentile bootstrap interval.
    status : {"ok", "not_assessed"}
    words : str
        What this part is.
    """

    scale: Scale
    part: Part
    value: float
    lower: float
    upper: float
    status: Literal["ok", "not_assessed"]
    words: str
    at: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The rule-based conclusion, from a fixed list.

    Parameters
    ----------
    code : str
        One of ``waiting_explains_it``, ``waiting_does_not_explain_it``,
        ``advantage_was_hidden``, ``harm_was_hidden``, ``harm_was_visible``,
        ``too_few_to_tell``, ``no_advantage_to_explain``, ``cannot_be_compared``.
    headline : str
        One sentence.
    number : str
        The one number, printed.
    reasons : tuple of str
        The rules that led there.
    not_answered : tuple of str
        What this study leaves open.
    """

    code: str
    headline: str
    number: str
    reasons: tuple[str, ...]
    not_answered: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What a result was made from, so that it can be made again."""

    input_digest: str
    protocol_digest: str
    seed: int
    versions: Mapping[str, str]
    timezero_version: str
    protocol: Protocol
    made_at: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class StudyResult:
    """The whole answer of a study."""

    cohort: Cohort
    protocol: Protocol
    rungs: tuple[Rung, ...]
    verdict: Verdict
    decomposition: tuple[Share, ...]
    sensitivity: tuple[DataTable, ...]
    findings: tuple[Finding, ...]
    provenance: Provenance
    guards: tuple[GuardJudgement, ...] = ()
    record: AnalysisRecord | None = None

    def rung(self, name: str) -> Rung:
        """Return the rung with this name."""
        for rung in self.rungs:
            if rung.name == name:
                return rung
        raise KeyError(name)

    def __repr__(self) -> str:
        """Return the same few lines as ``str``, never the patients."""
        return str(self)

    def __str__(self) -> str:
        """Return the verdict in two lines."""
        return f"{self.verdict.headline}\n{self.verdict.number}"

    def to_frame(self) -> Any:
        """Return all contrasts as a Polars data frame, one row each."""
        from timezero.report.render.frame import contrasts_frame

        return contrasts_frame(self)

    def to_json(self, path: str | None = None) -> str:
        """Return the result as JSON text; also write it when a path is given."""
        from timezero.report.render.json import render_json, write_text

        text = render_json(self)
        if path is not None:
            write_text(path, text)
        return text

    def report(self, path: str) -> None:
        """Write the report as one self-contained HTML file."""
        from timezero.report.render.html import render_html
        from timezero.report.render.json import write_text

        write_text(path, render_html(self))

    def _repr_html_(self) -> str:
        """Return the ladder as an HTML table, for notebooks."""
        from timezero.report.render.notebook import ladder_html

        return ladder_html(self)
