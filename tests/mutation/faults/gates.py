"""Section D: approvals removed, made optional, merged, or passed by; the order of deployments broken; checks not waited for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.mutation.mutant import Mutant, changed
from tests.mutation.reference import ENTRY, Edit, reference

_APPROVALS = {
    "approve-canary": "canary-approval",
    "approve-staging": "staging-approval",
    "approve-security": "production-dual-approval",
    "approve-product": "production-dual-approval",
}
# What each deployment waits for in its needs, beside its approval.
_CHECKS = ("unit-tests", "secret-detection", "semgrep-sast", "trivy-image", "grype-image")
_SCANS = ("trivy-image", "grype-image")
_AFTER = {"deploy-canary": "approve-canary", "deploy-staging": "approve-staging"}
_DEPLOYMENTS = ("deploy-canary", "deploy-staging", "deploy-production")


def mutants() -> Iterator[Mutant]:
    for approval, rule in _APPROVALS.items():
        yield from _approval(approval, rule)
    yield from _merged()
    yield from _template()
    yield from _passed_by()
    yield from _uninformed()
    yield from _order()
    yield from _checks()
    yield from _identity()
    yield from _followers()
    yield from _containers()


def _concerned(approval: str) -> list[str]:
    """The deployments that wait for an approval, and the approval."""
    behind = {"approve-canary": _DEPLOYMENTS, "approve-staging": _DEPLOYMENTS[1:]}.get(approval, _DEPLOYMENTS[2:])
    return [*behind, approval]


def _approval(approval: str, rule: str) -> Iterator[Mutant]:
    ref = reference()
    block = ref.blocks[approval]
    at = block.start + 1
    jobs = _concerned(approval)
    rules = [rule, "required-job"] if rule == "production-dual-approval" else [rule]
    yield changed(
        "approval removed", approval, [rule], *ref.without(approval), jobs=[job for job in jobs if job != approval]
    )
    main = '$CI_COMMIT_BRANCH == "main"'
    clauses = {
        "allow_failure: true": [f"    - if: {main}", "      when: manual", "      allow_failure: true"],
        "automatic": [f"    - if: {main}"],
        "automatic when somebody says so": [
            "    - if: $AUTO_APPROVE", "      when: on_success", f"    - if: {main}", "      when: manual", "      allow_failure: false",
        ],
        "on failure": [f"    - if: {main}", "      when: on_failure"],
        "automatic for changed docs": [
            f"    - if: {main}", "      changes: [docs/**/*]", "      when: on_success", f"    - if: {main}", "      when: manual",
            "      allow_failure: false",
        ],
        "automatic in web pipelines": [
            '    - if: $CI_PIPELINE_SOURCE == "web"', "      when: on_success", f"    - if: {main}", "      when: manual",
            "      allow_failure: false",
        ],
    }  # fmt: skip
    for how, clause in clauses.items():
        yield changed(
            "approval made optional", f"{approval}, {how}", rules, Edit(at, at, ["  rules:", *clause]), jobs=jobs
        )
    missing = {
        "left out when somebody says so": ["    - if: $SKIP_APPROVAL", "      when: never"],
        "left out in web pipelines": ['    - if: $CI_PIPELINE_SOURCE == "web"', "      when: never"],
    }
    optional = list(_optional_needs(approval))
    for how, clause in missing.items():
        lines = ["  rules:", *clause, f"    - if: {main}", "      when: manual", "      allow_failure: false"]
        place = f"{approval}, {how}"
        yield changed("approval left out", place, rules, Edit(at, at, lines), *optional, jobs=jobs)
    yield changed(
        "approval by the job's when",
        approval,
        [rule, "allow-failure-not-permitted"],
        Edit(at, at, ["  rules: !reference [.on_main, rules]", "  when: manual"]),
        jobs=jobs,
    )


def _optional_needs(approval: str) -> Iterator[Edit]:
    """Every need of the approval made optional, as somebody must who leaves the job out sometimes."""
    ref = reference()
    for name, block in ref.blocks.items():
        needs = block.key("needs")
        if needs is None or name == approval or name in ("stages", "variables"):
            continue
        inline = re.match(r"  needs: \[(.*)\]$", ref.lines[needs[0]])
        if inline and approval in inline[1].split(", "):
            words = [f"{{job: {word}, optional: true}}" if word == approval else word for word in inline[1].split(", ")]
            yield Edit(*needs, ["  needs:", *(f"    - {word}" for word in words)])
        for start, end in ref.items(needs[0] + 1, needs[1], "    - "):
            if ref.lines[start].split()[-1] == approval:
                yield Edit(start, end, [f"    - job: {approval}", "      optional: true"])


def _merged() -> Iterator[Mutant]:
    """One job for both teams."""
    ref = reference()
    text, _ = ref.edit(*ref.without("approve-product"))
    for name in ("approve-security-and-product", "approve-product-and-security"):
        files: dict[str, str | None] = {ENTRY: text.replace("approve-security", name)}
        jobs = ["deploy-production", name]
        yield Mutant("approvals merged", f"into {name}", "production-dual-approval", files, jobs=jobs)
    gone = ref.without("approve-security", "approve-product")
    yield changed(
        "approvals merged",
        "both into the deployment's own button",
        "production-dual-approval",
        *gone,
        jobs=["deploy-production"],
    )


def _template() -> Iterator[Mutant]:
    """The template that all approvals share."""
    ref = reference()
    extends = ref.blocks[".approval"].place("extends")
    rules = ["production-dual-approval"]
    jobs = ["deploy-production", *_APPROVALS]
    yield changed(
        "approval made optional",
        "the template starts by itself",
        rules,
        Edit(*extends, ["  extends: .on_main"]),
        jobs=jobs,
    )
    for index, _ in ref.blocks[".on_main_by_hand"].find(r"      allow_failure: false"):
        line = "      allow_failure: true"
        yield changed(
            "approval made optional",
            "the template's allow_failure",
            [*rules, "allow-failure-not-permitted"],
            Edit(index, index + 1, [line]),
            jobs=jobs,
        )
    for rule in ("canary-approval", "staging-approval"):
        yield changed(
            "approval made optional",
            f"the template starts by itself ({rule})",
            rule,
            Edit(*extends, ["  extends: .on_main"]),
            jobs=jobs + list(_DEPLOYMENTS),
        )


def _passed_by() -> Iterator[Mutant]:
    """Needs without the approval: the deployment no longer waits for it."""
    ref = reference()
    for job, approval in _AFTER.items():
        edits = _unneeded(job, {approval, "promote-canary"})
        yield changed("approval passed by", f"{job} without {approval}", _APPROVALS[approval], *edits, jobs=[job])
    for approval in ("approve-security", "approve-product"):
        edits = [*_unneeded("deploy-production", {approval, "verify-approvals"})]
        yield changed(
            "approval passed by",
            f"deploy-production without {approval}",
            "production-dual-approval",
            *edits,
            jobs=["deploy-production"],
        )
    place = ref.blocks["deploy-production"].place("needs")
    yield changed(
        "approval passed by",
        "deploy-production needs nothing",
        "production-dual-approval",
        Edit(*place, ["  needs: []"]),
        jobs=["deploy-production"],
    )
    lines = ["  needs: [deploy-staging, unit-tests]"]
    yield changed(
        "approval passed by",
        "deploy-production needs staging only",
        "production-dual-approval",
        Edit(*place, lines),
        jobs=["deploy-production"],
    )


def _unneeded(job: str, names: set[str]) -> list[Edit]:
    ref = reference()
    needs = ref.blocks[job].place("needs")
    items = list(ref.items(needs[0] + 1, needs[1], "    - "))
    return [Edit(*item) for item in items if ref.lines[item[0]].split()[-1] in names]


def _uninformed() -> Iterator[Mutant]:
    """Staging approved before the canary's tests and metrics are known."""
    ref = reference()
    at = ref.blocks["approve-staging"].start + 1
    for needs in ("[deploy-canary]", "[canary-smoke-tests]", "[canary-metrics]", "[]"):
        edits = [Edit(at, at, [f"  needs: {needs}"])]
        yield changed("approval without knowing", needs, "staging-approval", *edits, jobs=["approve-staging"])


