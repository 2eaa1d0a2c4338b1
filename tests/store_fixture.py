"""Made-up content of study stores for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from timezero.store.store import Store

DATA = "d" * 64
VERSIONS = {"timezero": "0.1.0"}
PLENTY = (10**12, 10**12)


class Clock:
    """A clock that goes on by a second each time it is looked at, and can be put back."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now


def filled(store: Store, *, study: str = "repeat", data: bytes = b"patient,time\n1,2\n") -> Any:
    """Register one of everything and run it once; return its keys."""
    store.register_study(study, title="A second operation")
    protocol = store.register_protocol("[question]\n", study=study)
    recipe = store.register_recipe("[columns]\n", study=study, name="recipe.toml")
    given = store.register_input(
        data, study=study, name="registry.csv", canonical_digest=DATA, keep=True
    )
    run = store.start_run(
        study,
        input=given.sha256,
        protocol=protocol.key,
        recipe=recipe.key,
        seed=7,
        versions=VERSIONS,
    )
    store.finish_run(run, result='{"hazard_ratio": 0.7}', digest="e" * 64)
    blob = store.record_export(run, b"<html></html>", kind="html", name="report.html")
    return {
        "protocol": protocol.key,
        "recipe": recipe.key,
        "input": given.sha256,
        "run": run,
        "blob": blob,
    }
