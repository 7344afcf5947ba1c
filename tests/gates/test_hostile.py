"""Pipelines that nobody would write: every keyword that a gate may hang on, predefined variables overridden by files,
edge stages, needs of rules and of rows of a matrix. No proof about them is broken in any situation of a pool.
"""

from __future__ import annotations

import json
import random

import pytest

from cilint.gates.budget import Budget
from cilint.gates.claim import ORDINARY, OUTSIDE, OVERRIDE
from cilint.gates.explore import explore
from cilint.language import validate
from cilint.pipeline.logic import logic
from cilint.plan import Tree
from cilint.plan.predefined import slug_of
from cilint.plan.scenario import ZEROS, exactly

STAGES = [".pre", "a", "b", "c", ".post"]
FILES = ["Dockerfile", "src/x.py"]
REFS = ["main", "dev", "v1", "v1.2", "release/1", "hotfix-a-b", "x" * 70]
COMMON = [
    "$CI_COMMIT_BRANCH", "$CI_COMMIT_TAG", "$X", "$Y", "$CI_MERGE_REQUEST_IID", "$CI_COMMIT_REF_NAME",
    "$CI_COMMIT_REF_SLUG", "$CI_PIPELINE_SOURCE", "$CI_DEFAULT_BRANCH", "$CI_COMMIT_REF_PROTECTED", "$M", "$CI_JOB_NAME",
]  # fmt: skip
RARE = [
    "$CI_JOB_STAGE", "$CI_NODE_INDEX", "$CI_ENVIRONMENT_NAME", "$CI_COMMIT_BEFORE_SHA", "$CI_PIPELINE_TRIGGERED",
    "$CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "$CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "$CI_OPEN_MERGE_REQUESTS", "$CI",
    "$CI_JOB_MANUAL", "$CI_ENVIRONMENT_TIER", "$CI_MERGE_REQUEST_EVENT_TYPE", "$CI_ENVIRONMENT_ACTION", "$CI_PIPELINE_ID",
    "$GITLAB_USER_LOGIN",
]  # fmt: skip
VALUES = [
    '"main"', '"dev"', '"v1"', '""', "null", '"true"', '"1"', '"push"', '"merge_request_event"', '"schedule"',
    '"hotfix-a-b"', '"web"', '"j1"', '"a"', f'"{ZEROS}"', '"prod"', "true", "false", '"one"', '"release-1"', '"trigger"',
]  # fmt: skip
PATTERNS = [
    r"/^v\d+$/", "/main/", r"/^release\/.*$/", "/-b$/", "/^$/", "/.*/", "/MAIN/i", "/^(main|dev)$/", "/^x{63}$/", r"/\d/",
    "/request|push/", "/^[a-z0-9-]+$/", "/one|two/",
]  # fmt: skip
GLOBS = [["src/**/*"], ["src/*"], ["*.md"], ["**/*"], ["src/a/*", "*.md"], []]
WHENS = ["on_success"] * 5 + ["manual"] * 4 + ["on_failure", "always", "delayed"]
POLICIES = [
    ["branches"], ["tags"], ["main"], ["/^v/"], ["merge_requests"], ["schedules", "web"], ["main", "tags"],
    {"refs": ["branches"]}, {"refs": ["merge_requests", "main"], "changes": ["src/*"]}, {"changes": ["*.md"]},
]  # fmt: skip
PLACES = ["prod", {"name": "prod", "action": "prepare"}, {"name": "dev/x", "deployment_tier": "production"}]
ROWS = [2, {"matrix": [{"M": ["one", "two"]}]}, {"matrix": [{"M": ["one", "two"], "N": ["z"]}]}]


