"""Reading in a process of its own, which a damaged file may crash, fill or hold up."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from typing import Any, Final

from timezero.errors import InputRefused
from timezero.intake.refusals_of_files import damaged, too_large

# A small file is read in one second; the machine may be busy, and a large file takes longer.
SECONDS, SECONDS_A_MEGABYTE = 8, 3
MEMORY_LIMIT: Final = 4_000_000_000
_NO_MEMORY: Final = ("MemoryError", "memory", "allocate")


def limit_memory() -> None:
    """Let this process have 4 GB at most, where the system can hold it to that."""
    try:
        resource: Any = import_module("resource")
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = MEMORY_LIMIT if hard < 0 else min(MEMORY_LIMIT, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def read_apart(module: str, *words: str, name: str, size: int) -> bytes:
    """Run a module of ours in a process of its own and return what it writes.

    Parameters
    ----------
    module : str
        Dotted name.
    *words : str
        Its command line.
    name : str
        What the file is called in messages.
    size : int
        Of the file, in bytes; it says how long the process may take.

    Returns
    -------
    bytes

    Raises
    ------
    InputRefused
        The process broke, or took too long or too much memory.
    """
    seconds = SECONDS + SECONDS_A_MEGABYTE * size // 1_000_000
    command = (sys.executable, "-P", "-m", module, *words)
    try:
        done = subprocess.run(  # noqa: S603 -- no shell, our own interpreter and module
            command, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise too_large(name, f"reading it takes longer than {seconds} seconds") from error
    if done.returncode < 0:
        raise damaged(name, "its parts do not fit together")
    if done.returncode:
        raise _refusal(name, done.stderr.decode("utf-8", "replace"))
    return done.stdout


def _refusal(name: str, errors: str) -> InputRefused:
    """Return the refusal for what the process said last; its words name no cell."""
    last = errors.strip().rpartition("\n")[2].strip()
    if last.startswith(_NO_MEMORY[0]) or all(word in last for word in _NO_MEMORY[1:]):
        return too_large(name, "reading it takes more than 4 GB of memory")
    if "Overflow" in last or "out of range" in last:
        return damaged(name, "it holds a date outside the years 1 to 9999")
    own = last.startswith(("pyreadstat", "_readstat", "python_calamine", "_python_calamine"))
    how = last.partition(": ")[2] if own else ""
    return damaged(name, how or "its parts do not fit together")
