"""No output of any command shows a secret: some forty kinds of them, each at every place of a pipeline."""

from __future__ import annotations

import hashlib
import html
import io
import json
import subprocess
import sys
import zipfile

import pytest

from cilint.cli import main
from cilint.report import secret as masking

# {} is where the secret stands. A kind is a text that somebody may write anywhere.
FORMS = {
    "variable": "DB_PASSWORD={}", "yaml": "db_password: {}", "token": "MY_TOKEN={}", "json": '{{"client_secret": "{}"}}',
    "nested": '{{\\"api_key\\": \\"{}\\"}}', "export": "export PGPASSWORD='{}'", "option": "deploy --password {}",
    "joined": "deploy --api-token={}", "quoted": 'deploy --password "{}"', "curl": "curl -s -u deploy:{} https://x.test",
    "user": "wget --user=ci:{} https://x.test", "login": "docker login -u ci -p {} r.test", "mysql": "mysql -uroot -p{} db",
    "sshpass": "sshpass -p {} ssh h.test", "redis": "redis-cli -a {} ping", "bearer": "curl -H 'Authorization: Bearer {}' x.test",
    "basic": "Authorization: Basic {}", "private-token": 'curl -H "PRIVATE-TOKEN: {}" x.test', "x-api-key": "X-Api-Key: {}",
    "url": "git clone https://ci:{}@git.test/x.git", "url-token": "https://{}@git.test/x.git", "query": "https://x.test/f?access_token={}&b=2",
    "signed": "https://x.test/f?sv=1&sig={}", "pagerduty": "https://events.pagerduty.com/integration/{}/enqueue",
    "mattermost": "https://chat.x.test/hooks/{}", "image": "ci:{}@registry.x.test/app:1", "netrc": "login ci password {}",
    "npmrc": "//r.test/:_authToken={}", "openssl": "openssl enc -passin pass:{}", "gitlab": "echo glpat-{}", "github": "echo ghp_{}",
    "arg": "docker build --build-arg NPM_TOKEN={} .", "cookie": "curl --cookie 'session_token={}'", "env": "env SECRET_KEY={} run",
    "colon": "the password: {}", "camel": "apiKey={}", "slack": "https://hooks.slack.com/services/T0AAAA111/B0BBBB222/{}",
}  # fmt: skip
PLACES = (
    "variable", "description", "job variable", "script", "before", "after", "image", "service", "command", "job", "stage", "condition",
    "address", "artifact", "included", "called", "anchor", "template", "comment", "release", "reason", "tag", "input",
)  # fmt: skip


def secret_of(kind, place):
    """A secret of its own for each kind and place, as long as the strictest form wants it."""
    digest = hashlib.sha256(f"{kind} {place}".encode()).hexdigest()
    return "".join(char.upper() if number % 3 == 1 else char for number, char in enumerate("q" + digest[:36]))


def text_of(kind, place):
    return FORMS[kind].format(secret_of(kind, place))


def planted(kind):
    """The files of a repository that holds the kind at every place."""

    def at(place):
        return json.dumps(text_of(kind, place))

    pipeline = f"""\
# {text_of(kind, "comment")}
spec:
  inputs:
    note: {{default: {at("input")}}}
---
include: ci/base.yml
stages: [build, {at("stage")}]
variables:
  NOTE: {at("variable")}
  TOLD: {{value: x, description: {at("description")}}}
.template:
  script: [{at("template")}]
.anchors: &shared [{at("anchor")}]
{at("job")}:
  stage: build
  image: {at("image")}
  services: [{{name: "a:1", command: [{at("service")}]}}]
  variables: {{NOTE: {at("job variable")}}}
  before_script: [{at("before")}]
  script: [{at("script")}, ./run.sh, "echo $[[ inputs.note ]]"]
  after_script: [*shared, {at("command")}, {at("after")}]
  tags: [{at("tag")}]
  environment: {{name: production, url: {at("address")}}}
  rules:
    - if: {json.dumps("$NOTE == '" + text_of(kind, "condition").replace("'", "") + "'")}
    - when: manual
  artifacts: {{name: {at("artifact")}, paths: [x]}}
  release: {{tag_name: "1", description: {at("release")}}}
two: {{stage: {at("stage")}, extends: .template, retry: 1}}
"""
    register = f"""\
waivers:
  - id: W-1
    rule: image-unpinned
    scope: {{jobs: [two]}}
    reason: {json.dumps("it is long enough, and holds " + text_of(kind, "reason"))}
    approved_by: [a.smith]
    ticket: T-1
    created: 2026-11-01
    expires: 2026-12-31
"""
    return {
        ".gitlab-ci.yml": pipeline,
        "ci/base.yml": f"three: {{stage: build, script: [{at('included')}]}}\n",
        "run.sh": f"#!/bin/sh\n{text_of(kind, 'called')}\n",
        ".cilint-waivers.yaml": register,
    }


