"""What a reader of a file format is; each stands in its own file of the folder `readers`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from timezero.intake.grid import Grid
from timezero.model.recipe import TableRecipe


@dataclass(frozen=True, slots=True, kw_only=True)
class FileGiven:
    """A file to be read, and what is said about it.

    Parameters
    ----------
    path : Path
    name : str
        What it is called in messages, on one line.
    head : bytes
        Its first 4,096 bytes.
    size : int
        In bytes.
    recipe : TableRecipe
        Sheet, encoding, delimiter and the like, where they were said.
    key : str
        Name of the table in the recipe, for questions: ``registry``.
    """

    path: Path
    name: str
    head: bytes
    size: int
    recipe: TableRecipe
    key: str


Recognises: TypeAlias = Callable[[FileGiven], bool]
Reads: TypeAlias = Callable[[FileGiven], Grid]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One file format.

    Parameters
    ----------
    order : int
        Readers are asked in ascending order; delimited text, which recognises anything, is last.
    words : str
        What the format is called: ``an Excel workbook``.
    recognises : callable
        Tells by the bytes whether the file is of this format; the name of the file says nothing.
    read : callable
        Returns the grid. It raises InputRefused when the file cannot be used; questions go into
        the findings of the grid, which is then read under the proposed answer.
    """

    order: int
    words: str
    recognises: Recognises
    read: Reads
