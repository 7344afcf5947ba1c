"""Commands that others hold in their words reach rules, each at its own place."""

from __future__ import annotations

import pytest

from cilint.check import check
from cilint.compose.fetch import Project
from cilint.rules.packs import load
from cilint.shell.command import nested
from cilint.shell.script import Script
from cilint.source import Source


def read(text: str) -> Script:
    return Script((), Source("x.sh", text), text)


def slices(text: str) -> list[tuple[str, str]]:
    script = read(text)
    return [(command.name, script.source.slice(command.span)) for command in script.commands if command.words]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("bash -c 'kubectl apply -f x'", "kubectl apply -f x"),
        ('bash -c "kubectl apply -f ${FILE} && ok"', "kubectl apply -f ${FILE}"),
        ('sh -ec "kubectl  \\"$A\\" b"', 'kubectl  \\"$A\\"' + " b"),
        ("bash -e -o pipefail -c 'kubectl x'", "kubectl x"),
        ("bash --norc -euo pipefail -c 'kubectl x'", "kubectl x"),
        ("bash -ceuo pipefail 'kubectl x'", "kubectl x"),
        ("bash -c -e 'kubectl x'", "kubectl x"),
        ('/bin/sh -c "cd x; kubectl get $(date)"', "kubectl get $(date)"),
        ("busybox sh -c 'kubectl x'", "kubectl x"),
        ('eval "kubectl $A" b', 'kubectl $A" b'),
        ("su - deploy -c 'kubectl x'", "kubectl x"),
        ("trap 'kubectl delete x' EXIT", "kubectl delete x"),
        ("find . -name y -exec kubectl apply -f {} \\;", "kubectl apply -f {}"),
        ("ls | xargs -r -n 1 -I{} kubectl apply -f {}", "kubectl apply -f {}"),
        ("ls | xargs -I{} sh -c 'kubectl apply -f {}'", "kubectl apply -f {}"),
        ("ssh -p 22 -o A=b user@host 'kubectl x'", "kubectl x"),
        ("ssh host kubectl x", "kubectl x"),
        ("ssh host <<'E'\nkubectl x\nE\n", "kubectl x"),
        ("bash -s <<< 'kubectl x'", "kubectl x"),
        ("cat <<E | bash\nkubectl $A x\nE\n", "kubectl $A x"),
        ("echo 'kubectl x' | sh", "kubectl x"),
        ("printf '%s\\n' 'kubectl x' | bash -s | tee log", "kubectl x"),
        ("echo kubectl x | ssh host", "kubectl x"),
        ("docker run --rm -it -v a:b --network=host -e C img kubectl x", "kubectl x"),
        ("docker exec -i name sh -c 'kubectl x'", "kubectl x"),
        ("docker compose run --rm service kubectl x", "kubectl x"),
        ("kubectl exec -n a pod -- kubectl x", "kubectl x"),
        ("poetry run kubectl x", "kubectl x"),
        ("uv run --with a kubectl x", "kubectl x"),
        ("bundle exec kubectl x", "kubectl x"),
        ("aws-vault exec profile -- kubectl x", "kubectl x"),
        ("npm exec -- kubectl x", "kubectl x"),
        ("yarn kubectl x", "kubectl x"),
        ("npx -c 'kubectl x'", "kubectl x"),
        ("flock -w 5 /tmp/lock -c 'kubectl x'", "kubectl x"),
        ("bash -c \"bash -c 'kubectl $A x'\"", "kubectl $A x"),
        ("timeout 5 bash -c 'sudo kubectl x'", "sudo kubectl x"),
        ("ssh host bash -s <<E\nkubectl x\nE\n", "kubectl x"),
        ("ssh host 'cd a; sudo bash -s -- b' <<'E'\nkubectl $A x\nE\n", "kubectl $A x"),
        ("docker exec -i c sh <<E\nkubectl x\nE\n", "kubectl x"),
        ("kubectl exec -i pod -- sh <<-E\n\tkubectl x\n\tE\n", "kubectl x"),
        ("cat <<E | ssh host bash -s\nkubectl x\nE\n", "kubectl x"),
        ("echo 'kubectl x' | docker exec -i c sh", "kubectl x"),
        ("bash <(echo kubectl x)", "kubectl x"),
        ("bash <(cat <<E\nkubectl x\nE\n)", "kubectl x"),
        ("bash < <(echo kubectl x)", "kubectl x"),
        (". <(echo 'kubectl x')", "kubectl x"),
        ("su - deploy <<E\nkubectl x\nE\n", "kubectl x"),
        ("busybox sh <<E\nkubectl x\nE\n", "kubectl x"),
    ],
)
def test_a_command_inside_another_stands_at_its_place(text, held):
    assert ("kubectl", held) in slices(text)