def _order() -> Iterator[Mutant]:
    """Canary, staging, production: one skipped, or not waited for."""
    ref = reference()
    rule = "deployment-order"
    everything = {"promote-canary", "deploy-canary", "canary-smoke-tests", "canary-metrics", "approve-staging"}
    yield changed(
        "canary skipped",
        "deploy-staging does not wait",
        rule,
        *_unneeded("deploy-staging", everything),
        jobs=["deploy-staging"],
    )
    at = ref.blocks["deploy-production"].place("needs")
    lines = ["  needs: [approve-security, approve-product]"]
    for approval in ("approve-security", "approve-product"):
        empty = ref.blocks[approval].start + 1
        lines_ = Edit(empty, empty, ["  needs: []"])
        yield changed(
            "staging skipped",
            f"production waits for {approval} alone",
            [rule, "production-dual-approval"],
            Edit(*at, [f"  needs: [{approval}]"]),
            lines_,
            jobs=["deploy-production"],
        )
    both = [
        Edit(ref.blocks[a].start + 1, ref.blocks[a].start + 1, ["  needs: []"])
        for a in ("approve-security", "approve-product")
    ]
    yield changed(
        "staging skipped",
        "production waits for the approvals alone",
        rule,
        Edit(*at, lines),
        *both,
        jobs=["deploy-production"],
    )
    for job, others in (
        ("deploy-canary", ["deploy-staging", "deploy-production"]),
        ("deploy-staging", ["deploy-production"]),
    ):
        block = ref.blocks[job]
        optional = _optional_needs(job)
        clause = Edit(
            block.start + 1,
            block.start + 1,
            [
                "  rules:",
                "    - if: $HOTFIX",
                "      when: never",
                '    - if: $CI_COMMIT_BRANCH == "main" && $CI_PIPELINE_SOURCE != "schedule"',
            ],
        )
        yield changed("deployment left out", f"{job} for a hotfix", rule, clause, *optional, jobs=[job, *others])
        fails = Edit(block.start + 1, block.start + 1, ["  allow_failure: true"])
        yield changed("deployment may fail", job, [rule, "allow-failure-not-permitted"], fails, jobs=[job, *others])


