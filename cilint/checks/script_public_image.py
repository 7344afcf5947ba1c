"""Scripts that pull images from outside the private registry, be it through the FROM of a Dockerfile."""

from __future__ import annotations

from cilint.finding import Related
from cilint.pattern import Pattern
from cilint.shell.script import in_file
from cilint.tree.documents import read
from cilint.tree.node import Mapping, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.rules.expand import Expansion
    from cilint.shell.command import Command, Word
    from cilint.source import Source
    from cilint.span import Span

_ENGINES = ("docker", "podman", "nerdctl")
_COMPOSE = ("docker-compose", "podman-compose")
_PROGRAMS = (
    *_ENGINES, *_COMPOSE, "kubectl", "crane", "gcrane", "skopeo", "buildah", "executor", "ctr", "crictl", "singularity", "apptainer",
)  # fmt: skip
_COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_COMPOSE_PULLS = ("up", "run", "pull", "create", "start")
_MAX_BYTES = 256 * 1024
# Options of `docker run` and `docker pull` that take no value; all others do.
_FLAGS = {
    "-d", "--detach", "-i", "--interactive", "-t", "--tty", "--rm", "--privileged", "--init", "--no-healthcheck", "-P",
    "--oom-kill-disable", "--publish-all", "--read-only", "--sig-proxy", "--quiet", "-q", "--disable-content-trust", "-a",
    "--all-tags", "--help", "--tls-verify", "--use-api-socket", "--replace", "--no-hosts",
}  # fmt: skip
_CLUSTER = Pattern(r"-[ditPqa]+$")
_FROM = Pattern(r"(?im)^[ \t]*FROM[ \t]+((?:--\S+[ \t]+)*)(\S+)(?:[ \t]+AS[ \t]+(\S+))?")
_COPY_FROM = Pattern(r"(?im)^[ \t]*(?:COPY|ADD|RUN)[ \t].*?(?:--from|,from)=([^\s,]+)")
_ARG = Pattern(r"(?im)^[ \t]*ARG[ \t]+(\w+)(?:=(\S*))?")
_VARIABLE = Pattern(r"\$(?:\{(\w+)(?::-([^}]{0,500}))?\}|(\w+))")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: registries, beginnings that are private; local, names that no registry holds (`scratch`)."""
    looked_at: dict[str, _Images] = {}
    for command, jobs in context.each_command:
        if command.name not in _PROGRAMS:
            continue
        for job in jobs:
            images = looked_at.get(job.name)
            if images is None:
                images = looked_at[job.name] = _Images(context, job, parameters)
            for word in _pulled(command):
                yield from images.of_word(command, word)
            yield from images.of_build(command)
            yield from images.of_compose(command)


class _Images:
    """Judges the images of one job's scripts."""

    __slots__ = ("built", "context", "job", "local", "registries")

    def __init__(self, context: Context, job: Job, parameters: dict[str, Any]) -> None:
        self.context = context
        self.job = job
        self.registries: list[str] = parameters["registries"]
        self.local: list[str] = parameters["local"]
        self.built: set[str] = set()  # what the job has built itself under a local name

    def verdict(self, expansion: Expansion) -> bool | None:
        """True: private. None: depends on a variable that the files do not set."""
        text = expansion.text.strip("\"'").removeprefix("docker://").removeprefix("registry:")
        known = (
            expansion.known - (len(expansion.text) - len(text)) if expansion.known < len(expansion.text) else len(text)
        )
        if text.partition(":")[0] in self.local or text in self.built:
            return True
        for registry in self.registries:
            if text.startswith(registry) and len(registry) <= known:
                return True
        if known >= len(text):
            return False
        return None if any(registry.startswith(text[: max(known, 0)]) for registry in self.registries) else False

    def of_word(self, command: Command, word: Word) -> Iterator[Finding]:
        """The image that a word names."""
        span = command.script.span(word.start, word.end)
        for expansion in self.context.expand(self.job, word):
            if not expansion.text:
                continue  # what a variable is before it gets an image
            verdict = self.verdict(expansion)
            if verdict is None:
                if command.name == "kubectl" and "set" in command.arguments:
                    continue  # what a deployment brings into the cluster comes from the pipeline's own build
                self.context.unknown(f"image {expansion.text} in a script", expansion.gap, span)
            elif not verdict:
                message = f"{command.name} pulls {expansion.text} from outside the private registry"
                yield self.context.fault(span, message, job=self.job, site=self.context.line(self.job, command))

    def of_build(self, command: Command) -> Iterator[Finding]:
        """The FROMs of the Dockerfile that a build reads."""
        build = _build_words(command)
        if build is None:
            return
        for option in ("-t", "--tag", "--destination"):
            tag = command.option(option)
            if tag is not None and tag.static:
                self.built.add(tag.text)
        source = self._dockerfile(command, build)
        if source is None:
            return
        arguments = self._build_arguments(command)
        for reference, start, end in _bases(source.text, arguments):
            for expansion in self.context.scopes.of(self.job).expand(reference):
                yield from self._judge_base(command, in_file(source, source.text, start, end), expansion)

    def of_compose(self, command: Command) -> Iterator[Finding]:
        """The images of the services that `docker compose` starts, in the files of the repository that it reads."""
        words = command.argv[1:] if command.name in _COMPOSE else command.argv[2:]
        if command.name not in _COMPOSE and command.arguments[:1] != ["compose"]:
            return
        if not any(word.text in _COMPOSE_PULLS for word in words):
            return
        named = [words[at + 1].text for at, word in enumerate(words[:-1]) if word.text in ("-f", "--file")]
        for path in named or _COMPOSE_FILES:
            source = self.context.project.read_local(path.removeprefix("./"), "docker compose")
            body = read(source).body if source is not None and len(source.text) <= _MAX_BYTES else None
            services = body.get("services") if body is not None else None
            for service in services.values.values() if isinstance(services, Mapping) else ():
                image = service.get("image") if isinstance(service, Mapping) and "build" not in service else None
                if isinstance(image, Scalar):
                    reference = _VARIABLE.sub(lambda m: m[2] or m[0], image.text)
                    for expansion in self.context.scopes.of(self.job).expand(reference):
                        yield from self._judge_base(command, image.span, expansion)

    def _judge_base(self, command: Command, span: Span, expansion: Expansion) -> Iterator[Finding]:
        verdict = self.verdict(expansion)
        if verdict is None:
            self.context.unknown(f"image {expansion.text} of {span.source.path}", expansion.gap, span)
        elif not verdict:
            what = "compose" if _build_words(command) is None else "the build"
            message = f"{what} pulls {expansion.text} from outside the private registry"
            related = [Related("run here" if what == "compose" else "built here", command.span)]
            yield self.context.fault(span, message, job=self.job, related=related)

    def _dockerfile(self, command: Command, operands: list[Word]) -> Source | None:
        named = command.option("-f", "--file", "--dockerfile")
        folder = next((word.text for word in operands if word.static and "://" not in word.text), ".")
        paths = []
        if named is not None:
            if not named.static:
                return None
            paths = [named.text, f"{folder}/{named.text}"]
        else:
            paths = [f"{folder}/Dockerfile", f"{folder}/Containerfile"]
        for path in paths:
            if path.startswith("/"):
                continue
            source = self.context.project.read_local(path.removeprefix("./").removeprefix("./"), "Dockerfile")
            if source is not None:
                return source
        return None

    def _build_arguments(self, command: Command) -> dict[str, str]:
        found: dict[str, str] = {}
        words = command.argv
        for index, word in enumerate(words):
            if word.text == "--build-arg" and index + 1 < len(words):
                name, equals, value = words[index + 1].text.partition("=")
            elif word.text.startswith("--build-arg="):
                name, equals, value = word.text.removeprefix("--build-arg=").partition("=")
            else:
                continue
            found[name] = value if equals else f"${name}"
        return found


