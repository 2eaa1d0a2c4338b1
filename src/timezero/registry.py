"""The folder is the registry: one file, one object, found by listing the folder."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from timezero.errors import InternalFault


def discover(package: str, attribute: str) -> dict[str, Any]:
    """Return the object that each module of a package exposes, by module name.

    Parameters
    ----------
    package : str
        Dotted name of the folder, such as ``timezero.ladder.rungs``.
    attribute : str
        The name of the one object every file in the folder exposes.

    Raises
    ------
    InternalFault
        A file of the folder does not expose the object.
    """
    folder = importlib.import_module(package)
    found: dict[str, Any] = {}
    for module_info in sorted(pkgutil.iter_modules(folder.__path__), key=lambda m: m.name):
        if module_info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package}.{module_info.name}")
        try:
            found[module_info.name] = getattr(module, attribute)
        except AttributeError as error:
            raise InternalFault(
                what=f"{package}.{module_info.name} exposes no {attribute}",
                where=package,
                mend=f"define {attribute} in that file, or begin its name with an underscore",
                code="TZ-INT-01",
            ) from error
    return found
