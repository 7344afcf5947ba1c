"""Section C: jobs dropped, emptied or kept out of pipelines; stages swapped, dropped, and jobs in the wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tests.mutation.mutant import Mutant, changed
from tests.mutation.reference import Edit, reference

# The jobs of the brief by its sections; jobs in one entry do the same and go together.
REQUIRED = {
    "C1": [["lint-code"], ["lint-yaml"], ["lint-dockerfile"], ["npm-audit"], ["license-compliance"]],
    "C2": [["cdk-synth"], ["bundle"], ["build-image"]],
    "C3": [["unit-tests"], ["mutation-tests"], ["lighthouse"], ["load-test-k6"], ["load-test-artillery"]],
    "C4": [
        ["semgrep-sast"], ["secret-detection"], ["snyk-sca"], ["cdk-nag"], ["dast-zap"], ["trivy-image"], ["grype-image"], ["sbom"],
    ],
    "C5": [
        ["checkov-cis"], ["prowler-pci-dss"], ["prowler-hipaa"], ["soc2-audit"],
        ["drift-detection-staging", "drift-detection-production"], ["cost-estimate"],
    ],
    "C6": [["deploy-dev"]],
    "C7": [["api-integration-tests"], ["database-integration-tests"], ["contract-tests-pact"]],
    "C8": [["deploy-canary"]],
    "C9": [["canary-smoke-tests"], ["canary-metrics"]],
    "C10": [["promote-canary"], ["deploy-staging"]],
    "C11": [["e2e-cypress"], ["e2e-playwright"], ["accessibility"]],
    "C12": [["approve-security"], ["approve-product"]],
    "C13": [["deploy-production"]],
    "C14": [["production-smoke-tests"], ["sentry-release"], ["datadog-deployment-event"], ["synthetic-tests"]],
    "C15": [["rollback-production"]],
}  # fmt: skip
_STATIC = ("only", "except")


def mutants() -> Iterator[Mutant]:
    for requirement, groups in REQUIRED.items():
        for jobs in groups:
            place = f"{' and '.join(jobs)} ({requirement})"
            yield changed("job dropped", place, "required-job", *reference().without(*jobs), says=f"({requirement})")
            if requirement != "C12":  # what an approval has to check is another rule's: faults/gates.py
                yield changed(
                    "job only prints",
                    place,
                    "required-job",
                    *(edit for job in jobs for edit in _emptied(job)),
                    jobs=jobs,
                )
            edits = [edit for job in jobs for edit in _only_tags(job)]
            rules = ["required-job", "needs-may-be-missing"]
            yield changed("job kept out of pipelines", place, rules, *edits, jobs=[*jobs, *_needing(jobs)])
    yield from _contexts()
    yield from _stages()
    yield from _dev_needs()
    yield from _idle()
    yield from _needless_waits()
    yield from _retries()
    yield from _automatic_production()


def _emptied(job: str) -> Iterator[Edit]:
    """Nothing is left of what the job ran."""
    ref = reference()
    block = ref.blocks[job]
    for section in ("before_script", "script", "after_script"):
        place = block.key(section)
        if place:
            yield Edit(*place)
    at = block.start + 1
    yield Edit(at, at, ["  before_script: []", "  script:", "    - echo skipped"])


def _only_tags(job: str) -> Iterator[Edit]:
    ref = reference()
    block = ref.blocks[job]
    for key in ("rules", "only", "except"):
        place = block.key(key)
        if place:
            yield Edit(*place)
    at = block.start + 1
    if (ref.value(job, "only") is not None and block.key("only") is None) or ref.value(job, "only") is not None:
        yield Edit(at, at, ["  only: [tags]"])
    else:
        yield Edit(at, at, ["  rules:", "    - if: $CI_COMMIT_TAG"])


def _needing(names: list[str]) -> Iterator[str]:
    """The jobs that need one of those: without it GitLab refuses the pipeline because of them."""
    ref = reference()
    for job in ref.jobs:
        needs = [need if isinstance(need, str) else need["job"] for need in ref.value(job, "needs") or ()]
        if set(needs) & set(names):
            yield job


def _contexts() -> Iterator[Mutant]:
    """Jobs in pipelines where they do not belong."""
    ref = reference()
    everywhere = ["  rules:", "    - when: on_success"]
    for job in ("deploy-dev", "deploy-canary", "deploy-staging"):
        block = ref.blocks[job]
        yield changed(
            "job let into every pipeline",
            job,
            ["required-job", "needs-may-be-missing"],
            Edit(block.start + 1, block.start + 1, everywhere),
            jobs=[job],
        )
    by_hand = [
        "  rules:", '    - if: $CI_COMMIT_BRANCH == "main" || $CI_COMMIT_BRANCH == "develop"', "      when: manual",
        "      allow_failure: false",
    ]  # fmt: skip
    at = ref.blocks["deploy-dev"].start + 1
    yield changed("automatic deployment made manual", "deploy-dev", "required-job", Edit(at, at, by_hand))
    drift = ref.blocks[".drift_detection"].place("only")
    jobs = ref.reached(".drift_detection")
    yield changed("only: schedules dropped", ".drift_detection", "required-job", Edit(*drift), jobs=jobs)
    yield changed(
        "only: schedules widened",
        ".drift_detection",
        "required-job",
        Edit(drift[1], drift[1], ["    - branches"]),
        jobs=jobs,
    )
    for job in ("build-image",):
        changes = ref.blocks[job].place("changes", 2)
        yield changed("only: changes dropped", job, "required-job", Edit(*changes), jobs=[job])
    for job in ("build-image", "lint-dockerfile"):
        at = ref.blocks[job].start + 1
        lines = ["  rules:", "    - if: $CI_COMMIT_BRANCH"]
        yield changed("only and rules in one job", job, "keyword-conflict", Edit(at, at, lines), jobs=[job])


def _stages() -> Iterator[Mutant]:
    ref = reference()
    block = ref.blocks["stages"]
    first = block.start + 1
    names = [line.strip("- ") for line in ref.lines[first : block.end]]
    for index, (one, other) in enumerate(pairwise(names)):
        edit = Edit(first + index, first + index + 2, [f"  - {other}", f"  - {one}"])
        yield changed("stages swapped", f"{one} and {other}", "stage-order", edit)
    for index, name in enumerate(names):
        jobs = [job for job in ref.jobs if ref.value(job, "stage") == name]
        gone = Edit(first + index, first + index + 1)
        yield changed("stage dropped", name, "stage-undefined", gone, jobs=jobs)
        renamed = Edit(first + index, first + index + 1, [f"  - {name}-checks"])
        yield changed("stage renamed in the list only", name, "stage-undefined", renamed, jobs=jobs)
        if index > 1:
            moved = [Edit(first + index, first + index + 1), Edit(first, first, [f"  - {name}"])]
            yield changed("stage moved to the front", name, "stage-order", *moved)
    required = [job for groups in REQUIRED.values() for group in groups for job in group]
    for job in required:
        place = ref.blocks[job].key("stage")
        stage = ref.value(job, "stage")
        for step in (-1, 1):
            wrong = names[(names.index(stage) + step) % len(names)]
            edit = (
                Edit(*place, [f"  stage: {wrong}"])
                if place
                else Edit(ref.blocks[job].start + 1, ref.blocks[job].start + 1, [f"  stage: {wrong}"])
            )
            yield changed("job in the wrong stage", f"{job} in {wrong}", "stage-order", edit, jobs=[job])


def _dev_needs() -> Iterator[Mutant]:
    ref = reference()
    start, end = ref.blocks["deploy-dev"].key("needs") or (0, 0)
    for job in ("cdk-synth", "bundle", "cdk-nag", "unit-tests"):
        for item in ref.items(start + 1, end, "    - "):
            if ref.lines[item[0]].split()[-1] == job:
                yield changed("dev does not wait", job, "dev-deploy-needs", Edit(*item), jobs=["deploy-dev"])
                optional = ["    - job: " + job, "      optional: true"]
                yield changed(
                    "dev waits if there is anything",
                    job,
                    "dev-deploy-needs",
                    Edit(*item, optional),
                    jobs=["deploy-dev"],
                )
    yield changed(
        "dev waits for nothing",
        "deploy-dev",
        "dev-deploy-needs",
        Edit(start, end, ["  needs: []"]),
        jobs=["deploy-dev"],
    )


def _idle() -> Iterator[Mutant]:
    """A synthesis that keeps nothing; tools that are asked for their version alone."""
    ref = reference()
    yield changed(
        "output not kept",
        "cdk-synth",
        "required-job",
        Edit(*ref.blocks["cdk-synth"].place("artifacts")),
        jobs=["cdk-synth"],
    )
    for job, line in (
        ("lint-dockerfile", "hadolint --version"),
        ("license-compliance", "license-checker --help"),
        ("cdk-nag", "scripts/run-cdk-nag.sh --packs AwsSolutions --help"),
        ("sbom", "syft version"),
    ):
        script = ref.blocks[job].place("script")
        yield changed("tool only asked", job, "required-job", Edit(*script, ["  script:", f"    - {line}"]), jobs=[job])


def _needless_waits() -> Iterator[Mutant]:
    ref = reference()
    for job in ("unit-tests", "mutation-tests", "semgrep-sast", "secret-detection", "snyk-sca", "cdk-nag"):
        place = ref.blocks[job].place("needs")
        yield changed("needs dropped", job, "needless-wait", Edit(*place), jobs=[job])


def _retries() -> Iterator[Mutant]:
    ref = reference()
    job = "deploy-production"
    place = ref.blocks[job].place("retry")
    for lines in (
        ["  retry: 2"],
        ["  retry: 0"],
        ["  retry: {max: 2}"],
        ["  retry: {max: 0, when: runner_system_failure}"],
        ["  retry: {max: 2, when: always}"],
        ["  retry: {max: 2, when: script_failure}"],
        ["  retry:", "    max: 2", "    when:", "      - runner_system_failure", "      - script_failure"],
        ["  retry: {max: 2, when: unknown_failure}"],
        ["  retry: {max: 1, when: [api_failure]}"],
        ["  retry: {max: 2, when: runner_system_failure, exit_codes: 137}"],
        ["  retry: {max: 2, exit_codes: [1, 2]}"],
    ):
        yield changed(
            "retry changed", " ".join(line.strip() for line in lines), "production-retry", Edit(*place, lines)
        )
    yield changed(
        "retry beyond GitLab's limit",
        job,
        ["production-retry", "keyword-value"],
        Edit(*place, ["  retry: {max: 3, when: runner_system_failure}"]),
    )
    default = ref.blocks["default"].place("retry")
    yield changed("retry dropped", job, "production-retry", Edit(*place), Edit(*default), jobs=[job])
    yield changed("retry by default", job, "production-retry", Edit(*place), Edit(*default, ["  retry: 2"]))


def _automatic_production() -> Iterator[Mutant]:
    ref = reference()
    rule = "production-manual"
    for job in ("deploy-production",):
        extends = ref.blocks[job].place("extends")
        line = ref.lines[extends[0]].replace(".on_main_by_hand", ".on_main")
        yield changed("production starts by itself", "by .on_main", rule, Edit(*extends, [line]), jobs=[job])
        at = ref.blocks[job].start + 1
        for clause in (
            ['    - if: $CI_COMMIT_BRANCH == "main"'],
            [
                '    - if: $CI_PIPELINE_SOURCE == "api"',
                "      when: always",
                "    - when: manual",
                "      allow_failure: false",
            ],
            ["    - when: delayed", "      start_in: 1 hour"],
        ):
            yield changed(
                "production starts by itself", clause[0].strip(), rule, Edit(at, at, ["  rules:", *clause]), jobs=[job]
            )
        yield changed(
            "production starts by itself",
            "only: main",
            rule,
            Edit(*extends, ["  extends: .production_cluster", "  only: [main]"]),
            jobs=[job],
        )
    for index, _ in ref.blocks[".on_main_by_hand"].find(r"      when: manual"):
        jobs = ["deploy-production"]
        yield changed(
            "production starts by itself", "the template is not manual", rule, Edit(index, index + 1), jobs=jobs
        )
