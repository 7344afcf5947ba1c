"""Planted faults: with any one row of the encoding left out, the random tests would notice."""

from __future__ import annotations

import random

import pytest

from cilint.gates import conditions, creation, statuses, world
from cilint.gates.budget import Budget
from cilint.gates.solver import FALSE, TRUE
from cilint.plan.scenario import branch, exactly

Statuses, Creation, Conditions, World = statuses.Statuses, creation.Creation, conditions.Conditions, world.World


def _row_without(*whens):
    """Jobs with these `when` are taken for on_success ones."""
    genuine = Statuses._row

    class Way:
        when = "on_success"

    return lambda self, way, before: genuine(self, Way if way.when in whens else way, before)


def _needs_without_skips(self, way, snapshot):
    before = GENUINE["_needed"](self, way, snapshot)
    before.lively = FALSE
    return before


def _needs_as_if_stages(self, way, snapshot):
    before = GENUINE["_needed"](self, way, snapshot)
    if before is statuses.NOTHING:
        before = statuses.Before(TRUE, FALSE, FALSE, FALSE, FALSE)  # waits for something
    return before


GENUINE = {name: getattr(Statuses, name) for name in ("_needed", "_quiet", "_row", "_harmless")}

# What is left out, and the patch that leaves it out: (object, attribute, value).
COURSE = {
    "time": (statuses, "_outlives", lambda _made: False),
    "on_failure starts after a failure": (Statuses, "_row", _row_without("on_failure")),
    "always starts after a failure": (Statuses, "_row", _row_without("always")),
    "a skipped need skips": (Statuses, "_needed", _needs_without_skips),
    "no needs start at once": (Statuses, "_needed", _needs_as_if_stages),
    "stages pass over what is skipped": (
        Statuses,
        "_quiet",
        lambda self, made, state: self._solver.any_of((-made.exists, state.fine, state.ignored)),
    ),
    "stages pass over what nobody plays": (
        Statuses,
        "_quiet",
        lambda self, made, state: self._solver.any_of((-made.exists, state.fine, state.skipped)),
    ),
    "a permitted failure is no success": (Statuses, "_harmless", lambda _self, _made: FALSE),
    "exit codes excuse": (
        Statuses,
        "_harmless",
        lambda self, made: made.where(self._solver, lambda way: way.allow_failure),
    ),
    "manual jobs may be optional": (statuses, "_is_optional", lambda _way: False),
    "timers may be stopped": (statuses, "_is_optional", lambda way: way.when == "manual" and way.allow_failure),
}


def _not_the_first(self, listed, lookup):
    return [(self._matches(condition, lookup), condition) for condition in listed]


def _changes_need_a_diff(self, site):
    globs = tuple(item.text for item in site.flat())
    return self.solver.all_of((self.world.diff, self.changes.any_fits(globs)))


def _blank_is_falsy(atom):
    return atom is None or atom is False or atom == ""


def _tags_have_no_names(self, entry):
    fits = _REF_FITS(self, entry)
    return self.solver.all_of((fits, -self.world.kind["tag"])) if entry not in ("tags", "merge_requests") else fits


_REF_FITS = Creation._ref_fits
CREATION = {
    "the first rule decides": (Creation, "_first", _not_the_first),
    "changes hold without a diff": (Creation, "_changes", _changes_need_a_diff),
    "names of only are names of tags, too": (Creation, "_ref_fits", _tags_have_no_names),
    "blank text is true to &&": (conditions, "_falsy", _blank_is_falsy),
    "variables come from outside": (World, "_strong", lambda _self, _name: [(TRUE, None)]),
    "a missing need refuses the pipeline": (Creation, "_refusals", lambda _self: []),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", COURSE)
def test_a_row_left_out_of_the_course_is_noticed(generators, planner_of, prove, breaks, monkeypatch, fault):
    monkeypatch.setattr(*COURSE[fault])
    rng = random.Random(5)
    for _ in range(1500):
        text, names = generators.course(rng)
        guarded, gate = names[-1], rng.choice(names[:-1])
        planner = planner_of(text)
        verdict = prove(planner, guarded, gate, "scan", level=0)
        try:
            broken = breaks(planner.plan(branch()), guarded, gate, "scan")
        except Budget:
            continue
        if (verdict.status == "refuted") != broken:
            return
    pytest.fail("nothing noticed it")


# Conditions that a fault shows in, where few others would show it.
SEEN_IN = {"blank text is true to &&": ["$X && $CI_COMMIT_BRANCH", "$X || $CI_COMMIT_TAG", "$CI_COMMIT_BRANCH", "$X"]}


@pytest.mark.slow
@pytest.mark.parametrize("fault", CREATION)
def test_a_row_left_out_of_creation_is_noticed(generators, planner_of, prove, breaks, monkeypatch, fault):
    monkeypatch.setattr(*CREATION[fault])
    monkeypatch.setattr(generators, "CONDITIONS", SEEN_IN.get(fault, generators.CONDITIONS))
    rng = random.Random(6)
    pool = [exactly(variables, changed) for variables, changed in generators.situations()]
    for _ in range(400):
        text = generators.conditions(rng)
        planner = planner_of(text)
        verdict = prove(planner, "deploy", "gate")
        if verdict.status == "unknown":
            return
        if verdict.proven and any(breaks(planner.plan(one), "deploy", "gate", "approval") for one in pool):
            return
    pytest.fail("nothing noticed it")
