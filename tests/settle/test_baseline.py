"""The baseline file: what it settles, when it is stale, and that it is refused when it is none."""

from __future__ import annotations

import json

import pytest

from cilint.errors import CilintError
from cilint.finding import Finding, NotAssessed
from cilint.report.report import Report, RuleFacts
from cilint.settle.baseline import entry_of, read, text_of
from cilint.source import Source
from cilint.span import Span


def finding(mark, rule="image-unpinned", job="a"):
    made = Finding(rule, "bad", Span(Source("ci.yml", "x\n"), 1, 1, 1, 2), jobs=[job])
    made.fingerprint = mark
    return made


def test_known_findings_are_settled_and_new_ones_are_not(tmp_path):
    path = tmp_path / "b.json"
    path.write_text(text_of([entry_of(finding("1")), entry_of(finding("2", rule="required-one"))]))
    found = [finding("1"), finding("2", rule="required-one"), finding("3")]
    read(str(path)).settle(found, {"required-one"})
    assert [one.status for one in found] == ["baselined", "open", "open"]


def test_an_entry_is_gone_only_when_its_rule_ran_on_all_that_had_it(tmp_path):
    path = tmp_path / "b.json"
    (tmp_path / "ci.yml").touch()
    (tmp_path / "other.yml").touch()
    entries = [
        entry_of(finding("1")),
        entry_of(finding("2", rule="other")),
        entry_of(finding("3"), ["other.yml", "ci.yml"]),
    ]
    path.write_text(text_of([*entries, entry_of(finding("4"), ["ci.yml", "no-more.yml"])]))
    known = read(str(path))
    report = Report()
    report.rules = {"image-unpinned": RuleFacts("image-unpinned", "error")}
    assert known.gone(report, str(tmp_path)) == []
    report.whole = ["ci.yml"]
    assert known.gone(report, str(tmp_path)) == ["1", "4"]
    assert known.stale_finding(["1"]).span.text.strip().startswith('{"rule": "image-unpinned"')
    report.not_assessed = [NotAssessed("what", "why", rules=["image-unpinned"])]
    assert known.gone(report, str(tmp_path)) == []
    report.reach = {"3": ["ci.yml"]}
    assert known.kept(report, str(tmp_path))["3"]["pipelines"] == ["ci.yml", "other.yml"]
    report.whole.append("other.yml")
    assert "pipelines" not in known.kept(report, str(tmp_path))["3"]


def test_one_entry_a_line_in_a_fixed_order():
    entries = [entry_of(finding(str(n), rule=f"r{n % 3}")) for n in range(6)]
    text = text_of(entries)
    assert text == text_of(reversed(entries))
    assert len(text.splitlines()) == 6 + 3
    assert len(json.loads(text)["findings"]) == 6
    assert json.loads(text_of([])) == {"version": 1, "findings": []}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2, "findings": []}', '{"version": 1, "findings": [{}]}', "[" * 100_000]
)
def test_what_is_no_baseline_is_refused(tmp_path, text):
    path = tmp_path / "b.json"
    path.write_text(text)
    with pytest.raises(CilintError):
        read(str(path))


def test_a_baseline_shows_names_and_nothing_that_misleads():
    entries = [
        {"rule": "r", "file": "f", "fingerprint": mark, "job": job} for mark, job in (("1", "日本"), ("2", "a\u202eb"))
    ]
    text = text_of(entries)
    assert "日本" in text
    assert all(character == "\n" or character.isprintable() for character in text)
    assert [entry["job"] for entry in json.loads(text)["findings"]] == ["a\u202eb", "日本"]
