"""Section A: identity tokens and roles dropped, account ids and credentials written out, tiers mixed up."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator

from tests.mutation.faults.roads import roads
from tests.mutation.mutant import Mutant, changed
from tests.mutation.reference import Edit, reference, script_files

_TIERS = {".aws_dev": "DEV_ACCOUNT_ID", ".aws_staging": "STAGING_ACCOUNT_ID", ".aws_production": "PROD_ACCOUNT_ID"}
_ACCOUNT = "482193057716"
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def mutants() -> Iterator[Mutant]:
    yield from _tokens()
    yield from _roles()
    yield from _account_ids()
    yield from _tiers()
    yield from _static_keys()
    yield from _credentials()


def _tokens() -> Iterator[Mutant]:
    ref = reference()
    for name in _TIERS:
        block = ref.blocks[name]
        own, aud = block.place("id_tokens"), block.place("aud", 3)
        yield changed("id_tokens dropped", name, "aws-oidc-id-token", Edit(*own), jobs=ref.reached(name))
        rules = ["aws-oidc-id-token", "keyword-missing", "keyword-type", "keyword-value", "id-token-audience"]
        yield changed(
            "aud dropped", name, rules, Edit(aud[0] - 1, aud[1], ["    AWS_ID_TOKEN: {}"]), jobs=ref.reached(name)
        )
        for job in ref.reached(name):
            empty = Edit(ref.blocks[job].start + 1, ref.blocks[job].start + 1, ["  id_tokens: {}"])
            rest = [Edit(*own)]
            yield changed(
                "id_tokens dropped",
                f"{name}, {job} with an empty map",
                ["aws-oidc-id-token", "keyword-value", "keyword-missing"],
                empty,
                *rest,
                jobs=[job],
            )


def _roles() -> Iterator[Mutant]:
    ref = reference()
    for name in (".aws", ".kubectl_setup", "deploy-dev", "stop-dev"):  # others show no command of AWS
        for start, end in ref.script_items(name, "before_script"):
            if "aws-assume-role.sh" in ref.lines[start]:
                jobs = [job for job in ref.reached(name) if not _calls(job, "aws-assume-role.sh", but=name)]
                only = len(ref.script_items(name, "before_script")) == 1
                gone = Edit(start - 1, end) if only else Edit(start, end)
                yield changed("role not assumed", name, "aws-assume-role-web-identity", gone, jobs=jobs)
                other = Edit(
                    start, end, ['    - aws sts assume-role --role-arn "$AWS_ROLE_ARN" --role-session-name ci']
                )
                yield changed(
                    "role assumed without identity token", name, "aws-assume-role-web-identity", other, jobs=jobs
                )
    for index, _ in ref.blocks[".aws"].find(r"    AWS_ROLE_ARN: "):
        for arn in (
            "arn:aws:iam::${AWS_ACCOUNT_ID}:role/AdministratorAccess",
            "arn:aws:iam::$PROD_ACCOUNT_ID:role/GitLabCIRole",
            "arn:aws-cn:iam::${AWS_ACCOUNT_ID}:role/GitLabCIRole",
            "arn:aws:iam::${AWS_ACCOUNT_ID}:role/ci/GitLabCIRole",
        ):
            yield changed("another role", arn, "aws-role-arn", Edit(index, index + 1, [f"    AWS_ROLE_ARN: {arn}"]))
    for index, _ in ref.blocks[".aws"].find(r"    AWS_ROLE_ARN: "):
        parts = ["    ROLE_HEAD: 'arn:aws:iam::'", "    ROLE_TAIL: role/Admin"]
        whole = "    AWS_ROLE_ARN: ${ROLE_HEAD}${AWS_ACCOUNT_ID}:${ROLE_TAIL}"
        yield changed("another role in parts", ".aws", "aws-role-arn", Edit(index, index + 1, [*parts, whole]))
    for job in ("deploy-dev", "deploy-production", "prowler-hipaa"):
        script = ref.script_items(job)
        line = "    - aws sts assume-role --role-arn arn:aws:iam::${AWS_ACCOUNT_ID}:role/Admin --role-session-name ci"
        yield changed("another role in a script", job, "aws-role-arn", Edit(script[0][0], script[0][0], [line]))
    path = "scripts/detect-drift.sh"
    yield in_script(
        "another role in a script file",
        path,
        'export AWS_ROLE_ARN="arn:aws:iam::${AWS_ACCOUNT_ID}:role/Admin"',
        "aws-role-arn",
    )


def _calls(job: str, word: str, *, but: str) -> bool:
    """Whether the job still runs the word when the before_script of `but` has lost it."""
    ref = reference()
    nearest = [base for base in ref.bases(job) if ref.blocks[base].key("before_script")]
    return word in str(ref.value(job, "script")) or but not in nearest or (job in nearest and job != but)


def in_script(operator: str, path: str, line: str, rule: str | list[str]) -> Mutant:
    """A script file with a line more, behind `set -euo pipefail`."""
    lines = script_files()[path].splitlines()
    at = lines.index("set -euo pipefail") + 1
    text = "\n".join([*lines[:at], line, *lines[at:]]) + "\n"
    return Mutant(operator, f"{path}: {line[:30]}", rule, {path: text}, lines={path: [at + 1]})


def in_variables(operator: str, name: str, line: str, rule: str | list[str]) -> Mutant:
    """A variable more, in a job, a template or for all."""
    block = reference().blocks[name]
    if name == "variables":
        edit = Edit(block.start + 1, block.start + 1, [f"  {line}"])
    else:
        place = block.key("variables")
        head = [] if place else ["  variables:"]
        at = place[0] + 1 if place else block.start + 1
        edit = Edit(at, at, [*head, f"    {line}"])
    return changed(operator, f"{name}: {line[:30]}", rule, edit)


def in_job_script(operator: str, job: str, line: str, rule: str | list[str]) -> Mutant:
    """A line more at the head of a job's script."""
    start = reference().script_items(job)[0][0]
    return changed(operator, f"{job}: {line[:30]}", rule, Edit(start, start, [f"    - {line}"]))


