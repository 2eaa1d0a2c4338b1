"""A throw-away PostgreSQL server for tests: own folder, own socket, gone at the end."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ACCOUNT = "postgres"
PLACES = ("/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt")


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Parameters
    ----------
    programs : Path
        Folder of its programs.
    folder : Path
        Of its data and its socket.
    fsync : bool
        Force everything to the disk, as a server of a centre does; slower.
    """

    programs: Path
    folder: Path
    fsync: bool = False

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str) -> str:
        return f"postgresql://{ACCOUNT}@/{database}?host={self.folder}"

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        import psycopg

        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def start(self) -> None:
        fsync = "on" if self.fsync else "off"
        options = f"-k {self.folder} -c listen_addresses='' -c fsync={fsync} -c max_connections=60"
        log = self.folder / "log"
        run(self.programs / "pg_ctl", "-D", self.data, "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        run(self.programs / "pg_ctl", "-D", self.data, "-m", "immediate", "stop")


def run(*command: object) -> None:
    """Run a program of the server, as a user that it accepts."""
    as_other = ["runuser", "-u", ACCOUNT, "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*as_other, *map(str, command)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        cwd="/",
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, f"{command[0]} failed"


def programs() -> Path | None:
    """Return the folder with the programs of the newest server that is installed."""
    named = shutil.which("initdb")
    found = [Path(named).resolve().parent] if named else []
    for place in PLACES:
        found += [p.parent for p in Path(place).glob("*/bin/initdb")]
    return max(found, key=lambda p: p.parts[-2]) if found else None


@cache
def server() -> Server | str:
    """Start the server once for all tests; return why that cannot be, where it cannot."""
    return new_server()


def new_server(*, fsync: bool = False) -> Server | str:
    """Start a server of one's own, gone when the program ends; or return why that cannot be."""
    if os.name == "nt":
        return "the tests start PostgreSQL on a Unix socket only"
    folder_of_programs = programs()
    if folder_of_programs is None:
        return "PostgreSQL is not installed"
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        return "PostgreSQL does not run as root, and runuser is not installed"
    folder = Path(tempfile.mkdtemp(prefix="timezero-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, ACCOUNT)
    found = Server(folder_of_programs, folder, fsync)
    run(
        found.programs / "initdb",
        "-D",
        found.data,
        "-U",
        ACCOUNT,
        "-A",
        "trust",
        "-N",
        "-E",
        "UTF8",
    )
    found.start()
    atexit.register(_end, found)
    return found


def _end(found: Server) -> None:
    with contextlib.suppress(AssertionError):
        found.stop()
    shutil.rmtree(found.folder, ignore_errors=True)


def needed_server() -> Server:
    """Return the server, or skip the test and say why; a failure when all is required."""
    return needed(server())


def needed(found: Server | str) -> Server:
    """Return a server that runs, or skip the test and say why it does not."""
    if isinstance(found, Server):
        return found
    if os.environ.get("TIMEZERO_REQUIRE_ALL") == "1":
        pytest.fail(f"{found}, and TIMEZERO_REQUIRE_ALL=1 forbids skipping", pytrace=False)
    pytest.skip(found)
