"""Headers of real-looking files in seven languages are recognised; suggestions stay suggestions."""

from __future__ import annotations

import time

import pytest

from timezero.errors import UnknownName
from timezero.intake.header_words import words_of
from timezero.intake.recognise import recognise, role_of

HEADERS = {
    # English
    "Patient ID": "study_id",
    "subject_no.": "study_id",
    "StudyID": "study_id",
    "Sex": "sex",
    "DOB": "birth_date",
    "Date of Birth": "birth_date",
    "Age at surgery (years)": "age_at_first_procedure",
    "ECOG PS": "ecog",
    "ASA-class": "asa",
    "KPS": "karnofsky",
    "Height [cm]": "height",
    "Wt": None,
    "Weight (kg)": "weight",
    "BMI": "bmi",
    "Primary Tumor": "primary_tumour",
    "Histologic subtype": "histology",
    "Ki-67 (%)": "ki67",
    "KI67": "ki67",
    "Asbestos exposure": "asbestos_exposure",
    "Date of diagnosis": "diagnosis_date",
    "Date CRS #1": "first_procedure_date",
    "1st HIPEC": "first_procedure_date",
    "Date of first surgery": "first_procedure_date",
    "Date CRS #2": "second_procedure_date",
    "2nd CRS": "second_procedure_date",
    "date_2nd_crs": "second_procedure_date",
    "Second operation": "second_procedure_date",
    "Date of repeat HIPEC": "second_procedure_date",
    "Redo CRS": "second_procedure_date",
    "Date 3rd CRS": "third_procedure_date",
    "Surgery date": "procedure_date",
    "PCI": "pci_total",
    "Total PCI score": "pci_total",
    "Residual PCI": "pci_after_total",
    "PCI R07": "pci_r07",
    "Region 12": "pci_r12",
    "CC score": "cc_score",
    "CC-R": "cc_score",
    "Completeness of cytoreduction (0-3)": "cc_score",
    "R status": "r_class",
    "HIPEC drug": "drug",
    "Dose": "dose",
    "dose unit": "dose_unit",
    "Carrier solution": "carrier",
    "Open/closed": "technique",
    "Inflow temp (°C)": "inflow_temperature",
    "T_out": "outflow_temperature",
    "HIPEC duration (min)": "minutes_done",
    "Flow rate": "flow",
    "Estimated blood loss (ml)": "blood_loss",
    "OR time": "operation_time",
    "Clavien-Dindo": "clavien_dindo",
    "CTCAE grade": "ctcae_grade",
    "ICU stay": "icu_days",
    "Length of stay": "hospital_days",
    "LOS": "hospital_days",
    "30-day mortality": "death_30",
    "EPIC": "epic",
    "NIPEC": "nipec",
    "Date of recurrence": "recurrence_date",
    "recurence date": "recurrence_date",
    "Site of recurrence": "recurrence_site",
    "Reason against repeat": "repeat_reason_against",
    "Decided by": "repeat_decided_by",
    "Last FU": "last_contact_date",
    "Date last seen": "last_contact_date",
    "Date of death": "death_date",
    "dateofdeath": "death_date",
    "lastfu": "last_contact_date",
    "dat of birth": "birth_date",
    "blod loss": "blood_loss",
    "Vital status": "vital_status",
    "OS (months)": "survival_time",
    "Cause of death": "cause_of_death",
    # German
    "Geburtsdatum": "birth_date",
    "Größe (cm)": "height",
    "Groesse": "height",
    "GRÖSSE": "height",
    "Geschlecht": "sex",
    "OP-Datum": "procedure_date",
    "Datum der ersten OP": "first_procedure_date",
    "Datum zweite Operation": "second_procedure_date",
    "Rezidivdatum": "recurrence_date",
    "Todesdatum": "death_date",
    "Todesursache": "cause_of_death",
    "Datum letzter Kontakt": "last_contact_date",
    "Blutverlust": "blood_loss",
    # French
    "Date de naissance": "birth_date",
    "Date de décès": "death_date",
    "date des dernières nouvelles": "last_contact_date",
    "Date de la 2ème chirurgie": "second_procedure_date",
    "Récidive": "recurrence_happened",
    "Date de récidive": "recurrence_date",
    "Durée de séjour": "hospital_days",
    # Spanish
    "fecha_muerte": "death_date",
    "Fecha de la segunda cirugía": "second_procedure_date",
    "Fecha último contacto": "last_contact_date",
    "Estado vital": "vital_status",
    "Edad": "age_at_first_procedure",
    "Pérdida sanguínea": "blood_loss",
    # Italian
    "Data di morte": "death_date",
    "Data secondo intervento": "second_procedure_date",
    "Data ultimo follow-up": "last_contact_date",
    "Istologia": "histology",
    # Portuguese
    "Data do óbito": "death_date",
    "Data da primeira cirurgia": "first_procedure_date",
    "Data de nascimento": "birth_date",
    "Duração da cirurgia": "operation_time",
    # Dutch
    "Overlijdensdatum": "death_date",
    "Datum tweede operatie": "second_procedure_date",
    "Laatste controle": "last_contact_date",
    "Geboortedatum": "birth_date",
    "Leeftijd": "age_at_first_procedure",
}


