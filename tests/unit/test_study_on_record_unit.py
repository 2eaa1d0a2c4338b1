"""A study with a record: counted, compared with the last file, and nobody's name in the log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from canary_fixture import canaries, canary_rows, write_registry, write_study
from postgres_server import needed_server
from timezero.cli._record import (
    Inputs,
    asked,
    earlier_registry,
    job_on_record,
    record_place,
    recorded,
)
from timezero.cli.app import EXIT_REFUSED, run
from timezero.errors import AnalysisRefused, InputRefused, JobCancelled
from timezero.intake.cohort import read_cohort
from timezero.intake.protocol_file import read_protocol
from timezero.store import open_store
from timezero.store.records import RunRecord
from timezero.store.store import Store

CHANGED_AGE = "77"


@dataclass(frozen=True)
class Project:
    """A folder with a record beside the study file, and the results of its studies by name."""

    folder: Path
    results: dict[str, dict[str, Any]]

    def analysed(self, name: str, *flags: str, code: int = 0) -> None:
        to = self.folder / f"{name}.json"
        words = ["study", str(self.folder / "study.toml"), "--no-html", "--plain"]
        assert run([*words, "--json", str(to), *flags]) == code, name
        if code == 0:
            self.results[name] = json.loads(to.read_text())

    def count(self, name: str) -> tuple[int, int, bool, str]:
        """Return number, study files, prespecified, and the status of G18."""
        result = self.results[name]
        record = result["record"]
        status = next(g["status"] for g in result["guards"] if g["number"] == "G18")
        return record["number"], record["n_protocols"], record["prespecified"], status

    def found(self, name: str, code: str) -> list[dict[str, Any]]:
        return [f for f in self.results[name]["findings"] if f["code"] == code]

    def runs(self) -> dict[str, RunRecord]:
        with open_store(self.folder, read_only=True) as store:
            return {record.id: record for record in store.runs()}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("project")
    rows = canary_rows()
    registry = write_registry(folder / "registry.csv", rows)
    write_study(folder / "study.toml", registry, profile="own")
    assert run(["store", "init", str(folder), "--plain"]) == 0
    done = Project(folder, {})
    done.analysed("first")
    done.analysed("again", "--workers", "1", "--profile", "publish")
    done.analysed("other question", "--horizon", "365")
    rows[3]["age"] = CHANGED_AGE
    write_registry(registry, rows)
    done.analysed("changed file")
    for row in rows:
        row["dead"] = "no"
    write_registry(registry, rows)
    done.analysed("nobody died", "--censored-value", "no", code=EXIT_REFUSED)
    done.analysed("no such column", "--exit", "nothing", code=EXIT_REFUSED)
    return done


def test_analyses_of_the_same_data_are_counted(project: Project) -> None:
    assert project.count("first") == (1, 1, True, "passed")
    assert project.count("again") == (2, 1, True, "passed")
    assert project.count("other question") == (3, 2, False, "cautioned")
    said = next(g for g in project.results["other question"]["guards"] if g["number"] == "G18")
    assert "analysis number 3 of these data, with 2 study files in all" in said["what"]
    assert "registered after these data had been analysed" in said["what"]


def test_threads_and_readers_of_a_report_are_no_other_question(tmp_path: Path) -> None:
    registry = write_registry(tmp_path / "registry.csv", canary_rows())
    protocol = read_protocol(write_study(tmp_path / "study.toml", registry))
    threads = protocol.analysis.model_copy(update={"workers": 7})
    report = protocol.report.model_copy(update={"profile": "own"})
    same = protocol.model_copy(update={"analysis": threads, "report": report})
    seed = protocol.analysis.model_copy(update={"seed": 1})
    assert asked(same) == asked(protocol)
    assert asked(protocol.model_copy(update={"analysis": seed})) != asked(protocol)
    assert '"workers"' not in asked(protocol)


def test_the_same_file_is_one_input_of_three_runs(project: Project) -> None:
    runs = [project.runs()[r["record"]["run"]] for r in project.results.values()]
    assert len({record.input for record in runs[:3]}) == 1
    assert runs[3].input != runs[0].input
    assert runs[3].canonical_digest != runs[0].canonical_digest
    with open_store(project.folder) as store:
        content = store.blobs.read(runs[0].input)
        again = store.register_input(content, study=runs[0].study)
    assert again.known
    assert [known.name for known in again.known_as] == ["registry.csv"]


def test_what_changed_in_the_file_is_told_cell_by_cell(project: Project) -> None:
    assert project.found("again", "file_changed") == []
    (told,) = project.found("changed file", "file_changed")
    assert told["n_rows"] == 1
    assert project.found("first", "file_changed") == []


def test_a_refused_analysis_is_recorded_by_its_code_alone(project: Project) -> None:
    failed = [record for record in project.runs().values() if record.state == "failed"]
    assert [record.why for record in failed] == ["TZ-LAD-11"]
    assert failed[0].finished is not None
    with open_store(project.folder, read_only=True) as store:
        (job,) = store.jobs.list("failed")
        assert job.why == "TZ-LAD-11"


def test_what_cannot_be_read_is_no_analysis(project: Project) -> None:
    assert len(project.runs()) == len(project.results) + 1


def test_what_was_handed_out_is_kept(project: Project) -> None:
    with open_store(project.folder, read_only=True) as store:
        told = [e for e in store.log.entries() if e.what == "export recorded"]
        exports = [json.loads(entry.new) for entry in told]
        kept = [json.loads(store.blobs.read(export["blob"])) for export in exports]
    assert [(e["kind"], e["profile"]) for e in exports] == [
        ("json", "own"), ("json", "publish"), ("json", "own"), ("json", "own"),
    ]  # fmt: skip
    assert kept == list(project.results.values())
    assert [e["run"] for e in exports] == [r["record"]["run"] for r in project.results.values()]


def test_nobody_is_named_in_the_log_or_the_tables(project: Project) -> None:
    """The kept registry itself, and results for oneself, are blobs and not looked at here."""
    secrets = canaries(canary_rows())
    with open_store(project.folder, read_only=True) as store:
        log = repr(store.log.entries())
        tables = repr((store.runs(), store.jobs.list(), store.status()))
        assert store.verify().ok
    database = (project.folder / "timezero.db").read_bytes()
    registry = (project.folder / "registry.csv").read_text()
    assert all(secret in registry for secret in secrets)
    assert [s for s in secrets if s in log or s in tables or s.encode() in database] == []
    assert "registry.csv" not in log


def test_a_record_is_found_beside_the_study_file(project: Project, tmp_path: Path) -> None:
    study = project.folder / "study.toml"
    assert record_place(None, study) == str(project.folder / "timezero.db")
    assert record_place("none", study) is None
    assert record_place("elsewhere", study) == "elsewhere"
    assert record_place(None, tmp_path / "study.toml") is None
    assert record_place(None, None) is None


def test_a_file_of_which_only_the_digest_is_kept_is_not_compared(tmp_path: Path) -> None:
    registry = write_registry(tmp_path / "registry.csv", canary_rows())
    with open_store(tmp_path / "record", create=True) as store:
        store.register_study("s")
        key = store.register_protocol("[question]\n", study="s").key
        given = store.register_input(b"earlier", study="s")
        store.start_run("s", input=given.sha256, protocol=key, seed=1, versions={})
        inputs = Inputs(study="s", registry=registry, protocol="", recipe="")
        with earlier_registry(store, inputs) as path:
            assert path is None
        store.register_input(b"earlier", study="s", keep=True)
        with earlier_registry(store, inputs) as path:
            assert path is not None
            assert path.read_bytes() == b"earlier"
            assert path.is_relative_to(tmp_path / "record")
            left = path.parent
        assert not left.exists()
    left.mkdir()
    (left / "registry.csv").write_bytes(b"left by a process that was killed")
    with open_store(tmp_path / "record") as store:
        assert not left.exists()
        assert store.log.entries()[-1].what == "leftovers of a crash removed"


@pytest.mark.parametrize(
    ("stopped", "state", "why"),
    [
        (AnalysisRefused("no event", code="TZ-LAD-11"), "failed", "TZ-LAD-11"),
        (InputRefused("the disk is full", code="TZ-STO-06"), "interrupted", "it was stopped"),
        (KeyboardInterrupt(), "interrupted", "it was stopped"),
        (MemoryError(), "interrupted", "it was stopped"),
    ],
)
def test_what_becomes_of_a_job_that_stops(
    tmp_path: Path, stopped: BaseException, state: str, why: str
) -> None:
    def stop(store: Store) -> None:
        with job_on_record(store, "a" * 64, kind="study") as job:
            job.keeper.write("one", {"numbers": np.ones(2)})
            raise stopped

    with open_store(tmp_path, create=True) as store:
        with pytest.raises(type(stopped)):
            stop(store)
        assert (store.jobs.get("a" * 64).state, store.jobs.get("a" * 64).why) == (state, why)
        with job_on_record(store, "a" * 64, kind="study") as job:
            assert job.keeper.read("one") is not None
            job.finish("result")
        with job_on_record(store, "a" * 64, kind="study") as job:
            assert job.keeper.read("one") is None
            job.finish("result, made anew")
        assert store.jobs.result("a" * 64) == b"result, made anew"
        assert store.verify().ok


def test_a_job_whose_record_cannot_be_written_ends_in_the_first_refusal(tmp_path: Path) -> None:
    def stop(store: Store) -> None:
        with job_on_record(store, "a" * 64, kind="study"):
            store.close()
            (tmp_path / "timezero.db").unlink()
            raise InputRefused("the disk is full", code="TZ-STO-06")

    with (
        open_store(tmp_path, create=True) as store,
        pytest.raises(InputRefused, match="disk is full"),
    ):
        stop(store)


def test_whoever_asks_second_for_a_study_on_a_server_touches_nothing(tmp_path: Path) -> None:
    place = needed_server().new_database()
    registry = write_registry(tmp_path / "registry.csv", canary_rows())
    protocol = read_protocol(write_study(tmp_path / "study.toml", registry))
    cohort = read_cohort(registry, protocol)
    inputs = Inputs(study="s", registry=registry, protocol=asked(protocol), recipe="")
    with open_store(place, create=True) as one, open_store(place) as other:
        with recorded(one, inputs, cohort, protocol) as first:
            with (
                pytest.raises(InputRefused, match="somebody else works on the job") as refused,
                recorded(other, inputs, cohort, protocol),
            ):
                pytest.fail("two work on one study")
            assert "its lease does at 2" in refused.value.mend
            assert [r.state for r in one.runs()] == ["started"]
            other.jobs.cancel(one.jobs.list("running")[0].key)
            with pytest.raises(JobCancelled):
                first.job.telling(lambda *_: None)("step", 1, 2)
        with recorded(other, inputs, cohort, protocol) as second:
            assert second.analysis == first.analysis
        assert [r.state for r in one.runs()] == ["started"]
        assert one.verify().ok
