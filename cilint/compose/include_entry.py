"""One entry of `include`: its kind, what it names, and whether GitLab takes it.

lib/gitlab/ci/config/external/mapper/ (normalizer, location_expander, variables_expander, matcher) and
lib/gitlab/ci/config/entry/include.rb.
"""

from __future__ import annotations

from cilint.compose.variables import expand
from cilint.finding import Finding
from cilint.nearest import did_you_mean
from cilint.tree.documents import is_blank
from cilint.tree.node import Mapping, Node, Scalar, Sequence, is_null, key_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.trail import Trail

KINDS = ("local", "project", "remote", "template", "artifact", "component")
ENTRY_KEYS = (
    "local", "file", "remote", "project", "ref", "integrity", "cache", "template", "artifact", "inputs", "job", "rules",
    "component",
)  # fmt: skip
HEADER_KINDS = ("local", "remote", "project")
HEADER_KEYS = ("local", "file", "remote", "project", "ref", "integrity", "cache")
URL_SCHEMES = ("http://", "https://", "ssh://", "git://")


class EntryFault(Exception):
    """An entry that GitLab refuses; carries the finding."""

    def __init__(self, rule: str, message: str, node: Node) -> None:
        super().__init__(message)
        self.finding = Finding(rule, message, node.span, path=("include",))


class Entry:
    """One file to include.

    node: the entry as written, a string or a map. kind: one of KINDS. location: its path, URL or address, variables
    expanded. place: the node that holds it. unknown: variables in it whose values are not known (empty for GitLab).
    """

    __slots__ = ("_variables", "inputs_trail", "kind", "location", "node", "place", "unknown")

    def __init__(self, node: Node, kind: str, place: Scalar, variables: dict[str, str | None]) -> None:
        self.node = node
        self.kind = kind
        self.place = place
        self.location, self.unknown = expand(str(place.value), variables)
        self.inputs_trail: Trail = ()
        self._variables = variables

    def with_location(self, location: str) -> Entry:
        """The same entry for one of the files that its wildcard stands for."""
        entry = Entry(self.node, self.kind, self.place, self._variables)
        entry.location, entry.inputs_trail = location, self.inputs_trail
        return entry

    @property
    def inputs(self) -> Node | None:
        """What the entry passes to the file; null counts as nothing."""
        return self.node.set("inputs") if isinstance(self.node, Mapping) else None

    def text(self, key: str) -> str:
        """A string of the entry, variables expanded; "" when it is absent or no string."""
        node = self.node.set(key) if isinstance(self.node, Mapping) else None
        if isinstance(node, Sequence) and node.items:  # `project` in a list: the first one counts (file/project.rb)
            node = node.items[0]
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            return ""
        text, unknown = expand(node.value, self._variables)
        self.unknown += [name for name in unknown if name not in self.unknown]
        return text

    def title(self) -> str:
        """The entry in words, for "not assessed" and for messages."""
        if self.kind == "project":
            ref = self.text("ref")
            return f"include project {self.text('project')}{'@' + ref if ref else ''}:/{self.location.lstrip('/')}"
        if self.kind == "artifact":
            return f"include artifact {self.location} of job {self.text('job')}"
        return f"include {self.kind} {self.location}"


def written_entries(include: Node | None, what: str = "include") -> Iterator[tuple[Node, EntryFault | None, Trail]]:
    """The items of an `include` value, null ones dropped; with the fault where one is neither string nor map."""
    if is_null(include) or include is None:
        return
    items = include.items if isinstance(include, Sequence) else (include,)
    for index, item in enumerate(items):
        if is_null(item):
            continue
        trail = include.trail(index) if isinstance(include, Sequence) else ()
        if isinstance(item, Mapping) or (isinstance(item, Scalar) and isinstance(item.value, str)):
            yield item, None, trail
        else:
            message = f"Each {what} must be a hash or a string, and this is {item.kind}"
            yield item, EntryFault("include-invalid", message, item), trail


