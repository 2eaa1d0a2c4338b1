"""The supermodel and the landmark curve against what R printed for the Stanford patients."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from timezero.estimate.landmark import landmark_curve
from timezero.estimate.landmark_supermodel import SupermodelFit, landmark_supermodel
from timezero.intake.cohort import read_cohort
from timezero.intake.protocol_file import read_protocol
from timezero.model.cohort import Cohort

DATA = Path(__file__).resolve().parents[2] / "src" / "timezero" / "data"
LANDMARKS = (0.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0)
WINDOW = 365.0


@cache
def heart() -> Cohort:
    folder = DATA / "stanford_heart_jasa"
    protocol = read_protocol(folder / "study.toml")
    assert protocol.data.file is not None
    return read_cohort(folder / Path(protocol.data.file).name, protocol)


@cache
def fits() -> dict[str, SupermodelFit]:
    found = landmark_supermodel(heart(), LANDMARKS, window=WINDOW, level=0.95)
    return {fit.name: fit for fit in found}


def printed(value: float, digits: int) -> object:
    """Return what agrees with a printed number to its last digit."""
    return pytest.approx(value, abs=0.5001 * 10.0**-digits, rel=0.0)


def test_the_stack_has_everybody_at_each_landmark() -> None:
    assert fits()["ipl_constant"].n_rows == (102, 85, 78, 68, 63, 57, 51)
    assert sum(fits()["ipl_constant"].n_rows) == 504


def test_one_effect() -> None:
    fit = fits()["ipl_constant"]
    assert fit.coefficients[0] == printed(-0.21343811, 8)
    assert fit.standard_errors[0] == printed(0.1551065, 7)
    assert fit.robust_standard_errors[0] == printed(0.28694532, 8)
    assert fit.log_likelihood_null == printed(-1055.6967, 4)
    assert fit.log_likelihood == printed(-1054.7509, 4)


def test_an_effect_quadratic_in_the_landmark() -> None:
    fit = fits()["ipl_quadratic"]
    assert fit.scale == 90.0
    for ours, theirs in zip(fit.coefficients, (0.39523151, -1.54416090, 0.48609322), strict=True):
        assert ours == printed(theirs, 8)
    assert fit.log_likelihood == printed(-1053.1253, 4)


def test_one_hazard_that_moves_with_the_landmark() -> None:
    fit = fits()["ipl_star"]
    assert fit.columns == ("treated", "treated:s", "s", "s^2")
    expected = (0.275842153, -0.992059501, -0.044534067, 0.624806954)
    for ours, theirs in zip(fit.coefficients, expected, strict=True):
        assert ours == printed(theirs, 9)
    assert fit.log_likelihood == printed(-1476.8746, 4)


def test_the_curve_at_three_landmarks() -> None:
    table = landmark_curve(heart(), np.array([30.0, 60.0, 90.0]), level=0.95, seed=1)
    assert table.columns["n"] == (78.0, 63.0, 51.0)
    assert table.columns["n_treated"] == (35.0, 44.0, 40.0)
    assert table.columns["n_events"] == (52.0, 38.0, 26.0)
    expected = (-0.0887811, -0.2561805, -0.5566936)
    for ours, theirs in zip(table.columns["log_hazard_ratio"], expected, strict=True):
        assert ours == printed(theirs, 7)
