"""Gates as policy: forty ways past two approvals that somebody might choose, each caught by `check` and by `prove`."""

from __future__ import annotations

import os
import time

import pytest

from cilint import rules as packs
from cilint.check import check
from cilint.checks._verdicts import all_outcomes, answers_of
from cilint.compose.fetch import Project
from cilint.source import Source

STAGES = "stages: [build, approve, prod, after]\ncompile: {stage: build, script: [make]}\n"
APPROVALS = """\
.approve: {stage: approve, script: [scripts/approve.sh], when: manual, allow_failure: false}
approve-security: {extends: .approve}
approve-product: {extends: .approve}
"""
DEPLOY = "deploy: {stage: prod, script: [kubectl apply -f k8s], environment: production}\n"
BASE = STAGES + APPROVALS + DEPLOY
APPROVALS_ON = """\
.approve:
  stage: approve
  script: [scripts/approve.sh]
  rules: [{if: %s, when: manual}]
approve-security: {extends: .approve}
approve-product: {extends: .approve}
"""


@pytest.fixture(scope="module")
def rules():
    return packs.load(("gitlab", "enterprise"))


@pytest.fixture
def judged(tmp_path, rules):
    """judged(text, files) -> (findings, not assessed, answers), of the rule on two approvals."""

    def run(text, files=None, rule="production-dual-approval"):
        for name, content in (files or {}).items():
            path = tmp_path / name
            os.makedirs(path.parent, exist_ok=True)
            path.write_text(content)
            path.chmod(0o755)
        chosen = rules.narrow(select=[rule])
        checked = check(Source(".gitlab-ci.yml", text), Project(str(tmp_path)), chosen)
        errors = [one for one in checked.findings if one.rule != rule]
        assert not errors, errors
        answers = [answer for answer, _ in answers_of(all_outcomes(checked.context, chosen))]
        return checked.findings, checked.not_assessed, answers

    return run


def test_what_waits_for_both_approvals_is_proven(judged):
    findings, unknown, answers = judged(BASE)
    assert (findings, unknown) == ([], [])
    assert [(answer.guarded, answer.status) for answer in answers] == [("deploy", "proven")] * 2


def second(script, **keys):
    """The clean pipeline and beside it a second job that waits for nobody."""
    import json

    return BASE + "second: " + json.dumps({"stage": "prod", "needs": ["compile"], "script": script, **keys}) + "\n"


CHILD = "deploy-it: {script: [kubectl apply -f k8s], environment: production}\n"

