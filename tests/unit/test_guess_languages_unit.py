"""Headers in other languages than English are guessed from the dictionary of the record."""

from __future__ import annotations

from pathlib import Path

import pytest

from timezero.intake.guess import guess_roles, role_of_header
from timezero.intake.sources import read_table

FILES = {
    "German": "Patientennummer;Datum erste Operation;Rezidivdatum;Datum zweite Operation;"
    "Datum letzter Kontakt;Vitalstatus",
    "Spanish": "id paciente;Fecha de la primera cirugía;Fecha de recidiva;"
    "Fecha de la segunda cirugía;Fecha último contacto;Estado vital",
    "Italian": "Codice paziente;Data primo intervento;Data recidiva;Data secondo intervento;"
    "Data ultimo contatto;Stato vitale",
    "French": "Numéro patient;Date première chirurgie;Date de récidive;Date deuxième chirurgie;"
    "Date des dernières nouvelles;Statut vital",
}
ROWS = (
    "a1;2015-01-02;2016-03-04;2016-05-06;2019-01-01;1",
    "a2;2015-02-02;;;2018-01-01;0",
    "a3;2015-03-02;2017-01-30;;2017-06-01;1",
)


@pytest.mark.parametrize("language", FILES)
def test_roles_are_guessed_in_other_languages(language: str, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("\n".join([FILES[language], *ROWS]) + "\n", encoding="utf-8")
    columns = FILES[language].split(";")
    roles = ("id", "time_zero", "trigger", "initiation", "exit", "event")
    guessed = {guess.role: guess.column for guess in guess_roles(read_table(path))}
    assert guessed == dict(zip(roles, columns, strict=True))


def test_only_a_sure_header_has_a_role() -> None:
    assert role_of_header("Todesdatum") == "death"
    assert role_of_header("Datum zweite Operation") == "initiation"
    assert role_of_header("Datum zweite Operation geplant") is None
    assert role_of_header("PCI") is None
