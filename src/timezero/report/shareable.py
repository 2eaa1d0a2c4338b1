"""A result as others may see it: small counts, exact times and single patients taken out."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from timezero.errors import AnalysisRefused
from timezero.findings import Finding
from timezero.model.cohort import Cohort
from timezero.model.estimate import ArmSummary, Contrast
from timezero.model.guard import GuardJudgement
from timezero.model.result import Column, DataTable, Rung, StudyResult, Verdict
from timezero.report.coarse_curves import CoarseCurve, coarsened
from timezero.report.coarse_tables import OF_PATIENTS, on_whole_months, without_rates
from timezero.report.count_ledger import PERFUSED, Key, shown_counts
from timezero.report.sentences import Discreet
from timezero.report.small_cells import is_own


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SharedCohort(Cohort):
    """Patients with their counts as they may be printed.

    Parameters
    ----------
    shown : mapping
        Counts by key (:mod:`timezero.report.count_ledger`).
    """

    shown: Mapping[Key, int]


def count_of(cohort: Cohort, key: Key, count: int) -> int:
    """Return a count of a cohort as it may be printed: the count itself in one's own report."""
    return cohort.shown[key] if isinstance(cohort, SharedCohort) else count


@lru_cache(maxsize=2)
def shareable(result: StudyResult) -> StudyResult:
    """Return the result that a report for others is written from; one's own is left as it is.

    Counts are hidden with all others in view (:mod:`timezero.report.suppression`), curves are on
    a grid of months, tables of single patients are left out, and sentences say 'fewer than 5'.

    Raises
    ------
    AnalysisRefused
        There are fewer patients than the smallest count that may be shown.
    """
    if is_own(result) or isinstance(result.cohort, SharedCohort):
        return result
    smallest = result.protocol.report.smallest_shown
    if result.cohort.n < smallest:
        raise AnalysisRefused(
            what=f"there are fewer than {smallest} patients: nothing about them can be shared",
            where=f"profile {result.protocol.report.profile}",
            mend="use --profile own, and keep the report to yourself",
            code="TZ-OUT-20",
        )
    curves = {
        rung.name: coarsened(rung.curves, result.cohort.time_unit, smallest)
        for rung in result.rungs
        if rung.curves
    }
    return _Masking(result, curves).masked()


