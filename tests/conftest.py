"""What every test needs: which outside programs are here, and a refusal to skip when asked."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from timezero.model.audit_result import AuditResult
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime
from timezero.model.result import StudyResult

ROOT = Path(__file__).resolve().parents[1]
# A first call compiles its kernels, which must not count as a test that is too slow.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")
R_PACKAGES = ("survival", "KMsurv", "etm", "Epi", "msm")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@cache
def r_is_missing() -> str:
    """Return why R programs cannot run here, or an empty string."""
    if shutil.which("Rscript") is None:
        return "Rscript is not installed"
    asked = subprocess.run(
        ["Rscript", "-e", "; ".join(f"library({name})" for name in R_PACKAGES)],
        capture_output=True,
        check=False,
        timeout=60,
    )
    return "" if asked.returncode == 0 else f"R lacks one of {', '.join(R_PACKAGES)}"


@cache
def browser_is_missing() -> str:
    """Return why pages cannot be opened here, or an empty string."""
    found = any(shutil.which(name) for name in BROWSERS)
    return "" if found else "no Chromium is installed"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose outside program is missing, or fail it when everything is required."""
    for marker, missing in (("needs_r", r_is_missing), ("needs_browser", browser_is_missing)):
        if item.get_closest_marker(marker) is None or not (why := missing()):
            continue
        if os.environ.get("TIMEZERO_REQUIRE_ALL") == "1":
            pytest.fail(f"{why}, and TIMEZERO_REQUIRE_ALL=1 forbids skipping", pytrace=False)
        pytest.skip(why)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Return the path of the installed Chromium."""
    return next(path for name in BROWSERS if (path := shutil.which(name)) is not None)


@pytest.fixture
def make_cohort() -> Callable[..., Cohort]:
    """Return a function that builds a cohort from plain lists; NaN or None means never."""

    def build(
        exits: Sequence[float],
        events: Sequence[int],
        initiations: Sequence[float],
        *,
        triggers: Sequence[float] | None = None,
        entries: Sequence[float] | None = None,
        **changes: Any,
    ) -> Cohort:
        n = len(exits)
        return Cohort(
            patient=tuple(str(i) for i in range(n)),
            entry=np.full(n, -np.inf) if entries is None else np.array(entries, dtype=float),
            exit=np.array(exits, dtype=float),
            event=np.array(events, dtype=bool),
            initiation=np.array(initiations, dtype=float),
            trigger=None if triggers is None else np.array(triggers, dtype=float),
            **{
                "covariates": (),
                "time_unit": "months",
                "zero_exit": float("nan"),
                "name": "test patients",
                "simulated": True,
                "sources": (),
                "attrition": (),
                "findings": (),
                "digest": "0" * 64,
                **changes,
            },
        )

    return build


def _made_up(file: str) -> Any:
    """Return a file of made-up results as a module."""
    spec = importlib.util.spec_from_file_location(file, Path(__file__).with_name(f"{file}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def made_up_result() -> Callable[..., StudyResult]:
    """Return what builds a made-up result for the renderers; see ``report_fixture.py``."""
    return _made_up("report_fixture").made_up_result


@pytest.fixture(scope="session")
def made_up_audit() -> Callable[..., AuditResult]:
    """Return what builds a made-up audit for the renderers; see ``audit_fixture.py``."""
    return _made_up("audit_fixture").made_up_audit


@pytest.fixture(scope="session")
def make_rows() -> Callable[..., PersonTime]:
    """Return a function that builds analysis rows from plain lists; one row per patient."""

    def build(
        exits: Sequence[float],
        events: Sequence[int],
        arms: Sequence[int] | None = None,
        *,
        entries: Sequence[float] | None = None,
        patients: Sequence[int] | None = None,
        strata: Sequence[int] | None = None,
        weights: Sequence[float] | None = None,
        starts_at: float = 0.0,
    ) -> PersonTime:
        n = len(exits)

        def whole(given: Sequence[int] | None, default: Sequence[int]) -> Any:
            return np.array(default if given is None else given, dtype=np.int64)

        return PersonTime(
            entry=np.array([-np.inf] * n if entries is None else entries, dtype=float),
            exit=np.array(exits, dtype=float),
            event=np.array(events, dtype=bool),
            arm=whole(arms, [0] * n),
            patient=whole(patients, range(n)),
            stratum=whole(strata, [0] * n),
            weight=np.array([1.0] * n if weights is None else weights, dtype=float),
            labels=("waiting", "operated"),
            counted_from="everybody from time zero",
            starts_at=starts_at,
        )

    return build
