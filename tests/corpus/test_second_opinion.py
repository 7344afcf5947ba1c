"""`resolve` against gitlab-ci-local --preview on every corpus project on which that tool runs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from second_opinion import JUDGES, copy, ours, preview, theirs  # importlib mode puts no folder on the path

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"

_TRIGGER = "a trigger job takes nothing but `interruptible` from default (lib/gitlab/ci/config/entry/bridge.rb)"
_MERGE = "`<<` behind a key overrides it (ruby/psych lib/psych/visitors/to_ruby.rb, revive_hash)"
_DEFAULT = "`default` with a script inside is a job of that name (lib/gitlab/ci/config/entry/jobs.rb)"

# (project, keyword or "job") -> jobs in which we differ, and the fact of GitLab that makes us right.
EXPLAINED = {
    ("DataDog+browser-sdk", "cache"): ({"deploy-auto", "deploy-manual"}, _TRIGGER),
    ("eic+containers", "image"): (
        {
            "benchmarks:detector:default",
            "benchmarks:detector:nightly",
            "benchmarks:geoviewer:default",
            "benchmarks:phyiscs:default",
            "benchmarks:physics:nightly",
        },
        _TRIGGER,
    ),
    ("espressomd+espresso", "job"): ({"default"}, _DEFAULT),
    ("key4hep+key4hep-spack", "tags"): (
        {"build-alma9-release", "build-centos7-release", "build-ubuntu-release"},
        _MERGE,
    ),
}
# Its entry is made of remote includes, which gitlab-ci-local cannot do without; one of the templates stands for it.
ENTRIES = {"deckhouse+modules-gitlab-ci": "templates/Antivirus_Scan.gitlab-ci.yml"}


def _projects() -> list[str]:
    opinion = CORPUS / "SECOND-OPINION.txt"
    if not opinion.is_file():
        return []
    return [name.replace("/", "+") for name in re.findall(r"(?m)^(\S+/\S+) \| jobs \d+", opinion.read_text())]


def _entry(project: str) -> str:
    for line in (CORPUS / "REPOS.txt").read_text().splitlines():
        columns = [column.strip() for column in line.split("|")]
        if columns[0].replace("/", "+") == project:
            return ENTRIES.get(project) or re.split(r",| …", columns[9])[0]
    raise AssertionError(project)


def test_the_corpus_lists_the_projects(shared):
    assert len(_projects()) == 40


@pytest.mark.slow
@pytest.mark.parametrize("project", _projects())
def test_resolve_agrees_with_gitlab_ci_local(project, tmp_path, tool):
    tool("gitlab-ci-local", JUDGES / ".bin")
    entry = _entry(project)
    folder = copy(CORPUS / "neutral" / project, tmp_path / "project")
    (tmp_path / "home").mkdir()
    mine = ours(folder, entry)
    others = theirs(preview(folder, entry, tmp_path / "home"))
    assert others, "the preview shows jobs"
    differences: dict[str, set[str]] = {}
    for job in {*mine, *others}:
        if job not in mine or job not in others:
            differences.setdefault("job", set()).add(job)
            continue
        for key in {*mine[job], *others[job]}:
            if mine[job].get(key) != others[job].get(key):
                differences.setdefault(key, set()).add(job)
    explained = {key: jobs for (name, key), (jobs, _) in EXPLAINED.items() if name == project}
    assert differences == explained
