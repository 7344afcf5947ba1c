"""What the tables found wrong, made into findings: where it is written, by which way it came, which job it reaches."""

from __future__ import annotations

from cilint.finding import Edit, Finding
from cilint.nearest import meant, nearest, respelt
from cilint.tree.node import Mapping, Scalar, Sequence
from cilint.tree.site import Site

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from cilint.compose.config import Config
    from cilint.language.edition import Edition
    from cilint.span import Span
    from cilint.tree.node import Key, Node

    # Keys of mappings and indexes of sequences, from the root of the composed tree.
    Way: TypeAlias = tuple[Key | int, ...]

_FINDINGS_AT_MOST = 2000  # a hostile file can be wrong in a million places; nobody reads more than these
_WORDS_AT_MOST = 200  # nearest words looked up for one file
_LISTED = 13  # words that a message lists
_DETACHED = ("alias", "reference", "input")  # steps by which a value comes to stand away from its key
_SHOWN = 60  # characters of a value that a message shows


# What compose reports without anything being out of sight because of it; of extends and references `open_jobs` tells.
_NOTHING_HIDDEN = ("duplicate-key", "hidden-job-blank", "default-defined-twice", "extends-", "reference-")


def is_closed(config: Config) -> bool:
    """Whether everything that could define a job, a key or a stage was read."""
    return config.complete and all(finding.rule.startswith(_NOTHING_HIDDEN) for finding in config.findings)


class Faults:
    """Collects findings about one config.

    edition: the GitLab to judge for. closed: whether everything that could define a name or a key was read.
    """

    __slots__ = ("_looked_up", "closed", "edition", "findings", "jobs", "open_jobs", "root")

    def __init__(self, config: Config, edition: Edition) -> None:
        assert config.root is not None
        self.root = config.root
        self.edition = edition
        self.closed = is_closed(config)
        self.open_jobs = config.open_jobs
        self.jobs: frozenset[Key] = frozenset()
        self.findings: list[Finding] = []
        self._looked_up = 0

    def add(
        self,
        rule: str,
        path: Way,
        text: str,
        *,
        at_key: bool = False,
        holder: bool = False,
        right: str | None = None,
        instead: str | None = None,
    ) -> None:
        """Report that the value at `path` (or its key) is wrong.

        text: goes on after the keyword's name; holder: after the name of the map that holds the key. right: the word
        that was probably meant. instead: what to write for the value, for nothing else can have been meant.
        """
        if len(self.findings) >= _FINDINGS_AT_MOST:
            return
        site = self.site(path)
        jobs = (str(site.path[0]),) if path and path[0] in self.jobs else ()
        span = self._span(site, path, at_key=at_key)
        self.findings.append(
            Finding(
                rule,
                f"{self.subject(path[:-1] if holder else path, path)} {text}",
                span,
                path=site.path,
                jobs=jobs,
                trail=site.trail,
                edits=_edits(site, span, right, instead, at_key=at_key) if right or instead else (),
            )
        )

    def type(self, path: Way, node: Node, wanted: str) -> None:
        """Report a value of the wrong kind."""
        advice = hint(node) if "string" in wanted else ""
        number = isinstance(node, Scalar) and type(node.value) in (int, float)
        instead = f"'{node.text}'" if advice and number and isinstance(node, Scalar) else None
        self.add("keyword-type", path, f"should be {wanted}, not {node.kind}{advice}", instead=instead)

    def value(self, path: Way, node: Node, choices: Iterable[str]) -> None:
        """Report a text that is none of the words that the keyword takes."""
        words = list(choices)
        text = node.text if isinstance(node, Scalar) else ""
        near = self.near(text, words)
        listed = ", ".join(words[:_LISTED]) + (" ..." if len(words) > _LISTED else "")
        some = f"should be one of: {listed}" if len(words) > 1 else f"should be `{words[0]}`"
        self.add("keyword-value", path, f"{some}; unknown value: {shown(text)}{meant(near)}", right=near)

    def missing(self, path: Way, names: Iterable[str], text: str = "") -> None:
        """Report keys that a map must hold, unless an include that could not be read may hold them."""
        known = self.closed and (not path or path[0] not in self.open_jobs)
        if known or any(isinstance(step, int) for step in path):
            wanted = ", ".join(f"`{name}`" for name in names)
            self.add("keyword-missing", path, text or f"is missing required keys: {wanted}", at_key=True)

    def unknown(self, path: Way, allowed: Iterable[str], reason: str = "") -> None:
        """Report the key at the end of `path`, which its map does not take."""
        if len(self.findings) >= _FINDINGS_AT_MOST:
            return
        words = list(allowed)
        name = str(self.site(path).path[-1])
        near = None if reason else self.near(name, words)
        guess = reason or meant(near)
        if not guess and words:
            guess = f"; allowed are {', '.join(words)}" if len(words) <= _LISTED else ""
        text = f"contains unknown keys: {shown(name)}{guess}"
        beside = self.site(path[:-1]).node
        taken = near is not None and isinstance(beside, Mapping) and near in beside.values
        self.add("unknown-keyword", path, text, at_key=True, holder=True, right=None if taken else near)

    def guess(self, word: str, choices: Iterable[str]) -> str:
        """A word on what was probably meant, or nothing."""
        return meant(self.near(word, choices))

    def near(self, word: str, choices: Iterable[str]) -> str | None:
        """The word that was probably meant, for `right` of `add`."""
        self._looked_up += 1
        return nearest(word, choices) if self._looked_up <= _WORDS_AT_MOST else None

    def subject(self, path: Way, whole: Way) -> str:
        """The keyword in the words of a message, without the job's name, so that one cause gives one message.

        whole: the way to the fault itself, of which `path` may be the beginning.
        """
        names = [str(step if isinstance(step, str) else step[1]) for step in path if not isinstance(step, int)]
        if path and (path[0] in self.jobs or path[0] == "default"):
            names = names[1:] or (["default"] if path[0] == "default" else [])
        return f"`{':'.join(names)}`" if names else "the job" if path and whole[0] in self.jobs else "the configuration"

    def _span(self, site: Site, path: Way, *, at_key: bool) -> Span:
        """At the key, or at the value; a block under its key is shown at the key, so that it is one line."""
        node = site.node
        if at_key or (isinstance(node, Scalar) and not node.text and not node.style):
            return site.key_span
        if not isinstance(node, (Mapping, Sequence)) or node.flow:
            return node.span
        if site.written is not None and site.written.source is node.source:
            holder = self.site(path[:-1]).node
            trail = holder.trail(path[-1]) if isinstance(holder, Mapping) and not isinstance(path[-1], int) else ()
            if not trail or trail[0].kind not in _DETACHED:
                return site.key_span
        return _first_key(node).span.first_line

    def site(self, path: Way) -> Site:
        """The place in the composed tree, with its whole trail."""
        site = Site(self.root)
        for step in path:
            site = _step(site, step)
        return site


