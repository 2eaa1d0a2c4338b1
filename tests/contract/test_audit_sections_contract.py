"""Every section and figure of an audit keeps the promises of a report, however little is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from timezero.model.audit_result import AuditResult
from timezero.registry import discover
from timezero.report.bibliography import bibliography
from timezero.report.document import (
    AuditChapter,
    Figure,
    FigureMethod,
    Section,
    Table,
    ToCopy,
    write_sections,
)

MakeAudit = Callable[..., AuditResult]
SECTIONS_FOLDER = "timezero.report.audit_sections"
SECTIONS: dict[str, Section[AuditResult]] = discover(SECTIONS_FOLDER, "SECTION")
FIGURES: dict[str, FigureMethod[AuditResult]] = discover("timezero.report.audit_figures", "FIGURE")
VARIANTS = ("rich", "sparse", "no_contrast", "not_reached", "hazard_ratio", "survival", "hostile")
DRAWN = [(name, v) for name in FIGURES for v in ("rich", "not_reached", "hazard_ratio", "survival")]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(("name", "variant"), DRAWN)
def test_a_figure_says_what_it_shows(name: str, variant: str, made_up_audit: MakeAudit) -> None:
    assert FIGURES[name].name == name
    figure = FIGURES[name].draw(made_up_audit(variant))
    assert isinstance(figure, Figure)
    assert figure.title
    assert "nan" not in f"{figure.title} {figure.alt} {figure.note}".lower().split()
    assert 1 <= len(re.findall(r"[.!?](\s|$)", figure.alt)) <= 2
    assert figure.table.rows
    assert {len(row) for row in figure.table.rows} == {len(figure.table.header)}


@pytest.mark.parametrize(("name", "variant"), DRAWN)
def test_a_picture_is_svg_with_text_inside_and_the_same_every_time(
    name: str, variant: str, made_up_audit: MakeAudit
) -> None:
    result = made_up_audit(variant)
    first, second = FIGURES[name].draw(result), FIGURES[name].draw(result)
    assert first is not None
    assert second is not None
    assert [p.svg for p in first.pictures] == [p.svg for p in second.pictures]
    for picture in first.pictures:
        root = ET.fromstring(picture.svg)  # noqa: S314
        assert root.tag == f"{SVG}svg"
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        texts = list(root.iter(f"{SVG}text"))
        assert texts
        for text in texts:
            moved = re.search(r"translate\(([-\d.]+) ([-\d.]+)\)", text.get("transform", ""))
            x = float(moved[1] if moved else text.attrib["x"])
            y = float(moved[2] if moved else text.attrib["y"])
            assert -1 <= x <= width + 1
            assert -1 <= y <= height + 1


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_without_anything_to_draw_is_left_out(name: str, made_up_audit: MakeAudit) -> None:
    assert FIGURES[name].draw(made_up_audit("sparse")) is None


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", SECTIONS)
def test_tables_of_a_section_are_rectangular(
    name: str, variant: str, made_up_audit: MakeAudit
) -> None:
    assert isinstance(SECTIONS[name].chapter, AuditChapter)
    for block in SECTIONS[name].blocks(made_up_audit(variant)):
        if isinstance(block, Table):
            assert block.rows
            assert {len(row) for row in block.rows} == {len(block.header)}
        if isinstance(block, ToCopy):
            assert block.text.strip()


def test_all_sections_speak_about_a_rich_audit_in_reading_order(made_up_audit: MakeAudit) -> None:
    names = [s.name for s in write_sections(made_up_audit(), package=SECTIONS_FOLDER)]
    assert set(names) == set(SECTIONS)
    assert names[:3] == ["verdict", "claim", "waiting_alone"]
    assert names[-1] == "provenance"
    chapters = [SECTIONS[name].chapter for name in names]
    assert chapters == sorted(chapters)


def test_a_sparse_audit_has_the_sections_that_need_no_numbers(made_up_audit: MakeAudit) -> None:
    names = {s.name for s in write_sections(made_up_audit("sparse"), package=SECTIONS_FOLDER)}
    assert {"verdict", "claim", "methods", "not_answered", "provenance"} <= names
    without = {"waiting_alone", "two_worlds", "selection", "compatible_effects", "checks"}
    assert not names & (without | {"missing", "closed_form", "assumptions", "curves"})


@pytest.mark.parametrize(
    ("field", "empty", "section"),
    [
        ("closed_form", None, "closed_form"),
        ("tipping", None, None),
        ("split", None, None),
        ("worlds", (), "two_worlds"),
        ("compatible", {}, "compatible_effects"),
        ("do_nothing", {}, None),
        ("checks", (), "checks"),
        ("missing", (), "missing"),
        ("assumptions", (), "assumptions"),
        ("curves", (), "curves"),
    ],
)
def test_a_part_that_is_not_there_takes_its_section_with_it(
    field: str, empty: object, section: str | None, made_up_audit: MakeAudit
) -> None:
    result = replace(made_up_audit(), **{field: empty})  # type: ignore[arg-type]
    names = {s.name for s in write_sections(result, package=SECTIONS_FOLDER)}
    assert section not in names


def test_every_reference_is_in_the_bibliography(made_up_audit: MakeAudit) -> None:
    from timezero.report.audit_sections.methods import _parts

    cited = {key for _, keys in _parts(made_up_audit()) for key in keys}
    assert cited <= bibliography().keys()
    assert {"guyot2012", "beaumont2002", "schlesselman1978"} <= cited
