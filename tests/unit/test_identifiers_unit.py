"""Direct identifiers are recognised, and columns that only sound like them are left alone."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from timezero.intake.identifiers import identifier_kind
from timezero.intake.tables import EMPTY, NUMBER, TEXT, Column

IDENTIFIERS = {
    "name": (
        "Name", "Patient name", "PatientName", "Surname", "First name", "LastName", "Nachname",
        "Vorname", "Nom de famille", "Prénom", "Apellidos", "Nombre", "Cognome", "Achternaam",
        "Sobrenome", "Initials", "Name of surgeon",
    ),
    "birth_date": (
        "DOB", "Date of birth", "birth_date", "DateOfBirth", "Geburtsdatum", "Date de naissance",
        "Fecha de nacimiento", "Data di nascita", "Data de nascimento", "Geboortedatum",
        "patient DOB",
    ),
    "record_number": (
        "MRN", "Medical record number", "Hospital No.", "Fallnummer",
        "N° de dossier (numéro dossier)", "Numero de historia clinica", "cartella clinica",
        "Prontuário", "pt MRN",
    ),
    "national_number": (
        "SSN", "NHS number", "Codice fiscale", "DNI", "BSN", "CPF",
    ),
    "phone": (
        "Phone", "Tel. no", "Telefonnummer", "Mobile number", "Téléphone (numéro de téléphone)",
        "Celular",
    ),
    "fax": (
        "Fax number",
    ),
    "email": (
        "E-mail", "email address", "Courriel", "Correo electrónico",
    ),
    "address": (
        "Address", "Home address", "Anschrift", "Straße", "Woonplaats", "Indirizzo", "City",
    ),
    "postcode": (
        "ZIP", "Postcode", "PLZ", "Code postal",
    ),
    "insurance": (
        "Insurance number", "Versichertennummer", "Policy no",
    ),
    "account": (
        "Account number", "IBAN",
    ),
    "licence": (
        "Driver license", "Führerschein",
    ),
    "vehicle": (
        "License plate", "Kennzeichen",
    ),
    "device": (
        "Serial number", "Pacemaker serial", "UDI", "Seriennummer",
    ),
    "url": (
        "URL", "Website",
    ),
    "ip_address": (
        "IP address", "IP",
    ),
    "biometric": (
        "Fingerprint",
    ),
    "photo": (
        "Photo", "Lichtbild",
    ),
    "free_text": (
        "Notes", "Comments", "Bemerkungen", "Remarques", "Observaciones", "Opmerkingen",
    ),
}  # fmt: skip
HARMLESS = (
    "PCI", "PCI total", "PCI region 4", "site", "region", "Name of drug", "drug name",
    "Hospital", "hospital name", "centre", "Center ID", "id", "patient", "patient_id",
    "Study ID", "Record ID", "age", "Age at surgery", "sex", "year of birth", "Geburtsjahr",
    "country", "Date CRS 1", "CRS 2", "last follow-up", "status", "vital status", "CC score",
    "R class", "histology", "Ki-67", "ECOG", "ASA", "albumin", "platelets", "insurance type",
    "device type", "cisplatin dose", "cap dose", "Via of access", "city hospital",
    "city hospital name", "asbestos exposure", "file name", "test name", "regimen name",
    "lead time", "telephone follow-up", "email consent", "number of visits", "zipper", "outcome",
    "months", "Tumour marker", "CA-125", "gene name", "mail reminder", "death date",
    "date of death", "blood loss", "ICU days", "Clavien-Dindo", "name of hospital", "Study name",
    "stage",
)  # fmt: skip


def column(name: str, cells: list[str | float | None]) -> Column:
    """Return a column of text and numbers."""
    kinds = [EMPTY if c is None else TEXT if isinstance(c, str) else NUMBER for c in cells]
    return Column(
        name=name,
        letter="A",
        text=pl.Series([None if c is None else str(c) for c in cells], dtype=pl.String),
        kinds=np.array(kinds, dtype=np.int8),
        numbers=np.array([c if isinstance(c, float) else np.nan for c in cells]),
        days=np.full(len(cells), np.nan),
    )


@pytest.mark.parametrize(
    ("kind", "header"), [(k, h) for k, headers in IDENTIFIERS.items() for h in headers]
)
def test_header_of_an_identifier_is_recognised(kind: str, header: str) -> None:
    """Whatever the cells look like."""
    assert identifier_kind(header, column(header, ["a1", "b2", "c3", None, "d4"])) == kind


@pytest.mark.parametrize("header", HARMLESS)
def test_harmless_header_is_left_alone(header: str) -> None:
    """Words of identifiers in other headers do not count."""
    assert identifier_kind(header, column(header, ["a", "b", "a", "c", "b", None])) is None


def test_enough_headers_are_tried() -> None:
    """On both sides."""
    assert sum(map(len, IDENTIFIERS.values())) >= 60
    assert len(HARMLESS) >= 60


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("email", ["a.b@c.org", "x@y.de", None]),
        ("url", ["https://x.org/1", "www.y.de"]),
        ("ip_address", ["10.0.0.1", "192.168.2.44"]),
        ("national_number", ["123-45-6789", "987-65-4321"]),
        ("phone", ["+49 30 1234567", "(020) 7946 0958", "555-123-4567"]),
        ("record_number", ["MRN 001234", "MRN-991234"]),
        ("postcode", ["SW1A 1AA", "M1 1AE", "EC1A 1BB"]),
        ("address", ["12 Long Street", "7 Old Road", "3b High Street, Leeds"]),
        ("name", ["Smith, John", "García, Ana", "Müller-Lüdenscheid, Eva"]),
        ("name", ["Mr Smith", "Mrs. Jones", "Dr Who"]),
        (
            "free_text",
            [
                "seen with her daughter in the clinic on a rainy Monday",
                "asked for a second opinion because the first was not clear",
                "moved to another town and wants letters sent there",
            ],
        ),
    ],
)
def test_cells_give_an_identifier_away(kind: str, cells: list[str | float | None]) -> None:
    """Under a header that says nothing."""
    assert identifier_kind("x1", column("x1", cells)) == kind


@pytest.mark.parametrize(
    "cells",
    [
        ["yes", "no", "yes", None],
        ["epithelioid", "sarcomatoid", "biphasic", "epithelioid"],
        ["2016-03-01", "2017-04-02", "2018-05-03"],
        ["03/04/2016", "04/05/2017", "1.2.2018"],
        ["1.5", "2.75", "10.25"],
        [1.0, 2.0, 5551234.0],
        ["CC-0", "CC-1", "R1"],
        ["Mitomycin, Cisplatin"] * 9 + ["Doxorubicin, Cisplatin"],
        ["P001", "P002", "P003"],
        ["3a", "4b", "1"],
        ["120-180", "90-100"],
        [],
    ],
)
def test_ordinary_cells_are_no_identifier(cells: list[str | float | None]) -> None:
    """Levels, dates, measurements, study ids."""
    assert identifier_kind("x1", column("x1", cells)) is None


def test_yes_or_no_is_no_identifier() -> None:
    """A column that says whether somebody was telephoned."""
    assert identifier_kind("Phone", column("Phone", ["yes", "no", "yes"])) is None


def test_notes_that_are_numbers_are_kept() -> None:
    """A grade is called a note in some languages."""
    assert identifier_kind("Note", column("Note", [1.0, 2.0, 3.5])) is None