def _checks() -> Iterator[Mutant]:
    """A deployment that starts while a check still runs, or after it has failed."""
    ref = reference()
    rule = "deployment-gated-by-checks"
    for check in _CHECKS:
        fails = ref.blocks[check].start + 1
        own = ref.blocks[check].key("allow_failure")
        edits = [Edit(*own)] if own else []
        yield changed(
            "check may fail",
            check,
            [rule, "allow-failure-not-permitted"],
            *edits,
            Edit(fails, fails, ["  allow_failure: true"]),
            jobs=[check],
        )
        lines = ["  rules:", "    - if: $SKIP_CHECKS", "      when: never", "    - when: on_success"]
        if check not in _SCANS:  # one of two scanners left is enough for the gate
            optional = list(_optional_needs(check))
            jobs = [check, "deploy-dev", *_DEPLOYMENTS]
            yield changed(
                "check left out", f"{check}, $SKIP_CHECKS", rule, Edit(fails, fails, lines), *optional, jobs=jobs
            )
        unneeded = [edit for job in ("deploy-dev",) for edit in _unneeded(job, {check})]
        jobs = ["deploy-dev"]
        rules = [rule, "dev-deploy-needs"]
        yield changed("check not waited for", f"{check}, dev", rules, *unneeded, jobs=jobs)
    extends = ref.blocks[".container_scan"].place("extends")
    optional = [edit for scan in _SCANS for edit in _optional_needs(scan)]
    jobs = [*_SCANS, "deploy-dev", *_DEPLOYMENTS]
    yield changed("check left out", "both scans, $SKIP_CHECKS", rule, Edit(*extends, lines), *optional, jobs=jobs)
    place = ref.blocks["deploy-dev"].place("needs")
    yield changed("check not waited for", "dev needs nothing", rule, Edit(*place, ["  needs: []"]), jobs=["deploy-dev"])


def _identity() -> Iterator[Mutant]:
    """Nobody looks at who pressed play."""
    ref = reference()
    rule = "approval-identity"
    item = ref.script_items(".approval")[0]
    jobs = list(_APPROVALS)
    yield changed(
        "approver not checked",
        ".approval",
        rule,
        Edit(*item, ['    - echo "approved by $GITLAB_USER_LOGIN"']),
        jobs=jobs,
    )
    yield changed("approver not checked", ".approval does nothing", rule, Edit(*item, ["    - 'true'"]), jobs=jobs)
    for job in ("approve-security", "approve-product"):
        at = ref.blocks[job].start + 1
        yield changed("approver not checked", job, rule, Edit(at, at, ["  script:", "    - echo approved"]), jobs=[job])
    verifying = ref.script_items("verify-approvals")[0]
    for line in ("echo verified", "touch approvals/verified.json", "'true'"):
        edit = Edit(*verifying, [f"    - {line}"])
        yield changed("approvers not compared", line, rule, edit, jobs=["verify-approvals"])
    script = "scripts/verify-approvals.sh"
    files: dict[str, str | None] = {script: "#!/usr/bin/env bash\nset -euo pipefail\necho approved\n"}
    yield Mutant("approvers not compared", script, rule, files, jobs=["verify-approvals"])
    edits = _unneeded("deploy-production", {"verify-approvals"})
    yield changed("comparison not waited for", "by production", rule, *edits, jobs=["deploy-production"])
    at = ref.blocks["verify-approvals"].start + 1
    lines = ["  allow_failure: true"]
    rules = [rule, "allow-failure-not-permitted"]
    yield changed("comparison may fail", "verify-approvals", rules, Edit(at, at, lines), jobs=["verify-approvals"])


def _followers() -> Iterator[Mutant]:
    """Tests that do not wait for the deployment of what they test."""
    ref = reference()
    for deployment in ("deploy-dev", *_DEPLOYMENTS):
        for job in ref.jobs:
            needs = ref.blocks[job].key("needs")
            if needs and ref.lines[needs[0]] == f"  needs: [{deployment}]":
                for new in ("[]", "[bundle]"):
                    edit = Edit(*needs, [f"  needs: {new}"])
                    place = f"{job}, {new}"
                    yield changed("test not after its deployment", place, "tests-after-deployment", edit, jobs=[job])


def _containers() -> Iterator[Mutant]:
    """A container beside a job that deploys to production."""
    ref = reference()
    at = ref.blocks["bundle"].start + 1
    for key, words in (
        ("command", "[sh, -c, kubectl --context production apply -f k8s]"),
        ("entrypoint", "[npx, cdk, deploy, prod-stack]"),
    ):
        lines = ["  services:", "    - name: $CI_REGISTRY/infrastructure/alpine:3.20.3", f"      {key}: {words}"]
        yield changed("deployed by a service", key, "production-dual-approval", Edit(at, at, lines), jobs=["bundle"])
