"""Section B: images from elsewhere, without a version, outside the catalogue, of another major, or none at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.mutation.faults.roads import roads
from tests.mutation.mutant import Mutant, changed
from tests.mutation.reference import Edit, reference

_IMAGE = re.compile(
    r"(?P<before>\s*(?:image|- name): )\$CI_REGISTRY/(?P<category>[\w-]+)/(?P<tool>[\w-]+):(?P<tag>\S+)$"
)
_MAJORS = {"node": "20.18.0", "docker": "27.3.1"}


def mutants() -> Iterator[Mutant]:
    for name, index, image in _images():
        yield from _broken(name, index, image)
    yield from _by_variable()
    yield from _by_roads()
    yield from _dropped()


def _images() -> Iterator[tuple[str, int, re.Match[str]]]:
    for block in reference().blocks.values():
        for index in range(block.start, block.end):
            if image := _IMAGE.match(reference().lines[index]):
                yield block.name, index, image


def _broken(name: str, index: int, image: re.Match[str]) -> Iterator[Mutant]:
    category, tool, tag = image["category"], image["tool"], image["tag"]
    own = f"$CI_REGISTRY/{category}/{tool}"
    other = "testing" if category != "testing" else "security"
    references = [
        ("image from Docker Hub", f"{tool}:{tag}", "image-private-registry"),
        ("image from another registry", f"registry.example.com/{category}/{tool}:{tag}", "image-private-registry"),
        (
            "image from a look-alike registry",
            f"$CI_REGISTRY.example.com/{category}/{tool}:{tag}",
            "image-private-registry",
        ),
        ("image without a version", own, "image-unpinned"),
        ("image latest", f"{own}:latest", "image-unpinned"),
        ("image of a branch", f"{own}:main", "image-unpinned"),
        ("image of the wrong category", f"$CI_REGISTRY/{other}/{tool}:{tag}", "image-catalogue"),
        ("image outside the catalogue", f"$CI_REGISTRY/{category}/{tool}-fork:{tag}", "image-catalogue"),
    ]
    if tool in _MAJORS:
        wrong = tag.replace(tag.partition("-")[0], _MAJORS[tool])
        references.append(("image of another major", f"{own}:{wrong}", "image-version"))
    for operator, text, rule in references:
        yield changed(operator, f"{name}, line {index + 1}", rule, Edit(index, index + 1, [image["before"] + text]))


def _by_variable() -> Iterator[Mutant]:
    """The fault stands at the value of a global variable."""
    ref = reference()
    at = ref.blocks["variables"].start + 1
    for name, index, image in _images():
        for operator, value, rule in (
            ("image by a variable", f"{image['tool']}:{image['tag']}", "image-private-registry"),
            ("version by a variable", f"$CI_REGISTRY/{image['category']}/{image['tool']}:latest", "image-unpinned"),
        ):
            edits = [
                Edit(at, at, [f"  TOOL_IMAGE: {value}"]),
                Edit(index, index + 1, [image["before"] + "$TOOL_IMAGE"]),
            ]
            yield changed(operator, f"{name}, line {index + 1}", rule, *edits)


def _by_roads() -> Iterator[Mutant]:
    for name in reference().jobs:
        place = reference().blocks[name].key("image")
        if place is not None:
            yield from roads("image from Docker Hub", name, "image", ["image: alpine:3.20.3"], "image-private-registry")


def _dropped() -> Iterator[Mutant]:
    """Without a default, a job whose own image goes has none."""
    ref = reference()
    default = ref.blocks["default"].key("image")
    assert default is not None
    for name, index, _ in _images():
        if name != "default" and ref.lines[index].startswith("  image:"):
            kept = ref.value(name, "image")
            jobs = [job for job in ref.reached(name) if ref.value(job, "image") == kept and _from(job, name)]
            if jobs:
                yield changed("image dropped", name, "image-missing", Edit(*default), Edit(index, index + 1), jobs=jobs)


def _from(job: str, name: str) -> bool:
    """Whether nothing else gives the job an image: the only block among its bases that has one is `name`."""
    return [base for base in reference().bases(job) if reference().blocks[base].key("image")] == [name]
