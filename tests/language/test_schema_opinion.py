"""GitLab's own JSON schema as a second opinion: where it and cilint differ, and the fact that decides.

The schema is GitLab's help for editors, not what its server checks: it knows nothing of null as "unset", of nested
lists, of durations, expressions, names and relations between jobs. check-jsonschema carries a copy.
"""

from __future__ import annotations

import json
from pathlib import Path

import check_jsonschema
import jsonschema
import pytest
import yaml

from cilint.compose import compose, open_project
from cilint.source import Source
from cilint.tree import plain, read

SHARED = Path(__file__).resolve().parents[3] / "shared"
SCHEMA = json.loads(
    (Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor" / "gitlab-ci.json").read_text(
        encoding="utf-8"
    )
)
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)

# Cases that the schema refuses and GitLab takes.
_NULL = "null unsets a keyword (lib/gitlab/config/entry/factory.rb)"
_NESTED = "nested lists are flattened (lib/gitlab/config/entry/validators/nested_array_helpers.rb)"
_REFERENCE = "the schema sees !reference before it is resolved"
SCHEMA_TOO_STRICT = {
    "null-values-mean-unset": _NULL,
    "script-before-null": _NULL,
    "stage-stages-null": _NULL,
    "when-start-in-null": _NULL,
    "rules-changes-forms": _NULL,
    "rules-if-null": _NULL,
    "needs-null": _NULL,
    "dependencies-null": _NULL,
    "environment-null": _NULL,
    "artifacts-null-values": _NULL,
    "reports-null-kind": _NULL,
    "variables-scalar-kinds": _NULL,
    "variables-null": _NULL,
    "stage-nested-stages-list": _NESTED,
    "hidden-key-list": _REFERENCE,
    "yaml-reference-in-script": _REFERENCE,
    "yaml-reference-in-rules": _REFERENCE,
    "job-named-default-with-script": "default with a script is a job (lib/gitlab/ci/config/entry/jobs.rb)",
    "stage-stages-duplicates-ok": "stages may repeat (entry/stages.rb)",
    "rules-exists-string-ok": "exists may be one string (entry/rules/rule/exists.rb)",
    "retry-undocumented-reason": "every failure reason is taken (entry/retry.rb)",
    "reports-many-kinds-parse-on-ce": "the schema lacks kinds of reports (entry/reports.rb)",
    "inherit-forms": "the schema lacks default keywords (entry/default.rb)",
    "workflow-rule-needs-tolerated": "workflow rules tolerate it (entry/workflow.rb)",
    "workflow-name-empty": "a name may be empty (entry/workflow.rb)",
    "release-milestone-string": "one milestone may be a string (entry/release.rb)",
}

# What the schema does not look at, by area: there it takes files that GitLab refuses.
SCHEMA_TOO_LOOSE = {
    "job": "it takes a file of hidden jobs, and knows no job that extends",
    "job-name": "JSON has no keys but strings, and it limits none",
    "stage": "it does not compare a job's stage with stages",
    "run": "it takes script beside run",
    "when": "it takes never, and start_in without delayed or too long",
    "rules": "it reads no expressions and takes an empty rule",
    "only-except": "it reads no patterns and expressions, and takes an empty map",
    "needs": "it knows no other jobs",
    "dependencies": "it knows no other jobs",
    "environment": "it knows no other jobs, no lengths and no kubernetes exclusions",
    "parallel": "it counts no products",
    "timeout": "it reads no durations",
    "coverage": "it compiles no patterns",
    "artifacts": "it reads no durations and looks at no paths beside expose_as",
    "artifacts-reports": "it still lists license_management, and requires nothing of coverage_report",
    "cache": "it knows no limits of keys, and takes unknown ones",
    "variables": "it does not compare a value with its options",
    "tags": "it counts no tags",
    "default": "it does not compare the top level with default",
    "workflow": "it takes an empty list of rules",
    "trigger": "it takes job keywords beside trigger, and knows no other jobs",
    "release": "it takes a release without a script",
    "pages": "it reads no durations, and takes publish anywhere",
    "inputs": "it does not compare a default with its options",
    "edition": "it is the schema of the Enterprise Edition",
    "extends": "it knows no other jobs",
}
# Composed configurations of the corpus that the schema refuses for a reason other than null, nesting and references.
CORPUS_TOO_STRICT = {
    ("Kitware+CMake", "annotations"): "a report may be a list (entry/reports.rb, array_of_strings_or_string)",
    ("OpenMW+openmw", "paths"): "paths may be empty (entry/artifacts.rb)",
    ("coq+coq", "paths"): "paths may be empty (entry/artifacts.rb)",
    ("espressomd+espresso", "default"): "default with a script is a job (lib/gitlab/ci/config/entry/jobs.rb)",
}

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared beside this checkout")


@pytest.fixture(scope="module")
def cases():
    text = (SHARED / "conformance" / "validity.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.CSafeLoader)


def _accepts(case):
    reading = read(Source(".gitlab-ci.yml", case["files"][".gitlab-ci.yml"]))
    return reading.body is None or VALIDATOR.is_valid(plain(reading.body))


@needs_shared
def test_what_the_schema_alone_refuses_is_explained(cases):
    assert {case["id"] for case in cases if case["expect"]["valid"] and not _accepts(case)} == set(SCHEMA_TOO_STRICT)


@needs_shared
def test_what_the_schema_does_not_see_is_explained(cases):
    unseen = {case["area"] for case in cases if not case["expect"]["valid"] and _accepts(case)} - {"yaml"}
    assert unseen == set(SCHEMA_TOO_LOOSE)


@needs_shared
def test_the_corpus_as_the_schema_sees_it_is_explained():
    unexplained = set()
    for folder in sorted((SHARED / "corpus" / "projects").iterdir()):
        entry = folder / ".gitlab-ci.yml"
        if not entry.is_file():
            continue
        project, source = open_project(str(entry), root=str(folder))
        config = compose(source, project)
        assert config.root is not None
        visible = {key: value for key, value in plain(config.root).items() if not key.startswith(".")}
        for error in VALIDATOR.iter_errors(visible):
            if not _is_of_known_kind(error):
                words = [step for step in error.absolute_path if isinstance(step, str)]
                unexplained.add((folder.name, words[-1]))
    assert unexplained == set(CORPUS_TOO_STRICT)


def _is_of_known_kind(error):
    """Null as unset, lists in lists, references to what an unread include holds."""
    text = json.dumps(error.instance)
    nested = isinstance(error.instance, list) and (
        any(isinstance(item, list) for item in error.instance) or isinstance(error.absolute_path[-1], int)
    )
    return nested or "null" in text or "!reference" in text
