"""allow-failure-not-permitted: what loses the status of the command that a job is there for, and what does not."""

from __future__ import annotations

import pytest

from cilint.check import check
from cilint.compose.fetch import Project
from cilint.rules.packs import load
from cilint.source import Source

SCAN = "trivy image --exit-code 1 app"


@pytest.fixture
def found(tmp_path):
    """A function: the rule's findings for a job with such lines and such a file beside it, as line and message."""

    def run(lines, file=None):
        if file is not None:
            (tmp_path / "x.sh").write_text(file)
        script = "".join(f"      {line}\n" for line in lines.split("\n"))
        text = f"scan:\n  script:\n    - |\n{script}"
        rules = load(["security", "enterprise"]).narrow(select=["allow-failure-not-permitted"])
        checked = check(Source(".gitlab-ci.yml", text), Project(str(tmp_path)), rules)
        return [
            (one.span.source.path.replace(".gitlab-ci.yml", "ci"), one.span.line, one.message.partition(":")[0])
            for one in checked.findings
        ]

    return run


@pytest.mark.parametrize(
    ("line", "how"),
    [
        (f"export X=$({SCAN})", "export"),
        (f'declare -r X="$({SCAN} | sort)"', "declare"),
        (f'readonly X="`{SCAN}`"', "readonly"),
        (f"f() {{ local X=$({SCAN}); }}; f", "local"),
        (f"{SCAN} &", "&"),
        (f"cd app && {SCAN} &", "&"),
        (f"({SCAN}) &", "&"),
        (f"{SCAN} & wait", "&"),
        (f"bash -c '{SCAN}' &", "&"),
        (f"! {SCAN}", "!"),
        (f"! ({SCAN})", "!"),
        (f"! {{ {SCAN}; }}", "!"),
        (f"bash -c '{SCAN}; true'", "bash without set -e"),
        (f'sh -c "{SCAN}; echo done"', "sh without set -e"),
        (f"bash -c 'cd app && {SCAN}; echo done'", "bash without set -e"),
        (f"bash -c '( {SCAN} ); echo done'", "bash without set -e"),
        (f"ssh host '{SCAN}; echo done'", "ssh without set -e"),
        (f"bash -c '{SCAN} | cat'", "| cat without pipefail"),
        (f"bash -ec '{SCAN} | tee log'", "| tee without pipefail"),
        (f"bash -c 'bash -c \"{SCAN}; true\"'", "bash without set -e"),
        (f"docker run img sh -c '{SCAN}; true'", "sh without set -e"),
        (f"set +o pipefail; {SCAN} | sort", "| sort without pipefail"),
    ],
)
def test_a_lost_status_is_told(found, line, how):
    assert found(line) == [("ci", 4, how)]


@pytest.mark.parametrize(
    "line",
    [
        f"X=$({SCAN})",
        f"export X; X=$({SCAN})",
        f'export X=$({SCAN}); test -z "$X"',
        f'export X=$({SCAN}); echo "$X" | jq -e .well',
        "export V=$(git describe)",
        "npm start &",
        f"{SCAN} & wait $!",
        f"{SCAN} & PID=$!; wait $PID",
        f"trivy server & {SCAN}",
        f"if ! {SCAN}; then exit 1; fi",
        f"! {SCAN} || exit 1",
        f"bash -ec '{SCAN}; echo done'",
        f"bash -e -o pipefail -c '{SCAN} | cat; echo done'",
        f"bash --noprofile --norc -euo pipefail -c '{SCAN} | cat; echo done'",
        f"bash -c 'set -e; {SCAN}; echo done'",
        f"bash -c 'set -euo pipefail; {SCAN} | cat'",
        f"bash -c 'cd app; {SCAN}'",
        f"bash -c 'cd app; {SCAN} && echo done'",
        f"bash -c '{SCAN} || exit 1; echo done'",
        f"bash -c '{SCAN}; s=$?; echo done; exit $s'",
        f"eval '{SCAN}; echo done'",  # in the job's own shell, which stops
        f"trap '{SCAN}; true' EXIT",
        f"ssh host '{SCAN}'",
        f"bash -c 'if a; then {SCAN}; fi'",
        f"{SCAN} | cat",  # the runner sets pipefail
    ],
)
def test_a_status_that_counts_is_left_alone(found, line):
    assert found(line) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("#!/bin/sh\nif a; then\n  make deploy\nfi\n", 0),
        ("#!/bin/sh\nif a; then\n  echo b\nelif c; then\n  make deploy\nelse\n  make more\nfi\n", 0),
        ("#!/bin/sh\ncase $1 in\n  a) make deploy ;;\n  *) make more ;;\nesac\n", 0),
        ("#!/bin/sh\nif a; then\n  if b; then\n    ( make deploy )\n  fi\nfi\n", 0),
        ("#!/bin/sh\nif a; then\n  make deploy\n  make more\nfi\n", 3),
        ("#!/bin/sh\nif a; then\n  make deploy\nfi\necho done\n", 3),
        ("#!/bin/sh\nfor one in a b; do\n  make deploy\ndone\n", 3),
    ],
)
def test_what_a_file_without_set_e_runs_last_decides(found, file, line):
    assert found("sh x.sh", file) == ([("x.sh", line, "no set -e")] if line else [])


@pytest.mark.parametrize(
    ("line", "strict"),
    [
        ("bash -e x.sh", True),
        ("bash -o errexit x.sh", True),
        ("sh -xe x.sh", True),
        (". ./x.sh", True),
        ("bash x.sh", False),
        ("bash -o nounset x.sh", False),
        ("bash x.sh -e", False),
        ("chmod --recursive +x x.sh; ./x.sh", False),
    ],
)
def test_a_file_heeds_the_settings_of_the_shell_that_reads_it(found, line, strict):
    assert found(line, "make deploy\necho done\n") == ([] if strict else [("x.sh", 1, "no set -e")])


def test_a_file_is_told_once(found):
    assert found("sh x.sh", f"#!/bin/sh\n{SCAN} &\necho done\n") == [("x.sh", 2, "&")]
    assert found("bash x.sh", f"#!/bin/bash\nset -e\n{SCAN} | sort\n") == [("x.sh", 3, "| sort without pipefail")]