# name: (file, the job that gets past, part of what is told)
WAYS = {
    # -- the deployment does not wait
    "needs without approvals": (
        BASE.replace("environment: production", "environment: production, needs: [compile]"),
        "deploy",
        "needs",
    ),
    "needs nothing": (BASE.replace("environment: production", "environment: production, needs: []"), "deploy", "needs"),
    "always": (
        BASE.replace("environment: production", "environment: production, when: always"),
        "deploy",
        "when: always",
    ),
    "on failure": (
        BASE.replace("environment: production", "environment: production, when: on_failure"),
        "deploy",
        "when: on_failure",
    ),
    "delayed": (
        BASE.replace(
            "environment: production", "environment: production, needs: [compile], when: delayed, start_in: 1 day"
        ),
        "deploy",
        "needs",
    ),
    "before all stages": (STAGES + APPROVALS + DEPLOY.replace("stage: prod", "stage: .pre"), "deploy", "comes later"),
    "in the stage of the approvals": (
        BASE.replace("stage: prod", "stage: approve, resource_group: production"),
        "deploy",
        "stage approve",
    ),
    "a rule with needs of its own": (
        "workflow: {rules: [{if: $CI_COMMIT_BRANCH}]}\n"
        + BASE.replace(
            "environment: production",
            "environment: production, rules: [{if: $HOTFIX, needs: [compile]}, {when: on_success}]",
        ),
        "deploy",
        "HOTFIX",
    ),
    "a job between that always runs": (
        BASE.replace("environment: production", "environment: production, needs: [package]")
        + "package: {stage: approve, needs: [approve-security, approve-product], when: always, script: [make package]}\n",
        "deploy",
        "package",
    ),
    "a job between that may fail": (
        BASE.replace("environment: production", "environment: production, needs: [package]")
        + "package: {stage: approve, needs: [approve-security, approve-product], allow_failure: true, script: [make package]}\n",
        "deploy",
        "package",
    ),
    "extends with other needs": (BASE + "hotfix: {extends: deploy, needs: []}\n", "hotfix", "needs"),
    "optional needs": (
        STAGES
        + APPROVALS_ON % '$CI_COMMIT_BRANCH == "main"'
        + "deploy: {stage: prod, script: [kubectl apply -f k8s], environment: production, rules: [{when: on_success}],"
        " needs: [{job: approve-security, optional: true}, {job: approve-product, optional: true}]}\n",
        "deploy",
        "not in it",
    ),
    # -- an approval that does not hold
    "an approval that may fail": (
        BASE.replace("allow_failure: false", "allow_failure: true"),
        "deploy",
        "allow_failure",
    ),
    "an approval that may fail with a code": (
        BASE.replace("allow_failure: false", "allow_failure: {exit_codes: 7}"),
        "deploy",
        "permits",
    ),
    "an approval that may be left": (BASE.replace(", allow_failure: false", ""), "deploy", "left unplayed"),
    "a rule that lets an approval fail": (
        BASE.replace("when: manual, allow_failure: false", "rules: [{when: manual, allow_failure: true}]"),
        "deploy",
        "allow_failure",
    ),
    "an approval that starts by itself": (
        BASE.replace("when: manual, allow_failure: false", "rules: [{if: $FAST}, {when: manual}]"),
        "deploy",
        "starts by itself",
    ),
    "an approval after a while": (
        BASE.replace(
            "when: manual, allow_failure: false",
            "rules: [{if: $FAST, when: delayed, start_in: 1 minute}, {when: manual}]",
        ),
        "deploy",
        "when: delayed",
    ),
    "an approval that is skipped": (
        STAGES
        + APPROVALS.replace("allow_failure: false}", "allow_failure: false, needs: [docs]}")
        + DEPLOY
        + "docs: {stage: build, when: manual, script: [make docs]}\n",
        "deploy",
        "skipped",
    ),
    "one approval for both": (
        STAGES
        + "approve-security-and-product: {stage: approve, script: [scripts/approve.sh], when: manual, allow_failure: false}\n"
        + DEPLOY,
        "approve-security-and-product",
        "one click",
    ),
    "one approval only": (
        STAGES + APPROVALS.replace("approve-product: {extends: .approve}\n", "") + DEPLOY,
        "deploy",
        "product",
    ),
    "the approval deploys itself": (
        STAGES
        + APPROVALS.replace(
            "approve-product: {extends: .approve}",
            "approve-product: {extends: .approve, script: [kubectl --context production apply -f k8s]}",
        ),
        "approve-product",
        "security",
    ),
    "a failed job that is repaired and retried": (
        BASE.replace("environment: production", "environment: production, needs: [compile, repair]")
        + "repair: {stage: approve, when: on_failure, script: [make repair]}\n",
        "deploy",
        "retries",
    ),
    # -- pipelines in which an approval is not
    "a tag": (
        STAGES
        + APPROVALS_ON % '$CI_COMMIT_BRANCH == "main"'
        + DEPLOY.replace(
            "environment", 'rules: [{if: $CI_COMMIT_BRANCH == "main"}, {if: $CI_COMMIT_TAG}], environment'
        ),
        "deploy",
        "tag",
    ),
    "a schedule": (
        STAGES
        + APPROVALS_ON % '$CI_PIPELINE_SOURCE == "push"'
        + DEPLOY.replace("environment", "rules: [{if: $CI_PIPELINE_SOURCE =~ /push|schedule/}], environment"),
        "deploy",
        "schedule",
    ),
    "the API": (
        STAGES
        + APPROVALS_ON % '$CI_PIPELINE_SOURCE == "push"'
        + DEPLOY.replace("environment", "rules: [{if: $CI_PIPELINE_SOURCE =~ /^(push|api)$/}], environment"),
        "deploy",
        "API",
    ),
    "a trigger token": (
        STAGES
        + APPROVALS_ON % "$CI_PIPELINE_TRIGGERED == null"
        + DEPLOY.replace("environment", "rules: [{if: $CI_COMMIT_BRANCH}], environment"),
        "deploy",
        "trigger",
    ),
    "a merge train": (
        STAGES
        + APPROVALS_ON % '$CI_COMMIT_BRANCH == "main"'
        + DEPLOY.replace(
            "environment",
            'rules: [{if: $CI_COMMIT_BRANCH == "main"}, {if: $CI_MERGE_REQUEST_EVENT_TYPE == "merge_train"}], environment',
        ),
        "deploy",
        "merge request",
    ),
    "only and except": (
        STAGES
        + APPROVALS.replace("when: manual", "only: [main], when: manual")
        + DEPLOY.replace("environment", "only: [main, tags], environment"),
        "deploy",
        "tag",
    ),
    "changes": (
        STAGES
        + APPROVALS.replace("when: manual, allow_failure: false", "rules: [{changes: [src/**/*], when: manual}]")
        + DEPLOY.replace("environment", "rules: [{when: on_success}], environment"),
        "deploy",
        "changes",
    ),
    "a variable of workflow": (
        'workflow: {rules: [{if: $HOTFIX, variables: {SKIP: "yes"}}, {when: always}]}\n'
        + STAGES
        + APPROVALS.replace("when: manual, allow_failure: false", "rules: [{if: $SKIP, when: never}, {when: manual}]")
        + DEPLOY.replace("environment", "rules: [{when: on_success}], environment"),
        "deploy",
        "not in it",
    ),
    # -- another deployment
    "a second job": (second(["make ship"], environment="production"), "second", "needs"),
    "a second environment": (second(["make ship"], environment={"name": "production/eu"}), "second", "needs"),
    "a live environment": (second(["make ship"], environment="live"), "second", "needs"),
    "a short name": (second(["make ship"], environment="prd"), "second", "needs"),
    "a stated tier": (
        second(["make ship"], environment={"name": "shop", "deployment_tier": "production"}),
        "second",
        "needs",
    ),
    "a tier that hides": (
        second(["make ship"], environment={"name": "production", "deployment_tier": "staging"}),
        "second",
        "needs",
    ),
    "a name that hides": (second(["make ship"], environment="production-maintenance"), "second", "needs"),
    "an action that is no deployment": (
        second(["kubectl apply -f k8s"], environment={"name": "production", "action": "prepare"}),
        "second",
        "needs",
    ),
    "a matrix": (
        second(["make ship"], environment="$E", parallel={"matrix": [{"E": ["staging", "production"]}]}),
        "second: [production]",
        "needs",
    ),
    "a choice at the start": (
        "variables: {E: {value: staging, options: [staging, production]}}\n" + second(["make ship"], environment="$E"),
        "second",
        "needs",
    ),
    "a rule's variable": (
        BASE + "second: {stage: prod, needs: [compile], script: [make ship], environment: $E, variables: {E: dev},"
        " rules: [{if: $CI_COMMIT_TAG, variables: {E: production}}, {when: on_success}]}\n",
        "second",
        "needs",
    ),
    "a rollback that deploys": (
        BASE
        + "rollback-production: {stage: prod, needs: [compile], script: [helm upgrade shop chart], environment: production}\n",
        "rollback-production",
        "needs",
    ),
    "a rollback by its name": (
        BASE
        + "rollback-prod: {stage: prod, needs: [compile], script: ['kubectl --context production apply -f k8s']}\n",
        "rollback-prod",
        "needs",
    ),
    "before every script": (
        BASE.replace("compile:", "default: {before_script: ['kubectl --context production apply -f k8s']}\ncompile:"),
        "compile",
        "security",
    ),
}

