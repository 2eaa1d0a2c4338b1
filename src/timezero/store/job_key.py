"""The key of a job: everything its result is made of."""

from __future__ import annotations

import json
from collections.abc import Mapping

from timezero.provenance import digest_of


def job_key(*, data: str, recipe: str, spec: str, seed: int, versions: Mapping[str, str]) -> str:
    """Return the key of a job: two jobs with one key have one result, to the bit.

    Parameters
    ----------
    data : str
        Canonical digest of the data.
    recipe, spec : str
        Text of the recipe and of the analysis that is asked for.
    seed : int
        Of all random streams; replicate *r* uses the stream of (seed, *r*).
    versions : mapping of str to str
        Of everything that can move a number.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    engine = json.dumps(dict(sorted(versions.items())), ensure_ascii=True)
    parts = (data, recipe, spec, str(seed), engine)
    return digest_of(*(part.encode("utf-8", "surrogatepass") for part in parts))
