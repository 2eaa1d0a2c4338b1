"""The bootstrap of linearised estimating functions: one step instead of one fit a resample."""

from __future__ import annotations

from timezero.arrays import Floats


def one_step(coefficients: Floats, covariance: Floats, scores: Floats, copies: Floats) -> Floats:
    """Move coefficients to where the scores of a resample send them, in one Newton step.

    Parameters
    ----------
    coefficients : (p,) float64
        Estimated from all patients once.
    covariance : (p, p) float64
        Inverse of the information there, from all patients once.
    scores : (n, p) float64
        What each patient, once, adds to the score there.
    copies : (n,) float64
        How often each patient was drawn.

    Returns
    -------
    coefficients : (p,) float64
        ``b + V sum_i (copies_i - 1) s_i``. The scores add up to zero, or, with a penalty, to less
        its derivative, which is the same in every resample: hence the ``- 1``.

    Estimates
    ---------
    The sampling law of the coefficients, when this is done in many resamples.

    Assumes
    -------
    The estimating function is close to straight between the estimate and those of the resamples.
    Estimates of several models in a row (of weights, then of the outcome) each take their step,
    the later ones with the scores at the weights of the earlier ones' steps:
    :func:`stepped_scores`.

    References
    ----------
    .. [hu2000], [limozin2025]
    """
    return coefficients + covariance @ ((copies - 1.0) @ scores)


def stepped_scores(
    coefficients: Floats, covariance: Floats, total: Floats, *, at_estimate: Floats
) -> Floats:
    """Make the step from a score added up already, at weights that changed with the resample.

    Parameters
    ----------
    coefficients, covariance
        As in :func:`one_step`.
    total : (p,) float64
        The score of the resample, with its own weights, at ``coefficients``.
    at_estimate : (p,) float64
        The score of all patients once, with their own weights, there: 0 without a penalty.
    """
    return coefficients + covariance @ (total - at_estimate)