COMMANDS = {
    "a context": ["kubectl --context production-cluster apply -f k8s"],
    "a context chosen before": ["kubectl config use-context prod-eu", "kubectl apply -f k8s"],
    "a cluster chosen before": ["aws eks update-kubeconfig --name production-cluster", "helm upgrade shop chart"],
    "the second of two contexts": [
        "kubectl --context staging apply -f k8s",
        "kubectl --context production apply -f k8s",
    ],
    "a shell in the shell": ["bash -c 'kubectl --context production apply -f k8s'"],
    "eval": ["eval 'kubectl --context production apply -f k8s'"],
    "a variable of the shell": ["NS=production", 'kubectl -n "$NS" apply -f k8s'],
    "a value before the command": ["ENV=production ./deploy.sh"],
    "a workspace": ["terraform workspace select prod", "terraform apply -auto-approve"],
    "a file of variables": ["terraform apply -auto-approve -var-file=prod.tfvars"],
    "a folder": ["cd environments/production", "terragrunt apply"],
    "a script that is not there": ["./deploy-prod.sh"],
    "a script of another language": ["python3 deploy_prod.py"],
    "a script of npm": ["npm run deploy:prod"],
    "serverless": ["npx sls deploy --stage prod"],
    "helmfile": ["helmfile -e production apply"],
    "ansible": ["ansible-playbook -i inventories/production site.yml"],
    "argo": ["argocd app sync shop-production"],
    "cloud run": ["gcloud run deploy shop --project acme-prod"],
    "a web app": ["az webapp deploy --name shop-prod --src-path app.zip"],
    "a service": ["aws ecs update-service --cluster prod --service shop --force-new-deployment"],
    "a bucket": ["aws s3 sync dist s3://shop-production"],
    "a function": ["aws lambda update-function-code --function-name shop-prod --zip-file fileb://app.zip"],
    "stacks": ["npx cdk deploy ProdStack"],
    "a host": ["rsync -a dist/ deploy@web.prod.example.com:/srv"],
    "a shell on a host": ["ssh deploy@prod-1.example.com docker compose up -d"],
    "a branch that deploys": ["git push origin HEAD:production"],
    "copies to a bucket": ["aws s3 cp dist s3://acme-prod --recursive"],
    "copies to a bucket of Google's": ["gsutil -m cp -r dist gs://shop-production"],
    "a revision": ["gcloud run services update shop --image x --project shop-prod"],
    "another tool for stacks": ["cdktf deploy prod"],
    "a task of another runner": ["fastlane deploy_production"],
    "a release of npm": ["pnpm run release:prod"],
    "PowerShell": ["pwsh -c './deploy.ps1 -Environment Production'"],
}
for name, script in COMMANDS.items():
    WAYS[f"by command: {name}"] = (second(script), "second", "needs")
