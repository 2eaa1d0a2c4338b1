"""The claim file: written and read back the same, mistakes named all at once, curves beside it."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import timezero.intake
from timezero.audit.evidence import LISTS as EVIDENCE_LISTS
from timezero.audit.evidence import SCALARS
from timezero.errors import InputRefused, UnknownName
from timezero.intake.claim_file import claim_schema, read_claim, validated_claim, write_claim
from timezero.intake.claim_numbers import KINDS, LISTS
from timezero.intake.curve_files import read_curve
from timezero.model.claim import (
    Asked,
    Assumptions,
    Claim,
    CurveFile,
    NumberAtShare,
    NumberAtTime,
    Numbers,
    PrintedNumber,
    Source,
)

FULL = Claim(
    title='odd "title" \\ with\ttab and \x1b',
    text='One line.\n\n"Two" \\ lines\r\nwith trailing space \n',
    source=Source(citation="Zoë & others <b>", kind="news", simulated=True),
    question=Asked(unit="weeks", comparison="landmark", landmark=6.5, test="log-rank"),
    numbers=Numbers(
        n=PrintedNumber(printed="29"),
        n_late=PrintedNumber(printed="8", sentence='"Eight" of them.'),
        n_never=PrintedNumber(printed="most others", interval=(18.0, 21.0)),
        hazard_ratio=PrintedNumber(printed="0.27", lower="0.17", upper="0.43", level=0.9),
        median_late=PrintedNumber(printed="1.5", unit="years", interval=(70.0, float("inf"))),
        survival=(
            NumberAtTime(printed="56 %", group="never", time=0.1),
            NumberAtTime(printed="60 %", group="late", time=1e5),
        ),
        quantiles=(NumberAtShare(printed="12", group="all", share=0.25),),
    ),
    assumptions=Assumptions(accrual=(1.0, 2.0), frailty_law="gamma", trigger=False),
)
ROOT = Path(__file__).resolve().parents[2]
SCHEMA = Path(timezero.intake.__path__[0]) / "schema" / "claim-1.json"


def written(folder: Path, text: str) -> Path:
    path = folder / "claim.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("claim", [Claim(), FULL], ids=["nothing", "everything"])
def test_a_claim_comes_back_the_same(claim: Claim, tmp_path: Path) -> None:
    text = write_claim(claim)
    assert read_claim(written(tmp_path, text)) == claim
    assert write_claim(read_claim(written(tmp_path, text))) == text


def test_every_key_is_visible_with_its_meaning() -> None:
    text = write_claim(Claim())
    spoken = " ".join(line.removeprefix("# ") for line in text.splitlines())
    for part in ("source", "question", "numbers", "assumptions"):
        assert f"[{part}]" in text
        model: Any = Claim.model_fields[part].annotation
        for name, entry in model.model_fields.items():
            assert f"\n{name} = " in text or f"\n# {name} =" in text
            assert " ".join(str(entry.description).split()) in spoken


def test_a_remark_stands_above_its_key() -> None:
    text = write_claim(FULL, {"numbers.n_late": "guessed from the second sentence"})
    assert "# Note: guessed from the second sentence\nn_late = {" in text


def test_a_number_may_be_bare() -> None:
    claim = validated_claim({"numbers": {"n": 29, "median": 41.2, "p_value": "< .001"}})
    assert claim.numbers.n == PrintedNumber(printed="29")
    assert claim.numbers.median == PrintedNumber(printed="41.2")


def test_every_mistake_is_named_with_its_key(tmp_path: Path) -> None:
    text = """
    title = 7
    [question]
    unit = "hours"
    [numbers]
    n = true
    meadian = "12"
    survival = [{ group = "late", time = 12, printed = "50 %" }, { group = "x", printed = "5 %" }]
    """
    with pytest.raises(UnknownName) as refusal:
        read_claim(written(tmp_path, text))
    assert sorted(f.where for f in refusal.value.findings) == [
        "claim.toml, numbers.meadian",
        "claim.toml, numbers.n",
        "claim.toml, numbers.survival, entry 2, group",
        "claim.toml, numbers.survival, entry 2, time",
        "claim.toml, question.unit",
        "claim.toml, title",
    ]
    assert refusal.value.mend.startswith("use one of: median, ")


def test_an_unknown_key_inside_a_number_names_those_there_are() -> None:
    with pytest.raises(UnknownName) as refusal:
        validated_claim({"numbers": {"n": {"printed": "29", "sentense": "x"}}})
    assert refusal.value.where == "the claim, numbers.n.sentense"
    assert refusal.value.mend.startswith("use one of: sentence, ")
    entry = {"printed": "29 %", "group": "all", "time": 1, "at": 2}
    with pytest.raises(UnknownName) as refusal:
        validated_claim({"numbers": {"survival": [entry]}})
    assert refusal.value.where == "the claim, numbers.survival, entry 1, at"
    assert "time" in refusal.value.mend


def test_numbers_that_cannot_be_read_are_named_together() -> None:
    numbers = {"n": "a few dozen or so", "median": "long", "p_value": "7"}
    with pytest.raises(InputRefused) as refusal:
        validated_claim({"numbers": numbers})
    assert [f.where for f in refusal.value.findings] == [
        "the claim, numbers.n",
        "the claim, numbers.median",
        "the claim, numbers.p_value",
    ]
    assert refusal.value.what.endswith("; and 2 more")


@pytest.mark.parametrize(
    ("numbers", "what"),
    [
        ({"n": "29", "n_late": "30"}, "n_late '30' is more than n '29'"),
        ({"n": "29", "n_never": "over 29"}, "n_never 'over 29' is more than n '29'"),
        ({"n": "9", "deaths": "10"}, "deaths '10' is more than n '9'"),
        ({"n_late": "9", "deaths_late": "10"}, "deaths_late '10' is more than n_late '9'"),
        ({"deaths": "9", "deaths_never": "10"}, "deaths_never '10' is more than deaths '9'"),
    ],
)
def test_a_part_larger_than_the_whole_is_refused(numbers: dict[str, str], what: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        validated_claim({"numbers": numbers})
    assert refusal.value.what == what


def test_a_part_that_may_be_as_large_as_the_whole_is_not_refused() -> None:
    assert validated_claim({"numbers": {"n": "about 29", "n_late": "30"}}).numbers.n_late
    assert validated_claim({"numbers": {"n": "29", "n_never": "21 or 40"}}).numbers.n_never


def test_one_place_of_a_curve_has_one_number() -> None:
    row = {"group": "all", "time": 12, "printed": "50 %"}
    with pytest.raises(InputRefused, match="at 12 is given twice"):
        validated_claim({"numbers": {"survival": [row, row | {"printed": "51 %"}]}})
    other = row | {"group": "late"}
    assert len(validated_claim({"numbers": {"survival": [row, other]}}).numbers.survival) == 2


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("cure", [0.2, 1.2]),
        ("hazard_ratio", [0.0, 2.0]),
        ("accrual", [-1.0, 2.0]),
        ("cure", [0.4, 0.2]),
        ("waiting_shape", [0.5, float("inf")]),
    ],
)
def test_impossible_assumptions_are_refused(name: str, limits: list[float]) -> None:
    with pytest.raises(InputRefused) as refusal:
        validated_claim({"assumptions": {name: limits}})
    assert "assumptions" in refusal.value.where


def test_kinds_are_those_that_the_audit_uses() -> None:
    assert {name: kind for name, (kind, _, _) in SCALARS.items()} == KINDS
    assert {field: kind for field, kind, _, _ in EVIDENCE_LISTS} == LISTS
    assert {*KINDS, *LISTS, "curves"} == set(Numbers.model_fields)


def test_the_committed_schema_is_current() -> None:
    assert SCHEMA.read_text("utf-8") == claim_schema()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.update(schema="timezero/claim/2"),
        lambda d: d.update(colour="red"),
        lambda d: d["numbers"].update(n=True),
        lambda d: d["numbers"]["n"].pop("printed"),
        lambda d: d["question"].update(unit="hours"),
        lambda d: d["numbers"]["survival"][0].pop("time"),
    ],
)
def test_the_schema_refuses_what_is_wrong(spoil: Any) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(claim_schema()))
    document = FULL.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert validator.is_valid(document)
    spoil(document)
    assert not validator.is_valid(document)


def curve(file: str) -> CurveFile:
    return CurveFile(group="late", file=file)


def test_points_of_a_curve_are_read_in_either_scale(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    (tmp_path / "a.csv").write_text("time,survival\n0,1\n12,0.83\n\n24.5,0.5\n")
    (tmp_path / "b.csv").write_text("\ufeffTime, Survival\r\n-0.5,98.9\r\n12,83\r\n24.5,50\r\n")
    times, survival = read_curve(path, curve("a.csv"))
    np.testing.assert_array_equal(times, [0.0, 12.0, 24.5])
    np.testing.assert_array_equal(survival, [1.0, 0.83, 0.5])
    times, survival = read_curve(path, curve("b.csv"))
    np.testing.assert_array_equal(times, [-0.5, 12.0, 24.5])
    np.testing.assert_allclose(survival, [0.989, 0.83, 0.5])


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "the first line is not"),
        (b"t,s\n0,1\n1,0.5\n", "the first line is not"),
        (b"time,survival\n0,1\n", "it has 1 points"),
        (b"time,survival\n0,1\n1,many\n", "'1, many' is not two numbers"),
        (b"time,survival\n0,1\n1,nan\n", "'1, nan' is not two numbers"),
        (b"time,survival\n0,1\n1\n", "'1' is not two numbers"),
        (b"time,survival\n0,1,2\n1,1\n", "'0, 1, 2' is not two numbers"),
        (b"time,survival\n0,1\n1,-0.3\n", "1 values are no survival"),
        (b"time,survival\n0,100\n1,140\n", "1 values are no survival"),
        (b'time,survival\n0,"1\n', "the file is not CSV"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"time,survival\n" + b"0,1\n" * 600_000, "larger than"),
        (b"time,survival\n" + b"0,1\n" * 20_001, "it has 20001 points"),
    ],
)
def test_what_is_no_curve_is_refused(content: bytes, what: str, tmp_path: Path) -> None:
    path = written(tmp_path, "")
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(InputRefused, match=what) as refusal:
        read_curve(path, curve("a.csv"))
    assert "a.csv" in refusal.value.where


@pytest.mark.parametrize(
    ("file", "what"),
    [
        ("missing.csv", "there is no file"),
        ("../a.csv", "outside the folder"),
        ("x/../../a.csv", "outside the folder"),
        ("{folder}/inside/a.csv", "outside the folder"),
        ("..\\a.csv", "outside the folder"),
        ("", "empty or no name"),
        ("a\0.csv", "empty or no name"),
        (".", "there is no file"),
    ],
)
def test_curves_lie_beside_the_claim(file: str, what: str, tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    for place in (tmp_path, folder):
        (place / "a.csv").write_text("time,survival\n0,1\n1,0.5\n")
    name = file.format(folder=tmp_path)
    claim = Claim(numbers=Numbers(curves=(curve(name), CurveFile(group="all", file="a.csv"))))
    path = written(folder, write_claim(claim))
    with pytest.raises(InputRefused, match=what) as refusal:
        read_claim(path)
    assert refusal.value.where == "claim.toml, numbers.curves, group 'late'"


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "a.csv").write_text("time,survival\n0,1\n1,0.5\n")
    (folder / "a.csv").symlink_to(tmp_path / "a.csv")
    with pytest.raises(InputRefused, match="outside the folder"):
        read_curve(folder / "claim.toml", curve("a.csv"))


def test_curves_beside_the_claim_are_accepted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("time,survival\n0,1\n1,0.5\n")
    claim = Claim(numbers=Numbers(curves=(curve("a.csv"),)))
    assert read_claim(written(tmp_path, write_claim(claim))) == claim
    both = Claim(numbers=Numbers(curves=(curve("a.csv"), curve("a.csv"))))
    with pytest.raises(InputRefused, match="a group has two curves"):
        read_claim(written(tmp_path, write_claim(both)))


def test_the_example_of_the_recipe_is_a_claim() -> None:
    text = (ROOT / "docs" / "how-to" / "write-a-claim.md").read_text("utf-8")
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert example is not None
    claim = validated_claim(tomllib.loads(example[1]))
    assert claim.numbers.n_never == PrintedNumber(printed="18 or 21")
