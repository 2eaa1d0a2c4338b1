"""The parts of an audit: numbers as used, checks, do-nothing worlds, effects, selection, origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from timezero.findings import Finding
from timezero.model.result import DataTable

Setting: TypeAlias = Literal["none", "moderate", "strong"]
Use: TypeAlias = Literal["size", "pooled", "waiting", "contrast", "checked_only"]
SETTINGS: tuple[Setting, ...] = ("none", "moderate", "strong")


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedNumber:
    """One printed number as it entered the audit.

    Parameters
    ----------
    name : str
        As in the claim file: ``median_late``, ``survival late 12``.
    label : str
        In words: ``median survival of the late treated``.
    printed, sentence : str
    lower, upper : float
        What values it can stand for, in the claim's unit; infinite where open.
    rule : str
        How that follows from what was printed: ``rounded to 0.1``, ``'almost'``.
    use : {"size", "pooled", "waiting", "contrast", "checked_only"}
        Do-nothing worlds are matched on pooled and waiting numbers, never on the contrast.
    """

    name: str
    label: str
    printed: str
    sentence: str
    lower: float
    upper: float
    rule: str
    use: Use


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What one check of the printed numbers found.

    Parameters
    ----------
    name : str
        The name of the check's file.
    title : str
        What is checked, in words.
    status : {"passed", "found", "not_possible"}
        ``not_possible``: the numbers it needs are not printed.
    findings : tuple of Finding
    """

    name: str
    title: str
    status: Literal["passed", "found", "not_possible"]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedForm:
    """Constant hazards and no effect, in closed form: what waiting alone makes of the comparison.

    Parameters
    ----------
    share_late : float
        Share ever treated, 0 to 1.
    rate_ratio, mean_ratio, median_ratio : float
        Ever against never treated, if the treatment does nothing.
    corrected_rate_ratio : float
        The two-number inverse: the effect that the printed ratio would then mean; NaN without one.
    inverse_from : str
        Which printed ratio was inverted, in words.
    """

    share_late: float
    rate_ratio: float
    mean_ratio: float
    median_ratio: float
    corrected_rate_ratio: float
    inverse_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiles:
    """Quantiles of a simulated distribution; infinite where a median is not reached."""

    q025: float
    q05: float
    q25: float
    q50: float
    q75: float
    q95: float
    q975: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DoNothing:
    """The naive comparison in worlds where the late treatment does nothing.

    Parameters
    ----------
    setting : {"none", "moderate", "strong"}
        How strongly fitter patients were chosen.
    contrasts : mapping of str to Quantiles
        ``median_ratio``, ``median_difference``, ``hazard_ratio``, ``log_rank_p`` and
        ``survival_difference TIME``, late against never treated.
    observed : mapping of str to tuple of float
        The printed contrast as an interval, for those that are printed or follow from print.
    p_as_large : float
        Share of worlds with a contrast at least as large as printed, by ``compared_on``.
    compared_on : str
        The contrast that was compared: a key of ``contrasts``.
    monte_carlo_error : float
        Standard error of ``p_as_large``.
    n_worlds, effective_n : float
        Simulated worlds that match the pooled and waiting numbers, and their effective number.
    histogram : DataTable
        Columns ``left``, ``right``, ``share`` of ``compared_on``.
    """

    setting: Setting
    contrasts: Mapping[str, Quantiles]
    observed: Mapping[str, tuple[float, float]]
    p_as_large: float
    compared_on: str
    monte_carlo_error: float
    n_worlds: int
    effective_n: float
    histogram: DataTable


