"""Natural cubic splines: smooth curves of few terms, straight beyond the outer knots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class NaturalSpline:
    """A basis of natural cubic splines, without the constant.

    Parameters
    ----------
    knots : tuple of float
        Ascending, the outer ones first and last; two knots make a straight line.
    """

    knots: tuple[float, ...]

    @property
    def n_terms(self) -> int:
        """Number of columns."""
        return len(self.knots) - 1

    def columns(self, x: Floats) -> Floats:
        """Return the basis at some points.

        Parameters
        ----------
        x : (n,) float64

        Returns
        -------
        columns : (n, n_terms) float64
            The first is ``x`` itself; the others are on the scale of ``x``.
        """
        knots = np.array(self.knots)
        last, before = knots[-1], knots[-2]
        whole = last - knots[0]

        def bent(knot: float) -> Floats:
            above = np.maximum(x - knot, 0.0) ** 3 - np.maximum(x - last, 0.0) ** 3
            return above / ((last - knot) * whole)

        straight = bent(float(before))
        return np.column_stack([x, *(bent(float(knot)) - straight for knot in knots[:-2])])


def natural_spline(x: Floats, n_terms: int, *, weight: Floats | None = None) -> NaturalSpline:
    """Place the knots of a natural spline at quantiles.

    Parameters
    ----------
    x : (n,) float64
        Where the observations are.
    n_terms : int
        Wanted number of columns; fewer when quantiles coincide.
    weight : (n,) float64, optional
        How often each value occurs, a whole number; once if not given.

    Estimates
    ---------
    Nothing: it chooses the outer knots at the smallest and largest value and ``n_terms - 1`` inner
    knots at equally spaced quantiles, as ``ns(x, df)`` of R does.

    Assumes
    -------
    That a curve that is cubic between knots and straight beyond them is flexible enough.

    References
    ----------
    .. [hastie2009], section 5.2.1
    """
    counted = np.ones(x.size) if weight is None else weight
    order = np.argsort(x, kind="stable")
    values, reached = x[order][counted[order] > 0], np.cumsum(counted[order])[counted[order] > 0]
    shares = np.arange(n_terms + 1) / n_terms
    place = shares * (reached[-1] - 1.0)
    # The usual quantile of the repeated values: linear between two order statistics.
    low = values[np.searchsorted(reached, np.floor(place), side="right")]
    high = values[np.searchsorted(reached, np.ceil(place), side="right")]
    knots = low + (place - np.floor(place)) * (high - low)
    return NaturalSpline(knots=tuple(float(k) for k in np.unique(knots)))
