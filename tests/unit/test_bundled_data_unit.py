from __future__ import annotations

import csv
import importlib.util
import io
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest

from timezero.align.history import split_at_measurements
from timezero.align.time_varying import time_varying
from timezero.align.trigger_state import trigger_state
from timezero.estimate.cox import fit_cox
from timezero.findings import Severity
from timezero.intake.cohort import read_cohort
from timezero.intake.protocol_file import read_protocol
from timezero.model.cohort import Cohort

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "src" / "timezero" / "data"
EXAMPLES = sorted(p.name for p in DATA.iterdir() if (p / "study.toml").is_file())
SIMULATED = [name for name in EXAMPLES if name.startswith("simulated_")]
WITH_HISTORIES = "simulated_repeat_histories_300"
HEARTS = [name for name in EXAMPLES if name.startswith("stanford_")]

# What the calendar cannot decide in the real registry; the study file names the rule for each.
NOTED = {
    "stanford_heart": {"initiation_at_exit", "repeat_on_first_day"},
    "stanford_heart_jasa": {"exit_at_zero", "initiation_at_exit", "repeat_on_first_day"},
}

# Ages and years are quotients of whole days; 15 printed digits leave a few units in the last place.
QUOTIENT_OF_DAYS = 1e-12


@cache
def generator(name: str = "make_simulated_registry") -> ModuleType:
    """Load the program that writes simulated registries."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "simulations" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def cohort_of(name: str) -> Cohort:
    """Read a bundled registry by its own study file."""
    protocol = read_protocol(DATA / name / "study.toml")
    assert protocol.data.file is not None
    return read_cohort(DATA / name / Path(protocol.data.file).name, protocol)


def person_time_table(name: str) -> list[tuple[float, ...]]:
    """Return (patient, entry, exit, event, treated, age, surgery), sorted, empty rows left out."""
    cohort = cohort_of(name)
    rows = time_varying(cohort)
    covariates = {c.name: c.values for c in cohort.covariates}
    table = np.column_stack(
        [
            rows.patient + 1.0,
            np.maximum(rows.entry, 0.0),
            rows.exit,
            rows.event,
            rows.arm,
            covariates["age"][rows.patient],
            covariates["surgery"][rows.patient],
        ]
    )
    return sorted(map(tuple, table[rows.exit > 0.0].tolist()))


def r_table(program: str) -> list[tuple[float, ...]]:
    """Run an R expression that prints a headerless CSV of numbers."""
    ran = subprocess.run(
        ["Rscript", "-e", f"suppressMessages(library(survival)); {program}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return sorted(tuple(map(float, line)) for line in csv.reader(io.StringIO(ran.stdout)))


def assert_same_rows(ours: list[tuple[float, ...]], theirs: list[tuple[float, ...]]) -> None:
    assert len(ours) == len(theirs)
    ours_array, theirs_array = np.array(ours), np.array(theirs)
    age = 5
    whole = [k for k in range(ours_array.shape[1]) if k != age]
    assert np.array_equal(ours_array[:, whole], theirs_array[:, whole])
    assert np.allclose(ours_array[:, age], theirs_array[:, age], rtol=0, atol=QUOTIENT_OF_DAYS)


def test_all_examples_are_here() -> None:
    assert EXAMPLES == [
        "simulated_repeat_effect_500",
        "simulated_repeat_hipec_29",
        "simulated_repeat_hipec_500",
        "simulated_repeat_histories_300",
        "stanford_heart",
        "stanford_heart_jasa",
    ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_reads_without_a_warning_and_says_where_it_comes_from(name: str) -> None:
    cohort = cohort_of(name)
    assert {finding.code for finding in cohort.findings} == NOTED.get(name, set())
    warned = {f.code for f in cohort.findings if f.severity is not Severity.NOTE}
    assert warned <= {"exit_at_zero"}
    assert cohort.n_initiated > 0
    for text in ("SOURCE.md", "LICENCE.md"):
        assert (DATA / name / text).read_text().startswith("# ")


@pytest.mark.parametrize("name", SIMULATED)
def test_a_simulated_registry_says_so_everywhere(name: str) -> None:
    protocol = read_protocol(DATA / name / "study.toml")
    assert protocol.data.simulated
    assert "SIMULATED" in protocol.data.name
    assert "SIMULATED" in protocol.question.title
    assert protocol.data.file is not None
    path = DATA / name / Path(protocol.data.file).name
    assert path.name == "registry_SIMULATED.csv"
    header, *rows = csv.reader(io.StringIO(path.read_text()))
    assert header[0] == "simulated_patient"
    assert {row[header.index("simulated")] for row in rows} == {"yes"}
    assert all(row[0].startswith("SIM-") for row in rows)
    assert "SIMULATED" in (DATA / name / "SOURCE.md").read_text()
    assert cohort_of(name).simulated


@pytest.mark.parametrize("name", HEARTS)
def test_a_real_registry_is_not_called_simulated(name: str) -> None:
    assert not cohort_of(name).simulated


@pytest.mark.parametrize("name", [name for name in SIMULATED if name != WITH_HISTORIES])
def test_the_generator_writes_the_same_bytes_again(name: str) -> None:
    made = generator()
    world = next(w for w in made.WORLDS if w.name == name)
    text = made.as_csv(made.draw(world.n, world.seed, world.true_hazard_ratio))
    assert text.encode("ascii") == (DATA / name / made.FILE_NAME).read_bytes()


def test_the_generator_of_histories_writes_the_same_bytes_again() -> None:
    made = generator("make_simulated_histories")
    for text, file in zip(made.as_csv(made.draw()), (made.REGISTRY, made.HISTORY), strict=True):
        assert text.encode("ascii") == (DATA / WITH_HISTORIES / file).read_bytes()
        header, *rows = csv.reader(io.StringIO(text))
        assert {row[header.index("simulated")] for row in rows} == {"yes"}


def test_the_registry_with_histories_holds_what_drives_treatment_and_death() -> None:
    cohort = cohort_of(WITH_HISTORIES)
    (score,) = cohort.histories
    assert (score.name, score.kind, score.maximum_age) == ("fitness_score", "numeric", 12.0)
    assert set(score.patient.tolist()) == set(range(300))
    assert cohort.competing is not None
    assert not (cohort.competing & cohort.event).any()
    assert min(cohort.n_competing, int(cohort.event.sum()), cohort.n_initiated) > 30
    assert cohort.centre is not None
    assert len(cohort.centre.levels) == 5


def coefficients_of(seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return what Cox models with and without the score say of a simulated registry."""
    made = generator("make_simulated_histories")
    registry, history = (
        pl.read_csv(io.StringIO(text)) for text in made.as_csv(made.draw(8000, seed))
    )
    protocol = read_protocol(DATA / WITH_HISTORIES / "study.toml")
    cohort = read_cohort(registry, protocol, histories=history)
    whole, _ = trigger_state(cohort)
    rows, score, _ = split_at_measurements(whole, cohort)
    assert cohort.trigger is not None
    triggered = cohort.trigger[rows.patient] <= rows.entry
    pci = cohort.covariates[1].values[rows.patient]
    # Too old is one value in many thousands here; it is set to the middle of the scale.
    since = np.nan_to_num(score[:, 0], nan=5.0) * triggered
    terms = np.column_stack([rows.arm, pci, since, triggered]).astype(float)
    full = fit_cox(rows, terms, cluster=False)
    without = fit_cox(rows, terms[:, [0, 1, 3]], cluster=False)
    return full.coefficients[:3], np.diag(full.covariance)[:3], without.coefficients[0]


