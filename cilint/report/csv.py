"""Format `csv` and the others that begin so: tables for spreadsheets, UTF-8 with a byte order mark as Excel wants it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from cilint.report import sheets

if TYPE_CHECKING:
    from cilint.evidence.model import Evidence
    from cilint.report.sheets import Sheet


def render_csv(evidence: Evidence) -> str:
    """One row for each control and target, and one for each target that no control was tested on."""
    return _text(sheets.controls(evidence))


def render_csv_findings(evidence: Evidence) -> str:
    """One row for each thing that was tested, what passed among them."""
    return _text(sheets.tests(evidence, passed=True))


def render_csv_population(evidence: Evidence) -> str:
    """One row for each target: what was checked, what has no pipeline, what could not be read."""
    return _text(sheets.scope(evidence))


def render_csv_inventory(evidence: Evidence) -> str:
    """One row for each include, image, service and started pipeline, with its version and how fast that holds."""
    return _text(sheets.inventory(evidence))


def render_csv_changes(evidence: Evidence) -> str:
    """One row for each finding whose state is another than in the earlier report."""
    return _text(sheets.changes(evidence))


def _text(sheet: Sheet) -> str:
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(sheet.head)
    writer.writerows(sheet.rows)
    return out.getvalue()