WAYS["by value: a namespace"] = (
    second(["kubectl -n $NS apply -f k8s"], variables={"NS": "production"}),
    "second",
    "needs",
)
WAYS["by value: an account"] = (
    second(["npx cdk deploy --all"], variables={"AWS_ACCOUNT_ID": "$PROD_ACCOUNT_ID"}),
    "second",
    "needs",
)
WAYS["by value: a label and an account"] = (
    second(["npx cdk deploy --all"], variables={"ACCOUNT": "$PROD_ACCOUNT_ID"}, environment="staging"),
    "second",
    "needs",
)
WAYS["by value: what a script reads"] = (
    second(["./deploy.sh"], variables={"ENVIRONMENT": "production"}),
    "second",
    "needs",
)
WAYS["by name: an opaque script"] = (
    BASE + "release-to-production: {stage: prod, needs: [compile], script: [./go]}\n",
    "release-to-production",
    "needs",
)
WAYS["by name: nothing else"] = (
    BASE + "production: {stage: prod, needs: [compile], script: [./go]}\n",
    "production",
    "needs",
)
WAYS["by name: underscores"] = (
    BASE + "deploy_prod: {stage: prod, needs: [compile], script: [./go]}\n",
    "deploy_prod",
    "needs",
)


@pytest.mark.parametrize("way", WAYS)
def test_a_way_past_the_approvals_is_told(judged, way):
    text, job, part = WAYS[way]
    findings, _, answers = judged(text)
    told = [finding for finding in findings if job.partition(":")[0] in finding.jobs]
    assert told, (findings, answers)
    assert any(part in finding.message + " ".join(one.message for one in finding.related) for finding in told), [
        one.message for one in told
    ]
    if job.startswith("approve-") and "one click" in part:
        return  # no gate is broken: there is one job where two are asked for
    guarded = [answer for answer in answers if answer.guarded == job.partition(":")[0]]
    assert any(answer.status == "refuted" for answer in guarded), answers
    for answer in guarded:
        assert answer.status != "refuted" or answer.counterexample is not None or answer.reason, answer.guarded


