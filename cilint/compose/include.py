"""Step "include": files merged in order under the file that includes them (lib/gitlab/ci/config/external/).

For every file: normalize, rules, wildcards, variables, kind, fetch, then the same for the file itself with its own
inputs. What cannot be read here is "not assessed"; what GitLab could not read either is a finding.
"""

from __future__ import annotations

from cilint.compose.fetch import Fetched, Surroundings
from cilint.compose.include_entry import Entry, EntryFault, check_entry, entries_of, written_entries
from cilint.finding import Finding, NotAssessed, Related
from cilint.nearest import nearest, respelt
from cilint.pattern import Pattern
from cilint.trail import Step
from cilint.tree.documents import read
from cilint.tree.node import Mapping, Node, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.compose.config import Config
    from cilint.compose.fetch import Project
    from cilint.compose.merge import Merger
    from cilint.source import Source
    from cilint.span import Span
    from cilint.trail import Trail
    from cilint.tree.documents import Reading

MAX_INCLUDES = 150  # ci_max_includes; nested ones and repeated ones count
MAX_TOTAL = 32 * 1024 * 1024  # our own bound on time: GitLab allows 300 MiB, the largest known pipeline has 0.3
_EXTENSION = Pattern(r"(?i).\.ya?ml$")


class Including:
    """The includes of one composition; it counts them all and reads each file once.

    ways: by path of a file, the include entries by which it was first reached, innermost first.
    filled: characters of all texts in which interpolation has filled blocks.
    """

    __slots__ = ("_count", "_readings", "_seen", "_size", "_stopped", "config", "filled", "merger", "project", "ways")

    def __init__(self, config: Config, project: Project, merger: Merger) -> None:
        self.config = config
        self.project = project
        self.merger = merger
        self.filled = 0
        self._count = 0
        self._size = 0
        self._stopped = False
        self.ways: dict[str, Trail] = {}
        self._readings: dict[str, Reading] = {}
        self._seen: set[tuple[str, str]] = set()  # local files by place and path: a wildcard passes them over

    def expand(self, body: Mapping, around: Surroundings, *, entry_file: bool = False) -> Mapping:
        """The body on top of all that it includes, without the key `include`. Raises merge.TooBig."""
        include = body.get("include")
        if include is None:
            return body
        entries, clean = self._entries(include, around)
        if not entries and clean and entry_file:
            for node, _, _ in written_entries(include):
                self.config.findings += check_entry(node)
        content: Mapping | None = None
        for entry in self._counted(entries, around):
            included = self._load(entry, around)
            if included is None:
                continue
            root, source = included
            steps = (*entry.inputs_trail, Step("include", source.path, entry.node.span))
            content = (
                self.merger.reached(root, steps) if content is None else self.merger.merge(content, root, (), steps)
            )
        own = _without_include(body)
        return own if content is None else self.merger.merge(content, own)

    def _entries(self, include: Node, around: Surroundings) -> tuple[list[Entry], bool]:
        """The entries that count, wildcards expanded; and whether all of them could be judged."""
        config = self.config
        before = len(config.findings)
        entries: list[Entry] = []
        for node, fault, trail in written_entries(include):
            if fault is not None:
                config.findings.append(fault.finding)
                continue
            included, unknown = self._counts(node, around)
            try:
                found = entries_of(node, around.variables)
            except EntryFault as refused:
                if included:
                    config.findings.append(refused.finding)
                continue
            if not included:
                if unknown and found:
                    why = f"its rules leave it out, but they hang on {unknown}, which is not known here"
                    self._not_assessed(found[0].title(), why, node.span)
                continue
            for entry in found:
                entry.inputs_trail = trail
                entries += self._wildcard(entry, around)
        return entries, len(config.findings) == before

    def _counts(self, node: Node, around: Surroundings) -> tuple[bool, str]:
        """Whether the rules of an entry let it in, and what that hangs on."""
        rules = node.set("rules") if isinstance(node, Mapping) else None
        if rules is None:
            return True, ""
        from cilint.compose.include_rules import IncludeRules

        judge = IncludeRules(around.place, around.variables, self.project.changed)
        verdict = judge.judge(rules)
        self.config.findings += judge.findings
        return verdict

    def _wildcard(self, entry: Entry, around: Surroundings) -> list[Entry]:
        """`**` stands for anything, `*` for anything but a slash (app/models/repository.rb)."""
        # A map's variables are expanded after its wildcards, a string's before.
        pattern = entry.location if isinstance(entry.node, Scalar) else str(entry.place.value)
        if entry.kind != "local" or "*" not in pattern:
            return [entry]

        import re  # rare, and slow to import

        escaped = re.escape(pattern.lstrip("/")).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
        from cilint.notation.patterns import PatternError, compiled

        try:
            matcher = compiled(escaped)
        except PatternError:
            return []
        if around.place.name:
            self._not_assessed(entry.title(), f"only copies of {around.place.name} are at hand", entry.node.span)
        found = [path for path in around.place.list_files() if matcher.fits(path)]
        return [entry.with_location(path) for path in found if (around.place.name, path) not in self._seen]

    def _counted(self, entries: list[Entry], around: Surroundings) -> list[Entry]:
        """The entries up to GitLab's limit; the first one beyond is a finding, and nothing is included after it."""
        taken = []
        for entry in entries:
            if self._stopped:
                break
            if self._count >= MAX_INCLUDES:
                self._stopped = True
                self._over_limit(entry, around)
                break
            self._count += 1
            if entry.kind == "local":
                self._seen.add((around.place.name, entry.location.lstrip("/")))
            taken.append(entry)
        return taken

    def _over_limit(self, entry: Entry, around: Surroundings) -> None:
        message = f"Maximum of {MAX_INCLUDES} nested includes are allowed!"
        above = around.above
        circle = [path for path in dict.fromkeys(above) if above.count(path) > 1]
        if circle:
            message += f" Files include each other without end: {' -> '.join([*circle[:6], circle[0]])}"
        self.config.findings.append(Finding("include-limit", message, entry.node.span, path=("include",)))

    def _load(self, entry: Entry, around: Surroundings) -> tuple[Mapping, Source] | None:
        """The content of one included file, complete in itself; None when there is none to be had."""
        fault = _location_fault(entry)
        if fault is not None:
            self._broken(entry, "include-invalid", fault)
            return None
        fetched = self._fetch(entry, around)
        if fetched is None:
            return None
        source = fetched.source
        above = self.ways.get(around.above[-1], ())
        self.ways.setdefault(source.path, (Step("include", source.path, entry.node.span), *above))
        if self._size + len(source.text) > MAX_TOTAL:
            self._not_assessed(entry.title(), f"more than {MAX_TOTAL} characters of YAML are included", entry.node.span)
            return None
        reading = self._read(source)
        if reading.blank:
            self._broken(entry, "include-empty", f"{_called(entry)} is empty!", source)
            return None
        if reading.body is None and reading.findings:
            self._not_assessed(entry.title(), "it is not valid YAML", entry.node.span)
            return None
        body = self.body(reading, fetched, entry)
        content = self.expand(body, fetched.around) if body is not None else None
        if content is None or not content.values:
            if self.config.complete and not self._stopped:  # else the keys may be in a file that was not read
                message = f"Included file `{source.path}` does not have valid YAML syntax! It holds no keys"
                self._broken(entry, "include-empty", message, source)
            return None
        return content, source

    def body(self, reading: Reading, fetched: Fetched, entry: Entry | None) -> Mapping | None:
        """The body of a file with its inputs filled in; None where it has none. entry: None for the entry file."""
        if reading.header is None and (entry is None or entry.inputs is None):
            return reading.body
        from cilint.compose.body import Body  # few files have a header

        return Body(self, fetched, f"`{fetched.source.path}`: " if entry is not None else "").fill(reading, entry)

    def header_file(self, entry: Entry, around: Surroundings) -> Mapping | None:
        """The content of a `spec:include` file, as it is written: only its `inputs` count."""
        fault = _location_fault(entry)
        if fault is not None:
            self._broken(entry, "include-invalid", fault)
            return None
        if not self._counted([entry], around):
            return None
        fetched = self._fetch(entry, around)
        return self._read(fetched.source).body if fetched is not None else None

    def _read(self, source: Source) -> Reading:
        reading = self._readings.get(source.path)
        if reading is None:
            self._size += len(source.text)
            if self.config.clock:
                self.config.clock.lap("composing")
            reading = self._readings[source.path] = read(source)
            if self.config.clock:
                self.config.clock.lap("reading", file=source.path)
            self.config.readings.append(reading)
            self.config.findings += reading.findings
        return reading

    def _fetch(self, entry: Entry, around: Surroundings) -> Fetched | None:
        from cilint.compose.locate import locate  # nothing to locate in most repositories but local files

        if entry.kind == "local":
            return self._local(entry, around)
        return locate(self, entry, around)

    def _local(self, entry: Entry, around: Surroundings) -> Fetched | None:
        place = around.place
        if not place.root and not place.name:
            message = f"Local file `{entry.location}` does not have project! A file from a URL has no repository"
            self._broken(entry, "include-invalid", message)
            return None
        reached = f"include project {place.name}" if place.name else f"include local {entry.location}"
        source = place.read(entry.location, reached)
        if source is not None:
            return Fetched(source, Surroundings(place, around.variables, (*around.above, source.path)))
        if place.name:
            self._not_assessed(f"{entry.title()} of {place.name}", self.project.no_copy, entry.node.span)
        elif entry.unknown:
            why = f"its path hangs on ${entry.unknown[0]}, which is not known here"
            self._not_assessed(entry.title(), why, entry.node.span)
        else:
            location = entry.location.lstrip("/")
            files = [path for path in place.list_files() if _EXTENSION.search(path)]
            near = nearest(location, files)
            told = f"Local file `{location}` does not exist!"  # GitLab's words
            self._broken(entry, "include-local-missing", f"{told} Did you mean `{near}`?" if near else told)
            self.config.findings[-1].edits = respelt(entry.place.span, location, near)
        return None

    def _broken(self, entry: Entry, rule: str, message: str, source: Source | None = None) -> None:
        """A file that GitLab cannot include either: a finding, and all that may depend on it is open."""
        related = [Related("the file", _top(source))] if source is not None else []
        self.config.findings.append(Finding(rule, message, entry.place.span, path=("include",), related=related))
        self._not_assessed(entry.title(), "GitLab cannot include it", entry.node.span)

    def not_assessed(self, entry: Entry, why: str) -> None:
        """Note an include that cannot be read, once however often it is written."""
        self._not_assessed(entry.title(), why, entry.node.span)

    def broken(self, entry: Entry, rule: str, message: str) -> None:
        """Note an include that GitLab refuses."""
        self._broken(entry, rule, message)

    def _not_assessed(self, what: str, why: str, span: Span) -> None:
        if not any(known.what == what for known in self.config.not_assessed):
            self.config.not_assessed.append(NotAssessed(what, why, span))


def _without_include(body: Mapping) -> Mapping:
    keys = {key: written for key, written in body.keys.items() if key != "include"}
    values = {key: value for key, value in body.values.items() if key != "include"}
    trails = {key: trail for key, trail in body.trails.items() if key != "include"}
    return Mapping(keys, values, trails, body.duplicates, flow=body.flow).at(body)


def _location_fault(entry: Entry) -> str | None:
    """See validate_location! in external/file/base.rb, template.rb, component.rb."""
    if entry.kind == "component":
        return None if "@" in entry.location else f"component `{entry.location}` has no version: write ...@VERSION"
    if entry.kind == "template":
        fits = entry.location.endswith(".gitlab-ci.yml") and entry.location != ".gitlab-ci.yml"
        return None if fits else f"Template file `{entry.location}` is not a valid location!"
    name = entry.location.rpartition("/")[2]
    return None if _EXTENSION.search(name) else f"Included file `{entry.location}` does not have YAML extension!"


def _called(entry: Entry) -> str:
    return f"{entry.kind.capitalize()} file `{entry.location.lstrip('/')}`"


def _top(source: Source) -> Span:
    from cilint.span import Span

    return Span(source, 1, 1, 1, 1)