COMMANDS = [
    *[["check", "--format", name] for name in ("full", "concise", "grouped", "json", "gitlab", "junit", "sarif", "markdown")],
    ["check", "--statistics"], ["check", "--diff", "--unsafe-fixes"], ["check", "--color", "always", "--format", "full"],
    ["resolve"], ["resolve", "--origin"], ["resolve", "--format", "json"], ["resolve", "--format", "json", "--origin"],
    ["simulate"], ["simulate", "--format", "json"], ["simulate", "--all"], ["prove"], ["prove", "--format", "json"],
    ["graph", "--format", "svg"], ["graph", "--format", "mermaid"], ["graph", "--format", "dot"], ["graph", "--format", "html"],
    ["explain", "--job", "two"], ["resolve", "--job", "nobody"], ["simulate", "--event", "play:nobody"],
    *[["explain", f".gitlab-ci.yml:{number}"] for number in range(1, 36)], ["explain", "run.sh:2"], ["explain", "ci/base.yml:1"],
]  # fmt: skip
QUICK = ("variable", "json", "url")  # the others are for the slow suite
every_kind = pytest.mark.parametrize(
    "kind", [kind if kind in QUICK else pytest.param(kind, marks=pytest.mark.slow) for kind in FORMS]
)
REPORTS = (
    "html",
    "markdown",
    "csv",
    "csv-findings",
    "csv-population",
    "csv-inventory",
    "json",
    "bundle",
    "xlsx",
    "hdf",
    "oscal",
    "oscal-component",
    "intoto",
)


def leaks(kind, data):
    """The places whose secret stands in an output, in whichever spelling."""
    text = data.decode("utf-8", "replace")
    every = [text, html.unescape(text)]
    return [place for place in PLACES if any(secret_of(kind, place)[:10] in one for one in every)]


@pytest.fixture(autouse=True)
def anew():
    masking.forget()
    yield
    masking.forget()


@every_kind
def test_no_report_shows_it(kind, tmp_path, monkeypatch, world):
    write(tmp_path, planted(kind))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", world.epoch)
    outputs = [word for name in REPORTS for word in ("-o", f"{name}=out.{name}")]
    assert main(["report", "--framework", "owasp-cicd", *outputs]) in (0, 1)
    for name in REPORTS:
        data = (tmp_path / f"out.{name}").read_bytes()
        if name in ("xlsx", "bundle"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                data = b"".join(archive.read(part) for part in archive.namelist())
        assert not leaks(kind, data), name


def commands_of(kind, folder, commands, capfd, monkeypatch):
    write(folder, planted(kind))
    monkeypatch.chdir(folder)
    for command in commands:
        masking.forget()
        status = main(command)
        out, err = capfd.readouterr()
        assert "a fault in cilint" not in err, (command, err)
        assert status in (0, 1, 2)
        found = leaks(kind, (out + err).encode())
        assert not found, (command, found)


def write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@every_kind
def test_no_command_shows_it(kind, tmp_path, capfd, monkeypatch):
    commands_of(kind, tmp_path, COMMANDS, capfd, monkeypatch)


def test_planted_pipelines_are_shown_at_all(tmp_path):
    """The test of the tests: without masking every place of the pipeline would be seen."""
    write(tmp_path, planted("variable"))
    code = (
        "import sys\nfrom cilint.report import secret\nsecret.hidden = str\nsecret.starred = lambda name, value: value\n"
        "from cilint.cli import main\nsys.exit(main(['resolve']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    unseen = {"called", "comment", "reason"}
    assert set(leaks("variable", done.stdout.encode())) == set(PLACES) - unseen


def test_a_masked_value_is_quoted_so_that_resolve_stays_yaml(tmp_path, capfd, monkeypatch):
    from ruamel.yaml import YAML

    write(tmp_path, {".gitlab-ci.yml": "a: {script: [x], variables: {DB_PASSWORD: hunter2hunter9, PLAIN: word}}\n"})
    monkeypatch.chdir(tmp_path)
    assert main(["resolve"]) == 0
    shown = YAML(typ="safe").load(capfd.readouterr().out)
    assert shown["a"]["variables"] == {"DB_PASSWORD": "*" * 14, "PLAIN": "word"}


def test_references_and_words_stay_readable(tmp_path, capfd, monkeypatch):
    text = "a: {script: [docker login -u ci -p $TOKEN r.test], variables: {DB_PASSWORD: $OTHER, POSTGRES_PASSWORD: postgres}}\n"
    write(tmp_path, {".gitlab-ci.yml": text})
    monkeypatch.chdir(tmp_path)
    assert main(["resolve", "--format", "json"]) == 0
    assert "*" not in capfd.readouterr().out


@pytest.mark.parametrize("order", [1, -1])
def test_a_secret_that_begins_another_leaves_no_end_of_it(order):
    short = "Zx9Qw7Er5Ty3Ui1Op0As"
    secrets = [short, f"{short}-tail.of-it"][::order]
    masking.forget()
    try:
        for secret in secrets:
            masking.learn([secret])
        assert masking.hidden(f"a {short}-tail.of-it b") == f"a {'*' * (len(short) + 11)} b"
    finally:
        masking.forget()
    assert masking.masked(f"{short}-tail.of-it", secrets) == "*" * (len(short) + 11)
