"""Variables asked for by name: the same subjects, in the same order, as looking at them all and passing over the rest."""

from __future__ import annotations

import pytest

from cilint.compose import Project, compose
from cilint.like import like_any
from cilint.pipeline import build
from cilint.rules import load
from cilint.rules.context import Context
from cilint.rules.select import subjects, variables
from cilint.source import Source

TEXT = """
variables: {A: 1, 2: two, B_ON: {value: x, description: d}}
workflow:
  rules:
    - variables: {A: 2, C_ON: 3}
    - when: always
.base: {variables: {A: 4, D: null, E_ON: 5}}
one: {extends: .base, script: [a]}
two: {extends: .base, script: [a], variables: {B_ON: 6, E_ON: 7}}
three: {extends: .base, script: [a], rules: [{variables: {A: 8}}, {when: never}]}
"""


@pytest.mark.parametrize("names", [["A"], ["*_ON"], ["E_ON", "A", "2"], ["D", "NONE"], ["*"], []])
def test_by_name_is_all_but_the_others(tmp_path, names):
    config = compose(Source(".gitlab-ci.yml", TEXT), project := Project(str(tmp_path)))
    context = Context(config, build(config), project, load(("security",)))

    def seen(found):
        return [(s.job and s.job.name, s.name, s.text, s.site.path, s.site.trail) for s in found]

    everything = [one for one in subjects(context, "variable") if like_any(one.name, names)]
    assert seen(variables(context, names)) == seen(everything)
    assert names not in (["A"], ["*"]) or len(everything) > 5
