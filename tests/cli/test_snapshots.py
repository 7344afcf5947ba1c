"""What every command prints to the letter, once where all is well and once where it is not.

`CILINT_SNAPSHOTS=write` writes the snapshots anew; what has changed is then read in the diff.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from cilint import __version__

SNAPSHOTS = Path(__file__).parent / "snapshots"
COMMANDS = Path(__file__).resolve().parents[2] / "cilint" / "cli"
_LINES = 60  # of a long output; what it holds is tested elsewhere

FILES = {
    ".gitlab-ci.yml": """\
include: ci/base.yml
stages: [build, deploy]
build:
  extends: .base
  stage: build
  script: [make]
deploy:
  extends: .base
  stage: deploy
  script: [./deploy.sh]
  when: manual
  environment: production
""",
    "ci/base.yml": ".base:\n  image: node:22\n",
    "broken.yml": "build: [\ndeploy: }\n",
    "refused.yml": "build:\n  script: {make: all}\n  stage: biuld\n",
    "policy/rule.txt": "no rule\n",
}
HOUSE = "--policy ./policy"
CALLS = {
    "check": (f"check {HOUSE}", f"check {HOUSE} broken.yml refused.yml --format full"),
    "explain": (f"explain image-private {HOUSE}", f"explain image-privat {HOUSE}"),
    "rules": (f"rules {HOUSE}", "rules --pack hose"),
    "resolve": ("resolve --origin", "resolve refused.yml"),
    "simulate": ("simulate", "simulate --event paly:deploy"),
    "prove": ("prove --guarded deploy --by build --kind order", "prove --guarded deply --by build"),
    "graph": ("graph --format mermaid", "graph --format mermaid broken.yml"),
    "report": ("report --format csv-population", "report --output pdff=x"),
    "baseline": (f"baseline {HOUSE}", f"baseline {HOUSE} broken.yml"),
    "waive": (
        "waive image-private-registry --job build --reason the-vendor-ships-no-other --ticket T-1 --approved-by x --expires 2026-03-01",
        "waive image-private-registri --job build",
    ),
    "test": ("test ./policy", "test ./polcy"),
    "completion": ("completion bash", "completion bsh"),
    "init": ("init --dry-run", "init broken.yml"),
    "new": ("new rule image-names-version", "new rule Image_Version"),
    "schema": ("schema waivers", "schema wavers"),
    "settings": ("settings", "settings --why image-privat"),
    "--version": ("--version", "--verson"),
}


def test_every_command_is_here():
    names = {path.stem for path in COMMANDS.glob("*.py") if not path.stem.startswith("_")}
    assert set(CALLS) == names | {"--version"}


def _steady(text: str) -> str:
    """The text without what differs from run to run, or with every rule that is added."""
    text = text.replace(__version__, "VERSION").replace("\r\n", "\n")
    text = re.sub(r"\b[0-9a-f]{64}\b", "SHA256", text)
    text = re.sub(r"(?<=[( ])\d+ rules\b", "N rules", text)
    lines = text.split("\n")
    return "\n".join([*lines[:_LINES], *(["..."] if len(lines) > _LINES else [])])


@pytest.mark.parametrize("which", ["well", "wrong"])
@pytest.mark.parametrize("name", CALLS)
def test_the_command_prints_what_it_did(cilint, name, which):
    call = CALLS[name][which == "wrong"]
    done = cilint(*call.split(), files=FILES, env={"SOURCE_DATE_EPOCH": "1769000000"})
    got = f"$ cilint {call}\nexit {done.status}\n--- stdout\n{_steady(done.out)}--- stderr\n{_steady(done.err)}"
    path = SNAPSHOTS / f"{name.lstrip('-')}-{which}.txt"
    if os.environ.get("CILINT_SNAPSHOTS") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(got, encoding="utf-8")
    assert got == path.read_text(encoding="utf-8")
    assert which == "well" or done.status != 0
