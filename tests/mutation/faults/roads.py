"""The roads by which a keyword reaches a job: extends, anchor, !reference, include, default."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.mutation.mutant import Mutant, changed
from tests.mutation.reference import Edit, reference


def roads(operator: str, job: str, key: str, value: list[str], rules: str | list[str]) -> Iterator[Mutant]:
    """The same faulty keyword brought to a job by each road. value: its lines, without indentation."""
    ref = reference()
    block = ref.blocks[job]
    own = block.key(key)
    gone = [Edit(*own)] if own else []
    template = [".faulty:", *(f"  {line}" for line in value), ""]
    extended = extended_by(job, ".faulty")
    before = Edit(block.start, block.start, template)
    yield changed(f"{operator}, by extends", job, rules, before, *gone, extended)
    anchored = Edit(block.start, block.start, [".faulty: &faulty", *template[1:]])
    merge = Edit(block.start + 1, block.start + 1, ["  <<: *faulty"])
    yield changed(f"{operator}, by anchor", job, rules, anchored, *gone, merge)
    referred = Edit(block.start + 1, block.start + 1, [f"  {key}: !reference [.faulty, {key}]"])
    yield changed(f"{operator}, by !reference", job, rules, before, *gone, referred)
    included = Edit(0, 0, ["include: ci/faulty.yml", ""])
    lines = {"ci/faulty.yml": list(range(2, len(value) + 2))}
    also: dict[str, str | None] = {"ci/faulty.yml": "\n".join(template) + "\n"}
    yield changed(f"{operator}, by include", job, rules, included, *gone, extended, also=also, also_lines=lines)


def extended_by(job: str, template: str) -> Edit:
    """The edit that makes a job extend one template more."""
    block = reference().blocks[job]
    place = block.key("extends")
    if place is None:
        return Edit(block.start + 1, block.start + 1, [f"  extends: {template}"])
    inline = re.match(r"  extends: \[?(.*?)\]?$", reference().lines[place[0]])
    assert inline
    if inline[1]:
        return Edit(place[0], place[0] + 1, [f"  extends: [{inline[1]}, {template}]"])
    return Edit(place[1], place[1], [f"    - {template}"])
