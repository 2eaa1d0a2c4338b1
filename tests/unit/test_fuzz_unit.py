"""A thousand damaged files, ten thousandths of the stored run, against every reader and step."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from fuzz.mutations import MUTATIONS, mutated
from fuzz.run import shares
from fuzz.targets import Target, all_targets
from fuzz.worker import damaged, execute
from timezero.intake.reader import Reader
from timezero.registry import discover

EXECUTIONS = 1_000


@pytest.fixture(scope="module")
def targets() -> dict[str, Target]:
    return all_targets()


def test_every_reader_has_undamaged_files(targets: dict[str, Target]) -> None:
    readers: dict[str, Reader] = discover("timezero.intake.readers", "READER")
    fuzzed = {name.split(":", maxsplit=1)[0] for name in targets}
    assert {reader.words for reader in readers.values()} <= fuzzed


def test_damage_is_damage_and_the_same_each_time(targets: dict[str, Target]) -> None:
    target = targets["delimited text: cells"]
    files = [damaged(target, 1, number) for number in range(50)]
    assert files == [damaged(target, 1, number) for number in range(50)]
    assert sum(file not in target.seeds for file in files) > 40


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_every_mutation_takes_any_bytes(mutation: object) -> None:
    draw = Random(1)  # noqa: S311 -- no secret, a repeatable draw
    for raw in (b"", b"\0", b"id,exit\n1,2\n", bytes(range(256))):
        assert isinstance(mutation(raw, draw, [b"", b"x\ny"]), bytes)  # type: ignore[operator]
        assert isinstance(mutated(raw, draw, [b"", b"x\ny"]), bytes)


def test_only_refusals_by_name_come_of_damaged_files(
    targets: dict[str, Target], tmp_path: Path
) -> None:
    path = tmp_path / "damaged.csv"
    bad: list[str] = []
    for name, executions in shares(targets, EXECUTIONS).items():
        for number in range(executions):
            path.write_bytes(damaged(targets[name], 7, number))
            ended = execute(targets[name], path)
            if ended["end"] not in {"read", "refused"}:
                bad.append(f"{name}, file {number}: {ended}")
    assert bad == []