def test_adjusting_for_the_score_as_last_seen_finds_the_truth_of_the_simulated_world() -> None:
    values, variances, without = zip(*(coefficients_of(seed) for seed in (1, 2, 3)), strict=True)
    error = np.sqrt(np.sum(variances, axis=0)) / 3.0
    truth = np.array([0.0, 0.02, -0.30])
    assert np.all(np.abs(np.mean(values, axis=0) - truth) < 3.0 * error)
    assert np.mean(without) < -8.0 * error[0]


def test_another_seed_gives_another_registry() -> None:
    made = generator()
    small = made.WORLDS[0]
    one, other = (made.as_csv(made.draw(small.n, small.seed + k, 1.0)) for k in (0, 1))
    assert one != other


def test_the_small_registry_resembles_the_published_margins() -> None:
    made = generator()
    small = made.WORLDS[0]
    patients = made.draw(small.n, small.seed, small.true_hazard_ratio)
    assert made.resembles_the_published(patients)
    assert not made.resembles_the_published(made.draw(small.n, small.seed + 1, 1.0))


def test_the_two_large_registries_differ_only_after_a_second_operation() -> None:
    nothing, halved = (
        csv.DictReader(io.StringIO((DATA / name / "registry_SIMULATED.csv").read_text()))
        for name in ("simulated_repeat_hipec_500", "simulated_repeat_effect_500")
    )
    longer = 0
    for one, other in zip(nothing, halved, strict=True):
        if one["second_operation"]:
            assert other["last_contact"] >= one["last_contact"]
            longer += other["last_contact"] > one["last_contact"]
            one = one | {"last_contact": "", "status": ""}  # noqa: PLW2901  the effect is here
            other = other | {"last_contact": "", "status": ""}  # noqa: PLW2901
        assert one == other
    assert longer > 0


