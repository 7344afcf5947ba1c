"""Format `intoto`: an in-toto Statement v1 with a test-result predicate, unsigned; sign it with the tool of the house.

Its subjects are the commit, every entry file and the configuration after all merging. What was waived or could not be
assessed is among `warnedTests`, never among `passedTests`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cilint.report.escape import json_text

if TYPE_CHECKING:
    from cilint.evidence.model import Evidence
    from cilint.evidence.parts import Result

_STATEMENT = "https://in-toto.io/Statement/v1"
_PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"


def render(evidence: Evidence) -> str:
    """The statement as one JSON object."""
    overall = {"fail": "FAILED", "pass": "PASSED"}.get(evidence.result, "WARNED")
    data = {
        "_type": _STATEMENT,
        "subject": _subjects(evidence),
        "predicateType": _PREDICATE,
        "predicate": {
            "result": overall,
            "configuration": _configuration(evidence),
            "passedTests": _tests(evidence, "pass"),
            "warnedTests": _tests(evidence, "waived", "not-assessed"),
            "failedTests": _tests(evidence, "fail"),
        },
    }
    return json_text(data, indent=1) + "\n"


def _subjects(evidence: Evidence) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for target in evidence.targets:
        if target.commit:
            found.append({"name": f"commit of {target.path}", "digest": {"gitCommit": target.commit}})
        if target.merged_sha256:
            found.append({"name": f"{target.path} after merging", "digest": {"sha256": target.merged_sha256}})
        found += [
            {"name": f"{target.path}: {file.path}", "digest": {"sha256": file.sha256}}
            for file in target.files
            if file.reached == "entry"
        ]
    return found or [{"name": "evidence", "digest": {"sha256": evidence.digest}}]


def _configuration(evidence: Evidence) -> list[dict[str, Any]]:
    """The policy: packs, frameworks, settings, register; and what was made of the rules."""
    facts = evidence.provenance
    listed = [(f"pack {one.path}", one.sha256) for one in facts.packs]
    listed += [(f"framework {one.title} {one.version}", one.sha256) for one in evidence.frameworks]
    listed += [(f"settings {one.path}", one.sha256) for one in facts.settings]
    listed += [(f"earlier report of {one.as_of}", one.digest) for one in (evidence.since,) if one]
    listed += [(f"register {one.path}", one.sha256) for one in facts.registers]
    tool = {
        "name": f"{facts.tool} {facts.version}",
        "annotations": {"command": facts.command, "overrides": facts.overrides, "as_of": facts.as_of, **facts.project},
        "digest": {"sha256": evidence.digest},
    }
    return [tool, *[{"name": name, "digest": {"sha256": digest}} for name, digest in listed if digest]]


def _tests(evidence: Evidence, *results: Result) -> list[str]:
    several = len(evidence.targets) > 1
    return [f"{one.target}: {one.rule}" if several else one.rule for one in evidence.tested if one.result in results]
