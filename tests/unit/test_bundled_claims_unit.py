"""The bundled claims: readable, sourced, in the schema; computed ones computed again."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from lifelines import KaplanMeierFitter

from timezero.align.ever_treated import ever_treated
from timezero.errors import UnknownName
from timezero.estimate.cox import fit_cox
from timezero.estimate.log_rank import log_rank
from timezero.intake.claim_file import claim_schema, read_claim, write_claim
from timezero.intake.claims import DEFAULT_CLAIM, claim_path, list_claims, read_bundled
from timezero.intake.cohort import read_cohort
from timezero.intake.examples import example_study_file
from timezero.intake.printed import span_of
from timezero.intake.protocol_file import read_protocol
from timezero.model.claim import Claim, GroupNumber, PrintedNumber

ROOT = Path(__file__).resolve().parents[2]
STORED = ROOT / "reference" / "output" / "late_events.json"
STORED_NAMES = {
    "platelet_recovery_ebmt": "ebmt3_platelets",
    "allograft_vasculopathy_heart": "cardiac_allograft_vasculopathy",
}
REGISTRIES = {
    "heart_transplant_stanford": "stanford_heart",
    "simulated_effect_500": "simulated_repeat_effect_500",
    "simulated_no_effect_500": "simulated_repeat_hipec_500",
}
WAITS = ("wait_shortest", "wait_lower_quartile", "wait", "wait_upper_quartile", "wait_longest")


def numbers_of(claim: Claim) -> dict[str, PrintedNumber]:
    found: dict[str, PrintedNumber] = {}
    for name in type(claim.numbers).model_fields:
        value = getattr(claim.numbers, name)
        if isinstance(value, PrintedNumber):
            found[name] = value
        for number in value if isinstance(value, tuple) else ():
            if isinstance(number, GroupNumber):
                at = getattr(number, "time", None) or number.share
                found[f"{name} {number.group} {at:g}"] = number
    return found


def test_there_are_enough_and_the_default_is_first() -> None:
    names = list_claims()
    assert len(names) >= 10
    assert names[0] == DEFAULT_CLAIM == "repeat_hipec_wong_2014"
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", list_claims())
def test_a_bundled_claim_has_its_source_and_comes_back_the_same(name: str, tmp_path: Path) -> None:
    claim = read_bundled(name)
    assert claim.title
    assert claim.source.citation
    assert claim.source.facts_from
    assert claim.source.date or claim.source.simulated
    assert claim.source.simulated == (claim.source.kind == "simulated") == ("simulated" in name)
    assert claim.title.startswith("SIMULATED") == claim.source.simulated
    if claim.source.kind == "paper":
        assert claim.source.doi or claim.source.url or "PMID" in claim.source.citation
        text = claim_path(name).read_text("utf-8")
        assert text.startswith("# Read: the abstract")
        assert all(number.sentence for number in numbers_of(claim).values())
    path = tmp_path / "claim.toml"
    path.write_text(write_claim(claim), "utf-8")
    assert read_claim(path) == claim


@pytest.mark.parametrize("name", list_claims())
def test_a_bundled_claim_satisfies_the_schema(name: str) -> None:
    schema = json.loads(claim_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(tomllib.loads(claim_path(name).read_text("utf-8")), schema)


@pytest.mark.parametrize("name", list_claims())
def test_printed_digits_stand_in_their_sentence(name: str) -> None:
    """A number with an interval of its own is derived; its sentence says from what."""
    for key, number in numbers_of(read_bundled(name)).items():
        if not number.sentence or number.interval is not None:
            continue
        printed = [number.printed, number.lower or "", number.upper or ""]
        digits = set(re.findall(r"\d[\d.,]*\d|\d", " ".join(printed)))
        said = re.findall(r"\d[\d.,]*\d|\d", number.sentence)
        assert digits <= set(said), (key, digits, said)


def test_bundled_claims_need_no_optional_part() -> None:
    words = re.compile(r"\b(one|two|three|eight|twenty|thirty|hundred)\b")
    for name in list_claims():
        for number in numbers_of(read_bundled(name)).values():
            assert number.interval is not None or not words.search(number.printed)


def test_the_default_claim_is_what_the_abstract_prints() -> None:
    numbers = read_bundled().numbers
    assert {name: number.printed for name, number in numbers_of(read_bundled()).items()} == {
        "n": "26 or 29",
        "n_late": "8",
        "n_never": "18 or 21",
        "median": "41.2",
        "median_late": "80",
        "median_never": "27.2",
        "p_value": "0.007",
        "accrual": "June 2004 - March 2012",
    }
    assert numbers.n_never is not None
    assert span_of(numbers.n_never, kind="count").alternatives == ((18.0, 18.0), (21.0, 21.0))


def test_an_unknown_claim_names_the_nearest() -> None:
    with pytest.raises(UnknownName) as refusal:
        claim_path("repeat_hipec_wong_2041")
    assert refusal.value.mend.startswith("name one of: repeat_hipec_wong_2014, ")


def holds(claim: Claim, name: str, value: float) -> None:
    """Check that a computed number rounds to the printed one."""
    number = numbers_of(claim)[name]
    kind: Any = {"n": "count", "d": "count", "h": "ratio", "p": "p_value", "s": "share"}.get(
        name[0], "time"
    )
    span = span_of(number, kind=kind, unit=claim.question.unit)
    assert span.lower - 1e-9 <= value <= span.upper + 1e-9, (name, value, number.printed)


@pytest.mark.parametrize(("claim_name", "registry"), REGISTRIES.items())
def test_numbers_of_the_bundled_registries_are_computed_again(
    claim_name: str, registry: str
) -> None:
    claim = read_bundled(claim_name)
    study_file = example_study_file(registry)
    protocol = read_protocol(study_file)
    assert protocol.data.unit == claim.question.unit
    cohort = read_cohort(study_file.parent / str(protocol.data.file), protocol)
    died, late = cohort.event, np.isfinite(cohort.initiation)
    wait = cohort.initiation[late]
    groups = {"": np.ones_like(late), "_late": late, "_never": ~late}
    for suffix, members in groups.items():
        curve = KaplanMeierFitter().fit(cohort.exit[members], died[members])
        holds(claim, f"n{suffix}", members.sum())
        holds(claim, f"deaths{suffix}", died[members].sum())
        holds(claim, f"median{suffix}", curve.median_survival_time_)
        group = suffix.removeprefix("_") or "all"
        for key in numbers_of(claim):
            if key.startswith(f"survival {group} "):
                holds(claim, key, curve.predict(float(key.split()[-1])))
    holds(claim, "follow_up", KaplanMeierFitter().fit(cohort.exit, ~died).median_survival_time_)
    for name, value in zip(WAITS, np.quantile(wait, [0, 0.25, 0.5, 0.75, 1]), strict=True):
        holds(claim, name, value)
    rows = ever_treated(cohort)
    holds(claim, "p_value", log_rank(rows).p_value)
    fit = fit_cox(rows, rows.arm.astype(np.float64)[:, np.newaxis], cluster=False)
    holds(claim, "hazard_ratio", float(np.exp(fit.coefficients[0])))
    if cohort.trigger is not None and "trigger_time" in numbers_of(claim):
        seen = np.isfinite(cohort.trigger)
        holds(claim, "n_triggered", seen.sum())
        holds(claim, "trigger_time", np.median(cohort.trigger[seen]))


@pytest.mark.parametrize(("claim_name", "stored_name"), STORED_NAMES.items())
def test_numbers_of_public_data_are_those_stored(claim_name: str, stored_name: str) -> None:
    claim = read_bundled(claim_name)
    studies = json.loads(STORED.read_text("utf-8"))["studies"]
    stored = next(study for study in studies if study["name"] == stored_name)
    assert claim.question.unit == stored["unit"]
    for suffix, group in (("", "all"), ("_late", "late"), ("_never", "never")):
        of_group = stored["groups"][group]
        holds(claim, f"n{suffix}", of_group["n"])
        holds(claim, f"deaths{suffix}", of_group["deaths"])
        holds(claim, f"median{suffix}", of_group["median"][0])
        for share, k in ((0.25, 0), (0.75, 2)):
            if (key := f"quantiles {group} {share:g}") in numbers_of(claim):
                holds(claim, key, of_group["quartiles"][k])
    holds(claim, "hazard_ratio", stored["naive"]["hazard_ratio"])
    holds(claim, "p_value", stored["log_rank"]["p_value"])
    holds(claim, "follow_up", stored["follow_up"]["median"])
    holds(claim, "follow_up_end", stored["possible"])
    for name, value in zip(WAITS[1:4], stored["waiting"]["quartiles"], strict=True):
        holds(claim, name, value)