@dataclass(frozen=True, slots=True, kw_only=True)
class CompatibleEffect:
    """Which true effects after initiation fit all the printed numbers.

    Parameters
    ----------
    hazard_ratio : Quantiles
        Of the true hazard ratio after initiation, treated against not yet treated.
    p_benefit : float
        Posterior probability of a hazard ratio below 1.
    fits : float
        How well the best worlds reproduce the printed numbers: the share of printed numbers
        within their interval or within two Monte-Carlo widths of it, 0 to 1.
    density : DataTable
        Columns ``hazard_ratio``, ``density`` (per unit of log hazard ratio).
    """

    setting: Setting
    hazard_ratio: Quantiles
    p_benefit: float
    n_worlds: int
    effective_n: float
    fits: float
    density: DataTable


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionSetting:
    """One named strength of selection, in terms a clinician can judge.

    Parameters
    ----------
    frailty_variance, selection : float
        Variance of the relative hazard, and the power with which it lowers the rate of treatment.
    hazard_ratio_anyway : float
        Death rate of the chosen against others alive and untreated then, had nobody been treated.
    longer_anyway : float
        Ratio of median remaining survival of the chosen against those others, untreated.
    words : str
    """

    setting: Setting
    frailty_variance: float
    selection: float
    hazard_ratio_anyway: float
    longer_anyway: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """How much of the printed contrast waiting alone makes.

    Parameters
    ----------
    contrast : str
        A key of ``DoNothing.contrasts``: a ratio, split on the log scale.
    printed : float
    waiting : Quantiles
        The contrast that waiting alone makes.
    share : Quantiles
        The same as a share of the printed one, on the log scale; above 1: more than printed.
    unit_printed, unit_waiting, unit_lower, unit_upper : float
        The difference of medians in units of time, printed, and by waiting alone with its 90 %
        interval; NaN when medians are not printed. Infinite: a median is not reached.
    words : str
        ``waiting alone explains X of Y (interval)``.
    """

    contrast: str
    printed: float
    waiting: Quantiles
    share: Quantiles
    unit_printed: float
    unit_waiting: float
    unit_lower: float
    unit_upper: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A measured prognostic factor, placed on the tipping map."""

    name: str
    hazard_ratio: float
    prevalence: float
    frailty_variance: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tipping:
    """How much selection, on top of waiting, would make the printed contrast out of nothing.

    Parameters
    ----------
    frailty_variances, selections : tuple of float
        The axes of the map, ascending.
    as_large : tuple of tuple of float
        ``as_large[i][j]``: share of do-nothing worlds with a contrast at least as large as
        printed, at ``frailty_variances[i]`` and ``selections[j]``; NaN where nothing matched.
    middle : tuple of tuple of float
        The median contrast there, on the scale of ``compared_on``.
    contour : tuple of (float, float)
        (frailty variance, selection) where the remainder vanishes: half the worlds show as much
        as printed. Empty when nothing on the map does, or everything.
    everywhere, nowhere : bool
        The contour is empty because all, or none, of the map shows as much as printed.
    """

    compared_on: str
    frailty_variances: tuple[float, ...]
    selections: tuple[float, ...]
    as_large: tuple[tuple[float, ...], ...]
    middle: tuple[tuple[float, ...], ...]
    contour: tuple[tuple[float, float], ...]
    everywhere: bool
    nowhere: bool
    benchmarks: tuple[Benchmark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingNumber:
    """A number that was not printed, and how much it would narrow the answer.

    Parameters
    ----------
    name, label : str
    narrowing : float
        Expected shortening of the interval for the true hazard ratio (log scale), 0 to 1.
    words : str
        A request that can be sent to the authors.
    """

    name: str
    label: str
    narrowing: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldPatient:
    """One simulated patient of a picture: times from time zero in the claim's unit.

    Parameters
    ----------
    exit : float
    died : bool
    initiation : float
        NaN when never treated.
    would_have : float
        When the treatment would have come, for a patient who died before it; NaN otherwise.
    """

    exit: float
    died: bool
    initiation: float
    would_have: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallWorld:
    """One simulated study drawn as patient lines; simulated, as its title says.

    Parameters
    ----------
    title : str
    patients : tuple of WorldPatient
        At most sixteen, by length of life.
    median_late, median_never : float
        NaN when not reached.
    """

    title: str
    patients: tuple[WorldPatient, ...]
    median_late: float
    median_never: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One unknown: the range that was tried, and what matched the printed numbers.

    Parameters
    ----------
    name, label : str
    lower, upper : float
    kept_lower, kept_upper : float
        Central 90 % among the worlds that matched.
    origin : str
        ``default``, ``printed``, or ``set in the claim file``.
    """

    name: str
    label: str
    lower: float
    upper: float
    kept_lower: float
    kept_upper: float
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveAccuracy:
    """How well a curve was put together again from its printed points."""

    group: str
    n: int
    n_events: int
    largest_gap: float
    root_mean_square_gap: float
    n_at_risk_gap: float
    n_points: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditProvenance:
    """What an audit was made from, so that it can be made again."""

    claim_digest: str
    seed: int
    n_simulated: int
    settings: Mapping[str, float]
    versions: Mapping[str, str]
    timezero_version: str
    made_at: str
