"""A workplace in which each script runs for real, with stand-ins for the tools that reach the outside world."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
SCRIPTS = HERE.parents[1] / "scripts"
# What the scripts may use beside the stand-ins: nothing else is on their PATH, whatever this machine has installed.
SYSTEM = [
    "awk", "bash", "cat", "cp", "cut", "date", "dirname", "env", "find", "git", "jq", "mkdir", "mktemp", "mv", "rm", "sed",
    "sha256sum", "sort",
]  # fmt: skip
OLD = "registry.example/team/app/payments@sha256:" + "0" * 64
NEW = "registry.example/team/app/payments@sha256:" + "1" * 64

SECRETS = {
    "CI_JOB_TOKEN": "secret-job-token",
    "APPROVAL_API_TOKEN": "secret-api-token",
    "CI_REGISTRY_PASSWORD": "secret-registry-password",
    "SLACK_WEBHOOK_URL": "https://hooks.slack.example/services/secret-webhook",
    "PAGERDUTY_ROUTING_KEY": "secret-routing-key",
    "DATADOG_API_KEY": "secret-datadog-api-key",
    "DATADOG_APP_KEY": "secret-datadog-app-key",
    "AWS_ID_TOKEN": "secret.identity.token",
    "INFRACOST_API_KEY": "secret-infracost-api-key",
}
VARIABLES = {
    "APP_NAME": "payments",
    "AWS_REGION": "eu-west-1",
    "CI_API_V4_URL": "https://gitlab.example/api/v4",
    "CI_COMMIT_BRANCH": "main",
    "CI_COMMIT_REF_NAME": "main",
    "CI_COMMIT_SHA": "c0ffee" + "0" * 34,
    "CI_COMMIT_SHORT_SHA": "c0ffee00",
    "CI_COMMIT_TITLE": "Pay faster",
    "CI_DEFAULT_BRANCH": "main",
    "CI_JOB_ID": "900",
    "CI_JOB_NAME": "approve-security",
    "CI_JOB_STARTED_AT": "2026-01-31T10:00:00Z",
    "CI_PIPELINE_ID": "700",
    "CI_PIPELINE_SOURCE": "push",
    "CI_PIPELINE_URL": "https://gitlab.example/team/app/-/pipelines/700",
    "CI_PROJECT_ID": "42",
    "CI_PROJECT_PATH": "team/app",
    "CI_PROJECT_PATH_SLUG": "team-app",
    "CI_REGISTRY": "registry.example",
    "CI_REGISTRY_USER": "gitlab-ci-token",
    "GITLAB_USER_ID": "7",
    "GITLAB_USER_LOGIN": "sam",
}


class Result:
    """How a script ended: `code`, `out`, `err`, and the calls it made."""

    def __init__(self, code: int, out: str, err: str, calls: list[dict[str, Any]]) -> None:
        self.code = code
        self.out = out
        self.err = err
        self.calls = calls

    def lines(self, tool: str) -> list[str]:
        """The command lines with which the script called a tool."""
        return [" ".join([tool, *call["argv"]]) for call in self.calls if call["tool"] == tool]


class Workplace:
    """A folder to work in, a PATH of stand-ins, and the variables that a job has."""

    old = OLD
    new = NEW

    def __init__(self, folder: Path) -> None:
        self.home = folder / "standin"
        self.bin = folder / "bin"
        self.cwd = folder / "work"
        system = folder / "system"
        for part in (self.home, self.bin, self.cwd, system):
            part.mkdir()
        for name in SYSTEM:
            found = shutil.which(name)
            assert found, f"{name} is not installed"
            (system / name).symlink_to(found)
        self.replies: dict[str, list[dict[str, Any]]] = {}
        self.env = {
            "PATH": f"{self.bin}:{system}",
            "HOME": str(folder),
            "STANDIN_HOME": str(self.home),
            "DRIFT_PAUSE": "0",
            **VARIABLES,
            **SECRETS,
        }
        self.tool("sleep")

    def tool(self, name: str, *replies: dict[str, Any]) -> None:
        """Put a recording stand-in on the PATH; the first reply that matches its call is given."""
        self.replies[name] = list(replies)
        self._install(name, HERE / "standin.py")

    def cluster(self, **changes: Any) -> None:
        """Put kubectl on the PATH, with a cluster behind it that runs the old image everywhere."""

        def deployment(release: str = "600") -> dict[str, Any]:
            return {"image": OLD, "former": OLD, "replicas": 3, "release": release}

        state: dict[str, Any] = {
            "deployment": {
                name: deployment() for name in ("payments", "payments-canary", "payments-blue", "payments-green")
            },
            "ingress": {"payments-canary": {"weight": "0"}},
            "service": {"payments": {"colour": "blue"}},
            "failures": [],
        }
        state.update(changes)
        (self.home / "cluster.json").write_text(json.dumps(state))
        self._install("kubectl", HERE / "cluster.py")

    def ready(self) -> None:
        """Let the stand-ins know their answers; `run` does so itself."""
        (self.home / "replies.json").write_text(json.dumps(self.replies))

    def calls(self) -> list[dict[str, Any]]:
        log = self.home / "calls.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def state(self) -> Any:
        return json.loads((self.home / "cluster.json").read_text())

    def edit(self, **changes: Any) -> None:
        (self.home / "cluster.json").write_text(json.dumps({**self.state(), **changes}))

    def file(self, path: str, text: str) -> Path:
        target = self.cwd / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def run(self, script: str, *arguments: str, env: dict[str, str | None] | None = None) -> Result:
        """Run a script; whatever happens, no secret may appear in its output or in an argument that it passes on."""
        self.ready()
        (self.home / "calls.jsonl").unlink(missing_ok=True)
        merged = {**self.env, **(env or {})}
        done = subprocess.run(
            [SCRIPTS / script, *arguments],
            cwd=self.cwd,
            env={name: value for name, value in merged.items() if value is not None},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        calls = self.calls()
        result = Result(done.returncode, done.stdout, done.stderr, calls)
        shown = [result.out, result.err, *(word for call in calls for word in call["argv"])]
        for name, secret in SECRETS.items():
            assert not any(secret in text for text in shown), f"{script} shows {name}"
        return result

    def _install(self, name: str, source: Path) -> None:
        target = self.bin / name
        target.write_text(f"#!{sys.executable} -IS\n{source.read_text()}")
        target.chmod(0o755)


def _reply(match: str = "", stdout: Any = "", code: int = 0, times: int | None = None, **more: Any) -> dict[str, Any]:
    text = stdout if isinstance(stdout, str) else json.dumps(stdout)
    return {
        "match": match,
        "stdout": text,
        "stderr": more.get("stderr", ""),
        "exit": code,
        "times": times,
        "files": {
            path: value if isinstance(value, str) else json.dumps(value)
            for path, value in more.get("files", {}).items()
        },
    }


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


@pytest.fixture
def reply() -> Any:
    """`reply(match, stdout, code, times=, files=)`: what a stand-in answers. `{--option}` in a file's path is
    filled in from the call, `@CI_NAME@` in the answer from the environment."""
    return _reply


@pytest.fixture(scope="session")
def scripts() -> Path:
    return SCRIPTS


@pytest.fixture(scope="session")
def venv_bin() -> str:
    """The folder of the installed aws and shellcheck."""
    folder = str(Path(sys.executable).parent)
    assert shutil.which("aws", path=folder), "awscli belongs to the development dependencies"
    return folder


@pytest.fixture(scope="session")
def moto() -> Any:
    """A real HTTP endpoint that speaks AWS, and the variables that point the AWS CLI at it."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    yield f"http://{host}:{port}"
    server.stop()