@pytest.mark.parametrize(
    "wrapped",
    [
        "sudo -E A=b kubectl x", "sudo -u me kubectl x", "env -i A=b kubectl x", "timeout -k 5 10 kubectl x", "gosu me kubectl x",
        "nohup kubectl x &", "time -p kubectl x", "exec kubectl x", "command kubectl x", "nice -n 5 kubectl x",
        "stdbuf -oL kubectl x", "cross-env A=b kubectl x", "npx --yes kubectl@1.2 x", "flock /tmp/lock kubectl x",
        "if ! kubectl x; then a; fi", "A=b kubectl x || true", "(kubectl x)", "a | while read l; do kubectl x; done",
        "f() { kubectl x; }", 'f() { shift; "$@"; }; f 3 kubectl x', 'f() { a=$1; "${@:2}"; }; f 3 kubectl x',
        'retry() { shift; "$@"; }; retry 3 kubectl x',
        'f() { a=("$@"); "${a[@]}"; }; f kubectl x', 'f() { time sudo "$@"; }; f kubectl x', 'f() { shift 2; "$@" && return; }; f 3 5 kubectl x', "case $a in b) kubectl x;; esac",
    ],
)  # fmt: skip
def test_a_wrapped_command_has_the_name_of_what_runs(wrapped):
    assert any(command.name == "kubectl" and command.arguments == ["x"] for command in read(wrapped).commands)


@pytest.mark.parametrize(
    "text",
    [
        "command -v kubectl", "which kubectl", "bash kubectl.sh", "trap - EXIT", "echo 'kubectl x'", "yarn add kubectl",
        "cat <<E\nkubectl x\nE\n", "bash script.sh <<E\nkubectl x\nE\n", "ls | xargs -n1 bash <<E\nkubectl x\nE\n", "python -c 'kubectl x'", "docker run kubectl",
    ],
)  # fmt: skip
def test_what_is_not_run_is_no_command(text):
    assert not any(command.name == "kubectl" for command in read(text).commands)


def test_a_held_command_knows_its_surroundings():
    held = read("f() { if ssh host 'a; b || true'; then c; fi; }").commands
    a, b = held[1], held[2]
    assert [one.name for one in held] == ["ssh", "a", "b", "true", "c", "", ""]
    assert a.outer is held[0]
    assert (a.function, a.condition, a.away, b.followed) == ("f", True, True, "||")
    assert not held[4].away


def test_one_shell_of_a_text_reads_its_input():
    commands = read("ssh host 'bash; bash' <<E\nbash\nkubectl x\nE\n").commands
    assert [command.name for command in commands].count("kubectl") == 1
    line = next(command.span.line for command in commands if command.name == "kubectl")
    assert line == 3


@pytest.mark.parametrize(
    "line",
    [
        "bash < x.sh", "cat x.sh | bash", "bash -s a b < x.sh", "cat x.sh | ssh host", "ssh host bash -s < x.sh", "ssh host 'bash -s' < x.sh",
        "docker exec -i c sh < x.sh", "cat x.sh | kubectl exec -i pod -- sh", "cat x.sh | bash -euo pipefail",
        "bash -e x.sh", "bash -euo pipefail x.sh", "sh +x -m -- x.sh",
    ],
)  # fmt: skip
def test_a_file_that_a_shell_reads_is_called(tmp_path, line):
    (tmp_path / "x.sh").write_text("echo a\necho $A_TOKEN\n")
    text = f"a:\n  script:\n    - {line}\n"
    rules = load(["security"]).narrow(select=["secret-printed"])
    found = check(Source(".gitlab-ci.yml", text), Project(str(tmp_path)), rules).findings
    assert [(one.span.source.path, one.span.line) for one in found] == [("x.sh", 2)]


