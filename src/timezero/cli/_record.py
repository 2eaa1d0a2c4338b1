"""A study with its record: what went in, what came out, and how often these data were analysed."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from timezero.errors import TimezeroError

if TYPE_CHECKING:
    from timezero.ladder.climb import Progress
    from timezero.model.cohort import Cohort
    from timezero.model.protocol import Protocol
    from timezero.model.record import AnalysisRecord
    from timezero.model.result import StudyResult
    from timezero.store import Store
    from timezero.store.keeper import Keeper
    from timezero.store.records import RunRecord

RECORD_NAME = "timezero.db"
TELL_EVERY = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a study is made of, as texts and files.

    Parameters
    ----------
    study : str
        Name of the study in the record.
    registry : Path
    protocol : str
        The protocol as JSON.
    recipe : str
        The recipe as TOML; empty without one.
    """

    study: str
    registry: Path
    protocol: str
    recipe: str


def record_place(said: str | None, study_file: Path | None) -> str | None:
    """Return where the record of a study is kept; None when there is none.

    Parameters
    ----------
    said : str or None
        As on the command line: a folder, a file or the address of a server; ``none`` for none.
    study_file : Path or None
        A record beside it is used when nothing is said.
    """
    if said is not None:
        return None if said == "none" else said
    if study_file is None:
        return None
    beside = study_file.parent / RECORD_NAME
    return str(beside) if beside.exists() else None


@contextmanager
def earlier_registry(store: Store, inputs: Inputs) -> Generator[Path | None]:
    """Give the registry of the last run of this study, where it was another file than now."""
    now = _sha256(inputs.registry)
    before = [run for run in store.runs(inputs.study) if run.input != now]
    if not before:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="timezero-") as folder:
        path = Path(folder) / inputs.registry.name
        path.touch(mode=0o600)
        path.write_bytes(store.blobs.read(before[-1].input))
        yield path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """Long work that is a job of the record.

    Parameters
    ----------
    keeper : Keeper
        Where finished parts are kept.
    telling : callable
        Wraps a callback of progress so that the record knows of it.
    finish : callable
        Takes the result as text once it is there.
    """

    keeper: Keeper
    telling: Callable[[Progress], Progress]
    finish: Callable[[str], str]


@contextmanager
def job_on_record(store: Store, key: str, *, kind: str, study: str = "") -> Generator[JobRun]:
    """Do long work as a job: begun once, resumed after a stop, finished, failed or interrupted."""
    job = store.jobs.add(key, kind=kind, study=study)
    if job.state in {"done", "failed", "cancelled"}:
        store.jobs.requeue(key, why="asked for again")
    store.jobs.claim(key)
    try:
        yield JobRun(
            keeper=store.jobs.keeper(key),
            telling=lambda progress: _telling(store, key, progress),
            finish=lambda text: store.jobs.finish(key, text),
        )
    except KeyboardInterrupt:
        store.jobs.interrupt(key)
        raise
    except TimezeroError as refusal:
        if store.jobs.get(key).state == "running":
            store.jobs.fail(key, why=refusal.code)
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A study that is being recorded.

    Parameters
    ----------
    analysis : AnalysisRecord
    job : JobRun
    finish : callable
        Takes the result once it is there.
    """

    analysis: AnalysisRecord
    job: JobRun
    finish: Callable[[StudyResult], None]


@contextmanager
def recorded(
    store: Store, inputs: Inputs, cohort: Cohort, protocol: Protocol
) -> Generator[Recorded]:
    """Record a run: begun before anything is seen, then finished, failed or left to be resumed."""
    from timezero.model.record import AnalysisRecord
    from timezero.provenance import versions
    from timezero.store import job_key

    run = _begun(store, inputs, cohort, protocol)
    analysis = AnalysisRecord(
        run=run.id,
        number=store.analysis_number(run.id),
        n_protocols=store.n_analyses(cohort.digest).n_protocols,
        prespecified=store.is_prespecified(run.protocol, run.input),
    )
    key = job_key(
        data=cohort.digest,
        recipe=inputs.recipe,
        spec=inputs.protocol,
        seed=protocol.analysis.seed,
        versions=versions(),
    )
    try:
        with job_on_record(store, key, kind="study", study=inputs.study) as job:

            def finish(result: StudyResult) -> None:
                text = result.to_json()
                job.finish(text)
                store.finish_run(run.id, result=text, digest=numbers_digest(text))

            yield Recorded(analysis=analysis, job=job, finish=finish)
    except TimezeroError as refusal:
        store.fail_run(run.id, why=refusal.code)
        raise


def record_exports(place: str, run: str, made: Mapping[str, Path], profile: str) -> None:
    """Keep what was handed out of a run, by content.

    Parameters
    ----------
    place : str
    run : str
    made : mapping of str to Path
        By kind: ``html``, ``json``.
    profile : str
        For whom it was made.
    """
    from timezero.store import open_store

    with open_store(place) as store:
        for kind, path in made.items():
            store.record_export(run, path.read_bytes(), kind=kind, name=path.name, profile=profile)


def _begun(store: Store, inputs: Inputs, cohort: Cohort, protocol: Protocol) -> RunRecord:
    """Return the run that was begun and not finished, or begin one."""
    from timezero.provenance import versions

    store.register_study(inputs.study, title=protocol.question.title)
    asked = store.register_protocol(inputs.protocol, study=inputs.study).key
    recipe = store.register_recipe(inputs.recipe, study=inputs.study).key if inputs.recipe else None
    given = store.register_input(
        inputs.registry,
        study=inputs.study,
        name=inputs.registry.name,
        canonical_digest=cohort.digest,
        keep=True,
    )
    parts = (given.sha256, recipe, asked)
    unfinished = [
        run
        for run in store.runs(inputs.study)
        if run.state == "started" and (run.input, run.recipe, run.protocol) == parts
    ]
    if unfinished:
        return unfinished[-1]
    run = store.start_run(
        inputs.study,
        input=given.sha256,
        protocol=asked,
        recipe=recipe,
        seed=protocol.analysis.seed,
        versions=versions(),
    )
    return store.run(run)


def _telling(store: Store, key: str, progress: Progress) -> Progress:
    told_at = -TELL_EVERY

    def tell(step: str, done: int, total: int) -> None:
        nonlocal told_at
        progress(step, done, total)
        now = time.monotonic()
        if now - told_at >= TELL_EVERY:
            told_at = now
            store.jobs.progress(key, step, done, total)

    return tell


def numbers_digest(text: str) -> str:
    """Return the digest of a result without what differs from run to run: when, and which run.

    Parameters
    ----------
    text : str
        The result as JSON.
    """
    content = json.loads(text)
    content.pop("record", None)
    content["provenance"].pop("made_at", None)
    content["guards"] = [guard for guard in content["guards"] if guard.get("number") != "G18"]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
