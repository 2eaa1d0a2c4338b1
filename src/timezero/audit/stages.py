"""What an audit simulates: the plan that follows from what a claim prints."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from timezero.arrays import Floats
from timezero.audit.claim_curves import Reconstruction
from timezero.audit.contrast import Comparison, choose_comparison
from timezero.audit.curve_targets import curve_targets
from timezero.audit.evidence import Evidence
from timezero.audit.missing import extra_queries
from timezero.audit.prior import Prior
from timezero.audit.simulate import Design, Query
from timezero.audit.targets import Target, Targets, make_targets
from timezero.audit.unknowns import laws_of, make_prior
from timezero.audit.worlds_of_claim import Stage
from timezero.model.audit_result import Setting

MOST_PATIENTS: Final = 3_000
FEWEST_PATIENTS: Final = 4
STAGE_NUMBERS: Final[dict[Setting, int]] = {"none": 1, "moderate": 2, "strong": 3}
EFFECT_STAGES: Final = 10
MAP_STAGE: Final = 20
PICTURE_STAGE: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """What can be simulated for a claim, and how.

    Parameters
    ----------
    evidence : Evidence
    comparison : Comparison or None
    targets : Targets
    design : Design
    n_patients : int
        Patients of a simulated study.
    scaled : float
        Simulated over printed number of patients; below 1 for very large studies.
    curves : (n_tables, 2, n_knots) float64 or None
        Cumulative hazards of the pooled curve.
    not_possible : tuple of str
        What cannot be done, and why.
    """

    evidence: Evidence
    comparison: Comparison | None
    targets: Targets
    design: Design
    n_patients: int
    scaled: float
    curves: Floats | None
    not_possible: tuple[str, ...]

    @property
    def can_simulate(self) -> bool:
        """Return whether a simulation can be made and compared: how many patients, and of what."""
        enough = self.n_patients >= FEWEST_PATIENTS
        answerable = self.comparison is not None and not _lacks_landmark(self.evidence)
        return enough and answerable and not _empty_group(self.evidence)

    def do_nothing_stage(self, setting: Setting) -> Stage:
        """Return the stage whose worlds match the margins and in which nothing works."""
        laws = laws_of(setting, self.evidence)
        prior = make_prior(
            self.evidence,
            laws=laws,
            selection=1.0 if laws else 0.0,
            curves=self.curves,
        )
        return Stage(
            name=f"worlds in which the treatment does nothing, selection {setting}",
            number=STAGE_NUMBERS[setting],
            prior=_with_size(prior, self),
            design=self.design,
            targets=self.targets.of("size", "pooled", "waiting"),
        )

    def effect_stage(self, setting: Setting) -> Stage:
        """Return the stage whose worlds match all that is printed, with every effect."""
        laws = laws_of(setting, self.evidence)
        prior = make_prior(self.evidence, laws=laws, selection=1.0 if laws else 0.0, effect=True)
        return Stage(
            name=f"effects that fit what is printed, selection {setting}",
            number=EFFECT_STAGES + STAGE_NUMBERS[setting],
            prior=_with_size(prior, self),
            design=self.design,
            targets=self.targets,
        )


def make_plan(evidence: Evidence, reconstruction: Reconstruction | None) -> Plan:
    """Return what can be simulated for a claim.

    Parameters
    ----------
    evidence : Evidence
    reconstruction : Reconstruction or None
        Curves put together again from printed points.
    """
    targets, design = make_targets(evidence)
    comparison = choose_comparison(evidence)
    read = () if reconstruction is None else curve_targets(reconstruction)
    known = {t.statistic for t in targets.targets}
    added = tuple(t for t in read if t.statistic not in known)
    n = evidence.span("n")
    n_printed = 0.0 if n is None or math.isinf(n.upper) else n.upper
    n_patients = int(min(n_printed, MOST_PATIENTS))
    scaled = n_patients / n_printed if n_printed else 1.0
    queries = {*design.queries, *(_query(t.statistic) for t in added)}
    queries |= extra_queries(_typical_time(evidence))
    matched = (*targets.targets, *added)
    return Plan(
        evidence=evidence,
        comparison=comparison,
        targets=Targets(
            targets=tuple(_scaled(t, scaled) for t in matched if _is_usable(t)), cap=targets.cap
        ),
        design=replace(design, queries=tuple(sorted(queries))),
        n_patients=n_patients,
        scaled=scaled,
        curves=_pooled_hazards(reconstruction),
        not_possible=_not_possible(evidence, comparison, reconstruction),
    )


def _is_usable(target: Target) -> bool:
    return not (math.isnan(target.lower) or math.isnan(target.upper))


def _lacks_landmark(evidence: Evidence) -> bool:
    asked = evidence.claim.question
    return asked.comparison == "landmark" and asked.landmark is None


def _query(statistic: str) -> Query:
    kind, group, value = statistic.split(" ")
    return Query(kind=kind, group=group, value=float(value))  # pyright: ignore[reportArgumentType]


def _typical_time(evidence: Evidence) -> float:
    """Return a time in the middle of the printed ones, for reading curves at."""
    times = [s.lower for s in evidence.all_times() if 0.0 < s.lower < math.inf]
    times = times or [r.at for r in evidence.readings() if r.kind != "quantile" and r.at > 0.0]
    return float(np.exp(np.mean(np.log(times)))) if times else 1.0


def _with_size(prior: Prior, plan: Plan) -> Prior:
    """Let very large studies be simulated with fewer patients."""
    if plan.scaled >= 1.0:
        return prior
    kept = tuple(c for c in prior.coordinates if c.name != "n")
    return replace(prior, coordinates=kept, fixed={**prior.fixed, "n": float(plan.n_patients)})


def _scaled(target: Target, scaled: float) -> Target:
    """Return what would be printed of a study with fewer patients."""
    if scaled >= 1.0:
        return target
    factor = 1.0
    if target.scale == "count":
        factor = scaled
    elif target.statistic in ("log_rank_z", "absolute_z"):
        factor = math.sqrt(scaled)
    elif target.statistic == "hazard_ratio_error":
        factor = 1.0 / math.sqrt(scaled)
    return replace(target, lower=target.lower * factor, upper=target.upper * factor)


def _pooled_hazards(reconstruction: Reconstruction | None) -> Floats | None:
    """Return cumulative hazards of the pooled curve, each reading one table, all equally long."""
    if reconstruction is None or reconstruction.pooled is None:
        return None
    curves = reconstruction.repeats or (reconstruction.pooled,)
    most = max(times.size for times, _ in curves) + 1
    tables = np.empty((len(curves), 2, most))
    for k, (times, survival) in enumerate(curves):
        hazards = -np.log(survival)
        slope = (hazards[-1] - hazards[-2]) / (times[-1] - times[-2])
        beyond = times[-1] * (1.0 + np.arange(1, most - times.size + 1))
        tables[k, 0] = np.concatenate([times, beyond])
        tables[k, 1] = np.concatenate([hazards, hazards[-1] + slope * (beyond - times[-1])])
    return tables


def _empty_group(evidence: Evidence) -> bool:
    """Return whether nobody, or everybody, was treated by what is printed."""
    n, late, never = (evidence.span(name) for name in ("n", "n_late", "n_never"))
    everybody = n is not None and late is not None and late.lower >= n.upper
    return everybody or any(size is not None and size.upper < 1.0 for size in (late, never))


def _not_possible(
    evidence: Evidence, comparison: Comparison | None, reconstruction: Reconstruction | None
) -> tuple[str, ...]:
    said: list[str] = []
    if not evidence.sizes_agree:
        said.append("the printed sizes of the groups contradict each other")
    n = evidence.span("n")
    if n is None or math.isinf(n.upper):
        said.append("worlds of the study's own size: how many patients there were is not printed")
    elif n.upper < FEWEST_PATIENTS:
        said.append("worlds of the study's own size: there are too few patients for two groups")
    if _lacks_landmark(evidence):
        said.append("a comparison at a landmark: which time that was is not stated")
    if evidence.span("n_late") is None:
        said.append("how many patients were treated late is not printed")
    if _empty_group(evidence):
        said.append("a comparison of two groups: one of them is printed as empty")
    if comparison is None:
        said.append(
            "a comparison with the printed contrast: no hazard ratio, no pair of medians and no "
            "pair of survival shares is printed"
        )
    if reconstruction is not None and reconstruction.why_not_pooled:
        said.append(reconstruction.why_not_pooled)
    return tuple(said)
