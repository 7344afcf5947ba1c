"""Sections B5, G and P: what scripts must not do, scripts that grow, vanish or cannot start, kubectl set up by nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.mutation.faults.accounts import in_job_script, in_script, in_variables
from tests.mutation.mutant import Mutant, changed
from tests.mutation.reference import ENTRY, Edit, reference

# The 14 scripts of the brief, and those that the reference pipeline calls besides.
FOURTEEN = [
    "deploy", "deploy-canary", "deploy-blue-green", "promote-canary", "rollback", "run-dast", "run-prowler", "run-soc2-audit",
    "run-lighthouse", "monitor-canary", "create-datadog-event", "run-synthetic-tests", "run-a11y-tests", "notify-pagerduty",
]  # fmt: skip
_LINES = {
    "pipe-to-shell": [
        "curl -sSL https://example.com/install.sh | bash",
        "wget -qO- https://example.com/install.sh | sh -s -- --yes",
        "bash <(curl -s https://example.com/install.sh)",
        'eval "$(curl -s https://example.com/env.sh)"',
        "curl -so /tmp/setup.sh https://example.com/setup.sh && bash /tmp/setup.sh",
        "curl -s https://example.com/setup.py | python3 -",
    ],
    "script-injection": [
        'eval "echo $CI_COMMIT_MESSAGE"',
        'sh -c "git log --grep $CI_COMMIT_TITLE"',
        'bash -c "echo $CI_MERGE_REQUEST_TITLE"',
        'echo "$CI_COMMIT_REF_NAME" | xargs -I{} sh -c "git checkout {}"',
        'echo "deploy $CI_COMMIT_BRANCH" | bash',
    ],
    "tls-verification-off": [
        "curl -k https://example.com/health",
        "curl -sSLk https://example.com/health",
        "wget --no-check-certificate https://example.com/file",
        "git config --global http.sslVerify false",
        "export NODE_TLS_REJECT_UNAUTHORIZED=0",
        "npm config set strict-ssl false",
        "kubectl --insecure-skip-tls-verify get pods",
    ],
    "script-public-image": [
        "docker run --rm alpine:3.20.3 true",
        "docker pull docker.io/library/node:22.11.0",
        "kubectl run probe --image=busybox:1.37.0",
        "skopeo copy docker://nginx:1.27.2 docker://$CI_REGISTRY/infrastructure/nginx:1.27.2",
        "crane copy nginx:1.27.2 $CI_REGISTRY/infrastructure/nginx:1.27.2",
    ],
    "secret-printed": [
        'echo "$SLACK_WEBHOOK_URL"',
        "printenv",
        "env",
        'echo "token is $CI_JOB_TOKEN"',
        "export -p",
    ],
}  # fmt: skip
_VARIABLES = {
    "debug-trace-on": ['CI_DEBUG_TRACE: "true"', 'CI_DEBUG_SERVICES: "true"'],
    "tls-verification-off": ['GIT_SSL_NO_VERIFY: "true"', 'NODE_TLS_REJECT_UNAUTHORIZED: "0"'],
    "scanner-switched-off": ['SAST_DISABLED: "true"', 'SECRET_DETECTION_EXCLUDED_PATHS: "src"', "SECURE_ANALYZERS_PREFIX: docker.io/somebody"],
}  # fmt: skip
_INCLUDES = {
    "include-unpinned": ["{project: platform/ci, file: /build.yml}", "{project: platform/ci, file: /build.yml, ref: main}", "{component: $CI_SERVER_FQDN/platform/scan/sast@~latest}"],
    "include-insecure": ["{remote: 'http://example.com/ci.yml'}", "{remote: 'https://example.com/ci.yml'}"],
}  # fmt: skip


def mutants() -> Iterator[Mutant]:
    yield from _lines()
    for rule, lines in _VARIABLES.items():
        for line in lines:
            for name in ("variables", "semgrep-sast", ".node"):
                yield in_variables("unsafe variable", name, line, rule)
    for rule, entries in _INCLUDES.items():
        for entry in entries:
            yield changed("unsafe include", entry, rule, Edit(0, 0, [f"include: [{entry}]"]))
    yield from _docker()
    yield from _tokens_and_caches()
    yield from _too_long()
    yield from _files()
    yield from _kubectl()


def _lines() -> Iterator[Mutant]:
    for rule, lines in _LINES.items():
        for line in lines:
            quoted = "'" + line.replace("'", "''") + "'"
            for job in ("bundle", "deploy-production"):
                yield in_job_script(f"unsafe line ({rule})", job, quoted, rule)
            for path in ("scripts/deploy.sh", "scripts/run-dast.sh"):
                yield in_script(f"unsafe line in a script file ({rule})", path, line, rule)
    at = reference().blocks["variables"].start + 1
    start = reference().script_items("bundle")[0][0]
    edits = [Edit(at, at, ["  TITLE: $CI_COMMIT_TITLE"]), Edit(start, start, ['    - eval "echo $TITLE"'])]
    yield changed(
        "unsafe line (script-injection)", "through an alias in variables", "script-injection", *edits, jobs=["bundle"]
    )
    for job in ("bundle", "slack-success"):
        item = reference().script_items(job)[0][0]
        lines = ["    - set -x", "    - 'curl --header \"PRIVATE-TOKEN: $API_TOKEN\" https://example.com'"]
        yield changed("commands traced", job, "secret-printed", Edit(item, item, lines))


def _docker() -> Iterator[Mutant]:
    ref = reference()
    block = ref.blocks["build-image"]
    rule = "docker-in-docker-insecure"
    host, certificates = block.place("DOCKER_HOST", 2), block.place("DOCKER_TLS_CERTDIR", 2)
    yield changed("docker without TLS", "port 2375", rule, Edit(*host, ["    DOCKER_HOST: tcp://docker:2375"]))
    yield changed("docker without TLS", "no certificates", rule, Edit(*certificates, ['    DOCKER_TLS_CERTDIR: ""']))
    for index, _ in block.find(r"      alias: docker"):
        line = '      command: ["--tls=false"]'
        yield changed(
            "docker without TLS", "the daemon's option", rule, Edit(index, index + 1, [ref.lines[index], line])
        )
    yield in_job_script("docker without TLS", "build-image", "export DOCKER_HOST=tcp://docker:2375", rule)
    at = ref.blocks["variables"].start + 1
    everywhere = Edit(at, at, ['  DOCKER_TLS_CERTDIR: ""'])
    yield changed("docker without TLS", "for all, the job's own gone", rule, Edit(*certificates), everywhere)


def _tokens_and_caches() -> Iterator[Mutant]:
    ref = reference()
    for name, other in (
        (".aws_dev", "aws-production"),
        (".aws_staging", "aws-production"),
        (".aws_production", "aws-dev"),
    ):
        aud = ref.blocks[name].place("aud", 3)
        jobs = [*ref.reached(name), *ref.reached("." + other.replace("-", "_"))]
        for value in (other, "https://gitlab.com", "[aws, vault]", "$CI_SERVER_URL"):
            yield changed(
                "audience shared",
                f"{name}: {value}",
                "id-token-audience",
                Edit(*aud, [f"      aud: {value}"]),
                jobs=jobs,
            )
    key = ref.blocks[".node"].place("key", 2)
    yield changed(
        "cache of all branches", ".node", "cache-shared-across-trust", Edit(key[1], key[1], ["    unprotect: true"])
    )


def _too_long() -> Iterator[Mutant]:
    ref = reference()
    for job in (*ref.jobs, ".approval"):
        place = ref.blocks[job].key("script")
        if place:
            lines = [f"    - make step-{number}" for number in range(1, 6)]
            yield changed("script too long", job, "script-too-long", Edit(*place, ["  script:", *lines]))
            block = ["  script:", "    - |", *(f"      make step-{number}" for number in range(1, 6))]
            yield changed("script too long", f"{job}, in one block", "script-too-long", Edit(*place, block))
        for section in ("before_script", "after_script"):
            place = ref.blocks[job].key(section)
            if place:
                lines = [f"    - make step-{number}" for number in range(1, 6)]
                yield changed(
                    "script too long", f"{job}, {section}", "script-too-long", Edit(*place, [f"  {section}:", *lines])
                )


def _files() -> Iterator[Mutant]:
    ref = reference()
    rule = "script-file-missing"
    paths = {found for line in ref.lines for found in re.findall(r"^[^#]*?(scripts/[\w./-]+\.sh)", line)}
    assert paths >= {f"scripts/{name}.sh" for name in FOURTEEN}
    for path in sorted(paths):
        calls = [index + 1 for index, line in enumerate(ref.lines) if path in line]
        yield Mutant("script file gone", path, rule, {path: None}, lines={ENTRY: calls})
        yield Mutant("script not executable", path, rule, {}, lines={ENTRY: calls}, not_executable=[path])
        edits = [
            Edit(at - 1, at, [ref.lines[at - 1].replace(path, path.replace("scripts/", "scripts/ci/"))]) for at in calls
        ]
        yield changed("script called by a wrong path", path, rule, *edits)
    for name in FOURTEEN:
        path = f"scripts/{name}.sh"
        edits = [
            Edit(index, index + 1, [line.replace(path, "make")]) for index, line in enumerate(ref.lines) if path in line
        ]
        yield changed("script that nobody calls", path, rule, *edits, says=path)


def _kubectl() -> Iterator[Mutant]:
    ref = reference()
    rule = "kubectl-setup"
    deployments = {
        ".staging_cluster": ["deploy-canary", "deploy-staging"],
        ".production_cluster": ["deploy-production"],
    }
    for name, jobs in deployments.items():
        for index, _ in ref.blocks[name].find(r"    - \.kubectl_setup"):
            image = Edit(
                ref.blocks[name].start + 1,
                ref.blocks[name].start + 1,
                ["  image: $CI_REGISTRY/infrastructure/alpine:3.20.3"],
            )
            yield changed("kubectl not set up", name, rule, image, Edit(index, index + 1), jobs=jobs)
    for job in ("deploy-canary", "deploy-staging", "deploy-production"):
        at = ref.blocks[job].start + 1
        for lines in (["  before_script: []"], ["  before_script:", "    - scripts/aws-assume-role.sh"]):
            yield changed(
                "kubectl set-up overridden", f"{job}: {lines[-1].strip()}", rule, Edit(at, at, lines), jobs=[job]
            )
    every = [job for jobs in deployments.values() for job in jobs]
    for index, found in ref.blocks[".kubectl_setup"].find(r"    - (aws eks|kubectl config) .*"):
        yield changed("half of the kubectl set-up dropped", found[1], rule, Edit(index, index + 1), jobs=every)
    renames = [
        Edit(
            index,
            index + 1,
            [line.replace(".kubectl_setup", ".cluster_tools").replace("&kubectl_setup", "&cluster_tools")],
        )
        for index, line in enumerate(ref.lines)
        if ".kubectl_setup" in line and not line.startswith("#")
    ]
    yield changed("set-up under another name", ".kubectl_setup", rule, *renames, says=".kubectl_setup")