@pytest.mark.parametrize("header", HEADERS)
def test_header_is_recognised_first(header: str) -> None:
    found = recognise(header)
    assert (found[0].item_key if found else None) == HEADERS[header]


def test_there_are_enough_headers_in_seven_languages() -> None:
    assert len(HEADERS) >= 80
    said = {s.language for header in HEADERS for s in recognise(header)[:1]}
    assert {"en", "de", "fr", "es", "it", "pt", "nl"} <= said


@pytest.mark.parametrize(
    "dressed",
    ["DATE\u00a0OF\u00a0DEATH", "\u200bdate of\u200b death ", "Date.of.Death", "date-of-death",
     "DateOfDeath", "date/of/death", "Ｄａｔｅ of death", "Date  of\tdeath\n", "date_of_death"],
)  # fmt: skip
def test_dress_does_not_matter(dressed: str) -> None:
    best = recognise(dressed)[0]
    assert (best.item_key, best.reason, best.score) == ("death_date", "exact alias", 1.0)


@pytest.mark.parametrize(
    ("header", "item_key", "procedure"),
    [
        ("PCI 2", "pci_total", 2),
        ("PCI at 2nd surgery", "pci_total", 2),
        ("PCI repeat CRS", "pci_total", 2),
        ("CC score (first CRS)", "cc_score", None),
        ("CC score first CRS", "cc_score", 1),
        ("Complications 2nd surgery", "complication", 2),
        ("Blutverlust 2. OP", "blood_loss", 2),
        ("Clavien-Dindo 3rd HIPEC", "clavien_dindo", 3),
        ("Date of surgery 4", "procedure_date", 4),
        ("PCI R2", "pci_r02", None),
    ],
)
def test_the_procedure_in_a_header_is_named(
    header: str, item_key: str, procedure: int | None
) -> None:
    best = recognise(header)[0]
    assert (best.item_key, best.procedure) == (item_key, procedure)


def test_reasons_come_in_order() -> None:
    assert recognise("date of death")[0].reason == "exact alias"
    assert recognise("date of death verified")[0].reason == "alias inside"
    assert recognise("date of deeath")[0].reason == "similar"
    scores = [s.score for s in recognise("date of death or last contact")]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) > 1


@pytest.mark.parametrize(
    "header",
    [
        "",
        "   ",
        "\u200b",
        "§$%&",
        "column_7",
        "zzzz",
        "xqj",
        "<script>alert(1)</script>",
        "initiation",
        "exit",
        "CA 19-9",
        "Date",
        "Surgeon",
        "Name",
        "MRN",
        "Phone",
    ],
)
def test_nothing_is_suggested_for_nothing(header: str) -> None:
    assert recognise(header) == ()


def test_roles_of_a_study() -> None:
    expected = {
        "study_id": "id",
        "first_procedure_date": "time_zero",
        "second_procedure_date": "initiation",
        "recurrence_date": "trigger",
        "last_contact_date": "exit",
        "vital_status": "event",
        "death_date": "death",
        "birth_date": "birth",
        "sex": "sex",
        "diagnosis_date": "diagnosis",
        "age_at_first_procedure": "age",
        "centre": "centre",
        "pci_total": None,
    }
    assert {key: role_of(key) for key in expected} == expected
    with pytest.raises(UnknownName, match="TZ-DIC-01"):
        role_of("pci_totl")


def test_words_of_ordinals_and_numbers() -> None:
    assert words_of("Date CRS #2") == ("date", "crs", "2")
    assert words_of("date of the 2nd CRS") == words_of("Date zweite CRS") == ("date", "2", "crs")
    assert words_of("zweite OP") == words_of("2. OP") == ("2", "op")
    assert words_of("r007") == ("r", "7")


def test_a_thousand_headers_take_less_than_half_a_second() -> None:
    headers = [f"{header} {k}" for k in range(10) for header in HEADERS][:1000]
    recognise("warm")
    before = time.perf_counter()
    for header in headers:
        recognise(header)
    spent = time.perf_counter() - before
    assert len(headers) == 1000
    assert spent < 2.0, "0.5 s on a quiet machine; the bound allows for a busy one"
