"""A study result as JSON: complete, in full double precision, without patient-level rows."""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.errors import InputRefused
from timezero.model.cohort import Cohort, Covariate, History
from timezero.model.estimate import ArmSummary, AtTime, Contrast, Curve
from timezero.model.result import Provenance, Rung, Share, StudyResult, Verdict
from timezero.report.render.json_parts import (
    SCHEMAS,
    Json,
    data_table,
    finite,
    named_numbers,
    one_finding,
    rounded,
    series,
    shown_count,
    shown_counts,
)
from timezero.report.shareable import SharedCohort, count_of, shareable
from timezero.report.small_cells import is_own
from timezero.report.thinning import kept_positions

SCHEMA_NAME: Final = "timezero/study-result/1"
LONGEST_CURVE: Final = 5_000
# Details of estimators that hold no count of patients; others are for the owner of the data.
SAFE_DETAILS: Final = (
    "share_failed",
    "n_replicates",
    "n_deals",
    "n_draws",
    "n_variables",
    "no_effect_standard_error",
    "greenwood_standard_error",
    "monte_carlo_error",
    "probability_below_1",
    "prior_mean",
    "prior_spread",
    "effective_sample_size",
    "psi",
)
OWNER_ONLY: Final = 0o600
READABLE: Final = 0o644


def _cohort(cohort: Cohort) -> Json:
    return {
        "name": cohort.name,
        "simulated": cohort.simulated,
        "time_unit": cohort.time_unit,
        "n": cohort.n,
        "n_events": shown_count(count_of(cohort, ("events",), int(cohort.event.sum()))),
        "n_initiated": shown_count(count_of(cohort, ("treated",), cohort.n_initiated)),
        "n_triggered": None
        if cohort.trigger is None
        else shown_count(count_of(cohort, ("triggered",), cohort.n_triggered)),
        "covariates": [_covariate(cohort, c) for c in cohort.covariates],
        "n_competing": None
        if cohort.competing is None
        else shown_count(count_of(cohort, ("competing",), cohort.n_competing)),
        "histories": [_history(cohort, h) for h in cohort.histories],
        "sources": [
            {"name": s.name, "table": s.table, "column": s.column, "rule": s.rule}
            for s in cohort.sources
        ],
        "attrition": [
            {
                "step": a.step,
                "n_patients": shown_count(a.n_patients),
                "n_removed": shown_count(a.n_removed),
                "reason": a.reason,
            }
            for a in cohort.attrition
        ],
        "digest": cohort.digest,
        "file_digest": cohort.file_digest,
        "recipe_digest": cohort.recipe_digest,
    }


def _covariate(cohort: Cohort, covariate: Covariate) -> Json:
    return {
        "name": covariate.name,
        "kind": covariate.kind,
        "levels": list(covariate.levels),
        "n_missing": _n_missing(cohort, covariate),
    }


def _history(cohort: Cohort, history: History) -> Json:
    is_for_others = isinstance(cohort, SharedCohort)
    return {
        "name": history.name,
        "kind": history.kind,
        "levels": list(history.levels),
        "n_measured": None if is_for_others else int(history.values.size),
        "maximum_age": finite(history.maximum_age),
    }


def _n_missing(cohort: Cohort, covariate: Covariate) -> int | None:
    n = int(np.isnan(covariate.values).sum())
    return shown_count(count_of(cohort, ("missing", covariate.name), n)) if n else 0


def _contrast(contrast: Contrast) -> Json:
    return {
        "measure": contrast.measure,
        "variant": contrast.variant,
        **named_numbers(
            {
                name: getattr(contrast, name)
                for name in (
                    "value",
                    "standard_error",
                    "lower",
                    "upper",
                    "level",
                    "p_value",
                    "statistic",
                    "at",
                )
            }
        ),
        "method": contrast.method,
        "cautions": list(contrast.cautions),
        "details": named_numbers(contrast.details),
    }


def _summed(counts: Floats, kept: Ints) -> list[float | str | None]:
    """Add the counts of left-out times to the next time kept, so that totals stay right."""
    if kept.size == counts.size:
        return shown_counts(counts.tolist())
    running = np.cumsum(counts)[kept]
    return series(np.diff(running, prepend=0.0).tolist())


def _curve(curve: Curve) -> Json:
    kept = kept_positions(curve.times.size, LONGEST_CURVE)
    return {
        "arm": curve.arm,
        "label": curve.label,
        "starts_at": finite(curve.starts_at),
        "times": series(curve.times[kept].tolist()),
        "survival": series(curve.survival[kept].tolist()),
        "lower": series(curve.lower[kept].tolist()),
        "upper": series(curve.upper[kept].tolist()),
        "standard_error": series(curve.standard_error[kept].tolist()),
        "n_at_risk": shown_counts(curve.n_at_risk[kept].tolist()),
        "n_events": _summed(curve.n_events, kept),
        "n_censored": _summed(curve.n_censored, kept),
        "n_crossed": _summed(curve.n_crossed, kept),
        "thinned_from": int(curve.times.size) if kept.size < curve.times.size else None,
    }


def _at_time(read: AtTime) -> Json:
    return named_numbers(
        {
            "at": read.at,
            "value": read.value,
            "standard_error": read.standard_error,
            "lower": read.lower,
            "upper": read.upper,
        }
    )