class Maker:
    """Makes one pipeline after the other."""

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def chance(self, share):
        return self.rng.random() < share

    def condition(self, depth=0):
        """An expression of `rules:if`."""
        roll = self.rng.random()
        if depth > 2 or roll < 0.5:
            return self.comparison()
        if roll < 0.86:
            return f"{self.condition(depth + 1)} {'&&' if roll < 0.68 else '||'} {self.condition(depth + 1)}"
        return f"{'' if roll < 0.95 else '!'}({self.condition(depth + 1)})"

    def comparison(self):
        pick, roll = self.rng.choice, self.rng.random()
        name = pick(COMMON if self.chance(0.7) else RARE)
        if roll < 0.3:
            return name
        if roll < 0.55:
            return f"{name} {pick(['==', '!='])} {pick(VALUES)}"
        if roll < 0.8:
            return f"{name} {pick(['=~', '!~'])} {pick(PATTERNS)}"
        if roll < 0.9:
            return f"{name} {pick(['==', '!='])} {pick(COMMON[:9])}"
        return f"{pick(VALUES)} {pick(['==', '!=', '=~'])} {name}" if roll < 0.95 else f"!{name}"

    def clause(self, earlier):
        """A clause of a job's rules."""
        pick, clause = self.rng.choice, self.tests()
        if self.chance(0.7) or not clause:
            clause["when"] = pick([*WHENS, "never"])
        if clause.get("when") == "delayed":
            clause["start_in"] = "5 minutes"
        if self.chance(0.25) and clause.get("when") != "never":
            clause["allow_failure"] = self.chance(0.5)
        if self.chance(0.1):
            clause["variables"] = {"X": "2"}
        if self.chance(0.15) and clause.get("when") != "never":
            clause["needs"] = [
                {"job": name, "optional": True} if self.chance(0.5) else name
                for name in self.rng.sample(earlier, min(len(earlier), pick([1, 1, 2])))
            ]
        return clause

    def tests(self):
        found = {"if": self.condition()} if self.chance(0.8) else {}
        if self.chance(0.12):
            found["changes"] = self.rng.choice(GLOBS) if self.chance(0.7) else {"paths": self.rng.choice(GLOBS[:-1])}
        if self.chance(0.08):
            found["exists"] = self.rng.choice([["Dockerfile"], ["nope"], ["src/*"]])
        return found

    def workflow(self):
        rules = []
        for _ in range(self.rng.randint(1, 3)):
            rule = self.tests()
            if self.chance(0.4) or not rule:
                rule["when"] = self.rng.choice(["always", "never", "always"])
            if self.chance(0.25):
                rule["variables"] = {
                    self.rng.choice(["X", "Y", "CI_COMMIT_BRANCH"]): self.rng.choice(["1", "main", "", " "])
                }
            rules.append(rule)
        return {"rules": [*rules, *([{"when": "always"}] if self.chance(0.6) else [])]}

    def job(self, root, earlier):
        pick = self.rng.choice
        job = {"stage": pick(STAGES[1:4]) if self.chance(0.85) else pick(STAGES), "script": ["x"]}
        before = [name for name in earlier if STAGES.index(root[name]["stage"]) <= STAGES.index(job["stage"])]
        roll = self.rng.random()
        if roll < 0.65:
            single = [name for name in before if "parallel" not in root[name]]
            job["rules"] = [self.clause(single) for _ in range(self.rng.randint(1, 3))]
            if self.chance(0.4):
                job["rules"].append({"when": pick(["on_success", "manual", "never"])})
        elif roll < 0.85:
            kinds = ["only", "except"] if self.chance(0.7) else ["except", "only"]
            job[kinds[0]] = pick(POLICIES) if self.chance(0.8) else {"variables": [self.condition()]}
            if self.chance(0.2):
                job[kinds[1]] = pick([["tags"], ["dev"], {"variables": [self.comparison()]}])
        when = pick(WHENS) if self.chance(0.3) else None
        if when and (when != "delayed" or "rules" not in job):
            job |= {"when": when, **({"start_in": "1 day"} if when == "delayed" else {})}
        for share, key, values in (
            (0.25, "allow_failure", [True, False, {"exit_codes": [3]}]),
            (0.1, "inherit", [{"variables": False}, {"variables": ["X"]}]),
            (0.2, "environment", [*PLACES, {"name": "$CI_COMMIT_REF_SLUG"}]),
            (0.15, "parallel", ROWS), (0.1, "resource_group", ["p"]), (0.1, "retry", [2]), (0.1, "interruptible", [True]),
        ):  # fmt: skip
            if self.chance(share):
                job[key] = pick(values)
        if self.chance(0.25):
            names = ["X", "Y", "M", "CI_COMMIT_TAG", "CI_PIPELINE_SOURCE"]
            job["variables"] = {pick(names): pick(["1", "main", "", "push"])}
        if self.chance(0.4):
            job["needs"] = self.needs(root, before)
        return job

    def needs(self, root, before):
        needs = []
        for name in self.rng.sample(before, min(len(before), self.rng.choice([0, 1, 1, 2, 3]))):
            need, rows = {"job": name}, root[name].get("parallel")
            if self.chance(0.4):
                need["optional"] = True
            if isinstance(rows, dict) and self.chance(0.6):
                need["parallel"] = {"matrix": [{"M": "one", **({"N": "z"} if "N" in rows["matrix"][0] else {})}]}
            needs.append(need)
        return [*needs, *([{"job": "ghost", "optional": True}] if self.chance(0.1) else [])]

    def pipeline(self):
        """(text, guarded job, gate)"""
        root = {"stages": STAGES[1:4]}
        if self.chance(0.4):
            root["workflow"] = self.workflow()
        if self.chance(0.35):
            names = ["X", "Y", "CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME"]
            root["variables"] = {self.rng.choice(names): self.rng.choice(["1", "main", "", " "])}
        names = [f"j{number}" for number in range(self.rng.randint(2, 5))]
        for number, name in enumerate(names):
            root[name] = self.job(root, names[:number])
        gate, guarded = self.rng.choice(names[:-1]), names[-1]
        if self.chance(0.55):  # a gate that may well hold
            for key in ("only", "except", "allow_failure", "when", "start_in"):
                root[gate].pop(key, None)
            root[gate] |= {"rules": [{"when": "manual"}], "stage": self.rng.choice([".pre", "a"])}
            root[gate].pop("needs", None)
            if self.chance(0.5) and root[guarded]["stage"] != ".pre":
                others = [need for need in root[guarded].get("needs", []) if need["job"] != gate]
                root[guarded]["needs"] = [*others, {"job": gate}]
        return json.dumps(root), self.instance(root, guarded), self.instance(root, gate)

    def instance(self, root, name):
        rows = root[name].get("parallel")
        if rows is None:
            return name
        if rows == 2:
            return f"{name} {self.rng.randint(1, 2)}/2"
        return f"{name}: [{self.rng.choice(['one', 'two'])}{', z' if 'N' in rows['matrix'][0] else ''}]"