class _Masking:
    """Carries what one result's masking needs from part to part."""

    def __init__(self, result: StudyResult, curves: Mapping[str, tuple[CoarseCurve, ...]]) -> None:
        self.result, self.curves = result, curves
        self.shown = shown_counts(result, curves)
        self.smallest = result.protocol.report.smallest_shown
        cohort = result.cohort
        self.discreet = Discreet(
            smallest=self.smallest,
            n_patients=cohort.n,
            n_events=int(cohort.event.sum()),
            withheld=self._withheld(),
        )

    def _withheld(self) -> frozenset[int]:
        """Return the counts of the whole cohort that sentences must not say either."""
        cohort = self.result.cohort
        groups = (cohort.initiated, ~cohort.initiated)
        counts: dict[Key, int] = {
            ("events",): int(cohort.event.sum()),
            ("treated",): int(groups[0].sum()),
            ("untreated",): int(groups[1].sum()),
            ("events", "treated"): int((groups[0] & cohort.event).sum()),
            ("events", "untreated"): int((groups[1] & cohort.event).sum()),
            ("triggered",): cohort.n_triggered,
            ("competing",): cohort.n_competing,
            PERFUSED: cohort.n_perfused,
        }
        for rung in self.result.rungs:
            for k, arm in enumerate(rung.arms):
                counts["arm", rung.name, k, "patients"] = arm.n_patients
                counts["arm", rung.name, k, "events"] = arm.n_events
        for k, step in enumerate(cohort.attrition):
            counts["step", k] = step.n_patients
        hidden = {n for key, n in counts.items() if self.shown.get(key, 0) < 0}
        return frozenset(hidden - {cohort.n})

    def masked(self) -> StudyResult:
        result, say = self.result, self.discreet.say
        return replace(
            result,
            cohort=self._cohort(),
            rungs=tuple(self._rung(rung) for rung in result.rungs),
            verdict=_said(result.verdict, self.discreet),
            decomposition=tuple(replace(s, words=say(s.words)) for s in result.decomposition),
            sensitivity=tuple(self._table("", t) for t in result.sensitivity),
            findings=tuple(self._finding(f) for f in result.findings),
            guards=tuple(self._guard(g) for g in result.guards),
        )

    def _cohort(self) -> SharedCohort:
        cohort = self.result.cohort
        fields = {f.name: getattr(cohort, f.name) for f in dataclasses.fields(Cohort)}
        fields["patient"] = tuple(map(str, range(1, cohort.n + 1)))
        fields["findings"] = ()
        fields["perfusions"] = ()
        fields["attrition"] = tuple(
            replace(
                step,
                n_patients=self.shown["step", k],
                n_removed=self.shown["removed", k],
                step=self.discreet.say(step.step),
                reason=self.discreet.say(step.reason),
            )
            for k, step in enumerate(cohort.attrition)
        )
        return SharedCohort(**fields, shown=self.shown)

    def _rung(self, rung: Rung) -> Rung:
        say, name = self.discreet.say, rung.name
        arms = tuple(self._arm(name, k, arm) for k, arm in enumerate(rung.arms))
        tables = [self._table(name, t) for t in rung.tables if t.name not in OF_PATIENTS]
        return replace(
            rung,
            arms=arms,
            contrasts=tuple(self._contrast(c) for c in rung.contrasts),
            curves=tuple(self._curve(name, k, c) for k, c in enumerate(self.curves.get(name, ()))),
            tables=tuple(tables),
            cautions=tuple(map(say, rung.cautions)),
            refusal=say(rung.refusal),
            needed=say(rung.needed),
            difference=say(rung.difference),
            counted_from=say(rung.counted_from),
        )

    def _arm(self, rung: str, k: int, arm: ArmSummary) -> ArmSummary:
        shown = replace(
            arm,
            n_patients=self.shown["arm", rung, k, "patients"],
            n_events=self.shown["arm", rung, k, "events"],
        )
        if arm.n_patients >= self.smallest:
            return shown
        nothing = math.nan
        return replace(
            shown,
            person_time=nothing,
            median=nothing,
            median_lower=nothing,
            median_upper=nothing,
            survival=(),
            rmst=(),
        )

    def _contrast(self, contrast: Contrast) -> Contrast:
        return replace(
            contrast,
            method=self.discreet.say(contrast.method),
            cautions=tuple(map(self.discreet.say, contrast.cautions)),
        )

    def _curve(self, rung: str, k: int, curve: CoarseCurve) -> CoarseCurve:
        counts: list[float] = curve.n_at_risk.tolist()
        key: Key = ("at risk", rung, k)
        at_risk = [self.shown.get((*key, j), count) for j, count in enumerate(counts)]
        return replace(curve, n_at_risk=np.array(at_risk, dtype=np.float64))

    def _table(self, rung: str, table: DataTable) -> DataTable:
        columns: dict[str, Column] = {}
        for name, column in table.columns.items():
            numbers = [value for value in column if not isinstance(value, str)]
            key: Key = ("cell", rung, table.name, name)
            columns[name] = (
                tuple(float(self.shown.get((*key, k), value)) for k, value in enumerate(numbers))
                if numbers
                else tuple(self.discreet.say(str(word)) for word in column)
            )
        columns = on_whole_months(
            without_rates(columns),
            table.name,
            unit=self.result.cohort.time_unit,
            smallest=self.smallest,
            n_patients=self.result.cohort.n,
        )
        return replace(table, columns=columns, title=self.discreet.say(table.title))

    def _finding(self, finding: Finding) -> Finding:
        n = finding.n_rows
        return replace(
            finding,
            what=self.discreet.say(finding.what),
            where=self.discreet.place(finding.where),
            mend=self.discreet.say(finding.mend),
            evidence=(),
            n_rows=-1 if 0 < n < self.smallest else n,
        )

    def _guard(self, guard: GuardJudgement) -> GuardJudgement:
        return replace(guard, what=self.discreet.say(guard.what))


def _said(verdict: Verdict, discreet: Discreet) -> Verdict:
    return replace(
        verdict,
        headline=discreet.say(verdict.headline),
        number=discreet.say(verdict.number),
        reasons=tuple(map(discreet.say, verdict.reasons)),
        not_answered=tuple(map(discreet.say, verdict.not_answered)),
    )
