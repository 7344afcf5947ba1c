"""Violations that a job reaches by a road of several steps are seen, and clean jobs on the same roads are not."""

from __future__ import annotations

import pytest

from cilint.check import check
from cilint.compose.fetch import open_project
from cilint.rules.packs import load

RULES = load()
HEAD = "  image: $CI_REGISTRY/infrastructure/node:22.1.0\n  stage: test\n"


def rules_found(tmp_path, lines: str, files: dict[str, str], keys: str) -> set[str]:
    script = "".join(f"      {line}\n" for line in lines.split("\n"))
    for path, text in {".gitlab-ci.yml": f"work:\n{HEAD}{keys}  script:\n    - |\n{script}", **files}.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    project, entry = open_project(str(tmp_path / ".gitlab-ci.yml"))
    return {finding.rule for finding in check(entry, project, RULES).findings}


BAD = [
    ("pipe-to-shell", "just setup", {"justfile": "setup:\n  curl -sSL https://x.example/i.sh | bash\n"}, ""),
    ("pipe-to-shell", "just setup", {"justfile": 'url := "https://x.example/i.sh"\nsetup:\n  curl -sSL {{url}} | bash\n'}, ""),
    ("pipe-to-shell", "task setup", {"Taskfile.yml": 'version: "3"\ntasks:\n  setup:\n    cmds:\n      - curl -sSL https://x.example/i.sh | bash\n'}, ""),
    ("pipe-to-shell", "task ci", {"Taskfile.yml": 'version: "3"\nincludes: {t: ./tools}\ntasks:\n  ci: [{task: "t:setup"}]\n', "tools/Taskfile.yml": "tasks:\n  setup: |\n    curl -sSL https://x.example/i.sh | sh -s -- -y\n"}, ""),
    ("pipe-to-shell", 'fetch() { curl -fsSL "$1"; }\nfetch https://x.example/i.sh | bash', {}, ""),
    ("pipe-to-shell", 'install() { curl -fsSL "$1" | bash; }\ninstall https://x.example/i.sh', {}, ""),
    ("pipe-to-shell", 'alias get="curl -fsSL"\nget https://x.example/i.sh | bash', {}, ""),
    ("pipe-to-shell", "make tools", {"Makefile": "tools:\n\tcurl https://x.example/i.sh | sh\n"}, ""),
    ("pipe-to-shell", "npm run ci", {"package.json": '{"scripts":{"preci":"curl https://x.example/i.sh | sh","ci":"true"}}'}, ""),
    ("pipe-to-shell", "./get.sh https://x.example/tool.sh tool.sh", {"get.sh": '#!/bin/sh\ncurl -o "$2" "$1"\nsh "$2"\n'}, ""),
    ("script-injection", 'run() { eval "$1"; }\nrun "echo $CI_COMMIT_MESSAGE"', {}, ""),
    ("script-injection", './x.sh "$CI_COMMIT_TITLE"', {"x.sh": '#!/bin/bash\nmsg=$1\neval "echo $msg"\n'}, ""),
    ("script-injection", './x.sh "$CI_MERGE_REQUEST_TITLE"', {"x.sh": '#!/bin/bash\nbash -c "notify $*"\n'}, ""),
    ("script-injection", "just say", {"justfile": 'say:\n  eval "echo $CI_COMMIT_MESSAGE"\n'}, ""),
    ("script-injection", "task say", {"Taskfile.yml": 'tasks:\n  say:\n    cmds: [\'sh -c "echo $CI_COMMIT_BRANCH"\']\n'}, ""),
    ("script-injection", 'just say "$CI_COMMIT_MESSAGE"', {"justfile": "say msg:\n  echo {{msg}} | bash\n"}, ""),
    ("script-injection", "just say", {"justfile": 'msg := env("CI_COMMIT_MESSAGE")\nsay:\n  eval "echo {{msg}}"\n'}, ""),
    ("tls-verification-off", "just get", {"justfile": "get:\n  curl -k https://a.example\n"}, ""),
    ("tls-verification-off", 'get() { curl "$@"; }\nget -k https://a.example', {}, ""),
    ("tls-verification-off", "./get.sh --insecure https://a.example", {"get.sh": '#!/bin/sh\nexec curl "$@"\n'}, ""),
    ("tls-verification-off", "task x", {"Taskfile.yml": 'tasks:\n  x:\n    env: {NODE_TLS_REJECT_UNAUTHORIZED: "0"}\n    cmds: [node x.js]\n'}, ""),
    ("tls-verification-off", "just x", {"justfile": 'export GIT_SSL_NO_VERIFY := "true"\nx:\n  git clone x\n'}, ""),
    ("secret-printed", 'say() { echo "$1"; }\nsay "$DEPLOY_TOKEN"', {}, ""),
    ("secret-printed", './say.sh "$DEPLOY_PASSWORD"', {"say.sh": '#!/bin/sh\necho "got $1"\n'}, ""),
    ("secret-printed", "just x", {"justfile": "x:\n  echo $DEPLOY_TOKEN\n"}, ""),
    ("secret-printed", "task x", {"Taskfile.yml": 'tasks: {x: "printenv"}\n'}, ""),
    ("secret-printed", 'T="$DEPLOY_TOKEN"\necho "$T"', {}, ""),
    ("hardcoded-account-id", "just x", {"justfile": 'acct := "123456789012"\nx:\n  aws s3 ls s3://b-{{acct}}\n'}, ""),
    ("hardcoded-account-id", "task x", {"Taskfile.yml": 'vars: {ACCT: "123456789012"}\ntasks:\n  x: aws sts assume-role --role-arn arn:aws:iam::{{.ACCT}}:role/GitLabCIRole\n'}, ""),
    ("hardcoded-credential", "just x", {"justfile": 'x:\n  curl -H "PRIVATE-TOKEN: glpat-abcdEFGH1234ijklMNOP" https://a.example\n'}, ""),
    ("hardcoded-credential", "task x", {"Taskfile.yml": "tasks:\n  x: AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY aws s3 ls\n"}, ""),
    ("script-public-image", "just x", {"justfile": "x:\n  docker run --rm nginx:1.27 true\n"}, ""),
    ("script-public-image", "just x", {"justfile": 'img := "docker.io/library/" + "nginx:1.2"\nx:\n  docker pull {{img}}\n'}, ""),
    ("script-public-image", "task x", {"Taskfile.yml": "vars: {IMG: nginx:1.2}\ntasks:\n  x: docker run {{.IMG}} true\n"}, ""),
    ("script-public-image", 'pull() { docker pull "$1"; }\npull nginx:1.2', {}, ""),
    ("script-public-image", "./p.sh nginx 1.2", {"p.sh": '#!/bin/sh\ndocker run --rm "$1:$2" true\n'}, ""),
    ("script-public-image", "./p.sh", {"p.sh": '#!/bin/sh\ndocker run --rm "${1:-nginx:1.2}" true\n'}, ""),
    ("script-public-image", "./p.sh --image nginx:1.2", {"p.sh": '#!/bin/bash\nwhile [[ $# -gt 0 ]]; do\n  case $1 in\n    --image) IMG=$2; shift 2 ;;\n  esac\ndone\ndocker run --rm "$IMG" true\n'}, ""),
    ("script-public-image", "./retry.sh docker pull nginx:1.2", {"retry.sh": '#!/bin/sh\nfor i in 1 2 3; do "$@" && exit 0; done\nexit 1\n'}, ""),
    ("script-public-image", "alias d=docker\nd pull nginx:1.2", {}, ""),
    ("script-public-image", "docker compose -f dc.yml --profile x up -d", {"dc.yml": "services: {a: {image: nginx:1}}\n"}, ""),
    ("script-public-image", 'env -S "docker pull nginx:1"', {}, ""),
    ("docker-in-docker-insecure", "just x", {"justfile": 'export DOCKER_HOST := "tcp://docker:2375"\nx:\n  docker info\n'}, ""),
    ("aws-role-arn", "./assume.sh Admin", {"assume.sh": '#!/bin/sh\naws sts assume-role-with-web-identity --role-arn "arn:aws:iam::${AWS_ACCOUNT_ID}:role/$1" --web-identity-token x --role-session-name y\n'}, ""),
    ("aws-role-arn", "just a", {"justfile": 'role := "Admin"\na:\n  aws sts assume-role-with-web-identity --role-arn arn:aws:iam::${AWS_ACCOUNT_ID}:role/{{role}} --web-identity-token x --role-session-name y\n'}, ""),
    ("aws-role-arn", 'assume() { aws sts assume-role-with-web-identity --role-arn "$1" --web-identity-token x --role-session-name y; }\nassume "arn:aws:iam::${AWS_ACCOUNT_ID}:role/Admin"', {}, ""),
    ("aws-assume-role-web-identity", "just x", {"justfile": "x:\n  aws s3 ls\n"}, ""),
    ("aws-oidc-id-token", "task x", {"Taskfile.yml": "tasks: {x: aws s3 ls}\n"}, ""),
    ("aws-static-credentials", "just x", {"justfile": "x:\n  AWS_ACCESS_KEY_ID=$PROD_KEY AWS_SECRET_ACCESS_KEY=$PROD_SECRET aws s3 ls\n"}, ""),
    ("container-scan-blocking", 'scan() { trivy image --severity "$1" --exit-code 0 "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA"; }\nscan HIGH,CRITICAL', {}, ""),
    ("container-scan-blocking", "just scan", {"justfile": "scan:\n  trivy image --exit-code 0 $CI_REGISTRY_IMAGE:1\n"}, ""),
    ("container-scan-blocking", "./scan.sh 0", {"scan.sh": '#!/bin/sh\ntrivy image --exit-code "$1" --severity HIGH,CRITICAL $CI_REGISTRY_IMAGE:1\n'}, ""),
    ("allow-failure-not-permitted", "just scan", {"justfile": "scan:\n  -trivy image --exit-code 1 --severity HIGH,CRITICAL $CI_REGISTRY_IMAGE:1\n"}, ""),
    ("allow-failure-not-permitted", "task scan", {"Taskfile.yml": 'tasks:\n  scan:\n    ignore_error: true\n    cmds: ["trivy image --exit-code 1 --severity HIGH,CRITICAL $CI_REGISTRY_IMAGE:1"]\n'}, ""),
    ("allow-failure-not-permitted", 'ign() { "$@" || true; }\nign trivy image --exit-code 1 --severity HIGH,CRITICAL $CI_REGISTRY_IMAGE:1', {}, ""),
    ("secret-detection-blocking", "just leaks", {"justfile": "leaks:\n  trufflehog git file://.\n"}, "  allow_failure: true\n"),
    ("production-manual", "just ship", {"justfile": "ship:\n  kubectl apply -f x\n"}, "  environment: {name: live, deployment_tier: production, url: https://x.example}\n"),
    ("environment-incomplete", 'deploy() { kubectl --context "$1" apply -f x; }\ndeploy production-cluster', {}, ""),
    ("environment-incomplete", "./d.sh production", {"d.sh": '#!/bin/sh\nhelm upgrade --install app ./chart --namespace "$1"\n'}, ""),
    ("environment-incomplete", "task d", {"Taskfile.yml": 'tasks:\n  d: {vars: {NS: production}, cmds: ["kubectl apply -n {{.NS}} -f x"]}\n'}, ""),
    ("environment-incomplete", "just d production", {"justfile": "d ns:\n  kubectl apply -n {{ns}} -f x\n"}, ""),
]  # fmt: skip
GOOD = [
    ("pipe-to-shell", "just setup", {"justfile": "setup:\n  curl -sSLo i.sh https://x.example/i.sh\n  sha256sum -c sums\n"}, ""),
    ("script-injection", './x.sh "$CI_COMMIT_TITLE"', {"x.sh": '#!/bin/bash\nnotify --title "$1"\n'}, ""),
    ("script-injection", 'run() { "$@"; }\nrun notify "$CI_COMMIT_TITLE"', {}, ""),
    ("script-public-image", './p.sh "$CI_REGISTRY/a/b:1"', {"p.sh": '#!/bin/sh\ndocker pull "$1"\n'}, ""),
    ("script-public-image", "just x", {"justfile": 'img := env("CI_REGISTRY") / "infrastructure/node:22.1"\nx:\n  docker pull {{img}}\n'}, ""),
    ("script-public-image", "task x", {"Taskfile.yml": "tasks:\n  x: docker pull {{.CI_REGISTRY}}/a/b:1\n"}, ""),
    ("aws-role-arn", "./assume.sh GitLabCIRole", {"assume.sh": '#!/bin/sh\naws sts assume-role-with-web-identity --role-arn "arn:aws:iam::${AWS_ACCOUNT_ID}:role/$1" --web-identity-token x --role-session-name y\n'}, ""),
    ("tls-verification-off", 'get() { curl "$@"; }\nget -fsS https://a.example', {}, ""),
    ("production-manual", "just ship dev", {"justfile": 'ship env="production":\n  kubectl --context {{env}} apply -f x\n'}, ""),
    ("production-manual", "./d.sh dev", {"d.sh": '#!/bin/sh\nkubectl --context "${1:-production}" apply -f x\n'}, ""),
    ("secret-printed", 'say() { echo "$1"; }\nsay "$CI_COMMIT_SHA"', {}, ""),
    ("secret-printed", 'login() { echo "$1" | docker login --password-stdin; }\nlogin "$DEPLOY_TOKEN"', {}, ""),
    ("container-scan-blocking", 'scan() { trivy image --exit-code 1 --severity "$1" --input image.tar; }\nscan HIGH,CRITICAL', {}, ""),
    ("container-scan-blocking", "./scan.sh 1 HIGH,CRITICAL", {"scan.sh": '#!/bin/sh\ntrivy image --exit-code "$1" --severity "$2" "$CI_REGISTRY_IMAGE:1"\n'}, ""),
    ("container-scan-blocking", "just scan", {"justfile": 'sev := "HIGH,CRITICAL"\nscan:\n  trivy image --exit-code 1 --severity {{sev}} $CI_REGISTRY_IMAGE:1\n'}, ""),
    ("container-scan-blocking", './t.sh --exit-code 1 --severity HIGH,CRITICAL "$CI_REGISTRY_IMAGE:1"', {"t.sh": '#!/bin/sh\nexec trivy image "$@"\n'}, ""),
    ("container-scan-blocking", "make scan CODE=1", {"Makefile": "scan:\n\ttrivy image --exit-code $(CODE) --severity HIGH,CRITICAL $$CI_REGISTRY_IMAGE:1\n"}, ""),
    ("allow-failure-not-permitted", "just test", {"justfile": "test:\n  pytest\n  -rm -rf tmp\n"}, ""),
    ("allow-failure-not-permitted", "./retry.sh pytest", {"retry.sh": '#!/bin/sh\nfor i in 1 2 3; do "$@" && exit 0; done\nexit 1\n'}, ""),
    ("pipe-to-shell", "just test", {"justfile": "test:\n  pytest\nsetup:\n  curl https://x.example/i.sh | bash\n"}, ""),
    ("pipe-to-shell", "task test", {"Taskfile.yml": "tasks:\n  test: pytest\n  setup: curl https://x.example/i.sh | bash\n"}, ""),
    ("hardcoded-credential", "just x", {"justfile": 'x:\n  curl -H "PRIVATE-TOKEN: $TOKEN" https://a.example\n'}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "lines", "files", "keys"), BAD)
def test_a_violation_at_the_end_of_a_road_is_seen(tmp_path, rule, lines, files, keys):
    assert rule in rules_found(tmp_path, lines, files, keys)


@pytest.mark.parametrize(("rule", "lines", "files", "keys"), GOOD)
def test_a_clean_job_on_the_same_roads_is_not_blamed(tmp_path, rule, lines, files, keys):
    assert rule not in rules_found(tmp_path, lines, files, keys)
