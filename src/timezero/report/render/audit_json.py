"""An audit as JSON: complete, in full double precision, with its texts to take over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from timezero.model.audit_result import (
    Assumption,
    AuditResult,
    CheckResult,
    CompatibleEffect,
    DoNothing,
    MissingNumber,
    Quantiles,
    SmallWorld,
    Split,
    Tipping,
    UsedNumber,
)
from timezero.report.audit_texts import (
    answer_in_one_sentence,
    journalist_paragraph,
    reviewer_comment,
)
from timezero.report.render.json_parts import (
    SCHEMAS,
    Json,
    data_table,
    named_numbers,
    one_finding,
    series,
)

AUDIT_SCHEMA: Final = "timezero/audit-result/1"
SHORT: Final = ("q05", "q25", "q50", "q75", "q95")


def _words_and_numbers(record: Any) -> Json:
    """Return a flat record; its numbers are null and flagged where they are infinite."""
    fields: Mapping[str, Any] = asdict(record)
    found: Json = {}
    for name, value in fields.items():
        found.update(named_numbers({name: value}) if isinstance(value, float) else {name: value})
    return found


def _quantiles(found: Quantiles, *, names: tuple[str, ...] = tuple(Quantiles.__slots__)) -> Json:
    return named_numbers({name: getattr(found, name) for name in names})


def _check(check: CheckResult) -> Json:
    return {
        "name": check.name,
        "title": check.title,
        "status": check.status,
        "findings": [one_finding(f) for f in check.findings],
    }


def _do_nothing(worlds: DoNothing) -> Json:
    contrasts = {name: _quantiles(q, names=SHORT) for name, q in worlds.contrasts.items()}
    return {
        **contrasts,
        "compared_on": worlds.compared_on,
        "observed": {
            name: named_numbers({"lower": low, "upper": high})
            for name, (low, high) in worlds.observed.items()
        },
        **named_numbers(
            {
                "p_as_large": worlds.p_as_large,
                "monte_carlo_error": worlds.monte_carlo_error,
                "effective_n": worlds.effective_n,
            }
        ),
        "n_worlds": worlds.n_worlds,
        "histogram": data_table(worlds.histogram),
    }


def _null(result: AuditResult) -> Json | None:
    """Return the do-nothing worlds without selection, those with selection inside them."""
    if not result.do_nothing:
        return None
    others = {s: _do_nothing(w) for s, w in result.do_nothing.items() if s != "none"}
    none = result.do_nothing.get("none")
    return {**({} if none is None else _do_nothing(none)), "with_selection": others}


def _compatible(effect: CompatibleEffect) -> Json:
    numbers = {
        "p_benefit": effect.p_benefit,
        "effective_n": effect.effective_n,
        "fits": effect.fits,
    }
    return {
        "hazard_ratio": _quantiles(effect.hazard_ratio),
        **named_numbers(numbers),
        "n_worlds": effect.n_worlds,
        "density": data_table(effect.density),
    }


def _split(split: Split) -> Json:
    numbers = {
        "printed": split.printed,
        "unit_printed": split.unit_printed,
        "unit_waiting": split.unit_waiting,
        "unit_lower": split.unit_lower,
        "unit_upper": split.unit_upper,
    }
    return {
        "contrast": split.contrast,
        **named_numbers(numbers),
        "waiting": _quantiles(split.waiting),
        "share": _quantiles(split.share),
        "words": split.words,
    }


def _tipping(tipping: Tipping) -> Json:
    return {
        "compared_on": tipping.compared_on,
        "frailty_variances": list(tipping.frailty_variances),
        "selections": list(tipping.selections),
        "as_large": [series(row) for row in tipping.as_large],
        "middle": [series(row) for row in tipping.middle],
        "contour": [list(point) for point in tipping.contour],
        "everywhere": tipping.everywhere,
        "nowhere": tipping.nowhere,
        "benchmarks": [_words_and_numbers(b) for b in tipping.benchmarks],
    }


def _world(world: SmallWorld) -> Json:
    return {
        "title": world.title,
        "patients": [_words_and_numbers(p) for p in world.patients],
        **named_numbers({"median_late": world.median_late, "median_never": world.median_never}),
    }


def _verdict(result: AuditResult) -> Json:
    verdict = result.verdict
    return {
        "code": verdict.code,
        "text": verdict.headline,
        "number": verdict.number,
        "reasons": list(verdict.reasons),
        "not_answered": list(verdict.not_answered),
    }


def _provenance(result: AuditResult) -> Json:
    made = result.provenance
    return {
        "claim_digest": made.claim_digest,
        "seed": made.seed,
        "n_simulated": made.n_simulated,
        "settings": named_numbers(made.settings),
        "versions": dict(made.versions),
        "timezero_version": made.timezero_version,
        "made_at": made.made_at,
    }


def _flat(
    records: tuple[UsedNumber | MissingNumber | Assumption | Any, ...],
) -> list[Json]:
    return [_words_and_numbers(record) for record in records]


def audit_as_json(result: AuditResult) -> Json:
    """Return the audit as nested dictionaries and lists, ready to be written as JSON."""
    return {
        "schema": AUDIT_SCHEMA,
        "claim": json.loads(result.claim.model_dump_json(by_alias=True)),
        "numbers": _flat(result.numbers),
        "checks": [_check(c) for c in result.checks],
        "closed_form": result.closed_form and _words_and_numbers(result.closed_form),
        "null": _null(result),
        "selection": _flat(result.selection),
        "compatible": {s: _compatible(effect) for s, effect in result.compatible.items()},
        "split": result.split and _split(result.split),
        "tipping": result.tipping and _tipping(result.tipping),
        "missing": _flat(result.missing),
        "worlds": [_world(w) for w in result.worlds],
        "assumptions": _flat(result.assumptions),
        "curves": _flat(result.curves),
        "not_possible": list(result.not_possible),
        "tables": [data_table(t) for t in result.tables],
        "verdict": _verdict(result),
        "texts": {
            "answer": answer_in_one_sentence(result),
            "reviewer_comment": reviewer_comment(result),
            "journalist_paragraph": journalist_paragraph(result),
        },
        "provenance": _provenance(result),
    }


def render_audit_json(result: AuditResult) -> str:
    """Return the whole audit as JSON text.

    Numbers are written so that reading them back gives the same double; NaN and infinities are
    null, and an infinite number is flagged by a neighbour such as ``"q95_is_infinite": true``.
    The patients of the small worlds are simulated.
    """
    return json.dumps(audit_as_json(result), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def audit_schema_text() -> str:
    """Return the JSON Schema (draft 2020-12) that every rendered audit satisfies."""
    return (SCHEMAS / "audit-result-1.json").read_text(encoding="utf-8")
