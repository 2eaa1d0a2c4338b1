"""A study with its record: what went in, what came out, and how often these data were analysed."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from timezero.errors import InputRefused, TimezeroError

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
        The protocol as JSON, from :func:`asked`.
    recipe : str
        The recipe as TOML; empty without one.
    beside : tuple of Path
        Further files: values that change, courses of perfusions, tables of the recipe.
    """

    study: str
    registry: Path
    protocol: str
    recipe: str
    beside: tuple[Path, ...] = ()


def asked(protocol: Protocol) -> str:
    """Return what a study asks as text: without the number of threads, and whom it is printed for.

    Neither moves a number, so that a study with other ones is not another study file.
    """
    parts = protocol.model_dump(by_alias=True, mode="json", exclude={"report"})
    del parts["analysis"]["workers"]
    return json.dumps(parts, ensure_ascii=False)


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
    others = [run.input for run in store.runs(inputs.study) if run.input != now]
    before = [sha256 for sha256 in others if store.blobs.holds(sha256)]
    if not before:
        yield None
        return
    from timezero.store.refusals import in_words

    content = store.blobs.read(before[-1])
    with store.scratch() as folder:
        path = folder / inputs.registry.name
        with in_words(store.place):
            path.touch(mode=0o600)
            path.write_bytes(content)
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
    store.jobs.add(key, kind=kind, study=study)
    store.jobs.requeue(key, why="asked for again", anew=True)
    store.jobs.claim(key)
    try:
        with store.jobs.heart_beating(key):
            yield JobRun(
                keeper=store.jobs.keeper(key),
                telling=lambda progress: _telling(store, key, progress),
                finish=lambda text: store.jobs.finish(key, text),
            )
    except BaseException as stopped:
        with suppress(TimezeroError):
            _give_back(store, key, stopped)
        raise


def _give_back(store: Store, key: str, stopped: BaseException) -> None:
    """Say what became of a job that did not come to its end, as far as the record can be written.

    Where it cannot, the job is found to be interrupted when the record is next opened.
    """
    if store.jobs.get(key).state != "running":
        return
    if _analysis_refused(stopped):
        store.jobs.fail(key, why=getattr(stopped, "code", ""))
    else:
        store.jobs.interrupt(key)


def _analysis_refused(stopped: BaseException) -> bool:
    """Say whether doing the same again would come to the same end."""
    from timezero.store.refusals import of_the_record

    return isinstance(stopped, TimezeroError) and not of_the_record(stopped)


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
    """Record a run: begun before anything is seen, then finished, failed or left to be resumed.

    The job is claimed first: of two processes that ask for the same study on one server, the
    second is refused before it touches the run of the first.
    """
    from timezero.model.record import AnalysisRecord
    from timezero.provenance import versions
    from timezero.store import job_key

    key = job_key(
        data=cohort.digest,
        recipe=inputs.recipe,
        spec=inputs.protocol,
        seed=protocol.analysis.seed,
        versions=versions(),
    )
    with job_on_record(store, key, kind="study", study=inputs.study) as job:
        run = _begun(store, inputs, cohort, protocol)
        analysis = AnalysisRecord(
            run=run.id,
            number=store.analysis_number(run.id),
            n_protocols=store.n_analyses(cohort.digest).n_protocols,
            prespecified=store.is_prespecified(run.protocol, run.input),
        )

        def finish(result: StudyResult) -> None:
            text = result.to_json()
            job.finish(text)
            store.finish_run(run.id, result=text, digest=numbers_digest(text))

        try:
            yield Recorded(analysis=analysis, job=job, finish=finish)
        except TimezeroError as refusal:
            if _analysis_refused(refusal):
                with suppress(TimezeroError):
                    store.fail_run(run.id, why=refusal.code)
            raise


def written_but_not_recorded(refusal: InputRefused) -> InputRefused:
    """Return a refusal of the record that also says what was written nevertheless."""
    return InputRefused(
        what="what was asked for is written, and the record does not hold all of it: "
        f"{refusal.what}",
        where=refusal.where,
        mend=f"{refusal.mend}; the same command then goes on from what is finished",
        code=refusal.code,
    )


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

    Raises
    ------
    InputRefused
        The record cannot be written; the exports are.
    """
    from timezero.store import open_store

    try:
        with open_store(place) as store:
            for kind, path in made.items():
                content = path.read_bytes()
                store.record_export(run, content, kind=kind, name=path.name, profile=profile)
    except InputRefused as refusal:
        raise written_but_not_recorded(refusal) from refusal


def _begun(store: Store, inputs: Inputs, cohort: Cohort, protocol: Protocol) -> RunRecord:
    """Return the run that was begun and not finished, or begin one."""
    from timezero.provenance import versions

    store.register_study(inputs.study, title=protocol.question.title)
    asked_for = store.register_protocol(inputs.protocol, study=inputs.study).key
    recipe = store.register_recipe(inputs.recipe, study=inputs.study).key if inputs.recipe else None
    given = store.register_input(
        inputs.registry,
        study=inputs.study,
        name=inputs.registry.name,
        canonical_digest=cohort.digest,
        keep=True,
    )
    for path in inputs.beside:
        store.register_input(path, study=inputs.study, name=path.name, keep=True)
    present = versions()
    parts = (given.sha256, recipe, asked_for, present)
    unfinished = [
        run
        for run in store.runs(inputs.study)
        if run.state == "started"
        and (run.input, run.recipe, run.protocol, dict(run.versions)) == parts
    ]
    if unfinished:
        return unfinished[-1]
    run = store.start_run(
        inputs.study,
        input=given.sha256,
        protocol=asked_for,
        recipe=recipe,
        seed=protocol.analysis.seed,
        versions=present,
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
    """Return the digest of a result without what moves no number: time, run, number of threads.

    Parameters
    ----------
    text : str
        The result as JSON.
    """
    content = json.loads(text)
    content.pop("record", None)
    for name in ("made_at", "protocol_digest"):
        content["provenance"].pop(name, None)
    content["provenance"]["protocol"]["analysis"].pop("workers", None)
    content["guards"] = [guard for guard in content["guards"] if guard.get("number") != "G18"]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
