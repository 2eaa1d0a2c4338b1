"""Small wrongs, each of which some test must notice: where, what, and which tests are asked."""

from __future__ import annotations

from dataclasses import dataclass

GOLDEN = "tests/golden/"
DATASETS, STANFORD = GOLDEN + "test_datasets_golden.py", GOLDEN + "test_stanford_golden.py"
LADDER = GOLDEN + "test_ladder_golden.py"
BOOTSTRAP = ("tests/unit/test_bootstrap_unit.py", "tests/reference/test_bootstrap_reference.py")
REDEAL = ("tests/by_hand/test_redeal_by_hand.py", "tests/reference/test_redeal_reference.py")
RESAMPLE = (*BOOTSTRAP, *REDEAL)
ALIGN = ("tests/by_hand/test_align_by_hand.py", STANFORD)
CURVES = (
    "tests/unit/test_product_limit_unit.py",
    "tests/by_hand/test_product_limit_by_hand.py",
    DATASETS,
)
EXACT = (
    "tests/reference/test_product_limit_reference.py",
    "tests/reference/test_running_sums_reference.py",
)
SEPARATION = ("tests/by_hand/test_cox_by_hand.py", "tests/property/test_cox_property.py")
LANDMARK_CURVE = ("tests/property/test_landmark_property.py",)
SUPERMODEL = (STANFORD,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One wrong.

    Parameters
    ----------
    file : str
        Under ``src/timezero/``.
    right, wrong : str
        ``right`` stands in the file exactly once.
    what : str
        What it corrupts: ``value`` or ``standard error``, and how.
    tests : tuple of str
        Of which at least one must fail.
    """

    file: str
    right: str
    wrong: str
    what: str
    tests: tuple[str, ...]


def _in(file: str, tests: tuple[str, ...], *wrongs: tuple[str, str, str]) -> list[Mutant]:
    return [
        Mutant(file=file, right=right, wrong=wrong, what=what, tests=tests)
        for right, wrong, what in wrongs
    ]


MUTANTS = [
    *_in(
        "kernels/partial_likelihood.py",
        (DATASETS,),
        (
            "gone = step / n_steps\n",
            "gone = (step + 1.0) / n_steps\n",
            "value: Efron's rule discounts one tied event too many",
        ),
        (
            "share = weight_tied[k] / n_steps",
            "share = weight_tied[k]",
            "value: Efron's steps have the weight of the whole tie",
        ),
        (
            "until = last - event\n    hazard = range_sums",
            "until = last\n    hazard = range_sums",
            "standard error: the tied event time counts twice in the information",
        ),
        (
            "mean_squares[m, j] += share * mean[m] * mean[j]",
            "mean_squares[m, j] -= share * mean[m] * mean[j]",
            "standard error: sign of the squared means in the information",
        ),
        (
            "tied_steps[k, 0] += (1.0 - gone) * hazard",
            "tied_steps[k, 0] += hazard",
            "standard error: tied events meet the whole hazard",
        ),
        (
            "term = weight[i] * columns[i, m]\n",
            "term = columns[i, m]\n",
            "value: case weights left out of the score",
        ),
        (
            "drift = hazard_ratio[i] * (columns[i, m] * met[i, 0] - met[i, 1 + m])",
            "drift = hazard_ratio[i] * (columns[i, m] * met[i, 0] + met[i, 1 + m])",
            "standard error: sign in the score residual, robust variance",
        ),
        (
            "residuals[i, m] = -weight[i] * drift",
            "residuals[i, m] = weight[i] * drift",
            "standard error: sign of the residual of the censored, robust variance",
        ),
        (
            "means[k, m] += mean[m] / n_steps",
            "means[k, m] += mean[m]",
            "standard error: mean of a tie not averaged, robust variance",
        ),
        (
            "if not begins[k + 1]:\n            add_row(sums, k, sums, k + 1)",
            "if True:\n            add_row(sums, k, sums, k + 1)",
            "value: a risk set runs into the next stratum",
        ),
        (
            "if begins[left]:\n            add_row(sums, right - 1",
            "if True:\n            add_row(sums, right - 1",
            "value: delayed entry ignored",
        ),
    ),
    *_in(
        "kernels/risk_table.py",
        (DATASETS, *EXACT),
        ("entry[n_in] < now", "entry[n_in] <= now", "value: at risk at the entry itself (C2)"),
        ("leave[n_out] < now", "leave[n_out] <= now", "value: not at risk at the exit (C2)"),
        ("left = n - n_events[k]", "left = n - 0.5 * n_events[k]", "value: half of the events"),
        (
            "n_leaving[k, g, leave_kind[done]] += leave_weight[done]",
            "n_leaving[k, g, leave_kind[done]] += 1.0",
            "value: events without their case weight",
        ),
        ("sums[k] = total + lost", "sums[k] = total", "standard error: round-off not carried"),
    ),
    *_in(
        "kernels/resample.py",
        RESAMPLE,
        ("gone = tied / deaths", "gone = 0.0", "value: Breslow's ties in place of Efron's"),
        (
            "share = hazard_1 / (hazard_1 + hazard_0)",
            "share = hazard_1 / (hazard_1 + hazard_0 + 1.0)",
            "value: one too many at risk in the resampled Cox fit",
        ),
        (
            "if survival < 0.5 - HALF:",
            "if survival <= 0.5 + HALF:",
            "value: no midpoint where survival rests on one half",
        ),
        (
            "if times[k] > horizon:",
            "if times[k] >= horizon:",
            "value: an event at the horizon itself is not counted",
        ),
        (
            "if event[row]:\n            n_events[arm[row], past[row] - 1] += weight",
            "if event[row]:\n            n_events[arm[row], past[row] - 1] += 1.0",
            "value: copies of a patient counted once",
        ),
    ),
    *_in(
        "kernels/redeal.py",
        REDEAL,
        (
            "leaving[patient] > when[slot]",
            "leaving[patient] >= when[slot]",
            "value: treated at the exit counts as treated (C4)",
        ),
        (
            "score += residual[patient] + hazard_when[slot]",
            "score += residual[patient] - hazard_when[slot]",
            "value: sign of the hazard before treatment",
        ),
        (
            "place[pool[drawn]] = drawn",
            "place[pool[drawn]] = size",
            "value: the wrong patient leaves the pool",
        ),
    ),
    *_in(
        "estimate/product_limit.py",
        (*CURVES, LADDER),
        (
            "rest = n_at_risk * (n_at_risk - n_events)",
            "rest = n_at_risk * n_at_risk",
            "standard error: binomial in place of Greenwood",
        ),
        (
            "survival * spread, NAN)",
            "spread, NAN)",
            "standard error: of log survival in place of survival",
        ),
        (
            "stretch = np.exp(-z * spread[inside] / log_survival)",
            "stretch = np.exp(z * spread[inside] / log_survival)",
            "standard error: limits exchanged",
        ),
        (
            "to_come**2 * terms",
            "to_come * terms",
            "standard error: of the restricted mean, area not squared",
        ),
        (
            "(horizon > last_exit(curve) and not nobody_left)",
            "(horizon > last_exit(curve) and nobody_left)",
            "value: a mean claimed after the last exit (C8)",
        ),
        (
            'np.searchsorted(curve.times, time, side="right")) - 1',
            'np.searchsorted(curve.times, time, side="left")) - 1',
            "value: survival just before the time, not at it",
        ),
        (
            "return float(first + (until - first) / 2.0)",
            "return float(first)",
            "value: median at the start of the step at one half",
        ),
        (
            "kept = rows.exit > start",
            "kept = rows.exit >= start",
            "value: who leaves at the start of the curve is counted",
        ),
    ),
    *_in(
        "estimate/log_rank.py",
        (DATASETS,),
        ("d1 * n0 - d0 * n1", "d0 * n1 - d1 * n0", "value: sign of the score"),
        (
            "ties = np.divide(n - d, n - 1.0,",
            "ties = np.divide(n - 1.0, n - 1.0,",
            "standard error: ties left out of the variance",
        ),
        (
            "variance = math.fsum(d * (n1 / n) * (n0 / n) * ties)",
            "variance = math.fsum(d * (n1 / n) * ties)",
            "standard error: Poisson variance",
        ),
        (
            "standard_error=1.0 / math.sqrt(variance)",
            "standard_error=1.0 / variance",
            "standard error: of Peto's estimate",
        ),
    ),
    *_in(
        "estimate/curve_contrasts.py",
        (DATASETS, LADDER),
        (
            "value = intervention.value - reference.value",
            "value = reference.value - intervention.value",
            "value: reference less intervention (C6)",
        ),
        (
            "error = math.hypot(reference.standard_error, intervention.standard_error)",
            "error = reference.standard_error + intervention.standard_error",
            "standard error: errors added in place of variances",
        ),
    ),
    *_in(
        "estimate/cox.py",
        (DATASETS,),
        (
            "return moved.T @ moved",
            "return moved.T @ by_cluster",
            "standard error: half of the sandwich",
        ),
        (
            "coefficients=best.point / sets.scale",
            "coefficients=best.point * sets.scale",
            "value: scaled the wrong way back",
        ),
        (
            "covariance=covariance / unit",
            "covariance=covariance",
            "standard error: not scaled back",
        ),
        (
            "robust_covariance=robust / unit",
            "robust_covariance=covariance / unit",
            "standard error: the ordinary in place of the robust one",
        ),
        (
            "rows.patient[sets.kept]",
            "sets.kept",
            "standard error: rows in place of patients as clusters",
        ),
    ),
    *_in(
        "estimate/risk_sets.py",
        (DATASETS,),
        (
            'first = np.searchsorted(from_here, rows.entry, side="right")',
            'first = np.searchsorted(times, rows.entry, side="left")',
            "value: at risk at the entry itself (C2)",
        ),
        (
            "owner[1:] != owner[:-1]",
            "owner[1:] == owner[:-1]",
            "value: strata end where they should not",
        ),
    ),
    *_in(
        "estimate/tied_steps.py",
        (DATASETS, STANFORD),
        (
            "gone=position / n_steps[when]",
            "gone=position * 0.0",
            "value: Breslow's ties in place of Efron's",
        ),
        (
            "second - means[:, :, np.newaxis]",
            "second + means[:, :, np.newaxis]",
            "standard error: sign in the covariance of a risk set",
        ),
    ),
    *_in(
        "estimate/proportional_hazards.py",
        (DATASETS,),
        ("own - explained", "own", "standard error: coefficients taken as known"),
        (
            'before = np.searchsorted(curve.times, times, side="left")',
            'before = np.searchsorted(curve.times, times, side="right")',
            "value: the curve at the event, not just before it",
        ),
        (
            "fit.covariance * fit.n_events",
            "fit.covariance",
            "value: residuals not scaled by the number of events",
        ),
    ),
    *_in(
        "estimate/firth.py",
        (STANFORD,),
        (
            "value + 0.5 * float(log_determinant)",
            "value - 0.5 * float(log_determinant)",
            "value: sign of the penalty",
        ),
        (
            "gradient + 0.5 * _trace_of_third_moments",
            "gradient + 1.0 * _trace_of_third_moments",
            "value: the penalty's slope twice",
        ),
        (
            '- 2.0 * np.einsum("sij,jk,sk->si", spread, inverse, means)',
            '- 1.0 * np.einsum("sij,jk,sk->si", spread, inverse, means)',
            "value: third moments about zero",
        ),
        (
            "2.0 * (value - restricted.value)",
            "(value - restricted.value)",
            "value: half of the likelihood ratio statistic",
        ),
    ),
    *_in(
        "estimate/likelihood_root.py",
        (STANFORD,),
        (
            "drop = critical_value(level) ** 2 / 2.0",
            "drop = critical_value(level) ** 2",
            "standard error: profile limits twice as low",
        ),
    ),
    *_in(
        "estimate/normal.py",
        (LADDER,),
        ("0.5 + level / 2.0", "level", "standard error: one-sided intervals (C7)"),
        (
            "math.erfc(abs(z) / math.sqrt(2.0))",
            "0.5 * math.erfc(abs(z) / math.sqrt(2.0))",
            "value: one-sided p-value",
        ),
    ),
    *_in(
        "estimate/e_value.py",
        (GOLDEN + "test_e_value_golden.py",),
        (
            "math.sqrt(away * (away - 1.0))",
            "math.sqrt(away * (away + 1.0))",
            "value: sign under the root",
        ),
        (
            "nearest = upper if hazard_ratio < 1.0 else lower",
            "nearest = lower if hazard_ratio < 1.0 else upper",
            "value: the limit furthest from 1",
        ),
    ),
    *_in(
        "estimate/landmark.py",
        LANDMARK_CURVE,
        (
            "by_patient * float(self.fit.covariance[0, 0])",
            "by_patient * float(np.sqrt(self.fit.covariance[0, 0]))",
            "standard error: influence scaled by the error, not the variance",
        ),
        (
            "np.quantile(np.abs(normal @ root.T).max(axis=1), level)",
            "np.quantile((normal @ root.T).max(axis=1), level)",
            "standard error: one-sided band",
        ),
    ),
    *_in(
        "estimate/landmark_supermodel.py",
        SUPERMODEL,
        (
            'ties="breslow", names=version.columns',
            'ties="efron", names=version.columns',
            "value: Efron's ties in place of Breslow's",
        ),
        (
            "robust_standard_errors=np.sqrt(np.diag(fit.robust_covariance))",
            "robust_standard_errors=np.sqrt(np.diag(fit.covariance))",
            "standard error: patients counted as new at each landmark",
        ),
    ),
    *_in(
        "estimate/redeal.py",
        REDEAL,
        (
            "np.abs(scores - middle) - abs(observed - middle)",
            "(scores - middle) - (observed - middle)",
            "value: one-sided p-value",
        ),
        (
            "np.where(same, 0.5, beyond > 0.0)",
            "np.where(same, 1.0, beyond > 0.0)",
            "value: p-value in place of mid-p",
        ),
    ),
    *_in(
        "estimate/_deals.py",
        REDEAL,
        (
            'opens = np.searchsorted(given, cohort.entry, side="right")',
            'opens = np.searchsorted(given, cohort.entry, side="left")',
            "value: eligible at the entry itself (C2)",
        ),
        (
            "probability[parents] / len(choices)",
            "probability[parents]",
            "value: chances of enumerated deals",
        ),
    ),
    *_in(
        "estimate/bootstrap.py",
        BOOTSTRAP,
        (
            'past = np.searchsorted(times, leaving, side="right")',
            'past = np.searchsorted(times, leaving, side="left")',
            "value: not at risk at the exit (C2)",
        ),
        (
            'first = np.searchsorted(times, rows.entry[latest_first], side="right")',
            'first = np.searchsorted(times, rows.entry[latest_first], side="left")',
            "value: at risk at the entry itself (C2)",
        ),
    ),
    *_in(
        "align/_rows.py",
        ALIGN,
        (
            "ends_before = np.isnan(when) | (when >= exit)",
            "ends_before = np.isnan(when) | (when > exit)",
            "value: an event at the treatment is lost (C4)",
        ),
        (
            "has_after = ~np.isnan(when) & (when < exit)",
            "has_after = ~np.isnan(when) & (when <= exit)",
            "value: treated time of no length (C4)",
        ),
    ),
    *_in(
        "align/landmark.py",
        ALIGN,
        (
            "(cohort.initiation <= at)",
            "(cohort.initiation < at)",
            "value: treated at the landmark itself",
        ),
        (
            "counted = np.minimum(cohort.exit, end) > entered",
            "counted = np.minimum(cohort.exit, end) >= entered",
            "value: who leaves at the landmark is counted",
        ),
        (
            "beyond = cohort.exit > end",
            "beyond = cohort.exit >= end",
            "value: an event at the end of the window",
        ),
    ),
    *_in(
        "align/waiting_excluded.py",
        ALIGN,
        (
            "np.fmax(cohort.initiation, cohort.entry)",
            "np.fmin(cohort.initiation, cohort.entry)",
            "value: the waiting time is kept",
        ),
    ),
    *_in(
        "align/clock_reset.py",
        ALIGN,
        (
            "np.maximum(cohort.exit - cohort.initiation, 0.0)",
            "np.maximum(cohort.exit, 0.0)",
            "value: the clock is not reset",
        ),
    ),
    *_in(
        "estimate/separation.py",
        SEPARATION,
        (
            "short = score[rival] - score[events]",
            "short = score[events] - score[rival]",
            "value: who outranks whom",
        ),
        (
            "sums[when, :1] * sets.columns[sets.event] - sums[when, 1:]",
            "sums[when, :1] * sets.columns[sets.event] + sums[when, 1:]",
            "value: sign of the direction that is tried",
        ),
    ),
    *_in(
        "estimate/_risk_table.py",
        CURVES,
        (
            "goes_on |= into & (arm_of[ends] == a)",
            "crosses |= into & (arm_of[ends] == a)",
            "value: rows that go on counted as crossings",
        ),
        (
            "kept = ~is_empty & (rows.weight > 0.0)",
            "kept = ~is_empty",
            "value: rows of weight zero have exits",
        ),
    ),
    *_in(
        "estimate/likelihood_root.py",
        (STANFORD, *SEPARATION),
        (
            "start[column] = value\n",
            "start[column] = -value\n",
            "standard error: the profile of the other side",
        ),
    ),
    *_in(
        "align/time_since_treatment.py",
        ALIGN,
        (
            "event=rows.event[order] & (late | ~cut[order])",
            "event=rows.event[order]",
            "value: an event in both windows",
        ),
    ),
    *_in(
        "align/from_trigger.py",
        ALIGN,
        (
            "counted = ~np.isnan(trigger) & (moved_exit > trigger)",
            "counted = ~np.isnan(trigger)",
            "value: who leaves at the trigger is counted",
        ),
        (
            "moved_exit[counted] - origin",
            "moved_exit[counted]",
            "value: the clock is not moved to the trigger",
        ),
    ),
    *_in(
        "align/trigger_state.py",
        ALIGN,
        (
            "event=rows.event[order] & (triggered | ends_before[order])",
            "event=rows.event[order]",
            "value: an event before and after the trigger",
        ),
    ),
    *_in(
        "estimate/no_effect_variance.py",
        ("tests/by_hand/test_no_effect_variance_by_hand.py", STANFORD),
        (
            "share / (1.0 - share) * (1.0 / at_risk[0] + 1.0 / at_risk[1])",
            "share * (1.0 / at_risk[0] + 1.0 / at_risk[1])",
            "standard error: Poisson in place of Greenwood",
        ),
        (
            "np.sum(area**2 * term)",
            "np.sum(area * term)",
            "standard error: area not squared",
        ),
        (
            'entered = np.searchsorted(np.sort(entry), times, side="left")',
            'entered = np.searchsorted(np.sort(entry), times, side="right")',
            "standard error: at risk at the entry itself (C2)",
        ),
        (
            'left = np.searchsorted(np.sort(leave), times, side="left")',
            'left = np.searchsorted(np.sort(leave), times, side="right")',
            "standard error: not at risk at the exit (C2)",
        ),
    ),
]
