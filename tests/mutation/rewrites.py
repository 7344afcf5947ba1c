"""Rewrites of the reference pipeline that mean the same to GitLab and keep every requirement, so that no rule may speak."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache

from tests.mutation.reference import ENTRY, GLOBAL, Block, Edit, reference

_WEEKS = (
    "7 days", "168 hours", "168h", "7d", "1w", "'604800'", "6 days and 24 hours", "10080 minutes", "1 week 0 days", "'1 week'",
)  # fmt: skip
_MAIN = '$CI_COMMIT_BRANCH == "main"'
_KEY = re.compile(r"  ([\w]+):")


class Rewrite:
    """operator: what kind of rewrite. place: where. files: path to text, the pipeline among them."""

    def __init__(self, operator: str, place: str, files: dict[str, str]) -> None:
        self.operator = operator
        self.place = place
        self.files = files

    def __repr__(self) -> str:
        return f"{self.operator}: {self.place}"


@cache
def every_rewrite() -> tuple[Rewrite, ...]:
    """All of them, in a fixed order."""
    kinds = (
        _orders, _key_orders, _included, _renamed_jobs, _renamed_stages, _durations, _image_forms, _script_forms, _careful_forms, _list_forms,
        _references, _merged_templates, _shared_artifacts, _quotes, _comments, _explicit, _conditions, _layouts, _to_default,
    )  # fmt: skip
    return tuple(rewrite for kind in kinds for rewrite in kind())


def _edited(operator: str, place: str, *edits: Edit) -> Rewrite:
    return Rewrite(operator, place, {ENTRY: reference().edit(*edits)[0]})


def _lines_of(block: Block) -> list[str]:
    return reference().lines[block.start : block.end]


def _arranged(blocks: list[Block]) -> str:
    return "\n".join("\n".join([*_lines_of(block), ""]) for block in blocks)


def _orders() -> Iterator[Rewrite]:
    """The order of top-level entries says nothing to GitLab, but for anchors, which come before what uses them."""
    ref = reference()
    blocks = list(ref.blocks.values())
    yield Rewrite("entries reordered", "backwards", {ENTRY: _arranged(blocks[::-1])})
    for seed in range(6):
        shuffled = random.Random(seed).sample(blocks, len(blocks))
        yield Rewrite("entries reordered", f"shuffled by {seed}", {ENTRY: _arranged(shuffled)})
    for name in ref.blocks:
        block = ref.blocks[name]
        moved = [Edit(block.start, block.end), Edit(len(ref.lines), len(ref.lines), ["", *_lines_of(block)])]
        yield _edited("entry moved to the end", name, *moved)


def _keys(block: Block) -> list[list[str]]:
    """The keywords of a block, each with the lines below it; comments go with what follows."""
    groups: list[list[str]] = []
    waiting: list[str] = []
    for line in _lines_of(block)[1:]:
        if line.startswith("  #"):
            waiting.append(line)
        elif _KEY.match(line):
            groups.append([*waiting, line])
            waiting = []
        elif groups:
            groups[-1].append(line)
    return groups


def _key_orders() -> Iterator[Rewrite]:
    for name, block in reference().blocks.items():
        groups = _keys(block)
        if len(groups) > 1 and name not in GLOBAL:
            lines = [line for group in groups[::-1] for line in group]
            yield _edited("keys reordered", name, Edit(block.start + 1, block.end, lines))


def _included() -> Iterator[Rewrite]:
    """A part of the file in a file of its own; and everything in files."""
    ref = reference()
    stages = ref.data["stages"]
    parts = {stage: [job for job in ref.jobs if ref.value(job, "stage") == stage] for stage in stages}
    parts["templates"] = ref.templates
    parts["globals"] = ["variables", "default"]
    parts["workflow"] = ["workflow"]
    for part, names in parts.items():
        yield Rewrite("part included", part, _split({part: names}))
    yield Rewrite("everything included", "a file for each stage", _split(parts))
    for name in ref.jobs[::6]:
        yield Rewrite("job included", name, _split({name: [name]}))
    nested = _split({"templates": ref.templates, "jobs": ref.jobs})
    nested["ci/all.yml"] = "include:\n  - local: ci/templates.yml\n  - local: /ci/jobs.yml\n"
    nested[ENTRY] = re.sub(r"(?s)^include:.*?\n\n", "include: ci/all.yml\n\n", nested[ENTRY])
    yield Rewrite("everything included", "by an include in an include", nested)


def _split(parts: dict[str, list[str]]) -> dict[str, str]:
    ref = reference()
    files = {f"ci/{part}.yml": _arranged([ref.blocks[name] for name in names]) for part, names in parts.items()}
    gone = [Edit(ref.blocks[name].start, ref.blocks[name].end) for names in parts.values() for name in names]
    head = ["include:", *(f"  - local: {path}" for path in files), ""]
    text, _ = ref.edit(Edit(0, 0, head), *gone)
    return {ENTRY: text, **files}


def _renamed_jobs() -> Iterator[Rewrite]:
    """A job is known by what it does. An approval is known by its name, so it keeps a word that says what it approves."""
    ref = reference()
    new = {job: f"task-{number}" for number, job in enumerate(ref.jobs) if not job.startswith("approve-")}
    new |= {job: f"{job.removeprefix('approve-')} sign-off" for job in ref.jobs if job.startswith("approve-")}
    for job, name in new.items():
        yield Rewrite("job renamed", job, {ENTRY: _renamed({job: name})})
    yield Rewrite("job renamed", "all of them", {ENTRY: _renamed(new)})


def _renamed(names: dict[str, str]) -> str:
    lines = []
    for line in reference().lines:
        for old, name in names.items():
            if old in line:
                line = _with_name(line, old, name)
        lines.append(line)
    return "\n".join(lines) + "\n"


def _with_name(line: str, old: str, name: str) -> str:
    word = re.escape(old)
    line = re.sub(rf"^{word}:", f"{name}:", line)
    line = re.sub(rf"^(    - (?:job: )?|    on_stop: ){word}$", rf"\g<1>{name}", line)
    if line.startswith("  needs: ["):
        line = re.sub(rf"(?<=[\[ ]){word}(?=[,\]])", name, line)
    return line if " " in name else re.sub(rf"(?<= ){word}=", f"{name}=", line)


def _renamed_stages() -> Iterator[Rewrite]:
    """Stages have the names that a house likes."""
    names = reference().data["stages"]
    for stage in names:
        yield Rewrite("stage renamed", stage, {ENTRY: _with_stages({stage: f"{stage}-phase"})})
    yield Rewrite(
        "stage renamed", "all of them", {ENTRY: _with_stages({name: f"phase-{i}" for i, name in enumerate(names)})}
    )


def _with_stages(names: dict[str, str]) -> str:
    text = reference().text
    for old, new in names.items():
        text = re.sub(rf"(?m)^  (- |stage: ){old}(?=$| #)", rf"  \g<1>{new}", text)
    return text


def _durations() -> Iterator[Rewrite]:
    text = reference().text
    for week in _WEEKS:
        yield Rewrite(
            "a week spelt", week, {ENTRY: re.sub(r"(?m)(expire_in|auto_stop_in): 1 week$", rf"\g<1>: {week}", text)}
        )
    ref = reference()
    for name, block in ref.blocks.items():
        for index, _ in block.find(r"    expire_in: 1 week"):
            yield _edited("a week spelt in one job", name, Edit(index, index + 1, ["    expire_in: 7 days"]))


def _image_forms() -> Iterator[Rewrite]:
    ref = reference()
    for name, block in ref.blocks.items():
        for index, found in block.find(r"  image: (\S+)$"):
            yield _edited("image as a map", name, Edit(index, index + 1, ["  image:", f"    name: {found[1]}"]))
    text = ref.text
    yield Rewrite("image with braces", "all", {ENTRY: text.replace(": $CI_REGISTRY/", ": ${CI_REGISTRY}/")})
    with_variable = text.replace(": $CI_REGISTRY/", ": $REGISTRY/").replace(
        "\nvariables:\n", "\nvariables:\n  REGISTRY: $CI_REGISTRY\n", 1
    )
    yield Rewrite("registry by a variable", "all", {ENTRY: with_variable})
    versions = text.replace("node:22.11.0", "node:$NODE_VERSION").replace(
        "\nvariables:\n", '\nvariables:\n  NODE_VERSION: "22.11.0"\n', 1
    )
    yield Rewrite("version by a variable", "node", {ENTRY: versions})
    whole = re.sub(
        r"(?m)^(  image|    - name): \$CI_REGISTRY/infrastructure/node:22.11.0$", r"\g<1>: $NODE_IMAGE", text
    )
    whole = whole.replace("\nvariables:\n", "\nvariables:\n  NODE_IMAGE: $CI_REGISTRY/infrastructure/node:22.11.0\n", 1)
    yield Rewrite("image by a variable", "node", {ENTRY: whole})
    yield Rewrite(
        "digest beside the version",
        "all",
        {ENTRY: re.sub(r"(?m)^(  image: \S+)$", rf"\g<1>@sha256:{'ab12' * 16}", text)},
    )


def _script_forms() -> Iterator[Rewrite]:
    ref = reference()
    for name, block in ref.blocks.items():
        if name in GLOBAL:
            continue
        for section in ("before_script", "script", "after_script"):
            place = block.key(section)
            items = ref.script_items(name, section)
            plain = [
                ref.lines[start]
                for start, end in items
                if end == start + 1 and not re.search(r" #|>-$", ref.lines[start])
            ]
            if not place or not items or len(plain) < len(items):
                continue
            commands = [line.removeprefix("    - ") for line in plain]
            yield _edited(
                "script as a block",
                f"{name}, {section}",
                Edit(*place, [f"  {section}:", "    - |", *("      " + c for c in commands)]),
            )
            if len(commands) == 1:
                yield _edited("script as a text", f"{name}, {section}", Edit(*place, [f"  {section}: {commands[0]}"]))
            folded = [line for c in commands for line in ("    - >-", "      " + c)]
            yield _edited("script folded", f"{name}, {section}", Edit(*place, [f"  {section}:", *folded]))


def _careful_forms() -> Iterator[Rewrite]:
    """Commands that say more about a failure, or ask for a version first, and still fail."""
    ref = reference()
    for job in ("bundle", "lint-yaml", "mutation-tests", "canary-metrics"):
        (start, end), *rest = ref.script_items(job)
        command = ref.lines[start].removeprefix("    - ")
        if rest or end != start + 1:
            continue
        for line in (
            f"{command} || {{ echo failed >&2; exit 1; }}",
            f"{command} || ( echo failed >&2; exit 1 )",
            f"{command} 2>&1 | tee job.log",
            f"if ! {command}; then echo failed; exit 1; fi",
            f"node --version; {command}",
        ):
            yield _edited("command that tells more", f"{job}: {line}", Edit(start, end, ["    - |", f"      {line}"]))


def _list_forms() -> Iterator[Rewrite]:
    ref = reference()
    for name, block in ref.blocks.items():
        for key in ("needs", "extends"):
            for index, found in block.find(rf"  {key}: \[(.+)\]$"):
                words = found[1].split(", ")
                yield _edited(
                    f"{key} as a block",
                    name,
                    Edit(index, index + 1, [f"  {key}:", *(f"    - {word}" for word in words)]),
                )
                if key == "needs":
                    lines = ["  needs:", *(f"    - {{job: {word}, artifacts: true}}" for word in words)]
                    yield _edited("needs as maps", name, Edit(index, index + 1, lines))
        for index, found in block.find(r"  extends: (\.\S+)$"):
            yield _edited("extends as a list", name, Edit(index, index + 1, [f"  extends: [{found[1]}]"]))
        place = block.key("only")
        if place and place[1] == place[0] + 2:
            yield _edited("only as a map", name, Edit(*place, ["  only:", "    refs: [schedules]"]))


def _references() -> Iterator[Rewrite]:
    """What a job inherits anyway, said by !reference."""
    ref = reference()
    for job in ref.jobs:
        block = ref.blocks[job]
        for base in _direct(job):
            for key in ("image", "rules", "services", "cache", "script", "before_script"):
                source = ref.blocks[base].key(key)
                if source and block.key(key) is None and ref.value(job, key) == ref.value(base, key):
                    at = block.start + 1
                    yield _edited(
                        "said by !reference", f"{job}: {key}", Edit(at, at, [f"  {key}: !reference [{base}, {key}]"])
                    )


def _direct(job: str) -> list[str]:
    above = reference().data[job].get("extends", [])
    return [above] if isinstance(above, str) else list(above)


def _merged_templates() -> Iterator[Rewrite]:
    """extends of one template as a merge, where no map of both would have to be merged deeper."""
    ref = reference()
    for job in ref.jobs:
        bases = _direct(job)
        if len(bases) != 1:
            continue
        base = ref.blocks[bases[0]]
        maps = {key for key, value in ref.data[base.name].items() if isinstance(value, dict)}
        if maps & set(ref.data[job]) or base.name == ".kubectl_setup":
            continue
        own = ref.blocks[job].place("extends")
        head = ref.lines[base.start]
        anchored = head.replace(f"{base.name}:", f"{base.name}: &template", 1)
        yield _edited(
            "extends as a merge", job, Edit(base.start, base.start + 1, [anchored]), Edit(*own, ["  <<: *template"])
        )


def _shared_artifacts() -> Iterator[Rewrite]:
    """A keyword in a hidden entry, reached by an alias, by a merge, by extends."""
    ref = reference()
    for job in ref.jobs:
        for key in ("artifacts", "environment", "needs", "retry", "coverage", "cache"):
            block = ref.blocks[job]
            place = block.key(key)
            if not place:
                continue
            lines = ref.lines[place[0] : place[1]]
            before = Edit(
                block.start,
                block.start,
                [".shared:", lines[0].replace(f"{key}:", f"{key}: &shared", 1), *lines[1:], ""],
            )
            yield _edited("keyword by an alias", f"{job}: {key}", before, Edit(*place, [f"  {key}: *shared"]))
            if key in ("artifacts", "needs"):
                before = Edit(block.start, block.start, [".shared:", *lines, ""])
                yield _edited(
                    "keyword by !reference",
                    f"{job}: {key}",
                    before,
                    Edit(*place, [f"  {key}: !reference [.shared, {key}]"]),
                )


def _quotes() -> Iterator[Rewrite]:
    text = reference().text
    for key in (
        "image",
        "stage",
        "expire_in",
        "url",
        "name",
        "deployment_tier",
        "when",
        "key",
        "job",
        "path",
        "coverage_format",
    ):
        for quote in ('"', "'"):
            pattern = rf"(?m)^(\s+(?:- )?{key}: )([^\s\"'\[{{*&!>|#][^#\n\"']*?)$"
            yield Rewrite(
                "values quoted", f"{key} {quote}", {ENTRY: re.sub(pattern, rf"\g<1>{quote}\g<2>{quote}", text)}
            )
    for quote in ('"', "'"):
        yield Rewrite(
            "keys quoted",
            quote,
            {ENTRY: re.sub(r"(?m)^  (script|image|stage|needs|artifacts):", rf"  {quote}\g<1>{quote}:", text)},
        )


def _comments() -> Iterator[Rewrite]:
    ref = reference()
    for name, block in ref.blocks.items():
        lines = _lines_of(block)
        if any(">-" in line or "|" in line for line in lines):
            continue
        told = [line if "#" in line else f"{line} # told" for line in lines]
        yield _edited("comments", name, Edit(block.start, block.end, told))
    bare = [line for line in ref.lines if not re.match(r"\s*#", line)]
    yield Rewrite("comments", "none at all", {ENTRY: "\n".join(bare) + "\n"})


def _explicit() -> Iterator[Rewrite]:
    """What GitLab takes for granted, said."""
    ref = reference()
    for job in ref.jobs:
        at = ref.blocks[job].start + 1
        if ref.value(job, "allow_failure") is None:
            yield _edited("allow_failure: false said", job, Edit(at, at, ["  allow_failure: false"]))
        yield _edited("inherit said", job, Edit(at, at, ["  inherit: {default: true, variables: true}"]))
    default = ref.blocks["default"]
    for lines in (["  tags: [docker]"], ["  timeout: 1 hour"], ["  artifacts: {expire_in: 1 week}"]):
        yield _edited("default says more", lines[0].strip(), Edit(default.end, default.end, lines))


def _conditions() -> Iterator[Rewrite]:
    text = reference().text
    for form in (
        '($CI_COMMIT_BRANCH == "main")',
        "$CI_COMMIT_BRANCH == 'main'",
        "$CI_COMMIT_BRANCH =~ /^main$/",
        "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH",
    ):
        yield Rewrite("condition", form, {ENTRY: text.replace(_MAIN, form)})
    short = text.replace(f'{_MAIN} || $CI_COMMIT_BRANCH == "develop"', "$CI_COMMIT_BRANCH =~ /^(main|develop)$/")
    yield Rewrite("condition", "one pattern for two branches", {ENTRY: short})


def _layouts() -> Iterator[Rewrite]:
    text = reference().text
    yield Rewrite("layout", "CRLF", {ENTRY: text.replace("\n", "\r\n")})
    yield Rewrite("layout", "no newline at the end", {ENTRY: text.rstrip("\n")})
    yield Rewrite("layout", "document marks", {ENTRY: f"---\n{text}...\n"})
    yield Rewrite("layout", "header", {ENTRY: f"spec:\n  inputs: {{}}\n---\n{text}"})
    yield Rewrite("layout", "blank lines", {ENTRY: re.sub(r"\n(?=\w)", "\n\n\n", text)})
    yield Rewrite("layout", "spaces at line ends", {ENTRY: re.sub(r"(?m)^(\w[\w-]*:)$", r"\1   ", text)})


def _to_default() -> Iterator[Rewrite]:
    """What equals the default goes."""
    ref = reference()
    default = ref.data["default"]["image"]
    same = [
        place for block in ref.blocks.values() if block.name != "default" and (place := block.key("image"))
        and ref.lines[place[0]] == f"  image: {default}"
    ]  # fmt: skip
    for place in same:
        yield _edited("image left to default", f"line {place[0] + 1}", Edit(*place))
    yield _edited("image left to default", "all", *(Edit(*place) for place in same))
