"""Cases of identity: identifiers, copies, conflicts, and columns that tell who somebody is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bad_inputs.case import Case, Given
from bad_inputs.clean import DATA, clean_rows, write_csv

Row = dict[str, str]


def _given(folder: Path, rows: list[Row], **told: Any) -> Given:
    return Given(source=write_csv(folder, rows), **told)


def _recipe(**table: Any) -> dict[str, Any]:
    return {"tables": {"registry": table}}


def _called(names: Callable[[int], str]) -> list[Row]:
    return [row | {"patient_id": names(k)} for k, row in enumerate(clean_rows())]


def _scientific(folder: Path) -> Given:
    names = {3: "1.23E+15", 7: "4.5E+14"}
    rows = _called(lambda k: names.get(k, f"{1_230_000_000_000_000 + 7 * k}"))
    return _given(folder, rows, clean=False)


def _lost_zeros(folder: Path) -> Given:
    rows = _called(lambda k: str(1234 + k) if k in {2, 5} else f"{k + 17:06d}")
    return _given(folder, rows, clean=False)


def _point_zero(folder: Path) -> Given:
    return _given(folder, _called(lambda k: f"{k + 1}.0"), clean=False)


def _twin(name: str) -> list[Row]:
    rows = clean_rows()
    return [*rows, rows[-1] | {"patient_id": name}]


def _spaced(folder: Path) -> Given:
    return _given(folder, _twin("p 12"))


def _unseen(folder: Path) -> Given:
    return _given(folder, _twin("P1\u200b2"))


def _one_patient(name: str) -> Callable[[Path], Given]:
    def answered(folder: Path) -> Given:
        return _given(folder, _twin(name), recipe=_recipe(same_patient={name: "P12"}))

    return answered


def _two_patients(folder: Path) -> Given:
    given = _spaced(folder)
    recipe = _recipe(identifiers_settled=True)
    return Given(source=given.source, recipe=recipe, clean=False)


def _copies(folder: Path) -> Given:
    rows = clean_rows()
    return _given(folder, [*rows[:4], rows[1], *rows[4:], rows[9]])


def _conflict(folder: Path) -> Given:
    rows = clean_rows()
    other = {"sex": "male", "birth_date": "1962-04-04", "death_date": "2018-12-31"}
    died = rows[0] | {"death_date": "2015-09-03"}
    return _given(folder, [*rows, rows[11] | other, died], clean=None)


def _same_in_two_centres(folder: Path) -> Given:
    rows = clean_rows()
    rows[2]["patient_id"] = "P01"
    data = DATA | {"centre": "centre"}
    return _given(folder, rows, data=data, clean=False)


def _transferred(folder: Path) -> Given:
    rows = clean_rows()
    again = rows[3] | {"patient_id": "S77", "centre": "North", "last_contact": "2016-10-02"}
    return _given(folder, [*rows, again | {"death_date": "", "status": "alive"}], clean=False)


def _without_id(folder: Path) -> Given:
    rows = clean_rows()
    rows[4]["patient_id"], rows[8]["patient_id"] = "", "?"
    return _given(folder, rows, clean=None)


def _direct(folder: Path) -> Given:
    rows = [
        row
        | {
            "surname": f"Invented{k}",
            "MRN": f"{400_000 + 37 * k}",
            "phone": f"+44 20 7946 0{100 + k}",
            "e-mail": f"person{k}@example.org",
            "address": f"{k + 1} Invented Street",
        }
        for k, row in enumerate(clean_rows())
    ]
    return _given(folder, rows)


def _kept(folder: Path) -> Given:
    recipe = _recipe(columns={"surname": {"keep": True}})
    return Given(source=_direct(folder).source, recipe=recipe)


def _notes(folder: Path) -> Given:
    said = "Seen with her daughter Mary Invented, who will ring from 020 7946 0123 on day"
    rows = [row | {"notes": f"{said} {k}"} for k, row in enumerate(clean_rows())]
    return _given(folder, rows)


CASES = (
    Case(number="B36", response="W", codes=("id_rounded",), make=_scientific),
    Case(number="B36 lost zeros", response="W", codes=("id_zeros_lost",), make=_lost_zeros),
    Case(
        number="B36 trailing point zero", response="W", codes=("id_point_zero",), make=_point_zero
    ),
    Case(
        number="B37",
        response="Q",
        codes=("id_alike",),
        make=_spaced,
        answered=_one_patient("p 12"),
    ),
    Case(
        number="B37 a sign that cannot be seen",
        response="Q",
        codes=("id_alike",),
        make=_unseen,
        answered=_one_patient("P1\u200b2"),
    ),
    Case(
        number="B37 two patients",
        response="Q",
        codes=("id_alike",),
        make=_spaced,
        answered=_two_patients,
    ),
    Case(number="B38", response="F", codes=("rows_copied",), make=_copies),
    Case(number="B39", response="R", codes=("id_conflicting", "id_duplicated"), make=_conflict),
    Case(number="B40", response="W", codes=("id_in_two_centres",), make=_same_in_two_centres),
    Case(number="B42", response="W", codes=("same_person",), make=_transferred),
    Case(number="B43", response="R", codes=("id_missing",), make=_without_id),
    Case(number="B44", response="S", codes=("identifying_columns",), make=_direct),
    Case(number="B44 kept", response="S", codes=("identifying_columns",), make=_kept),
    Case(number="B87", response="S", codes=("identifying_columns",), make=_notes),
)