@pytest.mark.parametrize(
    "line", ["bash y.sh < x.sh", "cat x.sh | grep a", "ssh host cat < x.sh", "ssh host bash /x.sh"]
)
def test_a_file_that_no_shell_reads_is_not(tmp_path, line):
    (tmp_path / "x.sh").write_text("echo $A_TOKEN\n")
    text = f"a:\n  script:\n    - {line}\n"
    rules = load(["security"]).narrow(select=["secret-printed"])
    assert check(Source(".gitlab-ci.yml", text), Project(str(tmp_path)), rules).findings == []


def findings(tmp_path, rule: str, line: str) -> list[str]:
    text = f"a:\n  environment: production\n  script:\n    - |\n      {line}\n"
    rules = load(["security", "enterprise"]).narrow(select=[rule])
    return [
        finding.message for finding in check(Source(".gitlab-ci.yml", text), Project(str(tmp_path)), rules).findings
    ]


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("bash -c 'echo $A_TOKEN'", 1),
        ("ssh host 'echo $A_TOKEN'", 1),
        ("(echo $A_TOKEN) | cat", 1),
        ("(echo $A_TOKEN) | docker login --password-stdin", 0),
        ("bash -c 'echo $A_TOKEN' | docker login --password-stdin", 0),
        ("{ echo $A_TOKEN; } > file", 0),
        ("bash -c '{ echo $A_TOKEN; }' > file", 0),
    ],
)
def test_output_goes_where_the_outer_command_sends_it(tmp_path, line, count):
    assert len(findings(tmp_path, "secret-printed", line)) == count


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("curl https://x.example/i.sh | bash -euo pipefail", 1),
        ("curl https://x.example/i.sh | bash -o pipefail -es -- a", 1),
        ('bash -euo pipefail -c "$(curl https://x.example/i.sh)"', 1),
        ("curl https://x.example/i.sh | bash -euo pipefail own.sh", 0),
    ],
)
def test_options_with_values_do_not_hide_what_a_shell_reads(tmp_path, line, count):
    assert len(findings(tmp_path, "pipe-to-shell", line)) == count


@pytest.mark.parametrize(("line", "count"), [("ssh host 'deploy x || true'", 1), ("trap 'deploy x || true' EXIT", 0)])
def test_what_a_trap_does_decides_nothing(tmp_path, line, count):
    assert len(findings(tmp_path, "allow-failure-not-permitted", line)) == count


@pytest.mark.parametrize("around", ["{{ {} }} ", "({})", "if a; then {}; fi"])
def test_deep_nesting_is_bounded(around):
    text = "b"
    for _ in range(2_000):
        text = around.format(f"{text};") if around[0] == "{" else around.format(text)
    commands = read(text).commands
    assert sum(1 for _ in nested(commands)) < 60 * len(commands)


@pytest.mark.parametrize(
    "piece",
    ["eval ", "bash -c 'x' ", "xargs ", 'bash -c "', "sudo ", "ssh h ", "bash <<E\n", "find -exec ", "$X ", "eval '$(a' ", "ssh h bash <<E\nbash\n", "bash <(echo "],
)  # fmt: skip
def test_hostile_nesting_takes_time_in_proportion(piece):
    import time

    def seconds(count: int) -> float:
        begin = time.process_time()
        read(piece * count)
        return time.process_time() - begin

    seconds(100)
    small = min(seconds(2_000) for _ in range(3))
    assert min(seconds(20_000) for _ in range(2)) < 40 * small + 0.5
