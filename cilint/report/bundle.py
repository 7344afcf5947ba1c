"""Formats `json` and `bundle`: the evidence as data, and a zip archive of the formats with SHA256SUMS over them."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from cilint.report import csv, evidence_markdown, html
from cilint.report.escape import harmless_json
from cilint.report.xlsx import packed

if TYPE_CHECKING:
    from cilint.evidence.model import Evidence

_README = """What cilint tested, and what came of it.

evidence.json              all of it as data; `cilint schema evidence` has its schema
evidence.html, evidence.md the same to read
controls.csv               one row for each control and pipeline
inventory.csv              one row for each include, image, service and started pipeline
population.csv             one row for each pipeline: checked, or why not
changes.csv                one row for each finding that changed since the earlier report, if there is one
findings.csv               one row for each thing that a rule was held against
SHA256SUMS                 `sha256sum -c SHA256SUMS` tells whether a file was changed

A rule only ever supports a control. What the report does not prove stands under "Limits" in it.
"""


def render_json(evidence: Evidence) -> str:
    """The evidence as one JSON object; the schema of `cilint.evidence.model.Evidence`."""
    return harmless_json(evidence.model_dump_json(indent=1)) + "\n"


def render_bundle(evidence: Evidence) -> bytes:
    """The archive. The same evidence gives the same bytes."""
    files = {name: data.encode("utf-8", "backslashreplace") for name, data in _texts(evidence).items()}
    sums = "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return packed({**files, "SHA256SUMS": sums.encode()})


def _texts(evidence: Evidence) -> dict[str, str]:
    return {
        "README.txt": _README,
        "evidence.json": render_json(evidence),
        "evidence.html": html.render(evidence),
        "evidence.md": evidence_markdown.render(evidence),
        "controls.csv": csv.render_csv(evidence),
        "population.csv": csv.render_csv_population(evidence),
        "inventory.csv": csv.render_csv_inventory(evidence),
        "changes.csv": csv.render_csv_changes(evidence),
        "findings.csv": csv.render_csv_findings(evidence),
    }
