"""Points read off printed survival curves, in CSV files beside the claim."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Final

import numpy as np

from timezero.arrays import Floats
from timezero.errors import InputRefused
from timezero.model.claim import Claim, CurveFile, Group

LARGEST_FILE: Final = 2_000_000
MOST_POINTS: Final = 20_000
# A largest value above this is a percentage; the axis of a proportion ends at 1.
PERCENT_FROM: Final = 1.5
OVERSHOOT: Final = 0.05
COLUMNS: Final = ("time", "survival")
CODE: Final = "TZ-CLM-02"


def curve_path(claim_path: str | Path, curve: CurveFile) -> Path:
    """Return where the points of a curve are: in the folder of the claim, or below it.

    Parameters
    ----------
    claim_path : str or Path
        The claim file.
    curve : CurveFile

    Raises
    ------
    InputRefused
        The path is absolute or leaves the folder, or there is no such file.
    """
    folder = Path(claim_path).resolve().parent
    name = Path(curve.file)
    where = f"numbers.curves, group '{curve.group}'"
    if not curve.file or "\0" in curve.file:
        raise _refused("the name of the curve's file is empty or no name", where)
    path = (folder / name).resolve()
    if name.is_absolute() or "\\" in curve.file or not path.is_relative_to(folder):
        raise InputRefused(
            what=f"the file of a curve is outside the folder of the claim: {curve.file[:200]!r}",
            where=where,
            mend="put it beside the claim file, and write its name alone",
            code=CODE,
        )
    if not path.is_file():
        raise _refused(f"there is no file {curve.file[:200]!r} beside the claim", where)
    return path


def read_curve(claim_path: str | Path, curve: CurveFile) -> tuple[Floats, Floats]:
    """Read the points of one printed curve.

    Parameters
    ----------
    claim_path : str or Path
        The claim file; the curve's file is looked up beside it.
    curve : CurveFile

    Returns
    -------
    times : (n_points,) float64
        In the claim's unit, in the order of the file.
    survival : (n_points,) float64
        As proportions: a file whose largest value is above 1.5 is in per cent.

    Raises
    ------
    InputRefused
        The file cannot be read, has other columns, too few or too many points, or a value that is
        no number or no survival.
    """
    path = curve_path(claim_path, curve)
    rows = _rows(path)
    points = np.array([_point(row, path.name, k) for k, row in rows], dtype=np.float64)
    times, survival = points[:, 0].copy(), points[:, 1].copy()
    if survival.max() > PERCENT_FROM:
        survival /= 100.0
    wrong = np.flatnonzero((survival < -OVERSHOOT) | (survival > 1.0 + OVERSHOOT))
    if wrong.size:
        line = rows[int(wrong[0])][0]
        raise _refused(
            f"{wrong.size} values are no survival: they are outside 0 to 1 (or 0 to 100)",
            f"{path.name}, line {line}",
        )
    return times, survival


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows below the heading that are not empty, with their lines."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
        text = raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(f"the points of a curve cannot be read: {error}", path.name) from error
    if len(raw) > LARGEST_FILE:
        raise _refused(f"the file is larger than {LARGEST_FILE:,} bytes", path.name)
    try:
        lines = list(enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1))
    except csv.Error as error:
        raise _refused(f"the file is not CSV: {error}", path.name) from error
    rows = [(k, [cell.strip() for cell in row]) for k, row in lines if any(map(str.strip, row))]
    if not rows or tuple(cell.casefold() for cell in rows[0][1]) != COLUMNS:
        raise _refused("the first line is not: time,survival", f"{path.name}, line 1")
    if not 2 <= len(rows) - 1 <= MOST_POINTS:
        raise _refused(f"it has {len(rows) - 1} points, not 2 to {MOST_POINTS:,}", path.name)
    return rows[1:]


def _point(row: list[str], name: str, line: int) -> tuple[float, float]:
    try:
        time, survival = (float(cell) for cell in row)
    except ValueError:
        time = survival = math.nan
    if not (math.isfinite(time) and math.isfinite(survival)):
        raise _refused(
            f"{', '.join(row)[:80]!r} is not two numbers", f"{name}, line {line}"
        ) from None
    return time, survival


def _refused(what: str, where: str) -> InputRefused:
    return InputRefused(
        what=what,
        where=where,
        mend="give a CSV file with the columns time and survival, a point on each line: 12,0.83",
        code=CODE,
    )


def read_curves(claim_path: str | Path, claim: Claim) -> dict[Group, tuple[Floats, Floats]]:
    """Return the points of every curve that a claim file names, by group.

    Parameters
    ----------
    claim_path : str or Path
        The claim file; curve files are looked up beside it.
    claim : Claim

    Raises
    ------
    InputRefused
        A file cannot be read, or is outside the folder of the claim.
    """
    return {curve.group: read_curve(claim_path, curve) for curve in claim.numbers.curves}
