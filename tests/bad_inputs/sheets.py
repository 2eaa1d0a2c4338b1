"""Workbooks made by hand, so that each awkward part of one can be set."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from bad_inputs.clean import clean_rows

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NUMBERS = ("age", "pci", "cc", "albumin")
# Styles of the hand-made workbooks: plain, a date, a yellow fill, struck through, per cent.
PLAIN, DATE, FILLED, STRUCK, PERCENT = range(5)
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="2"><font/><font><strike/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill '
    'patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor '
    'rgb="FFFFFF00"/></patternFill></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0"/>'
    '<xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="0" fillId="2"/>'
    '<xf numFmtId="0" fontId="1"/><xf numFmtId="9"/></cellXfs></styleSheet>'
)


def typed_rows(rows: Sequence[Mapping[str, str]] | None = None) -> list[list[Any]]:
    """Return the clean registry with its header, dates and numbers with their own types."""
    kept = list(rows) if rows is not None else clean_rows()
    return [list(kept[0]), *([_typed(k, v) for k, v in row.items()] for row in kept)]


def _typed(name: str, text: str) -> Any:
    if text == "":
        return None
    if name in NUMBERS:
        return int(text)
    if text[:4].isdecimal() and text.count("-") == 2:
        return dt.date.fromisoformat(text)
    return text


def letters(number: int) -> str:
    """Return the letters of a column counted from 1."""
    out = ""
    while number:
        number, rest = divmod(number - 1, 26)
        out = chr(65 + rest) + out
    return out


def cell_xml(address: str, value: Any, *, style: int = PLAIN, first_day: int = 25_569) -> str:
    """Return the XML of one cell; text beginning with `<` is taken as XML itself."""
    mark = f' s="{style}"' if style else ""
    if value is None:
        return f'<c r="{address}"{mark}/>' if style else ""
    if isinstance(value, str) and value.startswith("<c "):
        return value
    if isinstance(value, dt.date):
        serial = value.toordinal() - dt.date(1970, 1, 1).toordinal() + first_day
        return f'<c r="{address}" s="{style or DATE}"><v>{serial}</v></c>'
    if isinstance(value, str):
        return f'<c r="{address}"{mark} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{address}"{mark}><v>{value}</v></c>'


def sheet_xml(
    rows: Sequence[Sequence[Any]],
    *,
    first_row: int = 1,
    styles: Mapping[str, int] | None = None,
    hidden_rows: Sequence[int] = (),
    before: str = "",
    after: str = "",
    first_day: int = 25_569,
) -> str:
    """Return the XML of a sheet; `before` and `after` stand around its data."""
    styled = styles or {}
    lines: list[str] = []
    for number, row in enumerate(rows, start=first_row):
        cells = "".join(
            cell_xml(at, value, style=styled.get(at, PLAIN), first_day=first_day)
            for column, value in enumerate(row, start=1)
            for at in [f"{letters(column)}{number}"]
        )
        hidden = ' hidden="1"' if number in hidden_rows else ""
        lines.append(f'<row r="{number}"{hidden}>{cells}</row>')
    data = "".join(lines)
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}">{before}<sheetData>{data}</sheetData>{after}</worksheet>'
    )


def write_xlsx(
    path: Path,
    sheets: Mapping[str, str],
    *,
    states: Mapping[str, str] | None = None,
    properties: str = "",
    further: Mapping[str, str | bytes] | None = None,
) -> Path:
    """Write an .xlsx of finished sheets, with any further parts beside them."""
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{k}" r:id="rId{k}"{_state(states, name)}/>'
        for k, name in enumerate(sheets, start=1)
    )
    targets = "".join(
        f'<Relationship Id="rId{k}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{k}.xml"/>'
        for k in range(1, len(sheets) + 1)
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": _relations(
            f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
        ),
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{properties}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            f'{targets}<Relationship Id="rIdS" Type="{RELATIONS}/styles" Target="styles.xml"/>'
        ),
        "xl/styles.xml": STYLES,
    }
    for k, xml in enumerate(sheets.values(), start=1):
        parts[f"xl/worksheets/sheet{k}.xml"] = xml
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in (parts | dict(further or {})).items():
            archive.writestr(name, part)
    return path


def _state(states: Mapping[str, str] | None, name: str) -> str:
    return f' state="{states[name]}"' if states and name in states else ""


def _relations(inner: str) -> str:
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{inner}</Relationships>'


def comment_parts(*addresses: str) -> dict[str, str]:
    """Return the parts with comments on cells of the first sheet."""
    listed = "".join(
        f'<comment ref="{at}" authorId="0"><text><t>check</t></text></comment>' for at in addresses
    )
    target = f'<Relationship Id="rId1" Type="{RELATIONS}/comments" Target="../comments1.xml"/>'
    return {
        "xl/worksheets/_rels/sheet1.xml.rels": _relations(target),
        "xl/comments1.xml": f'{HEAD}<comments xmlns="{MAIN}"><commentList>{listed}</commentList>'
        "</comments>",
    }


def write_xls(path: Path, rows: Sequence[Sequence[Any]], *, first_row: int = 1) -> Path:
    """Write an .xls with one sheet."""
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Patients")
    as_date = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for number, row in enumerate(rows, start=first_row - 1):
        for column, value in enumerate(row):
            if isinstance(value, dt.date):
                sheet.write(number, column, value, as_date)
            elif value is not None:
                sheet.write(number, column, value)
    book.save(str(path))
    return path


def write_ods(path: Path, rows: Sequence[Sequence[Any]], *, further: str = "") -> Path:
    """Write an .ods with one sheet."""
    lines = "".join(
        f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows
    )
    names = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    content = (
        f'{HEAD}<office:document-content{names} office:version="1.3"><office:body>'
        f'<office:spreadsheet><table:table table:name="Patients">{lines}{further}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'{HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest'
        f':1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def _ods_cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    kind, stated = "string", ""
    if isinstance(value, dt.date):
        kind, stated = "date", f' office:date-value="{value.isoformat()}"'
    elif isinstance(value, int | float):
        kind, stated = "float", f' office:value="{value}"'
    text = f"<text:p>{escape(str(value))}</text:p>"
    return f'<table:table-cell office:value-type="{kind}"{stated}>{text}</table:table-cell>'


def write_xlsb(path: Path, rows: Sequence[Sequence[str | float]], *, hidden_row: int = 0) -> Path:
    """Write an .xlsb with one sheet whose second column is hidden."""
    height = len(rows)
    cells = b"".join(
        _record(0, struct.pack("<IIHBBBI", k, 0, 300, 0, 16 * (k + 1 == hidden_row), 0, 0))
        + b"".join(_binary_cell(column, value) for column, value in enumerate(row))
        for k, row in enumerate(rows)
    )
    column = _record(60, struct.pack("<IIIIH", 1, 1, 2560, 0, 1))
    size = _record(148, struct.pack("<IIII", 0, height - 1, 0, len(rows[0]) - 1))
    sheet = _record(129) + size + _record(390) + column + _record(391)
    sheet += _record(145) + cells + _record(146) + _record(130)
    listed = struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Patients")
    book = _record(131) + _record(153, bytes(12)) + _record(143) + _record(156, listed)
    book += _record(144) + _record(132)
    relation = '<Relationship Id="rId1" Type="{}/{}" Target="{}"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'{HEAD}<Types xmlns="{PACKAGE}/content-types"/>')
        main = relation.format(RELATIONS, "officeDocument", "xl/workbook.bin")
        archive.writestr("_rels/.rels", _relations(main))
        archive.writestr("xl/workbook.bin", book)
        part = relation.format(RELATIONS, "worksheet", "worksheets/sheet1.bin")
        archive.writestr("xl/_rels/workbook.bin.rels", _relations(part))
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


def _binary_cell(column: int, value: str | float) -> bytes:
    if value == "#N/A":
        kind, body = 3, b"\x2a"
    elif isinstance(value, str):
        kind, body = 6, _wide(value)
    else:
        kind, body = 5, struct.pack("<d", value)
    return _record(kind, struct.pack("<II", column, 0) + body)


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, body: bytes = b"") -> bytes:
    return _seven_bits(kind) + _seven_bits(len(body)) + body


def _seven_bits(number: int) -> bytes:
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)
