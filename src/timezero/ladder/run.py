"""A study from beginning to end: cohort and protocol in, the ladder and the verdict out."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

from timezero.align.time_varying import time_varying
from timezero.checkpoints import Checkpoints
from timezero.errors import AnalysisRefused
from timezero.ladder.climb import Climb, Progress, RungMethod
from timezero.ladder.decomposition import decompose
from timezero.ladder.defaults import horizons_for, landmarks_for
from timezero.ladder.design import baseline_design
from timezero.ladder.fitness_plan import fitness_plan
from timezero.ladder.guard import acted_upon, judge_all
from timezero.ladder.kept_replicates import KeptReplicates
from timezero.ladder.verdict import reach_verdict
from timezero.model.cohort import Cohort
from timezero.model.protocol import Protocol
from timezero.model.record import AnalysisRecord
from timezero.model.result import DataTable, Provenance, Rung, StudyResult
from timezero.provenance import __version__, digest_of, versions
from timezero.registry import discover


def study(
    cohort: Cohort,
    protocol: Protocol | None = None,
    *,
    progress: Progress | None = None,
    keep_in: Path | Checkpoints | None = None,
    record: AnalysisRecord | None = None,
) -> StudyResult:
    """Walk the ladder: from the comparison as published to the fair ones, and the verdict.

    Parameters
    ----------
    cohort : Cohort
        From :func:`timezero.read_cohort`.
    protocol : Protocol, optional
        The question and the analyses; defaults where nothing is said.
    progress : callable, optional
        Called with the name of a long step, the work done and the work there is.
    keep_in : Path or Checkpoints, optional
        Folder, or job of a study record, in which finished bootstrap replicates are kept until the
        study is done, so that an interrupted one goes on where it stopped, to the same bits.
    record : AnalysisRecord, optional
        How often these data were analysed, from the study record.

    Returns
    -------
    StudyResult
        Rungs that the data cannot support are in it as refused, with the reason.

    Raises
    ------
    AnalysisRefused
        There is nothing to compare: no event, or nobody treated, or everybody treated at once.
    """
    protocol = protocol or Protocol()
    _refuse_nothing_to_compare(cohort)
    kept = keep_in if isinstance(keep_in, Checkpoints) else Checkpoints(keep_in)
    climb = prepare_climb(cohort, protocol, progress=progress, kept=kept, record=record)
    rungs = _climb_all(climb)
    sensitivity = _sensitivity(climb, rungs)
    judgements = judge_all(climb, rungs, sensitivity)
    rungs = acted_upon(rungs, judgements)
    climb.progress("decomposition", 0, 1)
    decomposition = decompose(climb, rungs)
    verdict = reach_verdict(climb, rungs, judgements=judgements)
    climb.progress("decomposition", 1, 1)
    result = StudyResult(
        cohort=cohort,
        protocol=protocol,
        rungs=rungs,
        verdict=verdict,
        decomposition=decomposition,
        sensitivity=sensitivity,
        findings=cohort.findings,
        provenance=_provenance(cohort, protocol),
        guards=judgements,
        record=record,
    )
    kept.done()
    return result


def study_key(cohort: Cohort, protocol: Protocol) -> str:
    """Return the digest of everything a study's replicates are made of, the program included."""
    sources = Path(__file__).parent.parent.rglob("*.py")
    told = sorted((p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in sources)
    workers = {"analysis": protocol.analysis.model_copy(update={"workers": 1})}
    asked = protocol.model_copy(update=workers).model_dump_json(by_alias=True)
    return digest_of(cohort.digest.encode(), asked.encode(), repr(told).encode())


def ladder_methods() -> list[RungMethod]:
    """Return the rungs found in the folder, in the order of the ladder."""
    found: dict[str, RungMethod] = discover("timezero.ladder.rungs", "RUNG")
    return sorted(found.values(), key=lambda method: method.order)


def _silent(step: str, done: int, total: int) -> None:
    """Report nothing."""


def prepare_climb(
    cohort: Cohort,
    protocol: Protocol,
    *,
    progress: Progress | None = None,
    kept: Checkpoints | None = None,
    record: AnalysisRecord | None = None,
) -> Climb:
    """Return what every rung of one walk is given.

    Parameters
    ----------
    cohort, protocol : Cohort, Protocol
    progress : callable, optional
        Told the name of a long step, how much is done, and how much there is.
    kept : Checkpoints, optional
        Where finished bootstrap replicates are kept.
    record : AnalysisRecord, optional
        How often these data were analysed.

    Raises
    ------
    AnalysisRefused
        Strategies are to be compared from the trigger, and none was recorded.
    """
    checkpoints = kept or Checkpoints(None)
    horizons, horizon_rule = horizons_for(protocol, time_varying(cohort))
    landmarks, landmark_rule = landmarks_for(protocol, cohort)
    design = baseline_design(cohort)
    return Climb(
        cohort=cohort,
        protocol=protocol,
        design=design,
        plan=fitness_plan(cohort, protocol, design, horizons),
        horizons=horizons,
        landmarks=landmarks,
        horizon_rule=horizon_rule,
        landmark_rule=landmark_rule,
        progress=progress or _silent,
        kept_by_name=lambda name: KeptReplicates(name=name, checkpoints=checkpoints),
        record=record,
    )


def _climb_all(climb: Climb) -> tuple[Rung, ...]:
    methods = ladder_methods()
    rungs: list[Rung] = []
    for k, method in enumerate(methods):
        climb.progress(f"rung {method.name}", k, len(methods))
        rungs.append(method.rung(climb))
    climb.progress("ladder", len(methods), len(methods))
    return tuple(rungs)


def _sensitivity(climb: Climb, rungs: tuple[Rung, ...]) -> tuple[DataTable, ...]:
    found: dict[str, Callable[[Climb, tuple[Rung, ...]], DataTable | None]] = discover(
        "timezero.ladder.sensitivity", "SENSITIVITY"
    )
    tables = [analysis(climb, rungs) for analysis in found.values()]
    return tuple(table for table in tables if table is not None)


def _refuse_nothing_to_compare(cohort: Cohort) -> None:
    if cohort.n < 2:
        raise AnalysisRefused(
            what=f"there is {cohort.n} patient: nothing to compare",
            where=cohort.name,
            mend="give the rows of at least two patients",
            code="TZ-LAD-10",
        )
    if not cohort.event.any():
        raise AnalysisRefused(
            what="there is no event: nothing to compare",
            where=cohort.name,
            mend="check which values of the event column are declared as the event",
            code="TZ-LAD-11",
        )
    if cohort.n_initiated == 0:
        raise AnalysisRefused(
            what="nobody began the late treatment",
            where=cohort.name,
            mend="check the column of the initiation",
            code="TZ-LAD-12",
        )


def _provenance(cohort: Cohort, protocol: Protocol) -> Provenance:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = dt.datetime.fromtimestamp(int(epoch), tz=dt.UTC) if epoch else dt.datetime.now(tz=dt.UTC)
    return Provenance(
        input_digest=cohort.digest,
        protocol_digest=digest_of(protocol.model_dump_json(by_alias=True).encode()),
        seed=protocol.analysis.seed,
        versions=versions(),
        timezero_version=__version__,
        protocol=protocol,
        made_at=now.isoformat(timespec="seconds"),
    )