def _account_ids() -> Iterator[Mutant]:
    rule = "hardcoded-account-id"
    ref = reference()
    for name in ("variables", ".aws", *_TIERS, "deploy-dev", "deploy-production", "archive-evidence"):
        for line in (
            f'AWS_ACCOUNT_ID: "{_ACCOUNT}"',
            f"AWS_ROLE_ARN: arn:aws:iam::{_ACCOUNT}:role/GitLabCIRole",
            f"ECR_HOST: {_ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com",
            f"AWS_ACCOUNT_ID: {_ACCOUNT}",
        ):
            yield in_variables("account id in a variable", name, line, rule)
    for job in ("deploy-dev", "deploy-canary", "deploy-staging", "deploy-production", "soc2-audit", "bundle"):
        for line in (
            f"aws s3 sync dist s3://cdk-hnb659fds-assets-{_ACCOUNT}-eu-west-1",
            f"docker pull {_ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/payments:1.2.3",
            f"kubectl config use-context arn:aws:eks:eu-west-1:{_ACCOUNT}:cluster/production-cluster",
            f"npx --no-install cdk bootstrap aws://{_ACCOUNT}/eu-west-1",
            f'"make deploy # account {_ACCOUNT}"',
        ):
            yield in_job_script("account id in a script line", job, line, rule)
    for path in script_files():
        if path.endswith(".sh"):
            for line in (
                f"account_id={_ACCOUNT}",
                f"# account {_ACCOUNT}",
                f'role="arn:aws:iam::{_ACCOUNT}:role/GitLabCIRole"',
            ):
                if path.startswith("scripts/lib/"):
                    break
                yield in_script("account id in a script file", path, line, rule)
    for job in ("deploy-dev", "deploy-staging"):
        lines = ["variables:", f'  AWS_ACCOUNT_ID: "{_ACCOUNT}"']
        yield from roads("account id", job, "variables", lines, rule)
    for index, _ in ref.blocks[".aws"].find(r"    AWS_ROLE_ARN: "):
        line = ref.lines[index].replace("${AWS_ACCOUNT_ID}", _ACCOUNT)
        yield changed("account id in the role", ".aws", rule, Edit(index, index + 1, [line]))
    for name in ("deploy-dev", "deploy-production"):
        place = ref.blocks[name].place("url", 2)
        line = f"    url: https://{_ACCOUNT}.signin.aws.amazon.com/console"
        yield changed("account id in a URL", name, rule, Edit(*place, [line]))


