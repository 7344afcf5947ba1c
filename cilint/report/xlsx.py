"""Format `xlsx`: the tables of `sheets` as one workbook, written by hand so that the same input gives the same bytes.

The parts are those that ECMA-376 part 1, 12.3 asks of a workbook. All texts are inline strings, never formulas.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from cilint.report import sheets

if TYPE_CHECKING:
    from cilint.evidence.model import Evidence
    from cilint.report.sheets import Sheet

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the zip format knows no earlier time
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/>'
    '</fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/>'
    '<bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    '</cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top" '
    'wrapText="1"/></xf></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(evidence: Evidence) -> bytes:
    """The workbook: summary, controls, findings, waivers, changes, scope, inventory, provenance."""
    tables = [
        sheets.summary(evidence),
        sheets.controls(evidence),
        sheets.tests(evidence, passed=False),
        sheets.tests(evidence, passed=True),
        sheets.waivers(evidence),
        sheets.changes(evidence),
        sheets.scope(evidence),
        sheets.inventory(evidence),
        sheets.provenance(evidence),
    ]
    parts = {
        "[Content_Types].xml": _content_types(tables),
        "_rels/.rels": _relations([(f"{_OFFICE}/officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(tables),
        "xl/_rels/workbook.xml.rels": _relations(
            [(f"{_OFFICE}/worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(tables) + 1)]
            + [(f"{_OFFICE}/styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
    }
    parts |= {f"xl/worksheets/sheet{number}.xml": _sheet(table) for number, table in enumerate(tables, 1)}
    return packed({name: (_HEAD + text).encode() for name, text in parts.items()})


def packed(files: dict[str, bytes]) -> bytes:
    """A zip archive of some files, with one fixed time for all, so that the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _EARLIEST)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(info, data)
    return out.getvalue()


def _content_types(tables: list[Sheet]) -> str:
    parts = [("/xl/workbook.xml", f"{_TYPES}.sheet.main+xml"), ("/xl/styles.xml", f"{_TYPES}.styles+xml")]
    parts += [(f"/xl/worksheets/sheet{n}.xml", f"{_TYPES}.worksheet+xml") for n in range(1, len(tables) + 1)]
    overrides = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts)
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(targets: list[tuple[str, str]]) -> str:
    lines = [
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    ]
    return f'<Relationships xmlns="{_RELATIONS}">{"".join(lines)}</Relationships>'


def _workbook(tables: list[Sheet]) -> str:
    tabs = "".join(
        f'<sheet name={quoteattr(table.name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, table in enumerate(tables, 1)
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{tabs}</sheets></workbook>'


def _sheet(table: Sheet) -> str:
    last = f"{_column(len(table.head))}{len(table.rows) + 1}"
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{_width(table, n - 1)}" customWidth="1"/>'
        for n in range(1, len(table.head) + 1)
    )
    rows = [_row(1, list(table.head), 1)] + [_row(number, row, 2) for number, row in enumerate(table.rows, 2)]
    return (
        f'<worksheet xmlns="{_MAIN}"><dimension ref="A1:{last}"/><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols>{widths}</cols><sheetData>{"".join(rows)}</sheetData><autoFilter ref="A1:{last}"/></worksheet>'
    )


def _width(table: Sheet, index: int) -> int:
    """In characters; enough for most cells, so that few wrap and none hides the next."""
    longest = max((len(str(row[index])) for row in table.rows), default=0)
    return min(max(longest, len(table.head[index])) + 2, 60)


def _row(number: int, cells: list[str | int], style: int) -> str:
    written = "".join(_cell(f"{_column(index)}{number}", value, style) for index, value in enumerate(cells, 1))
    return f'<row r="{number}">{written}</row>'


def _cell(name: str, value: str | int, style: int) -> str:
    if isinstance(value, int):
        return f'<c r="{name}" s="{style}"><v>{value}</v></c>'
    if not value:
        return ""
    text = escape(_NO_XML.sub("\ufffd", value))
    return f'<c r="{name}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _column(number: int) -> str:
    """A, B ... Z, AA, AB ..."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name
