"""Gates in child pipelines against an explorer that lives through parent and child together."""

from __future__ import annotations

import json
import random
from collections import deque

import pytest

from cilint.checks._gates import Guarded
from cilint.checks._outcomes import alone
from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.gates.explore import STARTED, Course
from cilint.pipeline import build
from cilint.plan import Planner
from cilint.plan.run_order import CANCELED, CREATED, FAILED, MANUAL, PENDING, SCHEDULED, SKIPPED, SUCCESS
from cilint.plan.scenario import branch, exactly
from cilint.rules.context import Context
from cilint.rules.rule import RuleSet
from cilint.source import Source

EVENTS = {
    PENDING: ("succeed", "fail", "cancel"),
    MANUAL: ("play",),
    SCHEDULED: ("succeed", "fail", "cancel", "unschedule"),
    CREATED: ("cancel",),
    SUCCESS: ("retry",),
    FAILED: ("retry",),
    CANCELED: ("retry",),
}
# What becomes of a trigger job with `strategy: depend` when its pipeline has ended (app/models/ci/bridge.rb).
ENDS = {SUCCESS: "succeed", FAILED: "fail", SKIPPED: "fail", CANCELED: "cancel"}


class Family:
    """A parent on its way, and the child that its trigger job started last."""

    def __init__(self, parent, child, trigger):
        self.parent, self.child, self.trigger = parent, child, trigger

    @property
    def key(self):
        return self.parent.key, None if self.child is None else self.child.key

    def after(self, whose, action, name, plan):
        """What comes of one event, here or in the child."""
        one = Family(self.parent.copy(), self.child and self.child.copy(), self.trigger)
        (one.parent if whose == "parent" else one.child).happen(action, name)
        if one.parent.status[self.trigger] != PENDING:
            one.child = None if whose == "parent" else one.child
        elif one.child is None:
            one.child = Course(plan)
        if one.child is not None and one.parent.status[self.trigger] == PENDING:
            end = ENDS.get(one.child.overall)
            if end:
                one.parent.happen(end, self.trigger)
        return one

    def events(self, gates):
        for whose, course in (("parent", self.parent), ("child", self.child)):
            for name, status in () if course is None else course.status.items():
                for action in EVENTS.get(status, ()):
                    if action == "succeed" and (name == self.trigger if whose == "parent" else name in gates):
                        continue  # it ends as its pipeline does; a gate that succeeds has done its work
                    yield whose, action, name


def breaks(parent, child, guarded, trigger, gate, states=6000):
    """Whether the guarded job of the parent starts in some course before the gate of the child; None: too many."""
    first = Family(Course(parent), None, trigger)
    if first.parent.status[trigger] == PENDING:
        first.child = Course(child)
    seen, queue = {first.key}, deque([first])
    while queue:
        family = queue.popleft()
        if family.parent.status[guarded] in STARTED:
            return True
        for event in family.events([gate]):
            after = family.after(*event, child)
            if after.key not in seen:
                if len(seen) > states:
                    return None
                seen.add(after.key)
                queue.append(after)
    return False


def judged(generators, folder, seed, count):
    """(unsound, too cautious, tally) of random families."""
    rng = random.Random(seed)
    unsound, cautious, tally = [], [], {"proven": 0, "refuted": 0, "unknown": 0, "missed": 0}
    for _ in range(count):
        outer, names = generators.course(rng, (2, 3))
        inner, others = generators.course(rng, (1, 3))
        root = json.loads(outer)
        guarded, trigger, gate = names[-1], rng.choice(names[:-1]), rng.choice(others)
        root[trigger] = {key: value for key, value in root[trigger].items() if key not in ("script", "allow_failure")}
        root[trigger] |= {"trigger": {"include": "child.yml", "strategy": "depend"}, "rules": [{"when": "on_success"}]}
        inner = inner.replace(f'"{gate}"', '"gate"')
        (folder / "child.yml").write_text(inner)
        project = Project(str(folder))
        config = compose(Source(".gitlab-ci.yml", json.dumps(root)), project)
        context = Context(config, build(config), project, RuleSet())
        asked = Guarded(context, context.pipeline.jobs[guarded], rule="").behind_job("gate", "scan")
        status = alone(context, asked).status
        tally[status] += 1
        child = Planner(build(compose(Source("child.yml", inner), project)))
        below = child.plan(exactly({**branch().variables, "CI_PIPELINE_SOURCE": "parent_pipeline"}))
        broken = breaks(context.planner.plan(branch()), below, guarded, trigger, "gate")
        if broken is None:
            tally["missed"] += 1
        elif broken and status == "proven":
            unsound.append((json.dumps(root), inner))
        elif not broken and status != "proven":
            cautious.append((json.dumps(root), inner, status))
    return unsound, cautious, tally


def test_what_a_child_holds_up_no_course_of_the_family_breaks(generators, tmp_path):
    unsound, cautious, tally = judged(generators, tmp_path, 1, 150)
    assert unsound == []
    assert [one for one in cautious if one[2] == "refuted"] == []
    assert tally["proven"] > 5


@pytest.mark.slow
def test_three_thousand_families(generators, tmp_path):
    unsound, cautious, tally = judged(generators, tmp_path, 2, 3000)
    assert unsound == []
    assert [one for one in cautious if one[2] == "refuted"] == []
    assert len(cautious) * 5 <= sum(tally.values())  # such as children in which all is skipped: their trigger job fails
