"""The sentence that names the step which moved the estimate most: one rule in both directions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from timezero.model.result import Share, StudyResult
from timezero.report.figures.decomposition import levels
from timezero.report.moved_most import moved_most, steps_of

MakeResult = Callable[..., StudyResult]


def shares(half: float = 0.1, **values: float) -> tuple[Share, ...]:
    """Return shares on the log scale; NaN = not assessed, the interval is the value +- half."""
    return tuple(
        Share(
            scale="log_hazard_ratio",
            part=part,  # type: ignore[arg-type]
            value=value,
            lower=value - half,
            upper=value + half,
            status="not_assessed" if math.isnan(value) else "ok",
            words="",
        )
        for part, value in values.items()
    )


@pytest.fixture
def said(made_up_result: MakeResult) -> Callable[..., tuple[str, ...]]:
    def say(half: float = 0.1, **values: float) -> tuple[str, ...]:
        return moved_most(replace(made_up_result(), decomposition=shares(half, **values)))

    return say


def test_the_largest_step_is_named_with_its_bias_and_its_ratios(said) -> None:
    words = said(published=-1.0, clock=0.0, person_time=-0.7, trigger=-0.2, remainder=-0.1)[0]
    assert words.startswith("Most of the difference as published goes when each day is counted")
    assert "from 0.37 to 0.74 (0.70 of 1.00 on the log scale)" in words
    assert "That is waiting" in words
    assert words.endswith("it goes from 0.74 to 0.90.")


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_the_rule_is_the_same_for_an_advantage_and_for_harm(said, sign: float) -> None:
    parts = {"published": 1.0, "person_time": 0.3, "trigger": 0.6, "remainder": 0.1}
    words = said(**{name: sign * value for name, value in parts.items()})[0]
    assert words.startswith("Most of the difference as published goes when only candidates")
    assert "(0.60 of 1.00 on the log scale). That is the trigger" in words


@pytest.mark.parametrize(
    ("parts", "beginning"),
    [
        ({"published": -0.5, "person_time": -0.8}, "All of the difference as published, and more"),
        ({"published": -1.0, "person_time": -0.3}, "Less than half of the difference"),
        ({"published": -1.0, "fitness": 0.3}, "The largest step makes the difference as publ"),
        ({"published": 0.001, "person_time": -0.8}, "There is hardly a difference as published"),
        ({"published": -1.0, "person_time": -0.05}, "The largest step is taken when each day"),
        ({"published": -1.0, "clock": 0.0}, "No step moved the estimate."),
    ],
)
def test_every_case_has_its_words(said, parts: dict[str, float], beginning: str) -> None:
    assert said(**parts)[0].startswith(beginning)


def test_within_uncertainty_no_step_is_named_as_the_cause(said) -> None:
    words = said(half=0.9, published=-1.0, person_time=-0.8, chance=0.9)
    assert "no step moved the estimate by more than its uncertainty" in words[0]
    assert "That is" not in words[0]
    assert words[1].endswith("95% of the time.")
    unknown = said(half=math.nan, published=-1.0, person_time=-0.8)
    assert "how uncertain that is was not estimated" in unknown[0]


def test_chance_is_set_against_the_step(said) -> None:
    parts = {"published": -1.0, "person_time": -0.7}
    assert said(**parts, chance=0.4)[1].endswith("less than that step.")
    assert said(**parts, chance=0.9)[1].endswith("more than that step.")


def test_nothing_is_said_without_a_decomposition(said) -> None:
    assert said() == ()
    assert said(published=-1.0) == ()
    assert said(published=math.nan, person_time=-0.7) == ()


def test_the_steps_lead_from_published_to_what_is_left(made_up_result: MakeResult) -> None:
    result = made_up_result()
    published, steps = steps_of(result)
    left = next(s for s in result.decomposition if s.part == "remainder")
    assert steps[0].before == published
    assert steps[-1].after == pytest.approx(left.value)


def test_bars_of_the_waterfall_join() -> None:
    parts = shares(
        published=-1.0, clock=0.1, person_time=-0.9, trigger=math.nan, fitness=0.3, remainder=-0.5,
        chance=0.4,
    )  # fmt: skip
    found = levels(list(parts))
    assert found[0] == (0.0, -1.0)
    assert [round(end, 9) for _, end in found[1:5]] == [-1.1, -0.2, -0.2, -0.5]
    assert all(found[k][0] == found[k - 1][1] for k in range(1, 5))
    assert found[5] == (0.0, -0.5)
    assert found[6] == (-0.4, 0.4)
