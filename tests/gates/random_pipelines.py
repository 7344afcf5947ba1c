"""Random pipelines for the prover's tests: graphs of jobs for the course of time, conditions for what is created."""

from __future__ import annotations

import json

STAGES = ["a", "b", "c", "d"]
# What the random conditions talk about, and every value that matters to them: brute force tries all combinations.
REFS = ["main", "dev", "v1", "v2x"]
CONDITIONS = [
    '$CI_COMMIT_BRANCH == "main"',
    "$CI_COMMIT_BRANCH",
    "$CI_COMMIT_TAG",
    "$CI_COMMIT_TAG =~ /^v\\d$/",
    "$CI_COMMIT_REF_NAME =~ /^v/",
    '$CI_PIPELINE_SOURCE == "schedule"',
    '$CI_PIPELINE_SOURCE == "merge_request_event"',
    '$CI_PIPELINE_SOURCE != "push"',
    '$X == "1"',
    "$X",
    "$X && $CI_COMMIT_BRANCH",
    "$X || $CI_COMMIT_TAG",
    "$Y == null",
    '$Y != "on"',
    "$X == $Y",
    '!$X && $CI_COMMIT_REF_NAME != "dev"',
]
POLICIES = [["branches"], ["tags"], ["main"], ["/^v/"], ["merge_requests"], ["schedules"], ["main", "merge_requests"]]


