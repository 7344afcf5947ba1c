"""What functions and script files are called with stands where their parameters are."""

from __future__ import annotations

import time

import pytest

from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.pipeline import build
from cilint.rules.context import Context
from cilint.rules.packs import load
from cilint.source import Source


def opened(tmp_path, text: str, files: dict[str, str] | None = None) -> Context:
    for name, content in (files or {}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    project = Project(str(tmp_path))
    config = compose(Source(".gitlab-ci.yml", text), project)
    return Context(config, build(config), project, load([]))


def ran(context: Context, job: str = "a") -> list[str]:
    return [" ".join([one.name, *one.arguments]) for one in context.commands(context.pipeline.jobs[job])]


def told(context: Context, job: str = "a") -> set[str]:
    """All that the words of kubectl can be."""
    one = context.pipeline.jobs[job]
    return {
        value.text
        for command in context.commands(one)
        if command.name == "kubectl"
        for word in command.words
        for value in context.expand(one, word)
    }


def job_of(lines: str) -> str:
    return "a:\n  script:\n    - |\n" + "".join(f"      {line}\n" for line in lines.splitlines())


@pytest.mark.parametrize(
    "lines",
    [
        'deploy() { kubectl --context "$1" apply; }\ndeploy prod',
        "function deploy {\n  kubectl --context ${1} apply\n}\ndeploy prod",
        'deploy() { local env=$1; kubectl --context "$env" apply; }\ndeploy prod',
        'deploy() { kubectl --context "${2:-dev}" apply; }\ndeploy x prod',
        'deploy() { kubectl --context "${1:-prod}" apply; }\ndeploy',
        'deploy() { kubectl --context "${1:-prod}" apply; }\ndeploy x; deploy',
        'deploy() { tag=$1; shift; kubectl --context "$1" apply; }\ndeploy x prod',
        'deploy() { shift 2; kubectl --context "$1" apply; }\ndeploy x y prod',
        'deploy() { kubectl "$@"; }\ndeploy --context prod apply',
        "deploy() { kubectl apply $@; }\ndeploy --context prod",
        'deploy() { shift; kubectl "$@" apply; }\ndeploy x --context prod',
        'deploy() { inner "$1"; }\ninner() { kubectl --context "$1" apply; }\ndeploy prod',
        'deploy() { inner "$@"; }\ninner() { kubectl --context "$2" apply; }\ndeploy x prod',
        'deploy() { kubectl --context "$1" apply; }\nfor env in dev prod; do deploy "$env"; done',
        'deploy() { kubectl --context "$1" apply; }\nENV=prod\ndeploy $ENV',
        'deploy() { bash -c "kubectl --context $1 apply"; }\ndeploy prod',
        'deploy() { eval "kubectl --context $1 apply"; }\ndeploy prod',
        'deploy() { kubectl --context "prod-$1" apply; }\ndeploy x | tee log; sudo deploy y',
        'deploy() { if [ -n "$1" ]; then kubectl --context "$1" apply; fi; }\ndeploy prod',
        'deploy() { kubectl apply <<EOF\n$1\nEOF\nkubectl $(echo "$1"); kubectl --context $1; }\ndeploy prod',
    ],
)
def test_functions_get_what_they_are_called_with(tmp_path, lines):
    assert {"prod", "prod-x"} & told(opened(tmp_path, job_of(lines)))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("./deploy.sh prod", 'kubectl --context "$1" apply\n'),
        ("bash -e deploy.sh prod", 'kubectl --context "$1" apply\n'),
        ("bash deploy.sh x prod", 'shift\nkubectl --context "$1" apply\n'),
        ("source deploy.sh prod", 'kubectl --context "$1" apply\n'),
        ("./deploy.sh", 'ENV="${1:-prod}"\nkubectl --context "$ENV" apply\n'),
        ("./deploy.sh --context prod", 'kubectl "$@" apply\n'),
        ("./deploy.sh prod", 'main() {\n  kubectl --context "$1" apply\n}\nmain "$@"\n'),
        ("./deploy.sh kubectl --context prod apply", 'set -e\n"$@"\n'),
        ("./deploy.sh 3 kubectl --context prod apply", 'n=$1; shift\nuntil "$@"; do sleep "$n"; done\n'),
        ("./deploy.sh -v --env prod", 'while [ $# -gt 0 ]; do case "$1" in\n  -v) shift ;;\n  -e|--env) ENV="$2"; shift 2 ;;\nesac; done\nkubectl --context "$ENV"\n'),
        ("./deploy.sh --env=prod x", 'while [ $# -gt 0 ]; do\n  case "$1" in\n    --env=*)\n      ENV="${1#*=}"\n      shift\n      ;;\n  esac\ndone\nkubectl --context "$ENV"\n'),
        ("./deploy.sh -e prod", 'while getopts "e:v" o; do case $o in v) ;; e) ENV=$OPTARG ;; esac; done\nkubectl --context "$ENV"\n'),
        ("ENV=prod; ./deploy.sh $ENV", 'kubectl --context "$1" apply\n'),
        ("find . -exec ./deploy.sh prod {} ;", 'kubectl --context "$1" apply\n'),
        ("echo x | xargs ./deploy.sh prod", 'kubectl --context "$1" apply\n'),
    ],
)  # fmt: skip
def test_script_files_get_what_they_are_called_with(tmp_path, call, text):
    found = told(opened(tmp_path, job_of(call), {"deploy.sh": text}))
    assert any("prod" in one for one in found), found


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("./x.sh dev prod", 'if [ -n "$2" ]; then shift; fi\nkubectl "$1"\n'),
        ("./x.sh dev prod", '[ -n "$2" ] && shift\nkubectl "$1"\n'),
        ("./x.sh dev prod", "set -- $(other)\nkubectl $2\n"),
        ("./x.sh dev prod", 'while [ $# -gt 0 ]; do kubectl "$1"; shift; done\n'),
        ("./x.sh --env dev --note prod", "while [ $# -gt 0 ]; do case $1 in --env) E=$2; shift 2;; *) shift;; esac; done\nkubectl $E\n"),
        ("./x.sh dev; ./y.sh prod", "kubectl $1\n"),
        ("./x.sh a b prod", "kubectl ${#3} $2\n"),
        ("x() { kubectl $1; }; y prod", ""),
    ],
)  # fmt: skip
def test_what_is_not_sure_is_not_guessed(tmp_path, lines, text):
    assert "prod" not in told(opened(tmp_path, job_of(lines), {"x.sh": text}))


