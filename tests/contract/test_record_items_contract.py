"""Every item of the CRS/HIPEC dictionary keeps its promises: source, range or choices, headers."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict

import pytest

from timezero.intake import record_items
from timezero.intake.header_words import words_of
from timezero.intake.record_items import Item, chapters, dictionary, edge_rules
from timezero.registry import discover
from timezero.report.bibliography import bibliography

ITEMS = pytest.mark.parametrize("item", dictionary(), ids=lambda i: i.key)
KEY = re.compile(r"[a-z][a-z0-9_]*")
BIBLIOGRAPHY_KEY = re.compile(r"[a-z]+\d{4}[a-z]*")
# Asked for in so many words; a dictionary without one of them is not this dictionary.
ASKED_FOR = {
    "histology", "ki67", "asbestos_exposure", "ecog", "asa", "karnofsky", "height", "weight",
    *(f"pci_r{k:02d}" for k in range(13)), *(f"pci_after_r{k:02d}" for k in range(13)),
    "pci_total", "pci_after_total", "cc_score", "r_class", "technique", "drug", "dose", "dose_unit",
    "fractions", "carrier", "perfusate_volume", "volume_unit", "inflow_temperature",
    "outflow_temperature", "abdominal_temperature", "flow", "minutes_planned", "minutes_done",
    "perfusate_drained", "drains", "operation_time", "blood_loss", "clavien_dindo", "ctcae_grade",
    "reoperation", "icu_days", "hospital_days", "death_30", "death_90", "epic", "nipec",
    "thiosulfate", "systemic_start", "systemic_end", "systemic_drugs", "systemic_line",
    "recurrence_date", "recurrence_site", "recurrence_found", "procedure_kind",
    "planned_two_stage", "repeat_reason_for", "repeat_reason_against", "repeat_decided_by",
    "vital_status", "death_date", "cause_of_death", "last_contact_date", "series_minute",
    "series_phase", "series_inflow_temperature",
}  # fmt: skip


def faults_of(item: Item) -> list[str]:
    """Say what is wrong with one item."""
    wrong: list[str] = []
    if not KEY.fullmatch(item.key) or len(item.key) > 26:
        wrong.append("the key is no name that REDCap takes")
    for part, allowed in (
        (item.type, record_items.TYPES),
        (item.known, record_items.KNOWN),
        (item.per, record_items.PER),
        (item.role or "id", record_items.ROLES),
    ):
        if part not in allowed:
            wrong.append(f"{part} is not in its list")
    if not item.source or not item.meaning.endswith("."):
        wrong.append("no source, or the meaning is no sentence")
    if (item.type == "choice") != bool(item.choices):
        wrong.append("choices without the type, or the type without choices")
    if (item.type in {"number", "whole"}) != (item.hard is not None):
        wrong.append("a number without a range, or a range without a number")
    codes = [choice.code for choice in item.choices]
    if len(set(codes)) < len(codes) or any(not re.fullmatch(r"[0-9A-Za-z_]+", c) for c in codes):
        wrong.append("codes are not unique, or hold a sign that REDCap does not take")
    if any("|" in c.label or not c.label for c in item.choices):
        wrong.append("a label is empty or holds a bar")
    if item.hard and item.plausible:
        inside = item.hard[0] <= item.plausible[0] < item.plausible[1] <= item.hard[1]
        if not inside:
            wrong.append("the plausible range is not inside the possible one")
    if bool(item.units) != bool(item.unit_item) or (item.units and item.unit):
        wrong.append("a kept unit without an item for it, or beside a fixed one")
    if bool(item.scale) != bool(item.edge_rules):
        wrong.append("a scale without edge rules")
    if not {"en", "de", "fr", "es"} <= set(item.aliases) - {""} or not all(item.aliases.values()):
        wrong.append("headers in fewer than four languages")
    if set(item.aliases) - set(record_items.LANGUAGES):
        wrong.append("an unknown language")
    if "" in {item.fhir, item.omop_domain, item.omop_concept}:
        wrong.append("a mapping is left out and not said to be missing")
    return wrong


@ITEMS
def test_item_is_complete(item: Item) -> None:
    assert faults_of(item) == []


@ITEMS
def test_kept_unit_has_the_item_that_holds_it(item: Item) -> None:
    if item.unit_item:
        holder = record_items.item(item.unit_item)
        assert len(holder.choices) == len(item.units)
        assert (holder.chapter, holder.per) == (item.chapter, item.per)
        labels = [re.split(r"[ ,]", choice.label)[0] for choice in holder.choices]
        assert [label[:1] for label in labels] == [unit[:1] for unit in item.units]


def test_every_source_is_in_the_bibliography_or_in_words() -> None:
    sources = {item.source for item in dictionary()} | {rule.source for rule in edge_rules()}
    keys = {source for source in sources if BIBLIOGRAPHY_KEY.fullmatch(source)}
    assert sorted(keys - set(bibliography())) == []
    assert all(" " in source for source in sources - keys)


def test_everything_asked_for_is_there() -> None:
    keys = {item.key for item in dictionary()}
    assert keys >= ASKED_FOR
    assert len(keys) == len(dictionary())


def test_no_alias_means_two_items() -> None:
    meant: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for item in dictionary():
        names = [item.key, item.name, *(a for said in item.aliases.values() for a in said)]
        for name in names:
            meant[tuple(sorted(words_of(name)))].add(item.key)
    assert {words: keys for words, keys in meant.items() if len(keys) > 1} == {}


def test_no_alias_is_lost_as_little_words() -> None:
    shrunk = [
        (item.key, alias)
        for item in dictionary()
        for names in item.aliases.values()
        for alias in names
        if len(words_of(alias)) == 1 and len(words_of(alias)[0]) < 3 < len(alias)
    ]
    assert shrunk == []


def test_chapters_are_the_files_in_order() -> None:
    files = {path.stem for path in record_items.FOLDER.glob("*.toml")}
    assert {chapter.key for chapter in chapters()} == files
    assert [chapter.order for chapter in chapters()] == list(range(1, len(files) + 1))


def test_authorities_disagree_on_the_edges() -> None:
    sizes = {
        (rule.authority, rule.edge): rule.at_edge
        for rule in edge_rules()
        if rule.scale == "lesion_size"
    }
    assert {edge for _, edge in sizes} == {0.5, 5.0}
    assert {at for (_, edge), at in sizes.items() if edge == 0.5} == {("1",), ("2",)}
    assert ("2", "3") in sizes.values()
    completeness = {r.at_edge for r in edge_rules() if (r.scale, r.edge) == ("completeness", 2.5)}
    assert completeness == {("1",), ("2",)}


def test_what_comes_later_is_known_later() -> None:
    known = {item.key: item.known for item in dictionary()}
    assert known["age_at_first_procedure"] == known["ki67"] == known["ecog"] == "time_zero"
    assert known["cc_score"] == known["pci_total"] == known["blood_loss"] == "during"
    assert known["clavien_dindo"] == known["death_30"] == known["icu_days"] == "after"
    assert known["recurrence_date"] == known["second_procedure_date"] == "follow_up"
    assert known["vital_status"] == known["death_date"] == "follow_up"


def test_every_role_has_an_item() -> None:
    assert {item.role for item in dictionary()} - {""} == set(record_items.ROLES)


def test_files_hold_data_and_nothing_that_is_not_read() -> None:
    for path in record_items.FOLDER.glob("*.toml"):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        assert set(content) <= {"order", "title", "about", "repeats", "edge_rule", "item"}


def test_every_export_makes_bytes_and_the_same_again() -> None:
    exports = discover("timezero.intake.dictionary_exports", "EXPORT")
    forms = {"redcap", "excel_template", "template_answers", "mapping", "text", "json"}
    assert set(exports) == forms
    for export in exports.values():
        content = export.content(dictionary())
        assert content
        assert content == export.content(dictionary())
        assert export.ending.startswith(".")


def test_checker_sees_bad_items() -> None:
    good = record_items.item("pci_total")
    changed = {
        "the key is no name": {"key": "PCI Total"},
        "no source": {"source": ""},
        "a number without a range": {"hard": None, "plausible": None},
        "not inside": {"plausible": (0.0, 45.0)},
        "choices without the type": {"choices": (record_items.Choice(code="a", label="a"),)},
        "a kept unit": {"units": ("a", "b")},
        "fewer than four": {"aliases": {"en": ("pci",)}},
    }
    for said, change in changed.items():
        fields = {name: getattr(good, name) for name in Item.__slots__} | change
        assert any(said in fault for fault in faults_of(Item(**fields))), said
