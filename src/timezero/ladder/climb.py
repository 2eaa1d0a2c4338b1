"""What every rung is given: the patients, the question, and work shared between rungs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate.bootstrap import BootstrapArms, bootstrap_arms
from timezero.estimate.person_bootstrap import Kept, person_bootstrap
from timezero.ladder.design import Design
from timezero.ladder.fitness_plan import FitnessPlan
from timezero.model.cohort import Cohort
from timezero.model.estimate import ArmSummary, Contrast, Curve
from timezero.model.person_time import PersonTime
from timezero.model.protocol import Protocol
from timezero.model.record import AnalysisRecord
from timezero.model.result import DataTable, Role, Rung

Progress: TypeAlias = Callable[[str, int, int], None]


@dataclass(slots=True, kw_only=True)
class RungNumbers:
    """What a rung estimates; collected while it is estimated."""

    arms: tuple[ArmSummary, ...] = ()
    contrasts: list[Contrast] = field(default_factory=list[Contrast])
    curves: tuple[Curve, ...] = ()
    tables: list[DataTable] = field(default_factory=list[DataTable])
    cautions: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Climb:
    """One walk up the ladder.

    Parameters
    ----------
    cohort, protocol : Cohort, Protocol
    design : Design
        Baseline covariates of the adjusted analyses.
    plan : FitnessPlan
        From when, among whom and over how long strategies are compared.
    horizons, landmarks : tuple of float
        As declared, or as chosen by the stated rule.
    horizon_rule, landmark_rule : str
        How they were chosen, in words.
    progress : callable
        Told the name of a long step, how much is done, and how much there is.
    kept_by_name : callable, optional
        Given the name of a rung, where its finished replicates are kept between runs.
    record : AnalysisRecord, optional
        How often these data were analysed; None when no record is kept.
    """

    cohort: Cohort
    protocol: Protocol
    design: Design
    plan: FitnessPlan
    horizons: tuple[float, ...]
    landmarks: tuple[float, ...]
    horizon_rule: str
    landmark_rule: str
    progress: Progress
    kept_by_name: Callable[[str], Kept] | None = None
    record: AnalysisRecord | None = None
    _replicates: dict[str, BootstrapArms] = field(default_factory=dict[str, BootstrapArms])
    _numbers: dict[str, Floats] = field(default_factory=dict[str, Floats])

    @property
    def level(self) -> float:
        """Coverage of every interval."""
        return self.protocol.analysis.level

    def bootstrap(self, name: str, rows: PersonTime) -> BootstrapArms | None:
        """Return the person bootstrap of these rows; done once per name, None when switched off.

        Every call draws the same patients in the same replicate, so that differences between
        rungs are paired.
        """
        analysis = self.protocol.analysis
        if analysis.bootstrap == 0:
            return None
        if name not in self._replicates:
            self._replicates[name] = bootstrap_arms(
                rows,
                n_patients=self.cohort.n,
                horizons=self.horizons,
                replicates=analysis.bootstrap,
                seed=analysis.seed,
                workers=analysis.workers,
                progress=lambda done, total: self.progress(f"bootstrap, {name}", done, total),
            )
        return self._replicates[name]

    def resampled(
        self, name: str, replicate: Callable[[Ints], Floats], n_numbers: int
    ) -> Floats | None:
        """Return the estimates of a fitness rung in resamples of the patients, once per name.

        Parameters
        ----------
        name : str
            Of the rung; the decomposition asks for the replicates of a rung by its name.
        replicate : callable
            As :func:`timezero.estimate.person_bootstrap.person_bootstrap` takes it.
        n_numbers : int
            How many numbers a replicate gives.

        Returns
        -------
        numbers : (replicates, n_numbers) float64 or None
            None when switched off (fitness.replicates = 0). The same patients are in the same
            replicate for every name, and in :meth:`bootstrap`.
        """
        chosen = self.protocol.fitness.replicates
        if chosen == 0:
            return None
        if name not in self._numbers:
            self._numbers[name] = person_bootstrap(
                replicate,
                n_patients=self.cohort.n,
                n_numbers=n_numbers,
                replicates=chosen,
                seed=self.protocol.analysis.seed,
                workers=self.protocol.analysis.workers,
                progress=lambda done, total: self.progress(f"bootstrap, {name}", done, total),
                kept=self.kept_by_name(name) if self.kept_by_name is not None else None,
            )
        return self._numbers[name]

    def replicates_of(self, name: str) -> Floats | None:
        """Return the replicates that a rung has made, or None."""
        return self._numbers.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class RungMethod:
    """What a file in ``ladder/rungs`` exposes as ``RUNG``: the words and the work of one rung.

    Parameters
    ----------
    name : str
        The name in JSON, equal to the file's name.
    order : int
        Place on the ladder.
    role : {"published_error", "correction"}
    title, estimand, symbols, counted_from, difference : str
        As in :class:`~timezero.model.result.Rung`.
    needed : str
        What data would be needed when the rung is refused.
    references : tuple of str
        Keys of the bibliography.
    estimate : callable
        Gives the numbers, or raises AnalysisRefused.
    """

    name: str
    order: int
    role: Role
    title: str
    estimand: str
    symbols: str
    counted_from: str
    difference: str
    needed: str
    references: tuple[str, ...]
    estimate: Callable[[Climb], RungNumbers]

    def rung(self, climb: Climb) -> Rung:
        """Return the rung, estimated or refused with its reason."""
        try:
            numbers = self.estimate(climb)
            refusal, needed = "", ""
        except AnalysisRefused as refused:
            numbers = RungNumbers()
            refusal, needed = refused.what, refused.mend or self.needed
        return Rung(
            name=self.name,
            role=self.role,
            title=self.title,
            estimand=self.estimand,
            symbols=self.symbols,
            counted_from=self.counted_from,
            difference=self.difference,
            status="refused" if refusal else "ok",
            refusal=refusal,
            needed=needed,
            arms=numbers.arms,
            contrasts=tuple(numbers.contrasts),
            curves=numbers.curves,
            tables=tuple(numbers.tables),
            cautions=tuple(dict.fromkeys(numbers.cautions)),
            references=self.references,
        )


def at_risk(rows: PersonTime, arm: int, time: float) -> int:
    """Return how many patients of an arm are at risk at a time (C2)."""
    return int(np.sum((rows.arm == arm) & (rows.entry < time) & (rows.exit >= time)))
