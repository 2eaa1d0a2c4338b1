"""Kill parts of a PostgreSQL server, or its client, while it works with a study store.

``python server_trials.py N SEED`` prints what came of it as JSON. It starts a server of its own,
which forces everything to the disk.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import time
from urllib.parse import urlsplit

from kill_trials import Life, Tally, begun, last_look, wrong
from postgres_server import Server, new_server
from timezero.errors import TimezeroError
from timezero.store import open_store
from told_child import Child

LIVES = 3
LEASE = 1.0
LONGEST_WAIT = 60.0
VICTIMS = ("client", "backend", "postmaster")


def backends(server: Server, place: str) -> list[int]:
    """Return the processes of the server that work for the client."""
    import psycopg

    query = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    database = urlsplit(place).path.removeprefix("/")
    with psycopg.connect(server.url("postgres")) as connection:
        found = [pid for (pid,) in connection.execute(query, [database])]
    assert found
    return found


def strike(server: Server, place: str, victim: str) -> None:
    """Kill one process of the server with SIGKILL."""
    if victim == "postmaster":
        os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        return
    first, *others = backends(server, place)
    os.kill(first, signal.SIGKILL)
    for pid in others:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def wait_for(server: Server, victim: str) -> None:
    """Wait until the server is up again; start it where nobody does."""
    import psycopg

    until = time.monotonic() + LONGEST_WAIT
    while victim == "postmaster":
        try:
            server.start()
            break
        except AssertionError:
            # Processes of the killed server still hold its memory for a moment.
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
    while True:
        try:
            psycopg.connect(server.url("postgres")).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def stopped(server: Server, place: str, victim: str, draw: random.Random) -> Child:
    """Start a client, and kill it or a part of the server whenever it comes."""
    child = begun(place, lease=LEASE)
    n = draw.randrange(1, 60)
    while child.n_told() < n and child.hear(LONGEST_WAIT):
        pass
    time.sleep(draw.uniform(0.0, 0.02))
    if victim != "client":
        strike(server, place, victim)
        until = time.monotonic() + LONGEST_WAIT
        while child.hear(1.0) and time.monotonic() < until:
            pass
    return child


def trials(server: Server, n: int, *, seed: int) -> Tally:
    """Kill n times; each store lives through several kills."""
    draw, tally = random.Random(seed), Tally()  # noqa: S311
    life = Life("")
    for k in range(n):
        victim = VICTIMS[k % len(VICTIMS)]
        if k % LIVES == 0:
            life = Life(server.new_database())
            with open_store(life.place, create=True):
                pass
        child = stopped(server, life.place, victim, draw)
        told_in_words = child.is_over
        tally.n_told += life.hear(child.end())
        tally.n_killed += 1
        tally.at[victim] += 1
        if (child.was_killed, told_in_words) != (victim == "client", victim != "client"):
            tally.wrong.append(f"{victim}: the client ended with status {child.status}")
        wait_for(server, victim)
        time.sleep(LEASE)
        tally.wrong += [f"{victim}: {what}" for what in looked_at(life)]
        if k % LIVES == LIVES - 1:
            tally.wrong += list(last_look(life))
            tally.n_resumed += 1
    return tally


def looked_at(life: Life) -> list[str]:
    """Return what is wrong; a server that still recovers is asked again."""
    until = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            return list(wrong(life))
        except TimezeroError as refusal:
            if "cannot be reached" not in refusal.what or time.monotonic() > until:
                raise
            time.sleep(0.1)


def main() -> None:
    """Kill as often as asked, and print the counts."""
    server = new_server(fsync=True)
    if isinstance(server, str):
        sys.exit(server)
    tally = trials(server, int(sys.argv[1]), seed=int(sys.argv[2]))
    sys.stdout.write(json.dumps(vars(tally)) + "\n")


if __name__ == "__main__":
    main()
