"""A process that works and tells on a pipe what it has done, until it is killed."""

from __future__ import annotations

import json
import os
import select
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from timezero.errors import TimezeroError
from timezero.store.fault_points import VARIABLE

LONGEST_WAIT = 60.0

Tell = Callable[[str, Any], None]


@dataclass
class Child:
    """A process that works, and the pipe on which it tells what it has done."""

    pid: int
    pipe: int
    heard: bytes = b""
    status: int = 0
    is_over: bool = False

    def hear(self, seconds: float) -> bool:
        """Wait for the next words; return False when the pipe has ended."""
        ready, _, _ = select.select([self.pipe], [], [], seconds)
        said = os.read(self.pipe, 1 << 16) if ready else b""
        self.heard += said
        self.is_over = bool(ready) and not said
        return not self.is_over

    def n_told(self) -> int:
        return self.heard.count(b"\n")

    def end(self) -> list[bytes]:
        """Kill the process, and return the lines that it told."""
        os.kill(self.pid, signal.SIGKILL)
        return self.ended()

    def ended(self) -> list[bytes]:
        """Wait for the end of a process, and return the lines that it told."""
        while not self.is_over:
            self.hear(LONGEST_WAIT)
        os.close(self.pipe)
        _, self.status = os.waitpid(self.pid, 0)
        return self.heard.split(b"\n")[:-1]

    @property
    def was_killed(self) -> bool:
        return os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == signal.SIGKILL


def forked(work: Callable[[Tell], None], *, fault: str = "") -> Child:
    """Fork a process that works; it ends with 2 when it is refused, with 1 when it breaks.

    Parameters
    ----------
    work : callable
        Is given what tells on the pipe.
    fault : str
        Where it is to be killed, as ``TIMEZERO_FAULT_POINT`` says it.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return Child(pid, reading)
    code = 1
    try:
        os.close(reading)
        if fault:
            os.environ[VARIABLE] = fault

        def tell(what: str, value: Any) -> None:
            os.write(writing, json.dumps([what, value]).encode() + b"\n")

        work(tell)
    except TimezeroError as refusal:
        code = 2
        os.write(2, f"{refusal}\n".encode())
    finally:
        os._exit(code)
