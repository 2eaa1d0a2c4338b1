"""The bundled claims: published comparisons with their sources, ready to be audited."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import timezero.data
from timezero.errors import UnknownName, nearest_first
from timezero.intake.claim_file import read_claim
from timezero.model.claim import Claim

DEFAULT_CLAIM: Final = "repeat_hipec_wong_2014"
FOLDER: Final = "claims"


def list_claims() -> tuple[str, ...]:
    """Return the names of the bundled claims, the default one first."""
    folder = Path(timezero.data.__path__[0]) / FOLDER
    names = sorted(path.stem for path in folder.glob("*.toml"))
    return (DEFAULT_CLAIM, *(name for name in names if name != DEFAULT_CLAIM))


def claim_path(name: str = DEFAULT_CLAIM) -> Path:
    """Return the file of a bundled claim.

    Parameters
    ----------
    name : str

    Raises
    ------
    UnknownName
        There is no such claim.
    """
    names = list_claims()
    if name not in names:
        raise UnknownName(
            what=f"there is no bundled claim {name!r}",
            where="the bundled claims",
            mend=f"name one of: {', '.join(nearest_first(name, names))}",
            code="TZ-CLM-01",
        )
    return Path(timezero.data.__path__[0]) / FOLDER / f"{name}.toml"


def read_bundled(name: str = DEFAULT_CLAIM) -> Claim:
    """Read a bundled claim.

    Parameters
    ----------
    name : str

    Raises
    ------
    UnknownName
        There is no such claim.
    """
    return read_claim(claim_path(name))
