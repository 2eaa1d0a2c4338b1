"""Every audit satisfies the committed schema, which refuses what is wrong at every level."""

from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from timezero.model.audit_result import SETTINGS, AuditResult
from timezero.model.claim import Claim
from timezero.report.render.audit_json import (
    audit_as_json,
    audit_schema_text,
    render_audit_json,
)

MakeAudit = Callable[..., AuditResult]
VARIANTS = ("rich", "sparse", "no_contrast", "not_reached", "hazard_ratio", "survival", "hostile")


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(audit_schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_audit_satisfies_the_schema(
    variant: str, made_up_audit: MakeAudit, validator: jsonschema.Draft202012Validator
) -> None:
    validator.validate(json.loads(render_audit_json(made_up_audit(variant))))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("verdict"),
        lambda d: d.update(schema="timezero/audit-result/2"),
        lambda d: d.update(colour="red"),
        lambda d: d["claim"].update(colour="red"),
        lambda d: d["claim"]["numbers"]["n"].update(colour="red"),
        lambda d: d["claim"]["question"].update(comparison="fair"),
        lambda d: d["numbers"][0].update(use="guessed"),
        lambda d: d["numbers"][0].pop("lower"),
        lambda d: d["checks"][0].update(findings=[]),
        lambda d: d["checks"][0]["findings"][0].update(evidence=["D7"]),
        lambda d: d["closed_form"].update(rate_ratio="0.4"),
        lambda d: d["null"].update(spread={}),
        lambda d: d["null"]["median_ratio"].update(q50="1.6"),
        lambda d: d["null"]["median_ratio"].update(q10=1.0),
        lambda d: d["null"]["median_ratio"].pop("q95"),
        lambda d: d["null"].update(p_as_large=1.2),
        lambda d: d["null"].pop("observed"),
        lambda d: d["null"]["with_selection"].update(huge=d["null"]["with_selection"]["strong"]),
        lambda d: d["null"]["with_selection"]["strong"].pop("n_worlds"),
        lambda d: d["null"]["observed"].update(mood={"lower": 1.0, "upper": 2.0}),
        lambda d: d["compatible"].update(huge=d["compatible"]["none"]),
        lambda d: d["compatible"]["none"]["hazard_ratio"].pop("q025"),
        lambda d: d["compatible"]["none"].update(p_benefit=-0.1),
        lambda d: d["split"].update(contrast="mood"),
        lambda d: d["tipping"]["contour"][0].append(1.0),
        lambda d: d["tipping"]["benchmarks"][0].pop("source"),
        lambda d: d["missing"][0].update(narrowing=2.0),
        lambda d: d["worlds"][0]["patients"][0].update(name="P1"),
        lambda d: d["assumptions"][0].update(note="x"),
        lambda d: d["curves"][0].pop("words"),
        lambda d: d["selection"][0].update(setting="huge"),
        lambda d: d["verdict"].update(code="debunked_it"),
        lambda d: d["verdict"].update(text=""),
        lambda d: d["texts"].pop("reviewer_comment"),
        lambda d: d["provenance"].update(user="x"),
    ],
)
def test_the_schema_refuses_what_is_wrong(
    spoil: Callable[[dict[str, Any]], object],
    made_up_audit: MakeAudit,
    validator: jsonschema.Draft202012Validator,
) -> None:
    document = audit_as_json(made_up_audit())
    assert validator.is_valid(document)
    spoil(document)
    assert not validator.is_valid(document)


def test_every_object_of_the_schema_is_closed() -> None:
    """An object either lists its properties and refuses others, or says what the others are."""
    open_ended: list[str] = []

    def walk(node: Any, place: str) -> None:
        if isinstance(node, dict):
            if node.get("type") == "object" and node.get("additionalProperties", True) is True:
                open_ended.append(place)
            for name, part in node.items():
                walk(part, f"{place}/{name}")
        elif isinstance(node, list):
            for k, part in enumerate(node):
                walk(part, f"{place}/{k}")

    walk(json.loads(audit_schema_text()), "")
    assert open_ended == []


def test_the_claim_of_the_schema_is_the_claim_of_the_model(root: Path) -> None:
    """If this fails: python docs/make_audit_schema.py."""
    script = root / "docs" / "make_audit_schema.py"
    spec = importlib.util.spec_from_file_location("make_audit_schema", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.page() == audit_schema_text(), "run python docs/make_audit_schema.py"


def test_numbers_are_read_back_as_the_same_double(made_up_audit: MakeAudit) -> None:
    result = made_up_audit()
    read = json.loads(render_audit_json(result))
    for name in ("q05", "q25", "q50", "q75", "q95"):
        for contrast in result.do_nothing["none"].contrasts:
            value = getattr(result.do_nothing["none"].contrasts[contrast], name)
            assert read["null"][contrast][name] == (value if math.isfinite(value) else None)
    for setting in SETTINGS:
        found = read["compatible"][setting]["hazard_ratio"]
        assert found["q975"] == result.compatible[setting].hazard_ratio.q975
    assert read["null"]["p_as_large"] == result.do_nothing["none"].p_as_large
    assert read["null"]["with_selection"].keys() == {"moderate", "strong"}


def test_infinity_is_null_and_flagged_and_nan_is_only_null(made_up_audit: MakeAudit) -> None:
    read = json.loads(render_audit_json(made_up_audit("not_reached")))
    late = next(u for u in read["numbers"] if u["name"] == "median_late")
    assert late["upper"] is None
    assert late["upper_is_infinite"] is True
    assert read["null"]["observed"]["median_ratio"]["upper_is_infinite"] is True
    assert read["null"]["median_ratio"]["q95_is_infinite"] is True
    assert read["tipping"]["as_large"][-1][-1] is None
    never_treated = next(p for p in read["worlds"][0]["patients"] if p["initiation"] is None)
    assert "initiation_is_infinite" not in never_treated


def test_an_open_interval_of_the_claim_is_null(
    made_up_audit: MakeAudit, validator: jsonschema.Draft202012Validator
) -> None:
    claim = Claim.model_validate(
        {"numbers": {"n": {"printed": "many", "interval": [30, math.inf]}}}
    )
    read = json.loads(render_audit_json(made_up_audit(claim=claim)))
    validator.validate(read)
    assert read["claim"]["numbers"]["n"]["interval"] == [30, None]


def test_parts_that_are_not_there_are_null_or_empty(made_up_audit: MakeAudit) -> None:
    read = json.loads(render_audit_json(made_up_audit("sparse")))
    assert [name for name in ("closed_form", "null", "split", "tipping") if read[name]] == []
    assert read["compatible"] == {}
    assert read["not_possible"]


def test_worlds_with_selection_can_stand_without_those_without(
    made_up_audit: MakeAudit, validator: jsonschema.Draft202012Validator
) -> None:
    result = made_up_audit()
    only = {"strong": result.do_nothing["strong"]}
    document = audit_as_json(replace(result, do_nothing=only))
    validator.validate(document)
    assert set(document["null"]) == {"with_selection"}