def _pulled(command: Command) -> Iterator[Word]:
    """The words of a command that name an image which it pulls."""
    words = command.argv
    texts = [word.text for word in words]
    if command.name in _ENGINES:
        at = 2 if texts[1:2] in (["container"], ["image"]) else 1
        if texts[at : at + 1] and texts[at] in ("run", "pull", "create"):
            image = _first_operand(words[at + 1 :])
            if image is not None:
                yield image
    elif command.name == "kubectl":
        yield from _kubectl(command, texts)
    elif command.name in ("crane", "gcrane") and texts[1:2] in (["pull"], ["copy"], ["cp"], ["export"]):
        yield from command.operands[1:2]
    elif command.name == "skopeo" and texts[1:2] == ["copy"]:
        yield from [word for word in words if word.text.startswith("docker://")][:1]
    elif command.name in ("ctr", "crictl") and "pull" in texts[1:]:
        yield from command.operands[-1:]
    elif command.name in ("singularity", "apptainer"):
        yield from [word for word in words if word.text.startswith("docker://")][:1]
    elif command.name == "buildah" and texts[1:2] in (["from"], ["pull"]):
        yield from command.operands[1:2]


def _kubectl(command: Command, texts: list[str]) -> Iterator[Word]:
    if "run" in texts[1:3] or "create" in texts[1:3] or "debug" in texts[1:3]:
        image = command.option("--image")
        if image is not None:
            yield image
    elif "set" in texts[1:] and "image" in texts[2:]:
        from cilint.shell.command import tail

        for word in command.operands[2:]:
            name, equals, _ = word.text.partition("=")
            if equals and "/" not in name:
                yield tail(word, len(name) + 1)


