"""R 4.2.2, survival 3.5-3: ``cox.zph(fit, transform)$table`` for the veteran lung cancer trial."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cox_rows import rows_of
from timezero.errors import AnalysisRefused, InputRefused
from timezero.estimate.cox import fit_cox
from timezero.estimate.proportional_hazards import proportional_hazards_test

# Printed with ten digits.
PRINTED = 1e-9
TABLE = np.genfromtxt(
    Path(__file__).resolve().parents[2] / "reference" / "data" / "veteran_celltype.csv",
    delimiter=",",
    names=True,
)
TREATMENT = TABLE["arm"]
CELLS = np.column_stack([TABLE["small"], TABLE["adeno"], TABLE["large"]])


def test_levels_of_a_category_are_tested_together() -> None:
    # coxph(Surv(time, status) ~ trt + celltype + karno)
    rows = rows_of(TABLE["exit"], TABLE["event"])
    design = np.column_stack([TREATMENT, CELLS, TABLE["karno"]])
    names = ("trt", "celltype", "celltype", "celltype", "karno")
    test = proportional_hazards_test(rows, fit_cox(rows, design), design, names)
    assert test.names == ("trt", "celltype", "karno")
    assert test.df.tolist() == [1, 3, 1]
    np.testing.assert_allclose(
        test.chi2, [0.2063074121, 14.5317103965, 12.8133255911], rtol=PRINTED
    )
    np.testing.assert_allclose(
        test.p_values, [0.6496771411692, 0.0022638903173, 0.0003441592780], rtol=PRINTED
    )
    assert test.global_chi2 == pytest.approx(22.8596852750, rel=PRINTED)
    assert test.global_p_value == pytest.approx(0.0003590645436, rel=PRINTED)


@pytest.mark.parametrize(
    ("transform", "expected", "together"),
    [
        ("rank", [0.5392646072, 15.5761921014], 16.9914422547),
        ("km", [0.5473166141, 14.6958247060], 16.0852468249),
    ],
)
def test_weights_strata_and_breslow_ties(transform, expected, together) -> None:
    # coxph(Surv(time, status) ~ trt + karno + strata(celltype), ties = "breslow",
    #       weights = 1 + (1:137) %% 3)
    rows = rows_of(
        TABLE["exit"],
        TABLE["event"],
        stratum=CELLS @ np.array([1, 2, 3]),
        weight=1.0 + np.arange(1, TABLE.size + 1) % 3,
    )
    design = np.column_stack([TREATMENT, TABLE["karno"]])
    fit = fit_cox(rows, design, ties="breslow")
    test = proportional_hazards_test(rows, fit, design, ("trt", "karno"), transform=transform)
    np.testing.assert_allclose(test.chi2, expected, rtol=PRINTED)
    assert test.global_chi2 == pytest.approx(together, rel=PRINTED)


def test_a_trend_needs_two_times_and_a_known_transform() -> None:
    rows = rows_of([1.0, 1.0, 2.0], [True, True, False])
    x = np.array([[1.0], [0.0], [0.0]])
    fit = fit_cox(rows, x)
    with pytest.raises(AnalysisRefused, match="shows no spread"):
        proportional_hazards_test(rows, fit, x, ("x",), transform="identity")
    with pytest.raises(InputRefused, match="no transform of time called"):
        proportional_hazards_test(rows, fit, x, ("x",), transform="square")  # type: ignore[arg-type]
