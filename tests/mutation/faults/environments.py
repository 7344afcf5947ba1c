"""Section H: environments half stated, dev that nobody stops, no way back, messages not sent, caches shared."""

from __future__ import annotations

from collections.abc import Iterator

from tests.mutation.mutant import Mutant, changed
from tests.mutation.reference import Edit, reference

_DEPLOYMENTS = ("deploy-dev", "deploy-canary", "deploy-staging", "deploy-production", "rollback-production")
_MESSAGES = {"slack-success": "notify-slack", "slack-failure": "notify-slack", "pagerduty-alert": "notify-pagerduty"}


def mutants() -> Iterator[Mutant]:
    yield from _environments()
    yield from _dev()
    yield from _canary()
    yield from _blue_green()
    yield from _rollback()
    yield from _messages()
    yield from _caches()


def _environments() -> Iterator[Mutant]:
    ref = reference()
    for job in _DEPLOYMENTS:
        block = ref.blocks[job]
        whole = block.place("environment")
        for key in ("deployment_tier", "url"):
            place = block.place(key, 2)
            yield changed(
                "environment incomplete", f"{job} without {key}", "environment-incomplete", Edit(*place), jobs=[job]
            )
        name = ref.value(job, "environment", "name")
        yield changed(
            "environment incomplete",
            f"{job}, name only",
            "environment-incomplete",
            Edit(*whole, [f"  environment: {name}"]),
            jobs=[job],
        )
        if job != "rollback-production":
            yield changed("environment dropped", job, "environment-incomplete", Edit(*whole), jobs=[job])


def _dev() -> Iterator[Mutant]:
    ref = reference()
    block = ref.blocks["deploy-dev"]
    on_stop, stops = block.place("on_stop", 2), block.place("auto_stop_in", 2)
    yield changed("on_stop dropped", "deploy-dev", "dev-stop-action", Edit(*on_stop), jobs=["deploy-dev"])
    wrong = ["dev-stop-action", "on-stop-invalid"]
    yield changed(
        "on_stop of another job", "deploy-dev", wrong, Edit(*on_stop, ["    on_stop: bundle"]), jobs=["deploy-dev"]
    )
    yield changed(
        "on_stop of no job", "deploy-dev", wrong, Edit(*on_stop, ["    on_stop: stop-environment"]), jobs=["deploy-dev"]
    )
    yield changed("stop job dropped", "stop-dev", wrong, *ref.without("stop-dev"), jobs=["deploy-dev"])
    action = ref.blocks["stop-dev"].place("action", 2)
    yield changed("action: stop dropped", "stop-dev", wrong, Edit(*action), jobs=["deploy-dev", "stop-dev"])
    yield changed(
        "action changed", "stop-dev", wrong, Edit(*action, ["    action: prepare"]), jobs=["deploy-dev", "stop-dev"]
    )
    yield changed("auto_stop_in dropped", "deploy-dev", "dev-auto-stop", Edit(*stops), jobs=["deploy-dev"])
    for value in ("2 weeks", "1 day", "30 days", "never", "8 days", "$DEV_LIFETIME"):
        yield changed(
            "auto_stop_in changed",
            value,
            ["dev-auto-stop", "duration-invalid"],
            Edit(*stops, [f"    auto_stop_in: {value}"]),
        )


def _canary() -> Iterator[Mutant]:
    """Another share of the traffic than 10 %, or none that anybody could see."""
    ref = reference()
    rule, job = "canary-traffic", "deploy-canary"
    (start, end), *_ = ref.script_items(job)
    line = '    - scripts/deploy-canary.sh --image "$APP_IMAGE"'
    assert ref.lines[start] == f"{line} --weight 10"
    for share in ("1", "25", "50", "9"):
        yield changed("share of the canary changed", share, rule, Edit(start, end, [f"{line} --weight {share}"]))
    at = ref.blocks[job].start + 1
    variable = ["  variables:", '    CANARY_WEIGHT: "50"']
    by_name = Edit(start, end, [f'{line} --weight "$CANARY_WEIGHT"'])
    yield changed("share of the canary in a variable", job, rule, Edit(at, at, variable), by_name)
    yield changed("share of the canary dropped", job, rule, Edit(start, end, [line]), jobs=[job])


def _blue_green() -> Iterator[Mutant]:
    """Staging replaced where it runs."""
    ref = reference()
    item = ref.script_items("deploy-staging")[0]
    for line in (
        'kubectl set image "deployment/$APP_NAME" "$APP_NAME=$PROMOTED_IMAGE"',
        'scripts/deploy.sh kubectl --environment staging --image "$PROMOTED_IMAGE"',
    ):
        edit = Edit(*item, [f"    - {line}"])
        yield changed("staging not blue-green", line, "staging-blue-green", edit, jobs=["deploy-staging"])


