"""Stages kept on disk: read again, computed again when damaged, and removed with nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from timezero.checkpoints import Checkpoints, default_folder

FOUND = {"x": np.array([[1.5, np.nan], [np.inf, -0.0]]), "n": np.array([7.0])}


class Counter:
    """Compute, and count how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, np.ndarray]:
        self.times += 1
        return {name: values.copy() for name, values in FOUND.items()}


def same(found: dict[str, np.ndarray]) -> bool:
    return found.keys() == FOUND.keys() and all(
        found[name].tobytes() == FOUND[name].tobytes() for name in FOUND
    )


@pytest.fixture
def compute() -> Counter:
    return Counter()


def test_a_stage_is_computed_once(tmp_path: Path, compute: Counter) -> None:
    kept = Checkpoints(tmp_path / "audit")
    assert same(kept.stage("a", compute))
    assert same(kept.stage("a", compute))
    assert same(Checkpoints(tmp_path / "audit").stage("a", compute))
    assert compute.times == 1
    assert [path.name for path in (tmp_path / "audit").iterdir()] == ["a.npz"]


def test_without_a_folder_nothing_is_kept(compute: Counter) -> None:
    kept = Checkpoints(None)
    kept.stage("a", compute)
    kept.stage("a", compute)
    kept.done()
    assert compute.times == 2


def damages() -> dict[str, bytes]:
    return {
        "empty": b"",
        "text": b"not an archive",
        "an array": b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'shape': (1,)}",
        "a folder's beginning": b"PK\x03\x04" + b"\x00" * 40,
    }


@pytest.mark.parametrize("damage", damages())
def test_a_damaged_file_is_computed_again(tmp_path: Path, compute: Counter, damage: str) -> None:
    (tmp_path / "a.npz").write_bytes(damages()[damage])
    assert same(Checkpoints(tmp_path).stage("a", compute))
    assert compute.times == 1
    assert same(Checkpoints(tmp_path).stage("a", compute))
    assert compute.times == 1


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_a_file_cut_short_is_computed_again(tmp_path: Path, compute: Counter, share: float) -> None:
    Checkpoints(tmp_path).stage("a", compute)
    whole = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(whole[: int(share * len(whole))])
    assert same(Checkpoints(tmp_path).stage("a", compute))
    assert compute.times == 2


def test_a_changed_byte_is_noticed(tmp_path: Path, compute: Counter) -> None:
    Checkpoints(tmp_path).stage("a", compute)
    whole = bytearray((tmp_path / "a.npz").read_bytes())
    place = whole.index(np.float64(1.5).tobytes())
    whole[place + 6] ^= 1
    (tmp_path / "a.npz").write_bytes(bytes(whole))
    assert same(Checkpoints(tmp_path).stage("a", compute))
    assert compute.times == 2


def test_an_array_of_objects_is_never_unpacked(tmp_path: Path, compute: Counter) -> None:
    np.savez(tmp_path / "a.npz", x=np.array([{"a": 1}], dtype=object))
    assert same(Checkpoints(tmp_path).stage("a", compute))
    assert compute.times == 1


def test_a_place_that_cannot_be_written_keeps_nothing(tmp_path: Path, compute: Counter) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    kept = Checkpoints(tmp_path / "file" / "audit")
    assert same(kept.stage("a", compute))
    assert same(kept.stage("a", compute))
    kept.done()
    assert compute.times == 2
    assert (tmp_path / "file").read_text("utf-8") == "in the way"


def test_a_failed_stage_leaves_no_file(tmp_path: Path) -> None:
    def interrupted() -> dict[str, np.ndarray]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Checkpoints(tmp_path).stage("a", interrupted)
    assert list(tmp_path.iterdir()) == []


def test_done_removes_what_was_kept_and_nothing_else(tmp_path: Path, compute: Counter) -> None:
    folder = tmp_path / "audit"
    kept = Checkpoints(folder)
    kept.stage("a", compute)
    kept.stage("b", compute)
    (folder / "letter.txt").write_text("mine", "utf-8")
    kept.done()
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]
    (folder / "letter.txt").unlink()
    kept.stage("a", compute)
    kept.done()
    assert not folder.exists()


def test_default_folder_is_in_the_cache(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = default_folder("f" * 64)
    assert folder.is_relative_to(tmp_path)
    assert folder.name == "f" * 32
