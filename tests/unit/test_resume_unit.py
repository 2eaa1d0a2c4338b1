"""A study that was interrupted goes on where it stopped, to the same bits."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import timezero
from timezero.estimate import person_bootstrap as bootstrap_module
from timezero.intake.examples import example_study_file
from timezero.model.cohort import Cohort
from timezero.model.protocol import Protocol


@pytest.fixture(scope="module")
def heart() -> tuple[Cohort, Protocol]:
    study_file = example_study_file("stanford_heart")
    protocol = timezero.read_protocol(study_file)
    analysis = protocol.analysis.model_copy(update={"bootstrap": 40, "redeals": 0})
    fitness = protocol.fitness.model_copy(update={"replicates": 120})
    protocol = protocol.model_copy(update={"analysis": analysis, "fitness": fitness})
    return timezero.read_cohort(study_file.parent / "registry.csv", protocol), protocol


def rungs_of(result: Any) -> Any:
    return json.loads(result.to_json())["rungs"]


class StopHere(Exception):
    """Raised in the middle of a study."""


def test_an_interrupted_study_resumes_to_the_same_bits(
    heart: tuple[Cohort, Protocol], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort, protocol = heart
    whole = rungs_of(timezero.study(cohort, protocol))
    draw = bootstrap_module.copies_of_patients
    drawn: list[int] = []

    def interrupted(n: int, *, seed: int, replicate: int) -> np.ndarray:
        drawn.append(replicate)
        if len(drawn) > 200:
            raise StopHere
        return draw(n, seed=seed, replicate=replicate)

    kept = tmp_path / "kept"
    with monkeypatch.context() as patched:
        patched.setattr(bootstrap_module, "copies_of_patients", interrupted)
        with pytest.raises(StopHere):
            timezero.study(cohort, protocol, keep_in=kept)
    finished = len(list(kept.glob("*.npz")))
    assert finished >= 2
    drawn.clear()

    def counted(n: int, *, seed: int, replicate: int) -> np.ndarray:
        drawn.append(replicate)
        return draw(n, seed=seed, replicate=replicate)

    monkeypatch.setattr(bootstrap_module, "copies_of_patients", counted)
    resumed = timezero.study(cohort, protocol, keep_in=kept)
    assert rungs_of(resumed) == whole
    n_resumed = len(drawn)
    assert not kept.exists()
    drawn.clear()
    timezero.study(cohort, protocol)
    assert n_resumed <= len(drawn) - 20 * finished


def test_any_number_of_workers_gives_the_same_bits(heart: tuple[Cohort, Protocol]) -> None:
    cohort, protocol = heart
    found = [
        rungs_of(
            timezero.study(
                cohort,
                protocol.model_copy(
                    update={"analysis": protocol.analysis.model_copy(update={"workers": workers})}
                ),
            )
        )
        for workers in (1, 16)
    ]
    assert found[0] == found[1]