SOURCES = {
    "CI_COMMIT_BRANCH": ["push", "schedule", "web", "api", "trigger", "pipeline", "parent_pipeline"],
    "CI_COMMIT_TAG": ["push", "schedule", "web", "trigger"],
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": ["merge_request_event", "parent_pipeline"],
}


def situations():
    """Situations that GitLab can be in: (predefined variables, variables from outside, changed files)."""
    rng = random.Random(99)
    for named, sources in SOURCES.items():
        for source in sources:
            for ref in REFS:
                known = named == "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"
                may_know = known or (named == "CI_COMMIT_BRANCH" and source in ("push", "parent_pipeline"))
                for changed in ([] if known else [None]) + (
                    [[], ["src/x.py"], ["README.md"], ["src/a/b", "z.md"]] if may_know else []
                ):
                    for default in ("main", "dev"):
                        variables = {
                            "CI_PIPELINE_SOURCE": source, "CI_COMMIT_REF_NAME": ref, "CI_COMMIT_REF_SLUG": slug_of(ref),
                            "CI_DEFAULT_BRANCH": default, "CI_COMMIT_REF_PROTECTED": rng.choice(["true", "false"]),
                            "CI": "true", "GITLAB_USER_LOGIN": "joe", named: ref,
                            "CI_COMMIT_BEFORE_SHA": ZEROS if known or changed is None else "a" * 40,
                        }  # fmt: skip
                        if known:
                            variables |= {"CI_MERGE_REQUEST_IID": "1", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": default}
                            variables["CI_MERGE_REQUEST_EVENT_TYPE"] = rng.choice(["detached", "merge_train"])
                        if source == "trigger":
                            variables["CI_PIPELINE_TRIGGERED"] = "true"
                        if named != "CI_COMMIT_TAG" and rng.random() < 0.3:
                            variables["CI_OPEN_MERGE_REQUESTS"] = "g/p!1"
                        values = {name: rng.choice(["1", "main", "", " ", "/main/"]) for name in "XYM"}
                        outside = {name: value for name, value in values.items() if rng.random() < 0.5}
                        yield variables, outside, changed


def broken(plan, guarded, gate, kind):
    """Whether some course of this one pipeline starts the job without its gate."""
    job = plan.get(gate)
    if kind == "check" and job is None:
        return False
    counts = job is not None and (kind != "approval" or job.when == "manual")
    try:
        return explore(plan, guarded, [gate] if counts else [], states=30_000) is not None
    except Budget:
        return False


def judged(planner_of, prove, seed, count, tried):
    """(unsound, tally): proofs that break in one of the situations that are tried."""
    maker, tree, pool = Maker(seed), Tree(FILES), list(situations())
    unsound, tally = [], {"proven": 0, "refuted": 0, "unknown": 0}
    for _ in range(count):
        text, guarded, gate = maker.pipeline()
        kind, level = maker.rng.choice(["approval", "scan", "check"]), maker.rng.choice([ORDINARY, OUTSIDE, OVERRIDE])
        planner = planner_of(text)
        if [*validate(planner.pipeline.config), *logic(planner.pipeline)]:
            continue
        verdict = prove(planner, guarded, gate, kind, files=FILES, level=level)
        tally[verdict.status] += 1
        seen = set()
        for variables, outside, changed in maker.rng.sample(pool, tried) if verdict.proven else ():
            plan = planner.plan(exactly({**variables, **(outside if level else {})}, changed, tree))
            if plan.errors or plan.get(guarded) is None:
                continue
            key = tuple((job.name, job.when, job.allow_failure, job.exit_codes, str(job.needs)) for job in plan.jobs)
            if key not in seen and (verdict.vacuous or broken(plan, guarded, gate, kind)):
                unsound.append((text, guarded, gate, kind, level, variables, outside, changed))
                break
            seen.add(key)
    return unsound, tally


def test_no_proof_about_hostile_pipelines_is_broken(planner_of, prove):
    unsound, tally = judged(planner_of, prove, 1, 150, 150)
    assert unsound == []
    assert tally["proven"] > 30
    assert tally["unknown"] < 3


@pytest.mark.slow
def test_four_thousand_hostile_pipelines(planner_of, prove):
    unsound, tally = judged(planner_of, prove, 2, 4000, 250)
    assert unsound == []
    assert tally["unknown"] * 300 < sum(tally.values())
