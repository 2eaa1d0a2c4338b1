"""The lesion size score of a nodule, under the edges of a named authority."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.errors import UnknownName, nearest_first
from timezero.intake.record_items import EdgeRule, edge_rules


def authorities(scale: str = "lesion_size") -> tuple[str, ...]:
    """Return who says to which class a value on an edge belongs.

    Parameters
    ----------
    scale : str
        ``lesion_size`` or ``completeness``.
    """
    return tuple(dict.fromkeys(rule.authority for rule in edge_rules() if rule.scale == scale))


def edges_of(scale: str, authority: str) -> tuple[EdgeRule, ...]:
    """Return the edges of a scale that an authority draws, from small to large.

    Parameters
    ----------
    scale, authority : str

    Raises
    ------
    UnknownName
        There is no such authority; none is taken by default.
    """
    found = [r for r in edge_rules() if r.scale == scale and r.authority == authority]
    if not found:
        known = nearest_first(authority, authorities(scale))
        raise UnknownName(
            what=f"no authority is called {authority[:80]!r}",
            where=f"the edges of {scale}",
            mend=f"name one of: {'; '.join(known)}",
            code="TZ-CMP-02",
        )
    return tuple(sorted(found, key=lambda rule: rule.edge))


def lesion_size(largest_cm: Floats, *, authority: str, confluent: Bools | None = None) -> Floats:
    """Return the lesion size score of the largest nodule of a region [jacquet1996]_.

    0 for no nodule, 1 up to about 0.5 cm, 2 up to about 5 cm, 3 for larger ones and for
    confluence. Authorities give exactly 0.5 cm and exactly 5.0 cm to different scores, so one is
    named and none is the default.

    Parameters
    ----------
    largest_cm : (n,) float64
        Diameter of the largest nodule in cm, >= 0; 0 = no nodule, NaN = not recorded.
    authority : str
        One of :func:`authorities`.
    confluent : (n,) bool, optional
        Where nodules have grown together; scores 3 whatever the size.

    Returns
    -------
    (n,) float64
        0, 1, 2 or 3. NaN where nothing is recorded, for a negative size, and for exactly the size
        that the authority gives to two scores.

    Raises
    ------
    UnknownName
        There is no such authority.
    """
    score = np.where(largest_cm > 0.0, 1.0, 0.0)
    for rule in edges_of("lesion_size", authority):
        at_edge = float(rule.at_edge[0]) if len(rule.at_edge) == 1 else np.nan
        score += largest_cm > rule.edge
        score = np.where(largest_cm == rule.edge, at_edge, score)
    score = np.where(largest_cm >= 0.0, score, np.nan)
    return score if confluent is None else np.where(confluent, 3.0, score)
