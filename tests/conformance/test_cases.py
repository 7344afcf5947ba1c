"""GitLab's behaviour, one fact a case: our own cases always, those of ../shared where that folder is.

Cases are judged through the commands and their JSON, but inside this process.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from cilint.cli import main

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[2] / "shared" / "conformance"


def call(arguments: list[str], folder: Path) -> tuple[int, dict, str]:
    """Exit status, the JSON on standard output, and standard error of one command run in a folder."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(arguments)
    try:
        return status, json.loads(out.getvalue()), err.getvalue()
    except json.JSONDecodeError:
        return status, {}, f"no JSON (exit {status}): {out.getvalue()[:200]!r} {err.getvalue()[-300:]!r}"


def write(files: dict[str, str], folder: Path) -> None:
    """The files of a case."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")


def faults(case: dict, folder: Path) -> list[str]:
    """What is not as the case wants it."""
    write(case["files"], folder)
    expect, entry = case["expect"], case.get("entry", ".gitlab-ci.yml")
    found = _verdict(expect, entry, folder)
    if "resolved" in expect or "absent" in expect:
        found += _resolved(expect, entry, folder)
    if "created" in expect or "pipeline_error" in expect:
        found += _planned(case, entry, folder)
    return found


def _verdict(expect: dict, entry: str, folder: Path) -> list[str]:
    _, report, problem = call(["check", "--policy", "gitlab", "--format", "json", entry], folder)
    if "findings" not in report:
        return [problem]
    errors = [finding for finding in report["findings"] if finding["severity"] == "error"]
    if expect["valid"]:
        return [f"valid for GitLab, yet {error['rule']}: {error['message']}" for error in errors]
    words = [str(word).lower() for word in expect.get("error_mentions", [])]
    texts = [json.dumps([error["message"], error["jobs"], error["path"]]).lower() for error in errors]
    found = (
        [] if any(all(word in text for word in words) for text in texts) else [f"no error mentions {words}: {texts}"]
    )
    if "line" in expect and expect["line"] not in {error["location"]["line"] for error in errors}:
        found.append(f"no error on line {expect['line']}: {errors}")
    return found


def _resolved(expect: dict, entry: str, folder: Path) -> list[str]:
    _, report, problem = call(["resolve", "--format", "json", entry], folder)
    if "jobs" not in report:
        return [problem or str(report)]
    found = []
    for job, keys in expect.get("resolved", {}).items():
        for key, value in keys.items():
            got = report["jobs"].get(job, {}).get(key)
            if type(got) is not type(value) or got != value:
                found.append(f"{job}.{key}: wanted {value!r}, got {got!r}")
    for job, keys in expect.get("absent", {}).items():
        found += [f"{job}.{key} should not be there" for key in keys if key in report["jobs"][job]]
    return found


def _planned(case: dict, entry: str, folder: Path) -> list[str]:
    context = [word for name, value in case.get("context", {}).items() for word in ("--var", f"{name}={value}")]
    if "changes" in case:
        context += [word for path in case["changes"] for word in ("--changed", path)] or ["--no-changes"]
    _, report, problem = call(["simulate", "--format", "json", *context, entry], folder)
    jobs = {job["name"]: job for job in report.get("jobs", [])}
    expect, errors = case["expect"], " ".join(error["message"] for error in report.get("errors", []))
    found = [f"no error says {word!r}: {errors}" for word in expect.get("pipeline_error", []) if word not in errors]
    if set(jobs) != set(expect.get("created", [])):
        found.append(f"wanted {expect.get('created')}, got {sorted(jobs)}: {problem or errors}")
    for name, wanted in expect.get("attrs", {}).items():
        got = {key: jobs.get(name, {}).get(key) for key in wanted}
        if got != wanted:
            found.append(f"{name}: wanted {wanted}, got {got}")
    return found


def load(path: Path) -> list[dict]:
    """The cases of a file."""
    cases: list[dict] = YAML(typ="safe", pure=True).load(path)
    return cases


def shared_judge(path: Path):
    """The judge of ../shared, its calls answered in this process."""
    loader = SourceFileLoader("shared_conformance_run", os.fspath(path))
    spec = spec_from_loader("shared_conformance_run", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    module.call = lambda command, folder: call(command[1:], folder)
    return module


OWN = [(path.stem, case) for path in sorted(HERE.glob("*.yml")) for case in load(path)]


@pytest.mark.parametrize("case", [case for _, case in OWN], ids=[f"{name}-{case['id']}" for name, case in OWN])
def test_own_case(case, tmp_path):
    assert faults(case, tmp_path) == []


@pytest.mark.parametrize("path", sorted(SHARED.glob("*.yml")), ids=lambda path: path.stem)
def test_shared_cases(path):
    judge = shared_judge(SHARED / "run")
    wrong = {case["id"]: found for case in load(path) if (found := judge.faults(case, ["cilint"]))}
    assert wrong == {}


def test_every_case_says_what_it_knows_and_whence():
    assert OWN
    assert len({case["id"] for _, case in OWN}) == len(OWN)
    assert all(case["fact"] and case["source"] for _, case in OWN)
