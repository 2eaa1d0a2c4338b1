"""A REDCap project fetched through its API; the token is asked for and never kept."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from timezero.errors import InputRefused, MissingExtra

EXPORT_NAME = "redcap-export.csv"
DICTIONARY_NAME = "redcap-dictionary.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Files that were written, readable by their owner only.

    Parameters
    ----------
    export, dictionary : Path
    """

    export: Path
    dictionary: Path


def fetch_redcap(url: str, token: str, folder: Path, *, verify: bool | str = True) -> Fetched:
    """Fetch the records and the data dictionary of a project.

    This is the one place from which timezero opens a connection, and only because it was told the
    address.

    Parameters
    ----------
    url : str
        Of the API, such as ``https://redcap.example.org/api/``; encrypted, unless on this machine.
    token : str
        Used for this call; it is not kept, printed or logged.
    folder : Path
        Where the files go; none is written over.
    verify : bool or str
        Path of a certificate bundle, or True for the usual ones.

    Raises
    ------
    MissingExtra
        PyCap is not installed.
    InputRefused
        The address is not encrypted, the project cannot be fetched, or a file is there already.
    """
    _refuse_open(url)
    written = Fetched(export=folder / EXPORT_NAME, dictionary=folder / DICTIONARY_NAME)
    for path in (written.export, written.dictionary):
        if path.exists():
            raise InputRefused(
                what=f"{path.name} exists already",
                where=str(folder),
                mend="name another folder",
                code="TZ-RED-11",
            )
    records, metadata = _fetched(url, token, verify=verify)
    _keep(written.export, records)
    _keep(written.dictionary, metadata)
    return written


def _refuse_open(url: str) -> None:
    here = ("http://127.0.0.1", "http://localhost", "http://[::1]")
    if not url.startswith(("https://", *here)):
        raise InputRefused(
            what="the address of the project is not encrypted",
            where="the address",
            mend="give the address of the API that begins with https://",
            code="TZ-RED-12",
        )


def _fetched(url: str, token: str, *, verify: bool | str) -> tuple[str, str]:
    try:
        redcap: Any = importlib.import_module("redcap")
    except ImportError as error:
        raise MissingExtra(
            what="fetching from REDCap needs PyCap",
            where="the address",
            mend="pip install 'timezero[redcap]'",
            code="TZ-RED-10",
        ) from error
    try:
        project = redcap.Project(url, token, verify_ssl=verify)
        records = project.export_records(format_type="csv", raw_or_label="raw", event_name="unique")
        return str(records), str(project.export_metadata(format_type="csv"))
    except Exception as error:  # noqa: BLE001 -- the library's own words may hold the token
        raise InputRefused(
            what=f"the project cannot be fetched ({type(error).__name__})",
            where="the address of the API",
            mend="check address, token and rights to export, or export by hand in the browser",
            code="TZ-RED-13",
        ) from None


def _keep(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputRefused(
            what=f"the file cannot be written: {error.strerror or error}",
            where=str(path),
            mend="name a folder that can be written to",
            code="TZ-RED-14",
        ) from error
