"""What the name of a file says and hides: it is shown, and never used to find or write a file."""

from __future__ import annotations

from pathlib import PureWindowsPath
from typing import Final

from timezero.findings import Finding, Severity
from timezero.intake.reader import FileGiven
from timezero.intake.tables import harmless

LONGEST: Final = 120
_ENDINGS: Final = {
    "delimited text": {".csv", ".tsv", ".txt", ".tab", ".dat", ".psv", ".asc", ".prn"},
    "an archive": {".gz", ".zip", ".gzip"},
    "a workbook": {".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"},
    "a Parquet file": {".parquet", ".pq", ".parq"},
    "an SPSS file": {".sav", ".zsav", ".por"},
    "a Stata file": {".dta"},
    "a SAS file": {".sas7bdat", ".xpt"},
}
_RESERVED: Final = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(1, 10))]
)


def about_name(file: FileGiven, words: str) -> list[Finding]:
    """Tell where the name of a file says another format than its bytes, or is itself odd.

    Parameters
    ----------
    file : FileGiven
    words : str
        What its format is called.
    """
    name = file.path.name
    return [*_misleading(file, words), *_odd(name, file.name)]


def _misleading(file: FileGiven, words: str) -> list[Finding]:
    ending = file.path.suffix.lower()
    told = next((said for said, endings in _ENDINGS.items() if ending in endings), words)
    if told == words or words not in _ENDINGS:
        return []
    what = f"the name ends in {ending}; the file is {words} and was read so"
    return [_note("file_name_misleads", what, file.name)]


def _odd(name: str, shown_name: str) -> list[Finding]:
    odd: list[str] = []
    if harmless(name) != " ".join(name.split(" ")):
        odd.append("signs that are not shown or that turn the direction of writing")
    if len(name) > LONGEST:
        odd.append(f"{len(name)} letters")
    if PureWindowsPath(name).stem.split(".")[0].strip().lower() in _RESERVED:
        odd.append("a name that Windows keeps for a device")
    if any(sign in name for sign in '\\:*?"<>|') or name.startswith((".", "-", "~")):
        odd.append("signs that mean something to a computer")
    if not odd:
        return []
    what = f"the name of the file has {', and '.join(odd)}; it is shown and used for nothing else"
    return [_note("file_name_odd", what, shown_name)]


def _note(code: str, what: str, name: str) -> Finding:
    return Finding(code=code, severity=Severity.NOTE, what=what, where=name)
