"""`resolve` against gitlab-ci-local --preview on every corpus project on which that tool runs.

gitlab-ci-local rewrites values on the way (images become maps, caches lists with their defaults, needs maps, variables
text), so both sides are brought into one form first. What is said here of its habits was measured with 4.75 and stands
in ../shared/corpus/SECOND-OPINION.txt.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from cilint.compose import compose, open_project
from cilint.compose.config import job_kind
from cilint.report.resolved import data, view

JUDGES = Path(__file__).resolve().parent.parent / "judges" / "node_modules"
# It spreads `default:` over these keywords only.
SPREAD = {"image", "services", "cache", "artifacts", "before_script", "after_script"}
CACHE_DEFAULTS = {"policy": "pull-push", "when": "on_success"}
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


def preview(folder: Path, entry: str, home: Path) -> dict:
    """What gitlab-ci-local makes of a project: `home` is an empty folder for its state."""
    env = {"PATH": f"{JUDGES / '.bin'}:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    for command in (
        "git init -q -b main",
        "git add -A",
        "git -c user.name=cilint -c user.email=cilint@example.org commit -qm corpus",
        "git remote add origin git@gitlab.invalid:group/project.git",
        "git update-ref refs/remotes/origin/main HEAD",
        "git symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/main",
    ):
        subprocess.run(command.split(), cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)
    output = home / "preview.yml"
    program = [str(JUDGES / ".bin" / "node"), str(JUDGES / "gitlab-ci-local" / "dist" / "index.js")]
    options = ["--file", entry, "--preview", "--json-schema-validation=false"]
    with output.open("w") as file:  # into a pipe it writes 64 kB at most
        done = subprocess.run(
            [*program, *options],
            cwd=folder,
            env=env,
            stdout=file,
            stderr=subprocess.PIPE,
            text=True,
            timeout=180,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-500:]
    return parse(output.read_text(encoding="utf-8"))


def parse(text: str) -> dict:
    """The document of a preview; warnings stand in front of it."""
    return YAML(typ="safe", pure=True).load(text[text.index("---\n") :]) or {}


def copy(project: Path, to: Path) -> Path:
    """A writable copy of a corpus project."""
    shutil.copytree(project, to, copy_function=shutil.copyfile)
    for folder, _, _ in os.walk(to):
        Path(folder).chmod(0o755)
    return to


def theirs(found: dict) -> dict[str, dict]:
    """The jobs of a preview, in the common form."""
    keywords = {"stages", "variables", "workflow", "default", "include"}
    return {name: _job(job) for name, job in found.items() if name not in keywords}


def ours(folder: Path, entry: str) -> dict[str, dict]:
    """Our own jobs, in the common form; without what `default:` gave and gitlab-ci-local does not spread."""
    project, source = open_project(str(folder / entry), root=str(folder))
    config = compose(source, project)
    jobs = data(view(config))["jobs"]
    root = config.root
    for name, node in root.values.items():
        if isinstance(name, str) and job_kind(name, node):
            for key in node.values:
                trail = node.trail(key)
                if trail and trail[-1].kind == "default" and key not in SPREAD:
                    jobs[name].pop(key, None)
    return {name: _job(job) for name, job in jobs.items()}


def _job(job: dict) -> dict:
    common = {key: _text(value) for key, value in job.items() if value is not None and key != "inherit"}
    for key, bring in _BRING.items():
        if key in common:
            common[key] = bring(common[key])
    return common


def _text(value):
    """Scalars as text: the preview knows YAML 1.2 types only, and quotes of its own choice."""
    if isinstance(value, dict):
        return {str(key): _text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_text(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _image(value):
    image = {"name": value} if isinstance(value, str) else dict(value)
    image.pop("pull_policy", None)  # it leaves that out
    return image


def _parallel(value):
    if not isinstance(value, dict) or not isinstance(value.get("matrix"), list):
        return value
    rows = [{k: v if isinstance(v, list) else [v] for k, v in row.items()} for row in value["matrix"]]
    return {**value, "matrix": rows}


def _trigger(value):
    include = value.get("include") if isinstance(value, dict) else None
    return {**value, "include": [{"local": include}]} if isinstance(include, str) else value


def _flat(value) -> list:
    return [leaf for item in value for leaf in _flat(item)] if isinstance(value, list) else [value]


def _cache(value):
    caches = _flat(value)
    return [{k: v for k, v in cache.items() if CACHE_DEFAULTS.get(k) != v} for cache in caches if cache]


def _need(value):
    need = {"job": value} if isinstance(value, str) else dict(value)
    return {"artifacts": "true", "optional": "false", **need} if "job" in need else need


def _variables(value):
    if not isinstance(value, dict):
        return value
    return {key: item.get("value", "") if isinstance(item, dict) else item for key, item in value.items()}


_BRING = {
    "image": _image,
    "parallel": _parallel,
    "trigger": _trigger,
    "services": lambda value: [_image(item) for item in _flat(value)],
    "cache": _cache,
    "needs": lambda value: [_need(item) for item in _flat(value)] if isinstance(value, list) else value,
    "variables": _variables,
    "rules": _flat,
    "tags": _flat,
}


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


@pytest.mark.usefixtures("shared")
def test_the_corpus_lists_the_projects():
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
