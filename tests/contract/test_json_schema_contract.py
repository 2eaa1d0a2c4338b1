"""Every result satisfies the committed schema, and nothing is lost on the way."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema
import numpy as np
import pytest

from timezero.model.result import StudyResult
from timezero.report.render.json import LONGEST_CURVE, as_json, render_json, schema_text

MakeResult = Callable[..., StudyResult]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_a_result_satisfies_the_schema(
    made_up_result: MakeResult, validator: jsonschema.Draft202012Validator
) -> None:
    validator.validate(json.loads(render_json(made_up_result())))
    validator.validate(json.loads(render_json(made_up_result(with_trigger=False))))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("verdict"),
        lambda d: d.update(schema="timezero/study-result/2"),
        lambda d: d["cohort"].update(patients=[1, 2]),
        lambda d: d["rungs"][0]["contrasts"][0].update(value="0.5"),
        lambda d: d["rungs"][0]["contrasts"][0].update(colour="red"),
        lambda d: d["rungs"][0]["curves"][0].pop("n_crossed"),
        lambda d: next(r for r in d["rungs"] if r["status"] == "refused").update(refusal=""),
        lambda d: d["guards"][0].update(status="ignored"),
        lambda d: d["decomposition"][0].update(part="luck"),
        lambda d: d["verdict"].update(code="debunked_it"),
    ],
)
def test_the_schema_refuses_what_is_wrong(
    spoil: Callable[[dict[str, Any]], object],
    made_up_result: MakeResult,
    validator: jsonschema.Draft202012Validator,
) -> None:
    document = as_json(made_up_result())
    assert validator.is_valid(document)
    spoil(document)
    assert not validator.is_valid(document)


def test_numbers_are_read_back_as_the_same_double(made_up_result: MakeResult) -> None:
    result = made_up_result(profile="own")
    read = json.loads(render_json(result))
    for rung, written in zip(result.rungs, read["rungs"], strict=True):
        for contrast, found in zip(rung.contrasts, written["contrasts"], strict=True):
            for name in ("value", "lower", "upper", "p_value", "standard_error"):
                value = getattr(contrast, name)
                assert found[name] == (value if math.isfinite(value) else None)
        for curve, found in zip(rung.curves, written["curves"], strict=True):
            assert found["survival"] == curve.survival.tolist()
            assert found["n_events"] == curve.n_events.tolist()


def test_infinity_is_null_and_flagged_and_nan_is_only_null(made_up_result: MakeResult) -> None:
    read = json.loads(render_json(made_up_result()))
    contrasts = [c for r in read["rungs"] for c in r["contrasts"]]
    firth = next(c for c in contrasts if c["variant"] == "firth")
    assert firth["upper"] is None
    assert firth["upper_is_infinite"] is True
    median = next(c for c in contrasts if c["measure"] == "median_difference")
    assert median["value"] is None
    assert "value_is_infinite" not in median


def test_no_row_of_a_patient_is_written(made_up_result: MakeResult) -> None:
    result = made_up_result()
    text = render_json(result)
    assert not any(f'"{name}"' in text for name in result.cohort.patient)
    assert '"evidence"' not in text
    assert not any(e in text for f in result.findings for e in f.evidence)


def test_long_curves_are_thinned_and_say_so(made_up_result: MakeResult) -> None:
    result = made_up_result(profile="own")
    curve = result.rungs[0].curves[0]
    n = 3 * LONGEST_CURVE
    repeats = math.ceil(n / curve.times.size)
    longer = {
        name: np.tile(getattr(curve, name), repeats)[:n]
        for name in ("survival", "lower", "upper", "standard_error", "n_at_risk")
    }
    rng = np.random.default_rng(0)
    counts = {
        name: rng.integers(0, 3, n).astype(np.float64)
        for name in ("n_events", "n_censored", "n_crossed")
    }
    long = replace(curve, times=np.arange(n, dtype=np.float64), **longer, **counts)
    rungs = (replace(result.rungs[0], curves=(long,)), *result.rungs[1:])
    written = as_json(replace(result, rungs=rungs))["rungs"][0]["curves"][0]
    assert written["thinned_from"] == n
    assert len(written["times"]) == LONGEST_CURVE
    assert (written["times"][0], written["times"][-1]) == (0.0, float(n - 1))
    for name, values in counts.items():
        assert sum(written[name]) == values.sum()
    assert as_json(result)["rungs"][0]["curves"][0]["thinned_from"] is None
