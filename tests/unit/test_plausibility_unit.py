"""Every rule of plausibility: a record that it must speak about, and a near miss."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl
import pytest

from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.cohort import read_cohort
from timezero.intake.plausibility.dose_in_its_unit import limits_of
from timezero.intake.plausible import implausible
from timezero.intake.record_columns import record_columns
from timezero.intake.sources import read_table
from timezero.model.protocol import DataPart, Protocol
from timezero.registry import discover

REGIONS = {f"pci_r{region:02d}": "1" for region in range(13)}
# Three items of procedures that agree, so that a table is a record of procedures.
RECORD = {"stoma": "no", "drains": "2", "anastomoses": "1"}
DATES = {"date of surgery": "2016-01-05"}
SIZE = {"height": "170", "weight": "70"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """Cells of one row that a rule must speak about, and the cell that makes them innocent."""

    rule: str
    cells: dict[str, str]
    innocent: dict[str, str]
    said: str
    severity: Severity = Severity.WARNING
    beside: dict[str, str] = field(default_factory=dict)


CASES = (
    Case(
        rule="minutes_planned_and_done",
        cells={"minutes planned": "120", "minutes done": "35"},
        innocent={"minutes done": "90"},
        said="less than 75%",
    ),
    Case(
        rule="minutes_planned_and_done",
        cells={"minutes planned": "60", "minutes done": "90"},
        innocent={"minutes done": "75"},
        said="more than 125%",
    ),
    Case(
        rule="outflow_above_inflow",
        cells={"inflow temperature": "42.0", "outflow temperature": "42.4"},
        innocent={"outflow temperature": "42.3"},
        said="warmer than the inflow",
    ),
    Case(
        rule="outside_usual_range",
        cells={"abdominal temperature": "46"},
        innocent={"abdominal temperature": "45"},
        said="usual range of Temperature in the abdomen, 37 to 45 °C",
    ),
    Case(
        rule="outside_usual_range",
        cells={"pci": "45"},
        innocent={"pci": "39"},
        said="possible range of Peritoneal cancer index, 0 to 39",
    ),
    Case(
        rule="outside_usual_range",
        cells={"flow": "12"},
        innocent={"flow": "1.2"},
        said="possible range of Flow",
    ),
    Case(
        rule="pci_total_and_regions",
        cells={"pci": "14", **REGIONS},
        innocent={"pci": "13"},
        said="not the sum of its 13 regions",
    ),
    Case(
        rule="pci_total_and_regions",
        cells={"pci": "14", **REGIONS},
        innocent={"pci_r07": ""},
        said="not the sum of its 13 regions",
    ),
    Case(
        rule="completeness_and_residual",
        cells={"cc": "0", "residual tumour mm": "30"},
        innocent={"residual tumour mm": "0"},
        said="no authority",
    ),
    Case(
        rule="completeness_and_residual",
        cells={"cc": "CC-1", "residual tumour mm": "3"},
        innocent={"residual tumour mm": "2.5"},
        said="no authority",
    ),
    Case(
        rule="pci_higher_afterwards",
        cells={"pci": "3", "pci after": "20"},
        innocent={"pci after": "3"},
        said="higher",
    ),
    Case(
        rule="drug_changed",
        cells={"drug": "cisplatin", "drug 2nd surgery": "oxaliplatin"},
        innocent={"drug 2nd surgery": "Cisplatin"},
        said="by protocol",
        severity=Severity.NOTE,
    ),
    Case(
        rule="drug_changed",
        cells={
            "drug": "cisplatin",
            "drug 2nd surgery": "doxorubicin",
            "drug change reason": "protocol",
        },
        innocent={"drug change reason": "toxicity"},
        said="by protocol",
        severity=Severity.NOTE,
    ),
    Case(
        rule="drug_changed",
        cells={"drug": "cisplatin", "drug 2nd surgery": "doxorubicin"},
        innocent={"drug": ""},
        said="no reason recorded",
        severity=Severity.NOTE,
    ),
    Case(
        rule="dose_in_its_unit",
        cells={"drug": "mitomycin", "dose": "350", "dose unit": "mg/m2"},
        innocent={"dose": "35"},
        said="mitomycin outside 5 to 60 mg/m2",
    ),
    Case(
        rule="dose_in_its_unit",
        cells={"drug": "oxaliplatin", "dose (mg/m2)": "46"},
        innocent={"dose (mg/m2)": "460"},
        said="oxaliplatin outside 80 to 500 mg/m2",
    ),
    Case(
        rule="dose_in_its_unit",
        cells={"drug": "cisplatin", "dose": "900", "dose unit": "mg"},
        innocent={"drug": "cisplatin + doxorubicin"},
        said="cisplatin outside 24 to 780 mg",
    ),
    Case(
        rule="volume_in_its_unit",
        cells={"perfusate volume": "9", "volume unit": "L/m2"},
        innocent={"volume unit": "L"},
        said="outside 0.5 to 4 L/m2",
    ),
    Case(
        rule="discharge_before_operation",
        cells=DATES | {"discharge date": "2016-01-04"},
        innocent={"discharge date": "2016-01-05"},
        said="discharged before the operation",
    ),
    Case(
        rule="stay_against_dates",
        cells=DATES | {"discharge date": "2016-01-25", "hospital stay": "12"},
        innocent={"hospital stay": "19"},
        said="shorter than the time from operation to discharge",
    ),
    Case(
        rule="intensive_care_beyond_stay",
        cells={"icu days": "12", "hospital stay": "11"},
        innocent={"icu days": "11"},
        said="more days in intensive care",
    ),
    Case(
        rule="early_death_against_dates",
        cells=DATES | {"30 day mortality": "no", "date of death": "2016-02-04"},
        innocent={"date of death": "2016-02-05"},
        said="on 30 days",
    ),
    Case(
        rule="early_death_against_dates",
        cells=DATES | {"90 day mortality": "ja", "date of death": "2016-05-04"},
        innocent={"90 day mortality": ""},
        said="on 90 days",
    ),
    Case(
        rule="grade_against_death",
        cells={"clavien dindo": "V", "90 day mortality": "no"},
        innocent={"clavien dindo": "IVb"},
        said="Clavien-Dindo V",
    ),
    Case(
        rule="height_in_its_unit",
        cells={"height": "1.72"},
        innocent={"height": "172"},
        said="usual in metres",
    ),
    Case(
        rule="height_in_its_unit",
        cells={"height": "68"},
        innocent={"height": "135"},
        said="usual in inches",
    ),
    Case(
        rule="body_measures",
        cells=SIZE | {"bmi": "34.2"},
        innocent={"bmi": "24.2"},
        said="body mass index more than 5%",
    ),
    Case(
        rule="body_measures",
        cells=SIZE | {"bsa": "2.2"},
        innocent={"bsa": "1.81"},
        said="any of 3 formulas",
    ),
    Case(
        rule="perfused_without_hipec",
        cells={"procedure kind": "crs_only", "minutes done": "60"},
        innocent={"procedure kind": "hipec_aborted"},
        said="without HIPEC",
    ),
    Case(
        rule="operation_shorter_than_perfusion",
        cells={"operation time": "1", "operation time unit": "h", "minutes done": "90"},
        innocent={"operation time": "2"},
        said="shorter than the perfusion",
    ),
)
EACH = pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.rule}-{c.said[:20]}")


def is_of_one_procedure(case: Case) -> bool:
    """Say whether a case is about procedures alone, under headers that take a number."""
    of_patient = {"height", "weight", "bmi", "bsa", "date of death", "date of surgery"}
    takes_number = not any("(" in header or "_r0" in header for header in case.cells)
    return case.rule != "drug_changed" and takes_number and not of_patient & set(case.cells)


def found(*rows: dict[str, str], data: DataPart | None = None) -> list[Finding]:
    """Return what the rules find in rows of cells, each with an identifier."""
    filled = [{"study id": f"P{k}"} | RECORD | row for k, row in enumerate(rows, start=1)]
    return list(implausible(read_table(pl.DataFrame(filled)), data or DataPart()))


@EACH
def test_the_rule_speaks(case: Case) -> None:
    rule = [f for f in found(case.cells) if f.code == case.rule]
    assert any(case.said in finding.what for finding in rule), rule
    finding = next(f for f in rule if case.said in f.what)
    assert finding.severity is case.severity
    assert finding.n_rows == 1
    assert "row 1" in finding.where
    assert finding.evidence[0].startswith("row 1: ")
    assert finding.mend


@EACH
def test_a_near_miss_stays_silent(case: Case) -> None:
    innocent = found(case.cells | case.innocent)
    assert not [f for f in innocent if f.code == case.rule and case.said in f.what], innocent


@pytest.mark.parametrize(
    "case", [c for c in CASES if is_of_one_procedure(c)], ids=lambda c: f"{c.rule}-{c.said[:20]}"
)
def test_the_second_procedure_is_looked_at_too(case: Case) -> None:
    later = {f"{header} 2": cell for header, cell in case.cells.items()}
    assert [f for f in found(later) if f.code == case.rule]


def test_every_rule_has_a_case_and_a_near_miss() -> None:
    rules = discover("timezero.intake.plausibility", "RULE")
    assert sorted({case.rule for case in CASES}) == sorted(rules)


def test_a_whole_innocent_record_is_silent() -> None:
    row = (
        SIZE
        | DATES
        | REGIONS
        | {
            "pci": "13", "cc": "1", "residual tumour mm": "2", "minutes planned": "90",
            "minutes done": "90", "inflow temperature": "42.5", "outflow temperature": "41.5",
            "flow": "1.5", "drug": "cisplatin", "dose": "50", "dose unit": "mg/m2",
            "perfusate volume": "2", "volume unit": "L/m2", "icu days": "2", "hospital stay": "14",
            "discharge date": "2016-01-19", "30 day mortality": "no", "bmi": "24.2",
            "procedure kind": "complete_hipec", "clavien dindo": "II",
        }
    )  # fmt: skip
    assert found(row, row) == []


def test_volumes_in_both_units_are_noted() -> None:
    units = ("L", "L/m2", "L")
    rows = [{"perfusate volume": "2.5", "volume unit": unit} for unit in units]
    (noted,) = found(*rows)
    assert (noted.code, noted.severity) == ("volume_in_its_unit", Severity.NOTE)
    assert "in L in 2 rows and in L/m2 in 1 row" in noted.what


def test_codes_for_not_recorded_are_no_values() -> None:
    row = {"pci": "99"}
    assert found(row)
    assert found(row, data=DataPart(missing=("99",))) == []


def test_decimal_commas_and_declared_dates_are_understood() -> None:
    row = {"date of surgery": "05.01.2016", "discharge date": "03.01.2016", "flow": "7,5"}
    codes = [f.code for f in found(row, data=DataPart(decimal_comma=True, date_format="%d.%m.%Y"))]
    assert codes == ["discharge_before_operation", "outside_usual_range"]
    assert found(row) == []


def test_an_item_in_two_columns_is_left_alone() -> None:
    assert found({"pci": "45", "PCI total": "45"}) == []


def test_covariates_are_left_to_their_own_check() -> None:
    assert found({"pci": "45"}, data=DataPart(covariates=("pci",))) == []


def test_registries_without_a_record_of_procedures_see_nothing() -> None:
    table = read_table(pl.DataFrame({"study id": ["P1"], "pci": ["45"], "flow": ["12"]}))
    assert record_columns(table, DataPart()).n_of_procedure == 2
    assert list(implausible(table, DataPart())) == []


def test_doses_in_mg_follow_from_the_body_surface() -> None:
    assert limits_of("cisplatin", "mg_per_m2") == (20.0, 300.0)
    assert limits_of("cisplatin", "mg") == pytest.approx((20.0 * 1.2, 300.0 * 2.6))
    assert limits_of("cisplatin", "mg_per_l") == pytest.approx((24.0 / 8.0, 780.0 / 1.0))


def test_record_plausibility_never_stops_a_study() -> None:
    assert "record_plausibility" in discover("timezero.intake.checks", "CHECK")
    rows = [
        {"study id": f"P{k}", "months": str(10 + k), "dead": str(k % 2),
         "again": "5" if k < 4 else "", "minutes planned": "120", "minutes done": "35",
         "pci": "45", "flow": "1"}
        for k in range(12)
    ]  # fmt: skip
    data = DataPart(id="study id", exit="months", event="dead", event_value=("1",),
                    initiation="again", unit="months")  # fmt: skip
    cohort = read_cohort(pl.DataFrame(rows), Protocol(data=data))
    told = {f.code for f in cohort.findings}
    assert {"minutes_planned_and_done", "outside_usual_range"} <= told
    with pytest.raises(InputRefused):
        read_cohort(pl.DataFrame(rows).drop("dead"), Protocol(data=data))
