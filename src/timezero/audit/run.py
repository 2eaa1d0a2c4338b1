"""From a claim to its audit: the whole road, stage by stage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from timezero.arrays import Floats
from timezero.audit.claim_curves import reconstruct_claim
from timezero.audit.compatible import EffectWorlds, describe_effect, match_print
from timezero.audit.do_nothing import MatchedWorlds, describe, match_margins
from timezero.audit.evidence import evidence_of
from timezero.audit.frailty import selection_settings
from timezero.audit.mechanism import closed_form
from timezero.audit.missing import missing_numbers
from timezero.audit.print_checks import run_checks
from timezero.audit.printed_table import PrintedTable
from timezero.audit.prior import Prior, named_values
from timezero.audit.small_worlds import small_world
from timezero.audit.split import split_contrast
from timezero.audit.stages import MAP_STAGE, PICTURE_STAGE, Plan, make_plan
from timezero.audit.tipping import describe_tipping, tipping_arrays, tipping_stage
from timezero.audit.verdict import make_verdict
from timezero.audit.worlds_of_claim import Progress, Run, Stage, silent, weighted_quantiles
from timezero.checkpoints import Arrays, Checkpoints
from timezero.model.audit_result import (
    SETTINGS,
    Assumption,
    AuditProvenance,
    AuditResult,
    CompatibleEffect,
    CurveAccuracy,
    DoNothing,
    MissingNumber,
    Setting,
    SmallWorld,
    Split,
    Tipping,
)
from timezero.model.claim import Claim, Group
from timezero.provenance import __version__, digest_of, versions

SEED: Final = 20131025
CENTRAL: Final = (0.05, 0.95)
Curves: TypeAlias = Mapping[Group, tuple[ArrayLike, ArrayLike]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Simulated:
    worlds: Mapping[Setting, MatchedWorlds]
    effects: Mapping[Setting, EffectWorlds]

    @property
    def n(self) -> int:
        """Return how many studies were simulated."""
        found = (*self.worlds.values(), *self.effects.values())
        return sum(part.n_simulated for part in found)


def audit_claim(
    claim: Claim,
    *,
    curves: Curves | None = None,
    seed: int = SEED,
    workers: int = 2,
    effort: float = 1.0,
    keep_in: Path | Checkpoints | None = None,
    progress: Progress = silent,
) -> AuditResult:
    """Ask of a published claim what waiting and selection alone would produce.

    Parameters
    ----------
    claim : Claim
    curves : mapping of group to (times, survival), optional
        Points read off the printed curves.
    seed : int
        Of all random draws; the same seed gives the same bits.
    workers : int
        Threads; results do not depend on it.
    effort : float
        1 is the usual number of simulated studies; 0.1 is quick and rough.
    keep_in : Path or Checkpoints, optional
        Folder, or job of a study record, in which finished stages are kept until the audit is done,
        so that an interrupted one goes on where it stopped.
    progress : callable
        Told the name of a stage, how much is done, and how much there is.

    Raises
    ------
    InputRefused
        A printed number cannot be read, or a curve cannot be used.
    """
    digest = claim_digest(claim, curves)
    evidence = evidence_of(claim)
    reconstruction = None
    if curves:
        used = evidence.used_numbers()
        reconstruction = reconstruct_claim(claim, curves, used=used, seed=seed)
    plan = make_plan(evidence, reconstruction)
    run = Run(seed=seed, workers=workers, effort=effort, progress=progress)
    kept = keep_in if isinstance(keep_in, Checkpoints) else Checkpoints(keep_in)
    simulated = _Simulated(
        worlds=_do_nothing_worlds(plan, run, kept), effects=_effect_worlds(plan, run, kept)
    )
    result = _put_together(
        plan,
        run,
        simulated,
        tipping=_tipping(plan, run, simulated.worlds, kept),
        curves=() if reconstruction is None else reconstruction.accuracies,
        provenance=_provenance(digest, plan, run, simulated.n),
    )
    kept.done()
    return result


def _provenance(digest: str, plan: Plan, run: Run, n_simulated: int) -> AuditProvenance:
    return AuditProvenance(
        claim_digest=digest,
        seed=run.seed,
        n_simulated=n_simulated,
        settings={"effort": run.effort, "simulated_patients_share": plan.scaled},
        versions=versions(),
        timezero_version=__version__,
        made_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )


def claim_digest(claim: Claim, curves: Curves | None = None) -> str:
    """Return the SHA-256 of a claim and the points of its curves."""
    parts = [claim.model_dump_json(by_alias=True).encode()]
    for group in sorted(curves or {}):
        parts.append(group.encode())
        parts += [np.asarray(v, dtype=np.float64).tobytes() for v in (curves or {})[group]]
    return digest_of(*parts)


def audit_key(claim: Claim, curves: Curves | None, *, seed: int, effort: float) -> str:
    """Return the name under which the stages of an audit are kept."""
    told = f"{__version__} {seed} {effort}".encode()
    return digest_of(claim_digest(claim, curves).encode(), told)


def _settings(plan: Plan) -> tuple[Setting, ...]:
    randomised = plan.evidence.claim.question.comparison == "randomised"
    return ("none",) if randomised else SETTINGS


def _do_nothing_worlds(plan: Plan, run: Run, kept: Checkpoints) -> dict[Setting, MatchedWorlds]:
    found: dict[Setting, MatchedWorlds] = {}
    for setting in _settings(plan) if plan.can_simulate else ():
        stage = plan.do_nothing_stage(setting)

        def compute(stage: Stage = stage) -> Arrays:
            worlds = match_margins(stage, run, n_patients=plan.n_patients)
            return {
                "x": worlds.x,
                "kind": worlds.kind.astype(np.float64),
                "weight": worlds.weight,
                "values": worlds.table.values,
                "n_simulated": np.array([worlds.n_simulated], dtype=np.float64),
            }

        arrays = kept.stage(f"do_nothing_{setting}", compute)
        found[setting] = MatchedWorlds(
            x=arrays["x"],
            kind=arrays["kind"].astype(np.int64),
            weight=arrays["weight"],
            table=PrintedTable(names=plan.design.names, values=arrays["values"]),
            n_simulated=int(arrays["n_simulated"][0]),
        )
    return {s: w for s, w in found.items() if w.weight.size > 1}


def _effect_worlds(plan: Plan, run: Run, kept: Checkpoints) -> dict[Setting, EffectWorlds]:
    found: dict[Setting, EffectWorlds] = {}
    for setting in _settings(plan) if plan.can_simulate else ():
        stage = plan.effect_stage(setting)

        def compute(stage: Stage = stage) -> Arrays:
            worlds = match_print(stage, run, n_patients=plan.n_patients)
            if worlds is None:
                return {"none_fit": np.ones(1)}
            return {
                "log_hazard_ratio": worlds.log_hazard_ratio,
                "weight": worlds.weight,
                "x": worlds.x,
                "fits": np.array([worlds.fits]),
                "values": worlds.table.values,
                "n_simulated": np.array([worlds.n_simulated], dtype=np.float64),
            }

        arrays = kept.stage(f"effect_{setting}", compute)
        if "none_fit" in arrays:
            continue
        found[setting] = EffectWorlds(
            log_hazard_ratio=arrays["log_hazard_ratio"],
            weight=arrays["weight"],
            x=arrays["x"],
            fits=float(arrays["fits"][0]),
            table=PrintedTable(names=plan.design.names, values=arrays["values"]),
            n_simulated=int(arrays["n_simulated"][0]),
        )
    return found


def _put_together(
    plan: Plan,
    run: Run,
    simulated: _Simulated,
    *,
    tipping: Tipping | None,
    curves: tuple[CurveAccuracy, ...],
    provenance: AuditProvenance,
) -> AuditResult:
    evidence, comparison = plan.evidence, plan.comparison
    worlds, effects = simulated.worlds, simulated.effects
    do_nothing: dict[Setting, DoNothing] = {}
    if comparison is not None:
        do_nothing = {s: describe(w, comparison, setting=s) for s, w in worlds.items()}
    split = _split(plan, worlds)
    compatible: dict[Setting, CompatibleEffect] = {
        s: describe_effect(e, setting=s) for s, e in effects.items()
    }
    not_possible = (*plan.not_possible, *_nothing_matched(plan, worlds, effects))
    return AuditResult(
        claim=evidence.claim,
        numbers=evidence.used_numbers(),
        checks=run_checks(evidence),
        closed_form=closed_form(evidence),
        do_nothing=do_nothing,
        selection=selection_settings(),
        compatible=compatible,
        split=split,
        tipping=tipping,
        missing=_missing(plan, effects),
        worlds=_pictures(plan, run, worlds),
        assumptions=_assumptions(plan, worlds, effects),
        curves=curves,
        not_possible=not_possible,
        verdict=make_verdict(
            evidence,
            comparison,
            do_nothing=do_nothing,
            compatible=compatible,
            split=split,
            not_possible=not_possible,
        ),
        provenance=provenance,
    )


def _split(plan: Plan, worlds: Mapping[Setting, MatchedWorlds]) -> Split | None:
    if plan.comparison is None or "none" not in worlds:
        return None
    waited = plan.evidence.claim.question.comparison != "randomised"
    return split_contrast(worlds["none"], plan.comparison, waited=waited)


def _nothing_matched(
    plan: Plan,
    worlds: Mapping[Setting, MatchedWorlds],
    effects: Mapping[Setting, EffectWorlds],
) -> list[str]:
    if not plan.can_simulate:
        return []
    said = [
        f"worlds in which the treatment does nothing, selection {s}: none has the printed numbers"
        for s in _settings(plan)
        if s not in worlds
    ]
    return said + [
        f"effects that fit what is printed, selection {s}: no world has the printed numbers"
        for s in _settings(plan)
        if s not in effects
    ]


def _tipping(
    plan: Plan, run: Run, worlds: Mapping[Setting, MatchedWorlds], kept: Checkpoints
) -> Tipping | None:
    comparison = plan.comparison
    if comparison is None or "none" not in worlds or _settings(plan) == ("none",):
        return None
    stage = tipping_stage(plan.do_nothing_stage("none"), number=MAP_STAGE)
    arrays = kept.stage(
        "tipping",
        lambda: tipping_arrays(stage, worlds["none"], comparison, run, n_patients=plan.n_patients),
    )
    return describe_tipping(arrays, comparison)


def _missing(plan: Plan, effects: Mapping[Setting, EffectWorlds]) -> tuple[MissingNumber, ...]:
    if "none" not in effects:
        return ()
    return missing_numbers(effects["none"], plan.evidence, plan.targets.cap)


def _pictures(
    plan: Plan, run: Run, worlds: Mapping[Setting, MatchedWorlds]
) -> tuple[SmallWorld, ...]:
    drawn = (
        small_world(
            setting,
            plan.do_nothing_stage(setting).prior,
            worlds[setting],
            run,
            number=PICTURE_STAGE + k,
        )
        for k, setting in enumerate(("none", "strong"))
        if setting in worlds
    )
    return tuple(world for world in drawn if world is not None)


def _assumptions(
    plan: Plan,
    worlds: Mapping[Setting, MatchedWorlds],
    effects: Mapping[Setting, EffectWorlds],
) -> tuple[Assumption, ...]:
    """Return each unknown with the range tried and the range that matched."""
    if "none" not in worlds:
        return ()
    found = _kept_ranges(
        plan.do_nothing_stage("none").prior, worlds["none"].x, worlds["none"].weight
    )
    if "none" in effects:
        of_effect = _kept_ranges(
            plan.effect_stage("none").prior, effects["none"].x, effects["none"].weight
        )
        known = {a.name for a in found}
        found += [a for a in of_effect if a.name not in known]
    return tuple(found)


def _kept_ranges(prior: Prior, x: Floats, weight: Floats) -> list[Assumption]:
    values = named_values(prior, x)
    found: list[Assumption] = []
    for coordinate in prior.coordinates:
        low, high = weighted_quantiles(values[coordinate.name], weight, CENTRAL)
        found.append(
            Assumption(
                name=coordinate.name,
                label=coordinate.label,
                lower=max(coordinate.lower, 0.0),
                upper=coordinate.upper,
                kept_lower=float(low),
                kept_upper=float(high),
                origin=coordinate.origin,
            )
        )
    return found