def course(rng, size=(2, 5)):
    """Jobs that always exist, in every mixture of `when`, failure and order."""
    names = [f"j{number}" for number in range(rng.randint(*size))]
    jobs = {}
    for number, name in enumerate(names):
        job = {"stage": STAGES[min(3, max(0, number // 2 + rng.choice([0, 0, 0, 1])))], "script": ["x"]}
        when = rng.choice(["on_success"] * 4 + ["manual"] * 3 + ["on_failure"] * 2 + ["always", "delayed"])
        job["rules"] = [{"when": when, **({"start_in": "1 hour"} if when == "delayed" else {})}]
        if rng.random() < 0.4:
            job["rules"][0]["allow_failure"] = rng.random() < 0.7
        elif rng.random() < 0.1:
            job["allow_failure"] = {"exit_codes": [7]}
        earlier = [
            other for other in names[:number] if STAGES.index(jobs[other]["stage"]) <= STAGES.index(job["stage"])
        ]
        if rng.random() < 0.5:
            job["needs"] = rng.sample(earlier, min(len(earlier), rng.choice([0, 1, 1, 2])))
        jobs[name] = job
    return _text({"stages": STAGES, **jobs}), names


def conditions(rng):
    """A gate, a deployment and a job or two between, each with conditions of its own."""
    root = {"stages": STAGES}
    if rng.random() < 0.4:
        root["workflow"] = {"rules": [_rule(rng, ["always", "always", "never"]) for _ in range(rng.randint(1, 3))]}
        if rng.random() < 0.4:
            root["workflow"]["rules"][0]["variables"] = {"X": "1"}
    if rng.random() < 0.4:
        root["variables"] = {rng.choice(["X", "Y"]): rng.choice(["1", "on", ""])}
    names = (
        ["gate", "mid", "deploy"][: rng.choice([2, 3, 3])] if rng.random() < 0.8 else ["gate", "mid", "mid2", "deploy"]
    )
    if "deploy" not in names:
        names.append("deploy")
    for number, name in enumerate(names):
        job = {"stage": STAGES[number], "script": ["x"]}
        roll = rng.random()
        if roll < 0.65:
            whens = (
                ["manual"] * 5 + ["on_success", "never"] if name == "gate" else ["on_success"] * 5 + ["never", "manual"]
            )
            job["rules"] = [_rule(rng, whens) for _ in range(rng.randint(1, 3))]
            if rng.random() < 0.25:
                job["rules"].append({"when": rng.choice(whens)})
            for rule in job["rules"]:
                if rng.random() < 0.15:
                    rule["allow_failure"] = rng.random() < 0.5
        else:
            if name == "gate":
                job |= {"when": "manual", "allow_failure": False}
            if roll < 0.9:
                job[rng.choice(["only", "only", "except"])] = rng.choice(POLICIES)
        if rng.random() < 0.2:
            job["variables"] = {rng.choice(["X", "Y"]): rng.choice(["1", "on"])}
        if number and rng.random() < 0.4:
            need = {"job": rng.choice(names[:number]), "optional": rng.random() < 0.5}
            job["needs"] = [need]
        root[name] = job
    return _text(root)


def _rule(rng, whens):
    rule = {"when": rng.choice(whens)}
    if rng.random() < 0.9:
        rule["if"] = rng.choice(CONDITIONS)
    if rng.random() < 0.15:
        rule["changes"] = rng.choice([["src/**/*"], ["src/*"], ["*.md"], ["src/a/*", "*.md"]])
    return rule


# -- everything at once

_IFS = [*CONDITIONS, "$CI_COMMIT_REF_NAME == $CI_DEFAULT_BRANCH", '$M == "one"', "$X =~ /^1|n$/", '"n" =~ $X',
    "$CI_COMMIT_BRANCH =~ $Y", '$CI_COMMIT_REF_SLUG == "main"', "$CI_COMMIT_REF_SLUG =~ /^v/", '$CI_MERGE_REQUEST_TARGET_BRANCH_NAME == "main"',
]  # fmt: skip
_GLOBS = [["src/**/*"], ["src/*"], ["*.md"], ["src/a/*", "*.md"], []]
_FILES = [["Dockerfile"], ["none"], ["src/*"], ["**/*.py"]]
_WHENS = ["on_success"] * 5 + ["manual"] * 3 + ["on_failure", "always", "delayed"]


def mixed(rng):
    """Three to five jobs that use whatever the language has: (text, guarded, gate)."""
    root = {"stages": STAGES}
    if rng.random() < 0.35:
        root["workflow"] = _workflow(rng)
    if rng.random() < 0.3:
        root["variables"] = {rng.choice(["X", "Y"]): rng.choice(["1", "on", "", " "])}
    if rng.random() < 0.2:
        root["default"] = {"interruptible": True, "retry": 2}
    names = [f"j{number}" for number in range(rng.randint(3, 5))]
    for number, name in enumerate(names):
        root[name] = _job(rng, names[:number], root, number)
    guarded, gate = names[-1], rng.choice(names[:-1])
    if rng.random() < 0.5:  # a gate that may well hold
        root[gate] |= {"rules": [{"when": "manual"}]} if "only" not in root[gate] and "except" not in root[gate] else {}
        root[gate].pop("allow_failure", None)
        if root[gate].pop("start_in", None):
            del root[gate]["when"]
        if rng.random() < 0.5 and root[gate]["stage"] <= root[guarded]["stage"]:
            needs = root[guarded].get("needs", [])
            others = [need for need in needs if (need if isinstance(need, str) else need["job"]) != gate]
            root[guarded]["needs"] = [*others, gate]
    return _text(root), _instance(rng, root, guarded), _instance(rng, root, gate)


def _instance(rng, root, name):
    parallel = root[name].get("parallel")
    if parallel is None:
        return name
    return f"{name} {rng.randint(1, 2)}/2" if parallel == 2 else f"{name}: [{rng.choice(['one', 'two'])}]"


def _workflow(rng):
    rules = [_rule(rng, ["always", "always", "never"]) for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.6:
        rules.append({"when": "always"})
    for rule in rules:
        if rng.random() < 0.25:
            rule["variables"] = {rng.choice(["X", "Y"]): rng.choice(["1", "on", ""])}
        if rng.random() < 0.1:
            rule["auto_cancel"] = {"on_new_commit": "interruptible"}
    return {"rules": rules, **({"auto_cancel": {"on_job_failure": "all"}} if rng.random() < 0.2 else {})}


def _job(rng, earlier, root, number):
    job = {"stage": STAGES[min(3, max(0, number // 2 + rng.choice([0, 0, 1])))]}
    is_trigger = rng.random() < 0.1
    if is_trigger:
        job["trigger"] = {"project": "group/other", **({"strategy": "depend"} if rng.random() < 0.5 else {})}
    else:
        job["script"] = ["x"]
    roll = rng.random()
    if roll < 0.6:
        job["rules"] = [_wide_rule(rng, earlier, root, job) for _ in range(rng.randint(1, 3))]
        if rng.random() < 0.5:
            job["rules"].append({"when": rng.choice(["on_success", "manual"])})
    elif roll < 0.8:
        job[rng.choice(["only", "only", "except"])] = _policy(rng)
    if "rules" not in job or rng.random() < 0.3:
        when = rng.choice([w for w in _WHENS if w != "delayed" or not is_trigger])
        job["when"] = when
        if when == "delayed":
            if "rules" in job:
                del job["when"]
            else:
                job["start_in"] = "1 hour"
    if rng.random() < 0.25:
        job["allow_failure"] = rng.choice([True, False, {"exit_codes": [7]}])
        if is_trigger and isinstance(job["allow_failure"], dict):
            job["allow_failure"] = True
    if rng.random() < 0.15:
        job["variables"] = {rng.choice(["X", "Y"]): rng.choice(["1", "on"])}
    if rng.random() < 0.1:
        job["inherit"] = {"variables": rng.choice([False, ["X"]])}
    if rng.random() < 0.1 and not is_trigger:
        job["environment"] = {"name": "prod"}
    if rng.random() < 0.12 and not is_trigger:
        job["parallel"] = rng.choice([2, {"matrix": [{"M": ["one", "two"]}]}])
    if rng.random() < 0.4:
        job["needs"] = _needs(rng, earlier, root, job)
    return job


def _needs(rng, earlier, root, job):
    allowed = [name for name in earlier if STAGES.index(root[name]["stage"]) <= STAGES.index(job["stage"])]
    chosen = rng.sample(allowed, min(len(allowed), rng.choice([0, 1, 1, 2])))
    return [{"job": name, "optional": True} if rng.random() < 0.5 else name for name in chosen]


def _wide_rule(rng, earlier, root, job):
    is_trigger = "trigger" in job
    rule = {}
    if rng.random() < 0.75:
        rule["if"] = rng.choice(_IFS)
    if rng.random() < 0.15:
        rule["changes"] = rng.choice(_GLOBS)
    if rng.random() < 0.1:
        rule["exists"] = rng.choice(_FILES)
    if rng.random() < 0.8 or not rule:
        rule["when"] = rng.choice([*(w for w in _WHENS if not is_trigger or w != "delayed"), "never"])
        if rule["when"] == "delayed":
            rule["start_in"] = "1 hour"
    if rng.random() < 0.25 and rule.get("when") != "never":
        rule["allow_failure"] = rng.random() < 0.6
    if rng.random() < 0.1:
        rule["variables"] = {"X": "2"}
    if rng.random() < 0.1:
        rule["interruptible"] = True
    if rng.random() < 0.12:
        rule["needs"] = _needs(rng, [name for name in earlier if "parallel" not in root[name]], root, job)
    return rule


def _policy(rng):
    if rng.random() < 0.6:
        return rng.choice(POLICIES)
    keys = {}
    if rng.random() < 0.4:
        keys["refs"] = rng.choice(POLICIES)
    if rng.random() < 0.5:
        keys["variables"] = [rng.choice(CONDITIONS)]
    if rng.random() < 0.4 or not keys:
        keys["changes"] = rng.choice(_GLOBS[:-1])
    return keys


# -- brute force


def _text(root):
    return json.dumps(root)  # JSON is YAML


def situations():
    """Every situation that the random conditions can tell apart, and some more."""
    values = [None, "1", "on", ""]
    diffs = [None, [], ["src/x"], ["src/a/b"], ["README.md"], ["src/x", "README.md"]]
    for kind, sources in (
        ("branch", ["push", "schedule", "web"]),
        ("tag", ["push", "schedule", "web"]),
        ("mr", ["merge_request_event"]),
    ):
        for source in sources:
            for ref in REFS:
                base = {"CI_PIPELINE_SOURCE": source, "CI_COMMIT_REF_NAME": ref, "CI_COMMIT_REF_SLUG": ref}
                if kind == "mr":
                    base |= {"CI_MERGE_REQUEST_IID": "1", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": ref}
                    base |= {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
                else:
                    base["CI_COMMIT_BRANCH" if kind == "branch" else "CI_COMMIT_TAG"] = ref
                known = diffs[1:] if kind == "mr" else diffs if (kind, source) == ("branch", "push") else diffs[:1]
                for x in values:
                    for y in values:
                        outside = {name: value for name, value in (("X", x), ("Y", y)) if value is not None}
                        for changed in known:
                            yield {**base, **outside}, changed