def _arm(arm: ArmSummary) -> Json:
    return {
        "arm": arm.arm,
        "label": arm.label,
        "n_patients": shown_count(arm.n_patients),
        "n_events": shown_count(arm.n_events),
        **named_numbers(
            {
                "person_time": arm.person_time,
                "median": arm.median,
                "median_lower": arm.median_lower,
                "median_upper": arm.median_upper,
            }
        ),
        "survival": [_at_time(a) for a in arm.survival],
        "rmst": [_at_time(a) for a in arm.rmst],
    }


def _rung(rung: Rung) -> Json:
    return {
        "name": rung.name,
        "role": rung.role,
        "title": rung.title,
        "estimand": rung.estimand,
        "symbols": rung.symbols,
        "counted_from": rung.counted_from,
        "difference": rung.difference,
        "status": rung.status,
        "refusal": rung.refusal,
        "needed": rung.needed,
        "arms": [_arm(a) for a in rung.arms],
        "contrasts": [_contrast(c) for c in rung.contrasts],
        "curves": [_curve(c) for c in rung.curves],
        "tables": [data_table(t) for t in rung.tables],
        "cautions": list(rung.cautions),
        "references": list(rung.references),
    }


def _verdict(verdict: Verdict) -> Json:
    return {
        "code": verdict.code,
        "headline": verdict.headline,
        "number": verdict.number,
        "reasons": list(verdict.reasons),
        "not_answered": list(verdict.not_answered),
    }


def _share(share: Share) -> Json:
    numbers = {"value": share.value, "lower": share.lower, "upper": share.upper, "at": share.at}
    return {
        "scale": share.scale,
        "part": share.part,
        "status": share.status,
        "words": share.words,
        **named_numbers(numbers),
    }


def _provenance(provenance: Provenance) -> Json:
    return {
        "input_digest": provenance.input_digest,
        "protocol_digest": provenance.protocol_digest,
        "seed": provenance.seed,
        "versions": dict(provenance.versions),
        "timezero_version": provenance.timezero_version,
        "protocol": provenance.protocol.model_dump(mode="json", by_alias=True),
        "made_at": provenance.made_at,
    }


def as_json(result: StudyResult) -> Json:
    """Return the result as nested dictionaries and lists, ready to be written as JSON.

    In the profiles for others it is the shareable result, with numbers rounded.
    """
    if is_own(result):
        return _whole(result)
    document = _whole(shareable(result))
    for rung in document["rungs"]:
        for contrast in rung["contrasts"]:
            told = contrast["details"].items()
            contrast["details"] = {k: v for k, v in told if k.startswith(SAFE_DETAILS)}
    return rounded(document)


def _whole(result: StudyResult) -> Json:
    report = result.protocol.report
    return {
        "schema": SCHEMA_NAME,
        "privacy": {"profile": report.profile, "smallest_shown": report.smallest_shown},
        "cohort": _cohort(result.cohort),
        "rungs": [_rung(r) for r in result.rungs],
        "verdict": _verdict(result.verdict),
        "decomposition": [_share(s) for s in result.decomposition],
        "sensitivity": [data_table(t) for t in result.sensitivity],
        "findings": [one_finding(f) for f in result.findings],
        "guards": [dataclasses.asdict(g) for g in result.guards],
        "provenance": _provenance(result.provenance),
        "record": None if result.record is None else dataclasses.asdict(result.record),
    }


def render_json(result: StudyResult) -> str:
    """Return the whole result as JSON text.

    In the profile ``own`` it is complete. It holds no row of a patient, but a curve of few
    patients shows when each of them died; numbers are written so that reading them back gives the
    same double. In ``publish`` and ``cms`` hidden counts are null, curves are on a grid of months,
    and numbers have four significant digits. NaN and infinities are null, and an infinite number
    is flagged by a neighbour such as ``"upper_is_infinite": true``.
    """
    return json.dumps(as_json(result), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def schema_text() -> str:
    """Return the JSON Schema (draft 2020-12) that every rendered result satisfies."""
    return (SCHEMAS / "study-result-1.json").read_text(encoding="utf-8")


def write_text(path: str | os.PathLike[str], text: str, *, private: bool = False) -> None:
    """Write text to a file so that the file is never seen half written.

    Parameters
    ----------
    path : str or path
        Replaced when it exists; its folder is made when it does not. A link is followed, and
        what is no ordinary file, such as ``/dev/null``, is written to and not replaced.
    private : bool
        Rows of patients: the file is for its owner alone (0600). Others are as the umask says,
        and never writable by others than the owner (0644 at most).

    Raises
    ------
    InputRefused
        The file cannot be written.
    """
    try:
        target = Path(path).resolve()
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8", newline="\n")
        else:
            _replace(target, text, private=private)
    except OSError as error:
        raise InputRefused(
            what=f"the file cannot be written: {error.strerror or type(error).__name__}",
            where=str(path),
            mend="name a file in a folder that can be written to",
            code="TZ-OUT-01",
        ) from error


def _replace(target: Path, text: str, *, private: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.name}.", suffix=".tmp"
    )
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).chmod(OWNER_ONLY if private else _mode(target))
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _mode(target: Path) -> int:
    """Return the mode of a report: that of the file it replaces, or as the umask says."""
    asked = target.stat().st_mode & 0o777 if target.exists() else READABLE & ~_umask()
    return asked & READABLE


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
