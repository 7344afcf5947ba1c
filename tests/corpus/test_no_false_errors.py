"""56 real projects, all in use: what is refused in them, and the fact of GitLab that makes each refusal true.

Their includes from other projects and hosts are not at hand, so nothing may be refused that those could hold.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cilint.compose import compose, open_project
from cilint.language import Edition, validate
from cilint.pipeline import build
from cilint.pipeline.logic import logic

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
NO_REFUSALS = ("duplicate-key", "environment-tier-unknown")

_PREMIUM_NEED = "needs:project is Premium; Community Edition code has no such need (lib/gitlab/ci/config/entry/need.rb)"
_SECRETS = "secrets is Premium; Community Edition code has no such keyword (lib/gitlab/ci/config/entry/job.rb)"
_NO_STAGE = "a job's stage must be in stages (lib/gitlab/ci/yaml_processor.rb)"
_INPUT = (
    "a component's template is no pipeline of its own: its required inputs are not given (lib/ci/inputs/builder.rb)"
)
_REASON = "18.11 has no such failure reason (app/models/concerns/enums/ci/commit_status.rb); newer ones have"

# (project, entry) -> (rule, file) -> (lines, fact).
TRUE = {
    ("aws-samples+amazon-connect-gitlab-cicd-terraform", "amzconnect-admin-objects/.gitlab-ci.yml"): {
        ("stage-undefined", "amzconnect-admin-objects/.gitlab-ci.yml"): ({124, 155}, _NO_STAGE),
    },
    ("gitlabhq+gitlab-runner", ".gitlab-ci.yml"): {
        ("keyword-value", ".gitlab/ci/_common.gitlab-ci.yml"): ({62}, _REASON),
    },
    ("gitlabhq+omnibus-gitlab", ".gitlab-ci.yml"): {
        ("unknown-keyword", "gitlab-ci-config/vault-security-secrets.yml"): ({5}, _SECRETS),
    },
    ("gitlabhq+orbit-knowledge-graph", ".gitlab-ci.yml"): {
        ("unknown-keyword", ".gitlab-ci.yml"): ({136, 1057}, _SECRETS),
    },
    ("l3montree-dev+devguard-ci-components", "templates/attest.yml"): {
        ("stage-undefined", "templates/attest.yml"): ({39}, _NO_STAGE),
    },
    ("l3montree-dev+devguard-ci-components", "templates/build-nix-multiarch.yml"): {
        ("input-required", "templates/build-nix-multiarch.yml"): ({117, 119}, _INPUT),
    },
    ("xen-project+xen", ".gitlab-ci.yml"): {
        ("keyword-value", "automation/gitlab-ci/test.yaml"): (
            {9, 12, 20, 23, 26, 254, 257, 260},
            _PREMIUM_NEED,
        ),
    },
}


def _entries():
    if not CORPUS.is_dir():
        return []
    found = []
    for line in (CORPUS / "REPOS.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            columns = [column.strip() for column in line.split("|")]
            entries = columns[9].removesuffix("…").split(",")
            found += [(columns[0].replace("/", "+"), entry.strip()) for entry in entries]
    return found


def _refused(project, entry, edition):
    folder = CORPUS / "projects" / project
    known, source = open_project(str(folder / entry), root=str(folder))
    config = compose(source, known)
    findings = [finding for finding in config.findings if finding.rule not in NO_REFUSALS]
    if config.root is not None:
        findings += [f for f in validate(config, edition) + logic(build(config)) if f.rule not in NO_REFUSALS]
    refused: dict[tuple[str, str], set[int]] = {}
    for finding in findings:
        refused.setdefault((finding.rule, finding.span.source.path), set()).add(finding.span.line)
    return refused


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no ../shared beside this checkout")
@pytest.mark.parametrize(("project", "entry"), _entries(), ids=lambda part: part)
def test_what_is_refused_is_refused_by_gitlab(project, entry):
    known = {place: lines for place, (lines, _) in TRUE.get((project, entry), {}).items()}
    assert _refused(project, entry, Edition()) == known


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no ../shared beside this checkout")
@pytest.mark.parametrize(
    "project",
    ["gitlabhq+omnibus-gitlab", "gitlabhq+orbit-knowledge-graph", "gitlabhq+gitlab-runner", "xen-project+xen"],
)
def test_the_edition_and_version_that_runs_them_refuses_nothing(project):
    assert not _refused(project, ".gitlab-ci.yml", Edition("ultimate", (19, 0)))
