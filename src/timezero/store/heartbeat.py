"""Renewing the lease of a job while one of its parts takes long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

from timezero.errors import TimezeroError

BEATS_PER_LEASE = 3


@contextmanager
def heart_beating(beat: Callable[[], None], *, seconds: float) -> Generator[None]:
    """Renew a lease in the background until the block ends.

    A beat that is refused is the last one: whoever works finds out when the next part is kept.

    Parameters
    ----------
    beat : callable
        Renews the lease.
    seconds : float
        Length of the lease, > 0.
    """
    over = threading.Event()

    def renew() -> None:
        while not over.wait(seconds / BEATS_PER_LEASE):
            try:
                beat()
            except TimezeroError:
                return

    thread = threading.Thread(target=renew, name="timezero lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