GENERATED = "release: {stage: prod, trigger: {include: [{artifact: made.yml, job: compile}]}}\n"
ELSEWHERE = "release: {stage: prod, trigger: {project: acme/deployer, strategy: depend}}\n"
UNKNOWN = {
    "a generated child": (GENERATED, "child pipeline of release", "made by a job"),
    "another project": (ELSEWHERE, "starts in acme/deployer", "another project"),
    "another project, in short": (
        "release: {stage: prod, trigger: acme/deployer}\n",
        "starts in acme/deployer",
        "another project",
    ),
    "an unreadable child": (
        "release: {stage: prod, trigger: {include: {remote: 'https://example.com/a.yml'}}}\n",
        "child pipeline of release",
        "a.yml",
    ),
    "an environment of the settings": (
        "release: {stage: prod, script: [make ship], environment: $WHERE}\n",
        "whether release",
        "$WHERE",
    ),
    "an environment of the branch": (
        "release: {stage: prod, script: [make ship], environment: $CI_COMMIT_BRANCH}\n",
        "whether release",
        "CI_COMMIT_BRANCH",
    ),
    "a tier of the settings": (
        "release: {stage: prod, script: [make ship], environment: {name: shop, deployment_tier: $TIER}}\n",
        "whether release",
        "shop",
    ),
    "no word on the place": ("release: {stage: prod, script: [kubectl apply -f k8s]}\n", "whether release", "kubectl"),
    "a script that says nothing": ("release: {stage: prod, script: [./deploy.sh]}\n", "whether release", "deploy.sh"),
    "a pipeline by the API": (
        "release: {stage: prod, script: [curl -X POST -F ref=main https://gitlab.example.com/api/v4/projects/1/pipeline]}\n",
        "whether release",
        "curl",
    ),
    "a click by the API": (
        "release: {stage: prod, script: [curl -X POST https://gitlab.example.com/api/v4/projects/1/jobs/5/play]}\n",
        "whether release",
        "curl",
    ),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_may_be_production_is_never_silent(judged, case):
    job, what, why = UNKNOWN[case]
    findings, unknown, answers = judged(STAGES + APPROVALS + job.replace("stage: prod", "stage: prod, needs: []"))
    assert findings == []
    assert any(what in one.what and why in one.why for one in unknown), unknown
    (answer,) = [answer for answer in answers if answer.guarded == "release"]
    assert (answer.status, answer.by) == ("unknown", ("approve-security", "approve-product"))
    assert why in answer.reason


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_waits_for_the_approvals_may_be_production(judged, case):
    if case == "an unreadable child":
        return
    findings, unknown, answers = judged(STAGES + APPROVALS + UNKNOWN[case][0])
    assert (findings, unknown) == ([], [])
    assert {answer.status for answer in answers} == {"proven"}


@pytest.mark.parametrize(
    "environment",
    [
        "review/$CI_COMMIT_REF_SLUG",
        "staging-$CI_COMMIT_BRANCH",
        "pipeline-$CI_PIPELINE_ID",
        "{name: $CI_COMMIT_BRANCH, deployment_tier: testing}",
        "pre-prod",
        "test",
    ],
)
def test_other_environments_are_not_in_question(judged, environment):
    text = (
        STAGES
        + APPROVALS
        + "ship: {stage: prod, needs: [], script: [kubectl apply -f k8s], environment: "
        + environment
        + "}\n"
    )
    assert judged(text) == ([], [], [])


@pytest.mark.parametrize(
    "script",
    [
        "kubectl --context non-prod apply -f k8s",
        "helm upgrade shop chart --kube-context preprod",
        "npm ci --production",
        "kubectl --context production get pods",
        "echo deploy to prod",
        "aws s3 cp s3://acme-prod/x .",
        "gsutil cp gs://acme-prod/x .",
    ],
)
def test_what_only_looks_like_production_is_not_guarded(judged, script):
    _, _, answers = judged(second([script]))
    assert [answer for answer in answers if answer.guarded == "second" and answer.status != "unknown"] == []


def test_a_rollback_is_no_deployment(judged):
    text = (
        BASE
        + "rollback-production: {stage: after, needs: [], when: manual, script: [kubectl rollout undo deploy/app], environment: production}\n"
    )
    assert judged(text)[:2] == ([], [])


def test_only_the_instances_of_production_are_guarded(judged):
    job = "ship: {stage: %s, needs: %s, script: [make ship], environment: $E, parallel: {matrix: [{E: [staging, production]}]}}\n"
    findings, _, answers = judged(STAGES + APPROVALS + job % ("prod", "[]"))
    assert {finding.message.split(",")[0] for finding in findings} == {
        "a push to branch main creates ship: [production]"
    }
    assert {answer.status for answer in answers} == {"refuted"}
    text = (
        STAGES
        + APPROVALS.replace("stage: approve", "stage: approve, needs: ['ship: [staging]']")
        + job % ("prod", "[]")
    )
    assert judged(text.replace("needs: ['ship: [staging]'], ", ""))[0]


def test_needs_that_the_sources_disagree_on_are_said(judged):
    text = BASE.replace(
        "environment: production",
        "environment: production, needs: [approve-security, approve-product], rules: [{if: $CI_COMMIT_BRANCH, needs: []}]",
    ).replace("when: manual, allow_failure: false", "rules: [{if: $CI_COMMIT_BRANCH, when: manual}]")
    findings, unknown, answers = judged(text)
    assert findings == []
    assert [one.what for one in unknown] == ["what rules: needs: [] of deploy does"]
    assert {answer.status for answer in answers} == {"proven"}


def test_the_gates_of_children_are_asked_like_those_of_the_parent(judged):
    parent = STAGES + APPROVALS + "release: {stage: prod, needs: %s, trigger: {include: child.yml}}\n"
    files = {"child.yml": CHILD}
    _, _, answers = judged(parent % "[approve-security, approve-product]", files)
    assert [(answer.triggers, answer.guarded, answer.status) for answer in answers] == [
        (("release",), "deploy-it", "proven")
    ] * 2
    findings, _, answers = judged(parent % "[approve-security]", files)
    (finding,) = findings
    assert "release starts a child pipeline with deploy-it" in finding.message
    assert finding.jobs == ("release",)
    assert {answer.by: answer.status for answer in answers} == {
        ("approve-security",): "proven",
        ("approve-product",): "refuted",
    }


def test_a_child_of_a_child_is_followed(judged):
    parent = STAGES + APPROVALS + "release: {stage: prod, needs: %s, trigger: {include: child.yml}}\n"
    files = {"child.yml": "go: {trigger: {include: inner.yml}}\n", "inner.yml": CHILD}
    assert judged(parent % "[approve-security, approve-product]", files)[0] == []
    findings, _, answers = judged(parent % "[]", files)
    assert {finding.jobs for finding in findings} == {("release",)}
    assert {answer.triggers for answer in answers} == {("release", "go")}


@pytest.mark.parametrize(
    ("release", "status"),
    [
        ("{variables: {CI_COMMIT_BRANCH: hot}, trigger: {include: child.yml}}", "refuted"),
        ("{rules: [{variables: {CI_COMMIT_BRANCH: hot}}], trigger: {include: child.yml}}", "refuted"),
        ("{variables: {BRANCH: hot}, trigger: {include: child.yml}}", "proven"),
        (
            "{variables: {CI_COMMIT_BRANCH: hot}, trigger: {include: child.yml, forward: {yaml_variables: false}}}",
            "proven",
        ),
    ],
)
def test_variables_that_are_handed_down_outrank_those_of_gitlab(judged, release, status):
    child = (
        "stages: [approve, prod]\n"
        + APPROVALS_ON % "$CI_COMMIT_BRANCH && $CI_COMMIT_BRANCH == $CI_COMMIT_REF_NAME"
        + DEPLOY.replace("environment", "rules: [{if: $CI_COMMIT_BRANCH}], environment")
    )
    _, _, answers = judged(f"log: {{script: [make]}}\nrelease: {release}\n", {"child.yml": child})
    assert [answer.status for answer in answers] == [status] * 2


DEPLOY_TO = "deploy-it: {script: [kubectl apply -f k8s], environment: $PLACE}\n"


@pytest.mark.parametrize(
    ("release", "status"),
    [
        ("variables: {PLACE: production}, trigger: {include: child.yml}", "refuted"),
        ("rules: [{variables: {PLACE: production}}], trigger: {include: child.yml}", "refuted"),
        ("parallel: {matrix: [{PLACE: [staging, production]}]}, trigger: {include: child.yml}", "refuted"),
        ("variables: {PLACE: $WHERE, WHERE: production}, trigger: {include: child.yml}", "refuted"),
        ("variables: {PLACE: staging}, trigger: {include: child.yml}", None),
        (
            "variables: {PLACE: production}, trigger: {include: child.yml, forward: {yaml_variables: false}}",
            "unknown",
        ),
        ("trigger: {include: child.yml}", "unknown"),
    ],
)
def test_a_child_deploys_where_its_trigger_job_says(judged, release, status):
    _, _, answers = judged(f"log: {{script: [make]}}\nrelease: {{{release}}}\n", {"child.yml": DEPLOY_TO})
    assert {answer.status for answer in answers} == ({status} if status else set())


def test_what_a_trigger_job_hands_down_reaches_the_child_of_a_child_only_where_it_is_forwarded(judged):
    for forward, status in (("", "unknown"), (", forward: {pipeline_variables: true}", "refuted")):
        files = {"child.yml": f"go: {{trigger: {{include: inner.yml{forward}}}}}\n", "inner.yml": DEPLOY_TO}
        parent = "log: {script: [make]}\nrelease: {variables: {PLACE: production}, trigger: {include: child.yml}}\n"
        _, _, answers = judged(parent, files)
        assert {answer.status for answer in answers} == {status}


@pytest.mark.parametrize(
    ("variables", "status"),
    [("{GO: 'yes'}", "proven"), ("{GO: 'no'}", "refuted"), ("{GO: $OTHER}", "refuted"), ("{}", "refuted")],
)
def test_values_that_a_trigger_job_always_hands_down_are_known(judged, variables, status):
    child = "stages: [approve, prod]\n" + APPROVALS_ON % '$GO == "yes"' + DEPLOY
    release = f"release: {{variables: {variables}, trigger: {{include: child.yml}}}}\n"
    _, _, answers = judged(f"log: {{script: [make]}}\n{release}", {"child.yml": child})
    assert {answer.status for answer in answers} == {status}


@pytest.mark.parametrize(
    ("trigger", "status"),
    [
        ("{include: child.yml}", "refuted"),
        ("{include: child.yml, strategy: depend}", "proven"),
        ("group/scans", "refuted"),
    ],
)
def test_what_only_starts_a_pipeline_is_no_scan(judged, trigger, status):
    text = f"secret-detection: {{stage: test, trigger: {trigger}}}\n" + DEPLOY.replace("stage: prod", "stage: deploy")
    _, _, answers = judged(text, {"child.yml": "log: {script: [make]}\n"}, "deployment-gated-by-checks")
    (answer,) = [
        one for one in answers if one.guarded == "deploy" and "secret-detection" in " ".join((*one.by, one.reason))
    ]
    assert answer.status == status
    assert status == "proven" or "it has no trigger:strategy" in answer.reason


ROWS = "release: {parallel: {matrix: [{PLACE: [staging, production], SIZE: ['1']}]}, trigger: {include: child.yml}}\n"


@pytest.mark.parametrize(
    ("held", "found"),
    [
        ("production", {("release: [production, 1]",): "proven"}),
        ("staging", {("release: [production, 1]",): "refuted"}),
    ],
)
def test_each_row_of_a_matrix_starts_a_child_with_its_own_values(judged, held, found):
    child = "stages: [approve, prod]\n" + APPROVALS_ON % f'$PLACE == "{held}" && $SIZE == "1"' + DEPLOY_TO
    child = child.replace("deploy-it: {", "deploy-it: {stage: prod, ")
    findings, _, answers = judged(f"log: {{script: [make]}}\n{ROWS}", {"child.yml": child})
    assert {answer.triggers: answer.status for answer in answers} == found
    assert {finding.jobs for finding in findings} == ({("release",)} if "refuted" in found.values() else set())


def test_only_the_row_that_deploys_there_has_to_wait(judged):
    head = "workflow: {rules: [{if: $CI_COMMIT_BRANCH}]}\n"
    text = head + STAGES + APPROVALS + ROWS.replace("release: {", "release: {stage: prod, rules: [%s], ")
    child = {"child.yml": DEPLOY_TO}
    assert judged(text % "{if: '$PLACE == \"production\"'}", child)[0] == []
    findings, _, _ = judged(text % "{if: '$PLACE == \"production\"', needs: [compile]}, {when: on_success}", child)
    assert {finding.message.partition(" starts")[0] for finding in findings} == {"release: [production, 1]"}


def test_a_matrix_of_many_rows_is_looked_at_as_one(judged):
    rows = ", ".join(f"'{number}'" for number in range(31))
    release = (
        f"release: {{parallel: {{matrix: [{{PLACE: [production], N: [{rows}]}}]}}, trigger: {{include: child.yml}}}}\n"
    )
    _, _, answers = judged(f"log: {{script: [make]}}\n{release}", {"child.yml": DEPLOY_TO})
    assert {(answer.triggers, answer.status) for answer in answers} == {(("release",), "refuted")}


HOLDERS = "approve-security: {script: [ok], %s}\napprove-product: {script: [ok], %s}\n"
BY_HAND = "rules: [{when: manual}]"
ABOVE = (
    """\
workflow: {rules: [{if: $CI_COMMIT_BRANCH}]}
stages: [build, approve, prod, after]
compile: {stage: build, script: [make]}
release: {stage: approve, trigger: {include: child.yml, strategy: depend}}
"""
    + DEPLOY
)
# name: (what is other in the parent, the child, the verdict, part of the reason)
IN_A_CHILD = {
    "depend": ({}, HOLDERS % (BY_HAND, BY_HAND), "proven", ""),
    "mirror": ({"depend": "mirror"}, HOLDERS % (BY_HAND, BY_HAND), "proven", ""),
    "through needs": ({"stage: prod": "stage: after, needs: [release]"}, HOLDERS % (BY_HAND, BY_HAND), "proven", ""),
    "no strategy": ({", strategy: depend": ""}, HOLDERS % (BY_HAND, BY_HAND), "refuted", "no trigger:strategy"),
    "nobody waits for it": (
        {"stage: prod": "stage: prod, needs: [compile]"}, HOLDERS % (BY_HAND, BY_HAND), "refuted", "release",
    ),
    "its failure is permitted": (
        {"release: {": "release: {allow_failure: true, "}, HOLDERS % (BY_HAND, BY_HAND), "refuted", "allow_failure",
    ),
    "it is not in each pipeline": (
        {"release: {": "release: {rules: [{if: $GO}], "}, HOLDERS % (BY_HAND, BY_HAND), "refuted", "release is not in it",
    ),
    "optional approvals": ({}, HOLDERS % ("when: manual", "when: manual"), "unknown", "left unplayed"),
    "approvals that start by themselves": ({}, HOLDERS % (("rules: [{if: $FAST}, {when: manual}]",) * 2), "unknown", "starts by itself"),
    "approvals that are not in each child": (
        {}, HOLDERS % (("rules: [{if: $GO, when: manual}]",) * 2) + "log: {script: [x]}\n", "unknown", "not in it",
    ),
    "approvals that may be skipped": (
        {}, HOLDERS % ((f"{BY_HAND}, needs: [ask]",) * 2) + "ask: {script: [x], when: manual}\n", "unknown", "skipped",
    ),
    "approvals behind others": (
        {}, HOLDERS % (f"{BY_HAND}, stage: .pre", f"{BY_HAND}, stage: .post") + "log: {script: [x]}\n", "proven", "",
    ),
    "a job that runs whatever happens": (
        {}, HOLDERS % (BY_HAND, BY_HAND) + "log: {stage: .post, when: always, script: [x]}\n", "proven", "",
    ),
    "a child of a child": (
        {}, "go: {trigger: {include: inner.yml, strategy: depend}}\n", "proven", "",
    ),
    "a child of a child that is not waited for": ({}, "go: {trigger: {include: inner.yml}}\n", "unknown", "no trigger:strategy"),
    "a child that a job makes": (
        {"include: child.yml": "include: [{artifact: a.yml, job: compile}]"}, "log: {script: [x]}\n", "unknown", "made by a job",
    ),
    "another project": ({"include: child.yml": "project: acme/approvals"}, "log: {script: [x]}\n", "unknown", "acme/approvals"),
    "another project that nobody waits for": (
        {"include: child.yml, strategy: depend": "project: acme/approvals"}, "log: {script: [x]}\n", "refuted", "no job is",
    ),
    "no approvals there": ({}, "log: {script: [x]}\n", "refuted", "no job is"),
}  # fmt: skip


@pytest.mark.parametrize("case", IN_A_CHILD)
def test_approvals_in_a_child_hold_what_waits_for_the_child(judged, case):
    changes, child, status, part = IN_A_CHILD[case]
    text = ABOVE
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    findings, unknown, answers = judged(text, {"child.yml": child, "inner.yml": HOLDERS % (BY_HAND, BY_HAND)})
    assert [answer.status for answer in answers if answer.guarded == "deploy"] == [status] * 2
    told = " ".join((*(one.message for one in findings), *(one.why for one in unknown)))
    assert part in told
    assert bool(findings) == (status == "refuted")
    if status == "proven":
        assert {answer.by[0].partition(" > ")[0] for answer in answers} == {"release"}


def test_a_sibling_child_may_hold_the_approvals(judged):
    text = ABOVE.replace(DEPLOY, "roll-out: {stage: prod, %strigger: {include: deploy.yml}}\n")
    files = {"child.yml": HOLDERS % (BY_HAND, BY_HAND), "deploy.yml": CHILD}
    assert {answer.status for answer in judged(text % "", files)[2]} == {"proven"}
    assert {answer.status for answer in judged(text % "needs: [compile], ", files)[2]} == {"refuted"}


def test_one_of_two_children_with_approvals_is_enough(judged):
    text = ABOVE.replace(
        "release: {", "first: {stage: approve, trigger: {include: child.yml, strategy: depend}}\nrelease: {"
    )
    files = {"child.yml": HOLDERS % (BY_HAND, BY_HAND)}
    for needs, status in (
        ("", "proven"),
        ("needs: [first], ", "proven"),
        ("needs: [release], ", "proven"),
        ("needs: [compile], ", "refuted"),
    ):
        answers = judged(text.replace("deploy: {", f"deploy: {{{needs}"), files)[2]
        assert {answer.status for answer in answers} == {status}


def test_a_scan_in_a_child_stands_for_one_here(judged):
    child = "secret-detection: {script: [gitleaks detect]}\n"
    for strategy, status in ((", strategy: depend", "proven"), ("", "refuted")):
        text = ABOVE.replace(", strategy: depend", strategy)
        _, _, answers = judged(text, {"child.yml": child}, "deployment-gated-by-checks")
        (answer,) = [one for one in answers if "secret" in " ".join((*one.by, one.reason)).lower()]
        assert answer.status == status


def test_two_children_that_hold_for_one_kind_each_hold_together(judged):
    one = "{stage: approve, rules: [{if: %s}], trigger: {include: child.yml, strategy: depend}}\n"
    text = ABOVE.replace("$CI_COMMIT_BRANCH}]}", "$CI_COMMIT_BRANCH}, {if: $CI_COMMIT_TAG}]}").replace(
        "release: {stage: approve, trigger: {include: child.yml, strategy: depend}}\n",
        "of-branches: " + one % "$CI_COMMIT_BRANCH" + "of-tags: " + one % "$CI_COMMIT_TAG",
    )
    files = {"child.yml": HOLDERS % (BY_HAND, BY_HAND)}
    _, _, answers = judged(text, files)
    assert {answer.status for answer in answers} == {"proven"}
    assert answers[0].by == ("of-branches > approve-security", "of-tags > approve-security")
    assert {one.status for one in judged(text.replace("$CI_COMMIT_TAG}],", "$GO}],"), files)[2]} == {"refuted"}


def test_a_gate_above_for_branches_and_one_in_the_child_for_tags_hold_together(judged):
    parent = "workflow: {rules: [{if: $CI_COMMIT_BRANCH}, {if: $CI_COMMIT_TAG}]}\n" + STAGES
    parent += APPROVALS_ON % "$CI_COMMIT_BRANCH" + "release: {stage: prod, trigger: {include: child.yml}}\n"
    for tags, status in (("$CI_COMMIT_TAG", "proven"), ("$CI_COMMIT_TAG =~ /^v/", "refuted")):
        child = "stages: [approve, prod]\n" + APPROVALS_ON % tags + DEPLOY
        findings, _, answers = judged(parent, {"child.yml": child})
        assert {answer.status for answer in answers} == {status}
        assert all("tag" in finding.message for finding in findings)


def test_a_gate_that_is_in_no_pipeline_above_holds_nothing_with_another(judged):
    """Above there is none but in a sibling that nothing waits for, in the child it is there for tags alone."""
    parent = "workflow: {rules: [{if: $CI_COMMIT_BRANCH}, {if: $CI_COMMIT_TAG}]}\n" + STAGES
    parent += "ask: {stage: approve, trigger: {include: ask.yml, strategy: depend}}\n"
    parent += "release: {stage: prod, needs: [compile], trigger: {include: child.yml}}\n"
    files = {
        "child.yml": "stages: [approve, prod]\n" + APPROVALS_ON % "$CI_COMMIT_TAG" + DEPLOY,
        "ask.yml": HOLDERS % (BY_HAND, BY_HAND),
    }
    assert {answer.status for answer in judged(parent, files)[2]} == {"refuted"}


def test_a_family_of_matrices_ends_in_time(judged):
    """A file that starts itself by a matrix: no more children are told apart than a person would look at."""
    rows = ", ".join(f"p{number}" for number in range(12))
    text = STAGES + APPROVALS_ON % "$GO" + DEPLOY
    text += f"release: {{stage: build, parallel: {{matrix: [{{PLACE: [{rows}]}}]}}, trigger: {{include: self.yml, strategy: depend}}}}\n"
    started = time.process_time()
    assert {answer.status for answer in judged(text, {"self.yml": text})[2]} <= {"refuted", "unknown"}
    assert time.process_time() - started < 15