def _edits(site: Site, span: Span, right: str | None, instead: str | None, *, at_key: bool) -> tuple[Edit, ...]:
    node = site.node
    if right:
        return respelt(span, str(site.path[-1]) if at_key else getattr(node, "text", ""), right)
    written = span.text
    plain = isinstance(node, Scalar) and written in (node.text, f"{node.style}{node.text}{node.style}")
    if not instead or not plain or not span.source.ours:
        return ()
    return (Edit(span, instead, safe=not any(step.kind in _DETACHED for step in site.trail)),)


def _step(site: Site, step: Key | int) -> Site:
    node = site.node
    if isinstance(step, int):
        assert isinstance(node, Sequence)
        return Site(node.items[step], site, step)
    found = site.get(step)
    assert found is not None, step
    return found


def _first_key(node: Node) -> Node:
    if isinstance(node, Mapping):
        first = next(iter(node.keys.values()), None)
        if first is not None and first.source is node.source and first.line == node.line:
            return first
    return node


def shown(text: str) -> str:
    """A text of the checked files as a message shows it: quoted, on one line, not too long."""
    line = " ".join(text.split())
    return f"`{line if len(line) <= _SHOWN else line[: _SHOWN - 1] + '…'}`"


def hint(node: Node) -> str:
    """Why YAML made something else of what was meant as a text, and what to do about it."""
    if isinstance(node, Scalar) and node.style == "" and node.text:
        return f": put {shown(node.text)} in quotes"
    if isinstance(node, Mapping) and len(node) == 1 and not node.flow:
        key = next(iter(node.keys.values()))
        if " " in key.text:
            return ": a colon and a blank make a map, so put the whole line in quotes"
    return ""
