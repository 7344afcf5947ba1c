from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cilint.shell.command import shell_assignments
from cilint.shell.script import Script
from cilint.source import Source


def read(text: str) -> Script:
    return Script((), Source("x.sh", text), text)


def argv(text: str) -> list[list[str]]:
    return [[word.text for word in command.words] for command in read(text).commands if command.words]


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("echo 'a b' \"c $D\" e\\ f", [["echo", "a b", "c $D", "e f"]]),
        ("a && b || c; d & e", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("a \\\n  b # comment\n# whole line\nc", [["a", "b"], ["c"]]),
        ("if [ -f x ]; then a; else b; fi", [["[", "-f", "x", "]"], ["a"], ["b"]]),
        ("for i in 1 2; do echo $i; done", [["for", "i", "in", "1", "2"], ["echo", "$i"]]),
        ("case $x in a|b) one;; *) two ;; esac", [["case", "$x", "in"], ["one"], ["two"]]),
        ("while read l; do echo $l; done < f", [["read", "l"], ["echo", "$l"]]),
        ("[[ a < b && $x =~ ^y$ ]] && ok", [["[[", "a", "b", "$x", "=~", "^y$", "]]"], ["ok"]]),
        ("f() { a; }; f", [["a"], ["f"]]),
        ("function g { a; }", [["a"]]),
        ("((i++)); a $((1+2))", [["a", "1+2"]]),
        ("echo $'a\\nb' ${#x} ${x%%*.} \"${a[@]}\"", [["echo", "a\nb", "$x", "$x", "$a"]]),
        ("a > out 2>&1 <<< word", [["a"]]),
        ("! grep x", [["grep", "x"]]),
        ("{ a; b; } | c", [["a"], ["b"], ["c"]]),
    ],
)  # fmt: skip
def test_commands_of(text, commands):
    assert argv(text) == commands


def test_substitutions_are_commands_of_their_word():
    script = read('deploy "$(cat version | head -1)" `date` <(curl x)')
    deploy = script.commands[0]
    assert [command.name for command in deploy.words[1].commands] == ["cat", "head"]
    assert deploy.words[2].commands[0].name == "date"
    assert deploy.words[3].parts[0].kind == "process"
    assert all(command.parent is deploy for command in script.commands[1:])


def test_a_pipeline_knows_its_commands_in_order():
    commands = read("a x | b | c; d").commands
    assert [command.name for command in commands[2].pipe] == ["a", "b", "c"]
    assert commands[3].pipe == [commands[3]]


def test_a_compound_command_joins_what_follows():
    commands = read("(a; b) | c").commands
    compound, last = commands[2], commands[3]
    assert [inner.name for inner in compound.inner] == ["a", "b"]
    assert last.pipe == [compound, last]


def test_here_documents_end_at_their_delimiter_and_keep_their_variables():
    commands = read("cat <<EOF | tee x\nhello $NAME\nEOF\nnext").commands
    body = commands[0].redirects[0].word
    assert body.text == "hello $NAME\n"
    assert body.variables == ["NAME"]
    assert [command.name for command in commands] == ["cat", "tee", "next"]
    assert read("cat <<'E'\n$NO\nE\nx").commands[0].redirects[0].word.variables == []


def test_assignments_stand_before_or_alone_or_behind_export():
    alone, before, exported = read("A=b\nC=d run\nexport E=$F").commands
    assert [(name, word.text) for name, word in shell_assignments(alone)] == [("A", "b")]
    assert before.name == "run"
    assert [name for name, _ in before.assignments] == ["C"]
    assert [(name, word.text) for name, word in shell_assignments(exported)] == [("E", "$F")]


def test_wrappers_are_taken_off():
    names = [command.name for command in read("sudo -u x env A=b timeout 5 npx --yes tool arg").commands]
    assert names == ["tool"]


def test_arrays_are_put_where_they_are_expanded():
    commands = read('command=(prowler aws)\ncommand+=(--region x)\n"${command[@]}" --list').commands
    assert [word.text for word in commands[-1].words] == ["prowler", "aws", "--region", "x", "--list"]


def test_functions_that_run_their_arguments_are_wrappers():
    script = read('run() {\n  echo "$*"\n  "$@"\n}\nrun kubectl get pods')
    assert script.commands[-1].name == "kubectl"


def test_options_by_both_spellings():
    (command,) = read("trivy image --severity=HIGH --exit-code 1 app").commands
    assert command.option("--severity").text == "HIGH"
    assert command.option("--exit-code").text == "1"
    assert command.has("--severity")


@pytest.mark.parametrize("text", ["if x; then", "echo 'a", "a &&\n(", "cat <<E\nx", "x=(a", 'echo "$(a'])
def test_an_unfinished_text_is_open(text):
    assert read(text).open or text.startswith("a &&")


def test_a_span_slices_back_to_the_command():
    text = "set -e\nif a; then\n  curl -fsSL https://x \\\n    | bash\nfi\n"
    script = read(text)
    curl = next(command for command in script.commands if command.name == "curl")
    assert curl.span.text == "curl -fsSL https://x"
    assert (curl.span.line, curl.span.column) == (3, 3)


_NOISE = st.text(alphabet="ab 1$`'\"(){}|&;<>\\\n#=!-[]@*~if", max_size=80)


@given(_NOISE)
def test_reading_never_raises_and_spans_stay_inside(text):
    script = read(text)
    for command in script.commands:
        assert 0 <= command.start <= command.end <= len(text)
        assert command.name is not None
        for word in command.words:
            assert 0 <= word.start <= word.end <= len(text)


@pytest.mark.parametrize(
    "piece",
    ["$(", "`", "$((", "'", '"$(', "${", "<<E\n", "case x in ", "if ", "(", "{ ", "a=(", "<(", "${a:-", '"`', "${a'", "f(){ "],
)  # fmt: skip
def test_hostile_texts_take_time_in_proportion(piece):
    text = piece * (200_000 // len(piece))
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 5
