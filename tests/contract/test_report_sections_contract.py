"""Every section and every figure that the folders hold keeps the promises of a report."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from timezero.ladder.run import ladder_methods
from timezero.model.result import StudyResult
from timezero.registry import discover
from timezero.report.bibliography import bibliography, reference_text
from timezero.report.document import Figure, FigureMethod, Table, write_sections

MakeResult = Callable[..., StudyResult]
FIGURES = discover("timezero.report.figures", "FIGURE")
SECTIONS = discover("timezero.report.sections", "SECTION")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_says_what_it_shows(name: str, made_up_result: MakeResult) -> None:
    method: FigureMethod = FIGURES[name]
    assert method.name == name
    figure = method.draw(made_up_result(profile="own"))
    assert isinstance(figure, Figure)
    assert figure.title
    assert 1 <= len(re.findall(r"[.!?](\s|$)", figure.alt)) <= 2
    assert figure.table.rows
    assert all(len(row) == len(figure.table.header) for row in figure.table.rows)


@pytest.mark.parametrize("name", FIGURES)
def test_a_picture_is_svg_with_text_and_the_same_every_time(
    name: str, made_up_result: MakeResult
) -> None:
    result = made_up_result(profile="own")
    first, second = FIGURES[name].draw(result), FIGURES[name].draw(result)
    assert first.pictures
    for picture, again in zip(first.pictures, second.pictures, strict=True):
        assert picture.svg == again.svg
        root = ET.fromstring(picture.svg)  # noqa: S314
        assert root.tag == f"{SVG}svg"
        assert root.get("viewBox")
        assert root.get("width") is None
        assert [t.text for t in root.iter(f"{SVG}text")]
        assert "metadata" not in picture.svg


@pytest.mark.parametrize("name", FIGURES)
def test_no_words_of_a_picture_stand_outside_it(name: str, made_up_result: MakeResult) -> None:
    """Anchors of words lie inside the drawing; wider words would be cut at its edge."""
    for picture in FIGURES[name].draw(made_up_result(profile="own")).pictures:
        root = ET.fromstring(picture.svg)  # noqa: S314
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        for text in root.iter(f"{SVG}text"):
            moved = re.search(r"translate\(([-\d.]+) ([-\d.]+)\)", text.get("transform", ""))
            x, y = (
                (float(moved[1]), float(moved[2]))
                if moved
                else (float(text.attrib["x"]), float(text.attrib["y"]))
            )
            assert -1 <= x <= width + 1
            assert -1 <= y <= height + 1


@pytest.mark.parametrize("name", SECTIONS)
def test_tables_of_a_section_are_rectangular(name: str, made_up_result: MakeResult) -> None:
    for profile in ("own", "publish"):
        for block in SECTIONS[name].blocks(made_up_result(profile=profile)):
            if isinstance(block, Table):
                assert block.rows
                assert {len(row) for row in block.rows} == {len(block.header)}


def test_the_verdict_comes_first_and_provenance_last(made_up_result: MakeResult) -> None:
    names = [section.name for section in write_sections(made_up_result())]
    assert names[:2] == ["verdict", "ladder"]
    assert names[-1] == "provenance"
    assert set(names) == set(SECTIONS)


def test_a_result_with_everything_refused_still_gives_a_report(made_up_result: MakeResult) -> None:
    result = made_up_result()
    bare = {"arms": (), "contrasts": (), "curves": (), "tables": ()}
    rungs = tuple(replace(r, status="refused", refusal="too few", **bare) for r in result.rungs)
    empty = replace(result, rungs=rungs, decomposition=(), sensitivity=(), findings=())
    names = [section.name for section in write_sections(empty)]
    assert "ladder" in names
    assert "null_distribution" not in names


def test_every_reference_of_the_ladder_is_in_the_bibliography() -> None:
    cited = {key for method in ladder_methods() for key in method.references}
    assert cited <= bibliography().keys()
    assert reference_text("cox1972").endswith("1972;34:187-220.")
    assert "doi:10." in reference_text("firth1993")


def test_the_bibliography_is_sorted_and_complete() -> None:
    place = Path(__file__).resolve().parents[2] / "src/timezero/report/bibliography.toml"
    works = tomllib.loads(place.read_text(encoding="utf-8"))
    assert list(works) == sorted(works)
    for key, work in works.items():
        assert key[-4:] in work["text"]
        assert not work["doi"] or work["doi"].startswith("10.")
