"""A program in R that counts the main numbers of a study again, with base R and ``survival``."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.model.result import Rung, StudyResult

PROGRAM: Final = Path(__file__).resolve().parent.parent / "r" / "study.R"
REPRODUCED: Final = (
    "ever_treated",
    "landmark",
    "mantel_byar",
    "simon_makuch",
    "time_varying",
    "from_trigger",
    "marginal_structural_cox",
    "clone_censor_weight",
)
WEIGHTED: Final = ("marginal_structural_cox", "clone_censor_weight")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Who is compared by weights, as the ladder chose them.

    Parameters
    ----------
    origin : (n,) float64
        When each patient became a candidate; NaN = never.
    used : (n,) bool
        Candidates with complete covariates.
    names : tuple of str
        Of the columns.
    columns : (n, p) float64
    width, grace_period : float
        Length of a period, and the grace period.
    """

    origin: Floats
    used: Bools
    names: tuple[str, ...]
    columns: Floats
    width: float
    grace_period: float


def r_program(result: StudyResult, candidates: Candidates, *, data: str) -> str:
    """Return the program, which runs with ``Rscript`` beside its data.

    Parameters
    ----------
    result : StudyResult
        Bootstrap and deals may be switched off: no number of theirs is counted again.
    candidates : Candidates
    data : str
        Name of the file that :func:`r_data` is written to, in the same folder.
    """
    left_out = _left_out(result)
    standing = [r.name for r in result.rungs if r.status == "ok" and r.name in REPRODUCED]
    names = [name for name in standing if name not in left_out]
    protocol = result.protocol
    settings = {
        "DATA": _text(data),
        "RUNGS": _texts(names),
        "TIES": _text(protocol.analysis.ties),
        "HORIZONS": _numbers(_horizons(result)),
        "LANDMARKS": _numbers(_landmarks(result)),
        "ZERO_EXIT": _number(result.cohort.zero_exit),
        "START_BY_STATE": _number(_start(result, "simon_makuch")),
        "COLUMNS": _texts([f"x{k + 1}" for k in range(len(candidates.names))]),
        "WIDTH": _number(candidates.width),
        "GRACE": _number(candidates.grace_period),
        "TRUNCATE": _number(protocol.fitness.truncate),
        "EVENT_ORDER": _text(protocol.fitness.event_order),
        "HAZARD_AT": _text(protocol.fitness.hazard_at),
        "LEFT_OUT": _named(left_out),
    }
    lines = [f"{name} <- {value}" for name, value in settings.items()]
    columns = [f"#   x{k + 1}: {_plain(name)}" for k, name in enumerate(candidates.names)]
    head = (*_opening(result, data), *columns, "", *lines, "")
    return "\n".join(head) + "\n" + PROGRAM.read_text(encoding="utf-8")


def r_data(result: StudyResult, candidates: Candidates) -> str:
    """Return the patients as the program reads them: times from time zero, no identifiers.

    Parameters
    ----------
    result : StudyResult
    candidates : Candidates
    """
    cohort = result.cohort
    trigger = np.full(cohort.n, np.nan) if cohort.trigger is None else cohort.trigger
    columns: dict[str, Sequence[float]] = {
        "patient": list(range(1, cohort.n + 1)),
        "entry": cohort.entry.tolist(),
        "exit": cohort.exit.tolist(),
        "event": cohort.event.astype(np.int64).tolist(),
        "initiation": cohort.initiation.tolist(),
        "trigger": trigger.tolist(),
        "origin": candidates.origin.tolist(),
        "used": candidates.used.astype(np.int64).tolist(),
    }
    for k in range(len(candidates.names)):
        columns[f"x{k + 1}"] = candidates.columns[:, k].tolist()
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_number(v) for v in row] for row in zip(*columns.values(), strict=True))
    return target.getvalue()


def _opening(result: StudyResult, data: str) -> tuple[str, ...]:
    title = _plain(result.protocol.question.title or result.cohort.name)
    zero = _plain(result.protocol.question.time_zero)
    simulated = ("# SIMULATED DATA: these patients are not real.",)
    text = f"""\
# The main numbers of the study, counted again. Written by timezero \
{result.provenance.timezero_version}.
# Run: Rscript THIS_FILE, with {_plain(data)} in the same folder; needs the package survival.
# Prints one line a number: its name and its value. Names are those of the JSON result:
# rung/measure/variant, then what of it; @ stands before a horizon.
# Times in {result.cohort.time_unit} from {zero}.
#
# Columns of the data: initiation, trigger: empty = never. Covariates:"""
    banner = simulated if result.cohort.simulated else ()
    return (f"# {title}", *banner, *text.splitlines())


def _left_out(result: StudyResult) -> dict[str, str]:
    """Return the rungs that this program cannot count again, with the reason."""
    found: dict[str, str] = {}
    fitness = result.protocol.fitness
    for name in WEIGHTED:
        rung = next((r for r in result.rungs if r.name == name and r.status == "ok"), None)
        if rung is None:
            continue
        if result.cohort.histories:
            found[name] = "its covariates change over time"
        elif _penalised(rung):
            found[name] = "a weight model needed Firth's penalty, which glm does not have"
        elif fitness.centre == "stratum" and result.cohort.centre is not None:
            found[name] = "the centres are strata"
    if "clone_censor_weight" not in found and any(
        r.name == "clone_censor_weight" and r.status == "ok" for r in result.rungs
    ):
        if fitness.weight_model != "pooled_logistic" or fitness.grace != "natural":
            found["clone_censor_weight"] = "only logistic weights and natural grace are written out"
        elif fitness.truncate < 1.0:
            found["clone_censor_weight"] = "its weights are truncated"
    return found


def _penalised(rung: Rung) -> bool:
    return any("Firth" in caution for caution in rung.cautions)


def _horizons(result: StudyResult) -> list[float]:
    found = {
        c.at for r in result.rungs for c in r.contrasts if c.measure == "rmst_difference"
    } | set(result.protocol.analysis.horizons)
    return sorted(h for h in found if not math.isnan(h))


def _landmarks(result: StudyResult) -> list[float]:
    return sorted(
        {
            c.at
            for r in result.rungs
            if r.name == "landmark"
            for c in r.contrasts
            if c.measure == "log_hazard_ratio" and c.variant.startswith("landmark=")
        }
    )


def _start(result: StudyResult, name: str) -> float:
    curves = [c for r in result.rungs if r.name == name for c in r.curves]
    return curves[0].starts_at if curves else math.nan


def _plain(text: str) -> str:
    """Return text on one line, so that it stays inside a comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=True)


def _texts(values: Sequence[str]) -> str:
    return f"c({', '.join(map(_text, values))})" if values else "character(0)"


def _named(values: dict[str, str]) -> str:
    if not values:
        return "character(0)"
    return f"c({', '.join(f'{name} = {_text(why)}' for name, why in values.items())})"


def _numbers(values: Sequence[float]) -> str:
    return f"c({', '.join(map(_number, values))})" if values else "numeric(0)"


def _number(value: float) -> str:
    if math.isnan(value):
        return "NA"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    return repr(value)