def entries_of(node: Node, variables: dict[str, str | None], kinds: tuple[str, ...] = KINDS) -> list[Entry]:
    """The files that one entry names, wildcards not expanded yet; `file` lists make several.

    Raises EntryFault.
    """
    if isinstance(node, Scalar):
        text, unknown = expand(str(node.value), variables)
        if not text.strip():
            raise _no_kind(node, kinds, unknown)
        return [Entry(node, "remote" if text.startswith(URL_SCHEMES) else "local", node, variables)]
    assert isinstance(node, Mapping)
    named = [[Entry(node, kind, place, variables) for place in _places(node, kind)] for kind in kinds]
    found = [kept for entries in named if (kept := [one for one in entries if one.location.strip() or one.unknown])]
    if len(found) > 1:
        raise EntryFault("include-invalid", f"Each include must use only one of: {_listed(kinds)}", node)
    if found:
        return found[0]
    if node.set("project") is not None and "project" in kinds:
        return []  # no file, so nothing to fetch; the shape of the entry is checked later
    raise _no_kind(node, kinds, [])


def _places(node: Mapping, kind: str) -> Iterator[Scalar]:
    """The nodes that name files of one kind; there are several only in a `file` list."""
    value = node.set("file" if kind == "project" else kind)
    if value is None or (kind == "project" and node.set("project") is None):
        return
    for place in value.items if kind == "project" and isinstance(value, Sequence) else (value,):
        if isinstance(place, Scalar) and isinstance(place.value, str):
            yield place
        elif not is_null(place) and not (isinstance(place, Scalar) and place.value is False):
            message = f"Included file {kind} needs to be a string, and this is {place.kind}"
            raise EntryFault("include-invalid", message, place)


def _no_kind(node: Node, kinds: tuple[str, ...], unknown: list[str]) -> EntryFault:
    if unknown:
        return EntryFault("include-invalid", f"the include is empty, for ${unknown[0]} is not set", node)
    keys = [key_text(written) for written in node.keys.values()] if isinstance(node, Mapping) else []
    near = next((near for key in keys if (near := did_you_mean(key, kinds))), "")
    what = f"`{', '.join(keys)}`" if keys else "it"
    message = f"{what} does not have a valid subkey for include. Valid subkeys are: {_listed(kinds)}{near}"
    return EntryFault("include-invalid", message, node)


def _listed(kinds: tuple[str, ...]) -> str:
    return ", ".join(f"`{kind}`" for kind in kinds)


def check_entry(node: Node, keys: tuple[str, ...] = ENTRY_KEYS, what: str = "include") -> Iterator[Finding]:
    """The shape of an entry, as GitLab checks it where no file was included (lib/gitlab/ci/config/entry/include.rb)."""
    if not isinstance(node, Mapping):
        return
    for key, written in node.keys.items():
        if key not in keys:
            near = did_you_mean(key_text(written), keys)
            yield _fault(f"{what} config contains unknown keys: {key_text(written)}{near}", written)
    if node.set("project") is not None and is_blank(node.set("file")):
        yield _fault(f"{what} config must specify the file where to fetch the config from", node)
    if node.set("artifact") is not None and is_blank(node.set("job")):
        yield _fault(f"{what} config must specify the job where to fetch the artifact from", node)
    yield from check_integrity(node)


def check_integrity(node: Mapping) -> Iterator[Finding]:
    """The shape of `integrity` (lib/gitlab/ci/config/entry/concerns/base_include.rb)."""
    integrity = node.set("integrity")
    if integrity is None:
        return
    if node.set("remote") is None:
        yield _fault("include config integrity can only be specified for remote includes", integrity)
    text = integrity.value if isinstance(integrity, Scalar) else None
    if not isinstance(text, str) or not text.startswith("sha256-"):
        yield _fault("include config integrity hash must start with 'sha256-'", integrity)
        return
    from binascii import Error, a2b_base64

    try:
        a2b_base64(text.removeprefix("sha256-").encode(), strict_mode=True)
    except (Error, ValueError):
        yield _fault("include config integrity hash must be base64 encoded", integrity)


def _fault(message: str, node: Node) -> Finding:
    return Finding("include-invalid", message, node.span, path=("include",))
