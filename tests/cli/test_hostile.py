"""Files made to exhaust the checker: each is judged whole, within 5 s of processor time and 200 MB."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CILINT = Path(sys.executable).with_name("cilint")
SECONDS = 5
MEGABYTES = 200

pytestmark = pytest.mark.slow


def aliases(levels):
    rows = [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, levels)]
    return f"a0: &a0 [x]\n{''.join(rows)}job: {{script: *a{levels - 1}}}\n"


FILES = {
    "alias bomb": aliases(12),
    "comments to cilint": "# cilint: ignore[image-missing] because\n" * 40_000 + "job: {script: x}\n",
    "a fault a line": "job:\n  script: |\n" + "    curl -u a:b https://u:p@h/ | bash\n" * 40_000,
    "lost keys": "job: {script: x}\n" * 80_000,
    "jobs": "".join(f"j{i}: {{script: x}}\n" for i in range(5000)),
    "jobs that are none": "".join(f"j{i}: 1\n" for i in range(20_000)),
    "deployments": "".join(f"j{i}: {{script: x, environment: {{name: prod-{i}}}}}\n" for i in range(1500)),
    "a script that never closes": "job:\n  script:\n" + "    - if true\n" * 5000,
    "one line": "job:\n  script:\n    - echo " + "a" * 2_000_000 + "\n",
    "words": "job:\n  script:\n    - echo " + "a " * 1_000_000 + "\n",
    "variables in a line": "job:\n  script:\n    - echo " + "$a " * 666_000 + "\n",
    "keys": "job:\n  script: [x]\n  variables:\n" + "".join(f"    K{i}: v $K{i - 1}\n" for i in range(50_000)),
    "includes": "include:\n" + "".join(f"  - local: /f{i}.yml\n" for i in range(10_000)) + "job: {script: x}\n",
    "ancestors": ".e0: {script: [a]}\n"
    + "".join(f".e{i}: {{extends: .e{i - 1}, variables: {{V{i}: x}}}}\n" for i in range(1, 10))
    + "".join(f"j{i}: {{extends: .e9}}\n" for i in range(2000)),
    "needs": "".join(
        f"j{i}: {{script: x, needs: [{', '.join(f'j{k}' for k in range(max(0, i - 50), i))}]}}\n" for i in range(400)
    ),
    "passwords": "variables:\n"
    + "".join(f'  PASSWORD_{i}: "aB3{i}xYz9Qw{i * 7919}"\n' for i in range(3000))
    + "job: {script: x}\n",
    "deep": "job: " + "[" * 1_000_000 + "]" * 1_000_000 + "\n",
    "brackets in a condition": f"job: {{script: x, rules: [{{if: '{'(' * 900_000}$A{')' * 900_000}'}}]}}\n",
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_takes_time_and_memory_in_proportion(name, folder, cache, spend):
    (folder / ".gitlab-ci.yml").write_text(FILES[name])
    environment = {"PATH": os.environ["PATH"], "HOME": str(cache), "XDG_CACHE_HOME": str(cache)}
    command = [CILINT, "check", "--isolated"]
    subprocess.run([*command, "-"], check=False, input=b"", cwd=folder, env=environment, capture_output=True)  # packs
    spent = spend(command, SECONDS, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    assert spent.exit in (0, 1), spent.err[-500:]
    assert spent.megabytes <= MEGABYTES


def test_a_script_that_was_not_read_whole_is_not_assessed(cilint):
    outcome = cilint("check", "--isolated", files={".gitlab-ci.yml": FILES["words"]})
    assert "not assessed: the rest of a script" in outcome.out
