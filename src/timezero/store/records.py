"""What the store gives back: frozen records, all times UTC in ISO 8601."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A study, protocol or recipe that is in the store.

    Parameters
    ----------
    key : str
        The study's name; the SHA-256 of the text of a protocol or recipe.
    known : bool
        It was there before.
    at : str
        When it was first registered.
    study : str
        Under which study it was first registered.
    """

    key: str
    known: bool
    at: str
    study: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownInput:
    """A study that registered the same bytes before, the name it used, and when."""

    study: str
    name: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredInput:
    """A file of data that is in the store, by its content.

    Parameters
    ----------
    sha256 : str
    size : int
        Bytes.
    known : bool
        Identical bytes were registered before.
    known_as : tuple of KnownInput
        By which studies, oldest first.
    """

    sha256: str
    size: int
    known: bool
    known_as: tuple[KnownInput, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One analysis: what went in, when, and what came out.

    Parameters
    ----------
    state : str
        ``started``, ``finished`` or ``failed``.
    why : str
        Of a run that failed.
    """

    id: str
    study: str
    input: str
    canonical_digest: str
    recipe: str | None
    protocol: str
    seed: int
    versions: Mapping[str, str]
    started: str
    finished: str | None
    state: str
    result_digest: str
    result_blob: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisCount:
    """How often data were analysed: guard G18.

    Parameters
    ----------
    n_begun : int
        Runs that were started, whatever became of them.
    n_finished : int
    n_protocols : int
        Different protocols among the runs that were started.
    """

    n_begun: int
    n_finished: int
    n_protocols: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of long work, resumable.

    Parameters
    ----------
    state : str
        ``queued``, ``running``, ``interrupted``, ``done``, ``failed`` or ``cancelled``.
    attempts : int
        How often it was begun since it last kept a new finished part, that time included.
    done, total : int
        Of the present step.
    """

    key: str
    kind: str
    study: str
    spec: str
    state: str
    attempts: int
    owner: str
    lease_until: str
    step: str
    done: int
    total: int
    cancel_asked: bool
    result_blob: str | None
    why: str
    created: str
    updated: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The number and the hash of the last entry of the log."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One entry of the log.

    Parameters
    ----------
    old, new : str
        JSON: digests, sizes and states, never a value of a patient.
    rows : str
        JSON: table, key and digest of each row as this entry left it.
    previous : str
        Hash of the entry before.
    hash : str
        Over everything else in the entry.
    """

    seq: int
    at: str
    who: str
    what: str
    why: str
    old: str
    new: str
    rows: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a store: a stable code, the fact, and the place."""

    code: str
    what: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a full check found.

    Parameters
    ----------
    problems : tuple of Problem
    n_entries, n_rows, n_blobs : int
        How many of each were checked.
    head : Head
        Of the log: keep a copy elsewhere, and give it to the next check.
    """

    problems: tuple[Problem, ...]
    n_entries: int
    n_rows: int
    n_blobs: int
    head: Head

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStatus:
    """What a store holds and who writes to it.

    Parameters
    ----------
    counts : mapping of str to int
        Rows by table.
    writer : str
        The process that writes, in words; empty when there is none or it cannot be known.
    notes : tuple of str
        What should be known: modes that let others read, a server without fsync.
    """

    place: str
    backend: str
    store_id: str
    revision: str
    counts: Mapping[str, int]
    head: Head
    writer: str
    notes: tuple[str, ...]