def _tiers() -> Iterator[Mutant]:
    ref = reference()
    for name, own in _TIERS.items():
        for index, _ in ref.blocks[name].find(r"    AWS_ACCOUNT_ID: "):
            for other in _TIERS.values():
                if other != own:
                    edit = Edit(index, index + 1, [f"    AWS_ACCOUNT_ID: ${other}"])
                    yield changed("tier mixed up", f"{name} with {other}", "account-id-tier", edit)
            edit = Edit(index, index + 1, ["    AWS_ACCOUNT_ID: $SHARED_ACCOUNT_ID"])
            yield changed("account from elsewhere", name, "account-id-tier", edit)
    for job in ref.jobs:
        tier = ref.value(job, "environment", "deployment_tier")
        variable = {"development": "PROD_ACCOUNT_ID", "staging": "PROD_ACCOUNT_ID", "production": "DEV_ACCOUNT_ID"}.get(
            tier
        )
        if variable:
            yield in_variables("tier mixed up in a job", job, f"AWS_ACCOUNT_ID: ${variable}", "account-id-tier")
            yield in_variables(
                "account of another tier used",
                job,
                f"TARGET: arn:aws:iam::${{{variable}}}:role/GitLabCIRole",
                "account-id-tier",
            )
            if ref.script_items(job):
                yield in_job_script(
                    "account of another tier in a script", job, f'echo "${variable}"', "account-id-tier"
                )


def _static_keys() -> Iterator[Mutant]:
    rule = "aws-static-credentials"
    for key in _KEYS:
        for name in ("variables", ".aws", "deploy-dev", "deploy-production"):
            yield in_variables("static AWS key in a variable", name, f"{key}: $PROJECT_{key}", rule)
        for job in ("deploy-dev", "deploy-staging", "bundle"):
            yield in_job_script("static AWS key in a script", job, f'export {key}="$PROD_{key}"', rule)
    for path in ("scripts/deploy.sh", "scripts/detect-drift.sh", "scripts/run-prowler.sh", "scripts/run-soc2-audit.sh"):
        yield in_script("static AWS key in a script file", path, 'export AWS_SECRET_ACCESS_KEY="$PROD_SECRET"', rule)
        yield in_script(
            "static AWS key in a script file", path, 'aws configure set aws_secret_access_key "$PROD_SECRET"', rule
        )


def _credentials() -> Iterator[Mutant]:
    rule = "hardcoded-credential"
    for kind, value in secrets().items():
        for name in ("variables", "deploy-production"):
            yield in_variables(f"{kind} in a variable", name, f"SETTING: {value!r}", rule)
        yield in_job_script(f"{kind} in a script", "bundle", f"'make publish --with {value}'", rule)
        yield in_script(f"{kind} in a script file", "scripts/deploy.sh", f"make publish --with '{value}'", rule)
    password = _word(14) + "4!"
    for name in ("DB_PASSWORD", "API_KEY", "SIGNING_SECRET", "NPM_TOKEN", "SNYK_TOKEN", "DATADOG_API_KEY"):
        yield in_variables("password in a variable", "variables", f'{name}: "{password}"', rule)
        yield in_variables("password in a variable", "unit-tests", f'{name}: "{password}"', rule)
        yield in_script("password in a script file", "scripts/notify-slack.sh", f"{name}='{password}'", rule)
    for line in (
        f"curl --user deploy:{password} https://example.com/upload",
        f"docker login -u deploy -p {password} $CI_REGISTRY",
        f"mysql --password={password} payments",
        f"""'curl -H "Authorization: Bearer {_word(30)}" https://example.com/api'""",
        f"git clone https://deploy:{password}@git.example.com/tools.git",
    ):
        yield in_job_script("password in a command", "bundle", line, rule)


def secrets() -> dict[str, str]:
    """One credential of every kind, made here so that no file of this repository holds one."""
    upper = string.ascii_uppercase + "234567"
    return {
        "AWS key": "AK" + "IA" + _word(16, upper),
        "GitLab token": "gl" + "pat-" + _word(20),
        "GitLab deploy token": "gl" + "dt-" + _word(20),
        "GitHub token": "gh" + "p_" + _word(36),
        "Slack webhook": "https://hooks.slack"
        ".com/services/T0" + _word(8, upper) + "/B0" + _word(8, upper) + "/" + _word(24),
        "Slack token": "xo" + "xb-" + _word(12, string.digits) + "-" + _word(24),
        "npm token": "np" + "m_" + _word(36),
        "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
        "Stripe key": "sk" + "_live_" + _word(24),
        "Google key": "AI" + "za" + _word(35),
        "password in a URL": f"postgres://payments:{_word(14)}7@db.example.com/payments",
        "JSON web token": "eyJ" + _word(20) + ".eyJ" + _word(30) + "." + _word(40),
        "Docker token": "dckr" + "_pat_" + _word(27),
        "Vault token": "hv" + "s." + _word(30),
    }


_random = random.Random(20261123)


def _word(length: int, letters: str = string.ascii_letters + string.digits) -> str:
    return "".join(_random.choice(letters) for _ in range(length))
