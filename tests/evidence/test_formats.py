"""Every format under its own judge, on clean, faulty, waived and partly unresolved input."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
import zipfile
from pathlib import Path

import html5lib
import openpyxl
import pytest
from in_toto_attestation.v1.statement import Statement
from trestle.oscal.assessment_results import Model as AssessmentResults
from trestle.oscal.component import Model as ComponentDefinition

JUDGES = Path(__file__).resolve().parents[1] / "judges"
NODE = JUDGES / "node_modules" / ".bin" / "node"


def test_results_are_as_the_input_is(made):
    results = {name: {tested["result"] for tested in one.json()["tested"]} for name, one in made.items()}
    assert results["clean"] <= {"pass", "not-applicable"}
    assert "fail" in results["faulty"]
    assert "waived" in results["waived"]
    assert "not-assessed" in results["unresolved"]
    assert "pass" not in results["unresolved"]


def test_oscal_assessment_results(one):
    AssessmentResults.model_validate(one.json("oscal"))
    results = one.json("oscal")["assessment-results"]["results"][0]
    observations = {item["uuid"] for item in results["observations"]}
    risks = {item["uuid"] for item in results.get("risks", ())}
    for finding in results.get("findings", ()):
        assert {item["observation-uuid"] for item in finding.get("related-observations", ())} <= observations
        assert {item["risk-uuid"] for item in finding.get("related-risks", ())} <= risks
        assert (finding["target"]["status"]["state"] == "satisfied") == (finding["props"][0]["value"] == "pass")


def test_oscal_says_nothing_of_what_was_not_assessed(made):
    evidence, oscal = made["unresolved"].json(), made["unresolved"].json("oscal")
    findings = oscal["assessment-results"]["results"][0].get("findings", [])
    open_ = [
        control for one in evidence["frameworks"] for control in one["controls"] if control["result"] == "not-assessed"
    ]
    assert open_
    total = sum(len(one["controls"]) for one in evidence["frameworks"])
    assert len(findings) == total - len(open_)


def test_oscal_component_definition(one):
    ComponentDefinition.model_validate(one.json("oscal-component"))


def test_hdf_as_heimdall_reads_it(one):
    shown = json.loads(
        subprocess.run([NODE, JUDGES / "hdf.js", one.files["hdf"]], check=True, capture_output=True, text=True).stdout
    )
    evidence = one.json()
    expected = {
        "fail": "Failed", "pass": "Passed", "waived": "Not Reviewed", "not-assessed": "Not Reviewed",
        "not-applicable": "Not Applicable",
    }  # fmt: skip
    assert len(shown) == len(evidence["rules"])
    for tested in evidence["tested"]:
        status = shown[tested["rule"]]["status"]
        if tested["result"] in ("fail", "pass", "not-applicable"):
            assert status == expected[tested["result"]], tested["rule"]
        else:
            assert status != "Passed", tested["rule"]


def test_in_toto(one):
    data = one.json("intoto")
    statement = Statement.__new__(Statement)
    from google.protobuf.json_format import Parse
    from in_toto_attestation.v1.statement_pb2 import Statement as Message

    statement.pb = Parse(json.dumps(data), Message())
    statement.validate()
    tests = data["predicate"]
    evidence = one.json()
    by_result = {"passedTests": {"pass"}, "failedTests": {"fail"}, "warnedTests": {"waived", "not-assessed"}}
    for key, results in by_result.items():
        assert len(tests[key]) == sum(tested["result"] in results for tested in evidence["tested"])
    assert tests["result"] == {"fail": "FAILED", "pass": "PASSED"}.get(_overall(evidence), "WARNED")


def _overall(evidence):
    found = {tested["result"] for tested in evidence["tested"]}
    return next(result for result in ("fail", "not-assessed", "waived", "pass") if result in found)


def test_xlsx(one):
    book = openpyxl.load_workbook(one.files["xlsx"])
    assert book.sheetnames == [
        "Summary",
        "Controls",
        "Findings",
        "Evidence",
        "Waivers",
        "Changes",
        "Scope",
        "Inventory",
        "Provenance",
    ]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n", "inlineStr"), (sheet.title, cell.coordinate, cell.data_type)
                if isinstance(cell.value, str):
                    assert not cell.value.startswith(("=", "+", "-", "@", "\t", "\r"))
    evidence = one.json()
    assert book["Evidence"].max_row == 1 + sum(len(tested["items"]) for tested in evidence["tested"])


@pytest.mark.parametrize("name", ["csv", "csv-findings", "csv-population", "csv-inventory"])
def test_csv(one, name):
    raw = one.files[name].read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}
    for row in rows:
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_html_is_whole_and_asks_for_nothing(one):
    text = one.text("html")
    parser = html5lib.HTMLParser(strict=False)
    document = parser.parse(text)
    assert parser.errors == []
    elements = [element for element in document.iter() if isinstance(element.tag, str)]
    names = {element.tag.rpartition("}")[2] for element in elements}
    assert not names & {"script", "img", "link", "iframe", "object", "embed", "base", "form", "image", "use"}
    for element in elements:
        for key, value in element.attrib.items():
            assert not str(key).startswith("on")
            if key in ("src", "srcset", "data", "action", "background"):
                pytest.fail(f"{element.tag} {key}={value}")
            if key == "href":
                assert value.startswith(("#", "https://"))
    assert "url(" not in text.replace("url(#", "")
    assert "@import" not in text
    ids = [element.attrib["id"] for element in elements if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    links = {element.attrib["href"][1:] for element in elements if element.attrib.get("href", "").startswith("#")}
    assert links <= set(ids)


def test_markdown_holds_hostile_names_in_code(made):
    text = made["faulty"].text("markdown")
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
    assert "<script" not in outside
    assert "HYPERLINK" not in outside


def test_the_bundle_sums_up(one):
    with zipfile.ZipFile(one.files["bundle"]) as archive:
        names = set(archive.namelist())
        sums = dict(reversed(line.split("  ")) for line in archive.read("SHA256SUMS").decode().splitlines())
        assert set(sums) == names - {"SHA256SUMS"}
        for name, digest in sums.items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        assert archive.read("evidence.json").decode() == one.text("json")


def test_no_format_shows_a_secret(made, world):
    for name, path in made["faulty"].files.items():
        content = path.read_bytes()
        if name in ("xlsx", "bundle"):
            with zipfile.ZipFile(path) as archive:
                content = b"".join(archive.read(part) for part in archive.namelist())
        assert world.secret.encode() not in content, name
        assert world.secret[:14].encode() not in content, name


@pytest.mark.parametrize("clean", ["clean", "waived", "unresolved"])
def test_nothing_is_masked_where_nothing_is_secret(made, clean):
    for name, path in made[clean].files.items():
        content = path.read_bytes()
        if name in ("xlsx", "bundle"):
            with zipfile.ZipFile(path) as archive:
                content = b"".join(archive.read(part) for part in archive.namelist())
        assert b"****" not in content.replace(b"********90", b""), name


def test_no_secret_is_shown_when_its_rule_is_off(made, world):
    done = world.run("report", "--ignore", "hardcoded-credential", "--format", "json", cwd=made["faulty"].folder)
    assert json.loads(done.stdout)["tested"]
    assert world.secret not in done.stdout


def test_waived_is_waived_everywhere(made):
    one = made["waived"]
    tested = next(item for item in one.json()["tested"] if item["rule"] == "image-private-registry")
    assert tested["result"] == "waived"
    assert [item["result"] for item in tested["items"] if item["job"] == "legacy-build"] == ["waived"]
    assert "image-private-registry" in one.json("intoto")["predicate"]["warnedTests"]
    control = next(
        item for item in one.json("hdf")["profiles"][0]["controls"] if item["id"] == "image-private-registry"
    )
    assert control["waiver_data"]["expiration_date"] == "2026-12-31"
    assert "passed" not in {r["status"] for r in control["results"] if "legacy-build" in r["code_desc"]}
    risks = one.json("oscal")["assessment-results"]["results"][0]["risks"]
    assert [(risk["title"], risk["status"]) for risk in risks] == [("Waiver W-1", "deviation-approved")]
    for name in ("html", "markdown", "csv-findings"):
        assert "W-1" in one.text(name)
        assert "waived" in one.text(name)


@pytest.mark.parametrize("name", ["html", "markdown", "csv", "oscal", "oscal-component"])
def test_nothing_claims_more_than_support(one, name):
    text = one.text(name).lower()
    assert not re.search(r"\b(is compliant|fully compliant|certified|guarantees|is met by)\b", text)


def test_the_json_is_as_its_schema_says(one, world):
    import jsonschema

    schema = json.loads(world.run("schema", "evidence", cwd=one.folder).stdout)
    jsonschema.validate(one.json(), schema)
