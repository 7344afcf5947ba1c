from __future__ import annotations

from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.pipeline import build
from cilint.rules.expand import expand_word
from cilint.rules.scopes import Scopes
from cilint.shell.script import Script
from cilint.source import Source

TEXT = """\
variables: {REGISTRY: $CI_REGISTRY/infra, LOOP: $LOOP2, LOOP2: $LOOP, RAW: {value: "a$REGISTRY", expand: false}, ONE: "1"}
workflow:
  rules:
    - variables: {MODE: workflow}
job:
  variables: {TAG: "22"}
  rules:
    - if: $A
      variables: {TAG: "23"}
    - if: $B
  script: [make]
alone:
  inherit: {variables: [ONE]}
  script: [make]
many:
  parallel:
    matrix:
      - OS: [debian, alpine]
  script: [make]
"""


def scope(name):
    pipeline = build(compose(Source("x.yml", TEXT), Project("/nonexistent")))
    return Scopes(pipeline).of(pipeline.jobs[name])


def texts(name, text):
    return [one.text for one in scope(name).expand(text)]


def test_values_of_clauses_stand_beside_the_job_s_own():
    assert texts("job", "$REGISTRY/node:$TAG") == ["$CI_REGISTRY/infra/node:23", "$CI_REGISTRY/infra/node:22"]


def test_every_value_of_a_matrix_counts():
    assert texts("many", "%OS%:1") == ["debian:1", "alpine:1"]


def test_what_a_job_does_not_inherit_is_unknown():
    (one,) = scope("alone").expand("$ONE-$REGISTRY-x")
    assert (one.text, one.known, one.missing) == ("1-$REGISTRY-x", 2, ("REGISTRY",))


def test_what_is_unknown_is_named_as_people_write_it():
    assert scope("alone").expand("$ONE")[0].gap == ""
    assert scope("alone").expand("$REGISTRY-$MORE-$REGISTRY")[0].gap == "the files do not say what $REGISTRY, $MORE is"
    script = Script((), Source("x.sh", "docker pull $A:$(cat version)\n"), "docker pull $A:$(cat version)\n")
    pull = next(command for command in script.commands if command.name == "docker")
    (one,) = expand_word(scope("alone"), pull.words[-1], {})
    assert one.gap == "the files do not say what $A, $(cat version) is"


def test_circles_end():
    (one,) = scope("job").expand("$LOOP")
    assert one.known == 0


def test_raw_values_are_taken_as_they_are():
    assert texts("job", "$RAW") == ["a$REGISTRY"]


def test_predefined_variables_stay_and_escapes_are_signs():
    assert texts("job", "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA $$x") == ["$CI_REGISTRY/$CI_PROJECT_PATH:$CI_COMMIT_SHA $x"]


def test_a_stretch_knows_the_value_that_wrote_it():
    first = scope("job").expand("$REGISTRY/node:$TAG")[0]
    start = first.text.index("23")
    origin = first.origin(start, start + 2)
    assert origin is not None
    assert origin.span.line == 9
    assert first.origin(0, len(first.text)) is None