def test_jobs_that_call_one_file_with_other_arguments_have_their_own_values(tmp_path):
    text = "a: {script: [./deploy.sh dev]}\nb: {script: [./deploy.sh prod, ./deploy.sh live]}\nc: {script: [./deploy.sh $ENV], variables: {ENV: test}}\n"
    context = opened(tmp_path, text, {"deploy.sh": 'kubectl --context "$1" apply\n'})
    assert [sorted(told(context, job) & {"dev", "prod", "live", "test"}) for job in "abc"] == [
        ["dev"],
        ["live", "prod"],
        ["test"],
    ]


def test_a_parameter_may_say_what_runs(tmp_path):
    text = "a: {script: [./run.sh kubectl scripts/other.sh ship]}\n"
    files = {
        "run.sh": '$1 apply\nsource "./$2"\nnpm run $3\n',
        "scripts/other.sh": "helm upgrade\n",
        "package.json": '{"scripts": {"ship": "cdk deploy"}}',
    }
    assert {"kubectl apply", "helm upgrade", "cdk deploy"} <= set(ran(opened(tmp_path, text, files)))


def test_what_a_file_runs_for_its_caller_stands_where_the_caller_says_it(tmp_path):
    context = opened(tmp_path, "a: {script: ['./retry.sh kubectl apply -f x']}\n", {"retry.sh": '"$@" || "$@"\n'})
    spans = {str(one.span) for one in context.commands(context.pipeline.jobs["a"]) if one.name == "kubectl"}
    assert spans == {".gitlab-ci.yml:1:26"}


@pytest.mark.parametrize(
    "text",
    [
        'f() { f "$@" "$@" "$@"; }\n' + "f $1 $2 $@\n" * 500,
        "".join(f'f{n}() {{ f{n + 1} "$@" "$@" $1; f{n + 2} "$@"; }}\n' for n in range(300)) + "f0 a b $X\n",
        "f() { " + "shift; x $1; " * 5000 + "}\nf a b c\n",
        "case $1 in\n" + "-a) x=$2; shift;;\n" * 5000 + "esac\n",
        "while :; do\n" + "x $1 $2 $@ ${1:-y}; shift\n" * 4000 + "done\n",
        "".join(f"f{n}() {{ kubectl $1; }}\nf{n} x\n" for n in range(3000)),
        "f() { kubectl $1; }\n" + "f x\n" * 8000,
        './x.sh "$@" $1 $2\n' * 3000,
        "kubectl " + '"$@" ' * 5000 + "\n",
    ],
)  # fmt: skip
def test_hostile_calls_cost_little(tmp_path, text):
    started = time.process_time()
    context = opened(tmp_path, "".join(f"j{n}: {{script: [./x.sh {n} {n}]}}\n" for n in range(20)), {"x.sh": text})
    for n in range(20):
        told(context, f"j{n}")
    assert time.process_time() - started < 10
