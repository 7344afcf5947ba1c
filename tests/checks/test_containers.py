"""What the containers of a job run: deployments that stand in no script."""

from __future__ import annotations

import pytest

from cilint.check import check
from cilint.compose.fetch import Project
from cilint.rules import load
from cilint.source import Source

RULE = "production-dual-approval"
JOB = """\
test:
  image: {image}
  services: {services}
  script: [make test]
"""


def judged(tmp_path, image="node:22", services="[]"):
    text = JOB.format(image=image, services=services)
    return check(Source(".gitlab-ci.yml", text), Project(str(tmp_path)), load().narrow(select=[RULE]))


@pytest.mark.parametrize(
    "service",
    [
        "{name: 'alpine:3', command: [sh, -c, 'kubectl apply -f k8s']}",
        "{name: 'alpine:3', entrypoint: [sh, -c], command: ['cd infra; npx cdk deploy --all']}",
        "{name: 'bitnami/kubectl:1.31', command: [apply, -f, k8s]}",
        "{name: 'alpine:3', command: [sh, -c, \"echo start\\nhelm upgrade app chart\"]}",
    ],
)
def test_where_a_service_deploys_to_is_not_known(tmp_path, service):
    checked = judged(tmp_path, services=f"[{service}]")
    assert checked.findings == []
    (item,) = checked.not_assessed
    assert item.what == "whether test deploys to production"
    assert item.why.startswith("a container of it runs ")


@pytest.mark.parametrize(
    ("image", "services"),
    [
        ("{name: 'node:22', entrypoint: [sh, -c, 'kubectl --context prod apply -f k8s; sh']}", "[]"),
        ("node:22", "[{name: 'alpine:3', command: [sh, -c, 'ENV=production npx cdk deploy']}]"),
    ],
)
def test_a_container_that_names_production_is_a_deployment(tmp_path, image, services):
    checked = judged(tmp_path, image, services)
    assert [(finding.rule, finding.jobs) for finding in checked.findings] == [(RULE, ("test",))] * 2


@pytest.mark.parametrize(
    "services",
    [
        "[{name: 'postgres:16', command: [postgres, -c, fsync=off]}]",
        "[{name: 'app:1', command: [sh, -c, 'until [ -f dist/server.js ]; do sleep 1; done; exec node dist/server.js']}]",
        "[{name: 'bitnami/kubectl:1.31', command: [version]}]",
        "[docker:24-dind]",
    ],
)
def test_other_services_are_no_deployments(tmp_path, services):
    checked = judged(tmp_path, services=services)
    assert checked.findings == []
    assert checked.not_assessed == []