def _rollback() -> Iterator[Mutant]:
    ref = reference()
    job, rule = "rollback-production", "production-rollback"
    block = ref.blocks[job]
    yield changed("rollback dropped", job, rule, *ref.without(job), jobs=["deploy-production"])
    extends, name, tier = block.place("extends"), block.place("name", 2), block.place("deployment_tier", 2)
    for template in (".on_main", ".on_release_branch"):
        line = ref.lines[extends[0]].replace(".on_main_by_hand", template)
        yield changed("rollback starts by itself", template, rule, Edit(*extends, [line]), jobs=[job])
    at = block.start + 1
    for when in ("on_failure", "always", "on_success"):
        lines = ["  rules:", '    - if: $CI_COMMIT_BRANCH == "main"', f"      when: {when}"]
        yield changed("rollback starts by itself", f"when: {when}", rule, Edit(at, at, lines), jobs=[job])
    edits = [Edit(*name, ["    name: staging"]), Edit(*tier, ["    deployment_tier: staging"])]
    yield changed(
        "rollback of another environment", job, [rule, "required-job"], *edits, jobs=[job, "deploy-production"]
    )


def _messages() -> Iterator[Mutant]:
    ref = reference()
    for job, rule in _MESSAGES.items():
        block = ref.blocks[job]
        others = [one for one, other in _MESSAGES.items() if other == rule and one != job]
        yield changed(
            "message dropped", job, rule, *ref.without(job), jobs=others, says="" if others else "no job sends"
        )
        conditions = list(block.find(r"    - if: (.*)"))
        for index, found in conditions:
            outcome = ref.lines[index + 1].split()[-1]
            branches = [
                '$CI_COMMIT_BRANCH == "main"',
                '$CI_COMMIT_BRANCH == "develop"',
                "$CI_COMMIT_TAG",
                "$CI_COMMIT_BRANCH =~ /^feature/",
            ]
            for condition in branches:
                if rule == "notify-pagerduty" and condition == branches[0]:
                    continue
                yield changed(
                    "message of the wrong branches",
                    f"{job}: {condition}",
                    rule,
                    Edit(index, index + 1, [f"    - if: {condition}"]),
                    jobs=[job, *others],
                )
            if rule == "notify-pagerduty":
                for condition in (f"{found[1]} || {branches[1]}", "$CI_COMMIT_BRANCH", '$CI_PIPELINE_SOURCE != "web"'):
                    yield changed(
                        "alert of other branches",
                        condition,
                        rule,
                        Edit(index, index + 1, [f"    - if: {condition}"]),
                        jobs=[job],
                    )
            for when in {"on_success", "on_failure", "manual", "never", "delayed"} - {outcome}:
                lines = [f"      when: {when}", *(["      start_in: 1 hour"] if when == "delayed" else [])]
                yield changed(
                    "message at the wrong end",
                    f"{job}: {when}",
                    rule,
                    Edit(index + 1, index + 2, lines),
                    jobs=[job, *others],
                )
        at = block.start + 1
        for needs in ("[]", "[bundle]", "[deploy-production]"):
            yield changed(
                "message before the end",
                f"{job}: needs: {needs}",
                [rule, "needs-may-be-missing"],
                Edit(at, at, [f"  needs: {needs}"]),
                jobs=[job],
            )
        for stage in ("validation", "canary", "monitoring"):
            yield changed(
                "message before the end", f"{job}: stage {stage}", rule, Edit(at, at, [f"  stage: {stage}"]), jobs=[job]
            )


def _caches() -> Iterator[Mutant]:
    ref = reference()
    block = ref.blocks[".node"]
    key = block.place("key", 2)
    jobs = ref.reached(".node")
    for lines in (
        ["    key: node-modules"],
        ["    key: $CI_PROJECT_ID"],
        ["    key: $CI_JOB_NAME"],
        ["    key:", "      files:", "        - package-lock.json"],
        ["    key:", "      files: [package-lock.json]", "      prefix: npm"],
        ["    key: $CI_RUNNER_ID-npm"],
    ):
        yield changed(
            "cache key not of the branch", " ".join(lines).strip(), "cache-branch-key", Edit(*key, lines), jobs=jobs
        )
    yield changed("cache key dropped", ".node", "cache-branch-key", Edit(*key), jobs=jobs)
    at = ref.blocks["variables"].start + 1
    edits = [Edit(at, at, ["  CACHE_KEY: npm"]), Edit(*key, ["    key: $CACHE_KEY"])]
    yield changed("cache key not of the branch", "by a variable", "cache-branch-key", *edits, jobs=jobs)
    place = ref.blocks["install-dependencies"].place("cache")
    own = Edit(*place, ["  cache: {key: shared, paths: [node_modules/]}"])
    yield changed("cache key not of the branch", "in one job", "cache-branch-key", own)