def test_stanford_by_the_first_rules_is_row_for_row_the_file_heart() -> None:
    lifelines_datasets = pytest.importorskip("lifelines.datasets")
    heart = lifelines_datasets.load_stanford_heart_transplants()
    theirs = heart[["id", "start", "stop", "event", "transplant", "age", "surgery"]].to_numpy(float)
    theirs[:, 5] += 48.0
    ours = person_time_table("stanford_heart")
    assert len(ours) == 172
    # lifelines ships ages with fewer digits than R holds.
    assert np.allclose(np.array(ours), np.array(sorted(map(tuple, theirs))), rtol=0, atol=1e-6)


@pytest.mark.needs_r
def test_stanford_by_the_first_rules_is_row_for_row_the_file_heart_of_r() -> None:
    theirs = r_table(
        "h <- heart; h$tx <- as.numeric(as.character(h$transplant)); h$age <- h$age + 48; "
        "write.table(format(h[, c('id','start','stop','event','tx','age','surgery')], "
        "digits = 16), quote = FALSE, sep = ',', row.names = FALSE, col.names = FALSE)"
    )
    assert len(theirs) == 172
    assert_same_rows(person_time_table("stanford_heart"), theirs)


@pytest.mark.needs_r
def test_stanford_by_the_second_rules_is_row_for_row_the_file_jasa1() -> None:
    theirs = r_table(
        "h <- jasa1; h$age <- h$age + 48; "
        "write.table(format(h[, c('id','start','stop','event','transplant','age','surgery')], "
        "digits = 16), quote = FALSE, sep = ',', row.names = FALSE, col.names = FALSE)"
    )
    assert len(theirs) == 170
    assert_same_rows(person_time_table("stanford_heart_jasa"), theirs)


@pytest.mark.needs_r
def test_the_extract_from_r_gives_the_same_bytes_again(tmp_path: Path) -> None:
    made = tmp_path / "registry.csv"
    subprocess.run(
        ["Rscript", str(DATA / "stanford_heart" / "extract.R"), str(made)], check=True, timeout=120
    )
    for name in HEARTS:
        assert made.read_bytes() == (DATA / name / "registry.csv").read_bytes()