def _first_operand(words: list[Word]) -> Word | None:
    skip = False
    for word in words:
        text = word.text
        if skip:
            skip = False
        elif text.startswith("-") and len(text) > 1:
            skip = "=" not in text and text not in _FLAGS and not _CLUSTER.match(text)
            if text.startswith("-") and not text.startswith("--") and len(text) > 2 and not _CLUSTER.match(text):
                skip = _CLUSTER.match(text[:-1]) is not None  # -itv VALUE; -p8080:80 has its value in it
        else:
            return word
    return None


def _build_words(command: Command) -> list[Word] | None:
    """The operands of an image build; None when the command builds none."""
    texts = [word.text for word in command.argv]
    if command.name in _ENGINES:
        at = 2 if texts[1:2] in (["buildx"], ["image"], ["builder"]) else 1
        if texts[at : at + 1] == ["build"]:
            return _operands_of_build(command.argv[at + 1 :])
    elif command.name == "buildah" and texts[1:2] in (["bud"], ["build"]):
        return _operands_of_build(command.argv[2:])
    elif command.name == "executor" and "--destination" in " ".join(texts):
        return []
    return None


def _operands_of_build(words: list[Word]) -> list[Word]:
    operand = None
    flags = (
        "--no-cache",
        "--pull",
        "--push",
        "--load",
        "--quiet",
        "-q",
        "--rm",
        "--force-rm",
        "--squash",
        "--compress",
    )
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.text.startswith("-") and len(word.text) > 1:
            skip = "=" not in word.text and word.text not in flags
        else:
            operand = word
    return [operand] if operand is not None else []


def _bases(text: str, arguments: dict[str, str]) -> Iterator[tuple[str, int, int]]:
    """The images of a Dockerfile with build arguments put in, and where they stand; stages are no images."""
    values: dict[str, str] = {}
    stages: set[str] = set()
    for kind, found in _instructions(text):
        if kind == "ARG":
            if not stages:
                given = arguments.get(found[1])
                if given is not None or found[2] is not None:
                    values[found[1]] = given if given is not None else found[2].strip("\"'")
            continue
        group = 2 if kind == "FROM" else 1
        reference = _VARIABLE.sub(lambda m: values.get(m[1] or m[3]) or m[2] or m[0], found[group])
        if reference.lower() not in stages and not reference.isdigit():
            yield reference, found.start(group), found.end(group)
        if kind == "FROM":
            stages.add((found[3] or f"#{len(stages)}").lower())


def _instructions(text: str) -> list[tuple[str, re.Match[str]]]:
    """The instructions of a Dockerfile that speak of images, in order."""
    patterns = (("ARG", _ARG), ("FROM", _FROM), ("COPY", _COPY_FROM))
    found = [(kind, match) for kind, pattern in patterns for match in pattern.finditer(text)]
    return sorted(found, key=lambda one: one[1].start())
