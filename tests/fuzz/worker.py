"""A process that runs damaged files and reports on each; it may be killed by any of them."""

from __future__ import annotations

import json
import resource
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz.mutations import mutated
from fuzz.targets import Target, all_targets
from timezero.errors import InputRefused

SECONDS = 10
MEMORY = 4 << 30


class TookTooLongError(BaseException):
    """The alarm rang."""


@contextmanager
def alarm(seconds: int) -> Iterator[None]:
    """Raise when what is inside takes longer."""

    def ring(*_: object) -> None:
        raise TookTooLongError

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def execute(target: Target, path: Path) -> dict[str, str]:
    """Run one damaged file; return how it ended.

    Parameters
    ----------
    target : Target
    path : Path
        The damaged file.
    """
    try:
        with alarm(SECONDS):
            target.run(path)
    except InputRefused as refused:
        return {"end": "refused", "code": refused.code}
    except TookTooLongError:
        return {"end": "too long", "place": "after 10 s"}
    # A panic of a compiled library is no Exception.
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return {"end": "uncaught", "place": place_of(error)}
    return {"end": "read"}


def place_of(error: BaseException) -> str:
    """Return what was raised and where in this package, one line for one defect."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "timezero" in f.filename]
    last = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    return f"{type(error).__name__} at {where}: {str(error)[:100]}"


def damaged(target: Target, seed: int, number: int) -> bytes:
    """Return the damaged file of a number; the same one whenever it is asked for.

    Parameters
    ----------
    target : Target
    seed, number : int
    """
    random = Random(f"{target.name}/{seed}/{number}")  # noqa: S311 -- no secret, a repeatable draw
    seeds = list(target.seeds)
    return mutated(random.choice(seeds), random, seeds)


def work(name: str, *, seed: int, first: int, last: int, folder: Path) -> Iterator[dict[str, Any]]:
    """Run a range of damaged files of one target."""
    target = all_targets()[name]
    for number in range(first, last):
        path = folder / "damaged.csv"
        path.write_bytes(damaged(target, seed, number))
        yield {"number": number, **execute(target, path)}


def main(given: list[str]) -> None:
    """Print one line of JSON for each damaged file."""
    name, seed, first, last, folder = given
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("error")
    for result in work(name, seed=int(seed), first=int(first), last=int(last), folder=Path(folder)):
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
