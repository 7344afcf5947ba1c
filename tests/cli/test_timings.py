"""`check --timings`: told beside the report, never in it; nothing of it is loaded when nobody asks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

FILES = {
    ".gitlab-ci.yml": "include: ci/build.yml\ntest:\n  script: [make test]\n",
    "ci/build.yml": "build:\n  script: [make]\n",
}


def test_standard_output_keeps_its_format(cilint):
    done = cilint("check", "--timings", "--format", "json", "--exit-zero", files=FILES)
    assert json.loads(done.raw)["summary"]["jobs"] == 2
    assert done.err.startswith("timings: ")


def test_steps_rules_and_files_are_told(cilint):
    told = cilint("check", "--timings", "--exit-zero", files=FILES).err
    steps, rules, files = told.rstrip("\n").split("\n\n")
    names = [re.split(r"  +", line)[1] for line in steps.split("\n")[1:]]
    assert names == ["settings and packs", "reading", "composing", "validating", "judging", "settling", "reporting"]
    assert re.match(r"\d+ rules, the slowest 10\n", rules)
    assert len(rules.split("\n")) == 11
    assert files.startswith("2 files\n")
    assert {"ci/build.yml", ".gitlab-ci.yml"} <= set(files.split())


def test_the_steps_add_up(cilint):
    told = cilint("check", "--timings", "--exit-zero", files=FILES).err.split("\n\n")[0]
    total, *steps = [float(text.replace(",", "")) for text in re.findall(r"([\d,.]+) ms", told)]
    assert abs(total - sum(steps)) < 0.1 * len(steps)


def test_with_diff_there_is_nothing_to_time(cilint):
    done = cilint("check", "--timings", "--diff", files=FILES)
    assert (done.status, done.raw) == (2, b"")
    assert "--timings times a check" in done.err


def test_nothing_is_loaded_when_nobody_asks(folder, cache):
    (folder / ".gitlab-ci.yml").write_text("build:\n  script: [make]\n")
    probe = (
        "import sys; from cilint.cli import main; main(['check', '--exit-zero', *sys.argv[1:]]); print(*sys.modules)"
    )
    for arguments, loaded in ((), False), (("--timings",), True):
        done = subprocess.run(
            [sys.executable, "-c", probe, *arguments], cwd=folder, capture_output=True, text=True, check=True,
            env={"PATH": os.environ["PATH"], "HOME": str(cache), "XDG_CACHE_HOME": str(cache)},
        )  # fmt: skip
        modules = done.stdout.split()
        assert ("cilint.clock" in modules, "cilint.report.timings" in modules) == (loaded, loaded)
