"""What the variables of a job can hold, as far as the files tell, and texts with those values put in.

A variable may have several values (clauses of `rules:`, `workflow:rules`, a matrix), so a text expands to several.
Predefined variables stay symbolic (`$CI_REGISTRY`); a variable that only the project's settings, a dotenv report or
the person at the button can know makes the rest of the text unknown. Every stretch of an expansion remembers the
value it came from, so that a finding can stand where the offending part is written.
"""

from __future__ import annotations

from cilint.pipeline.variables import REFERENCE
from cilint.plan.predefined import is_predefined
from cilint.tree.node import Mapping, Scalar, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.shell.command import Word
    from cilint.tree.site import Site

# The documented value (doc/ci/variables/predefined_variables.md): the image repository of the project.
_COMPOSED = {"CI_REGISTRY_IMAGE": "$CI_REGISTRY/$CI_PROJECT_PATH"}
_MAX_VALUES = 32
_FEW = 8  # maps that are asked one by one
_MAX_DEPTH = 10
_MAX_TEXT = 8192


class Expansion:
    """One value that a text can take.

    text: with `$NAME` where a predefined variable stays, and where a value is unknown. known: how many characters from
    the start are certain. missing: names of the unknown variables, and substitutions as written. parts: (start, end,
    site) of what came out of a variable's value.
    """

    __slots__ = ("known", "missing", "parts", "text")

    def __init__(
        self,
        text: str,
        known: int | None = None,
        missing: tuple[str, ...] = (),
        parts: tuple[tuple[int, int, Site], ...] = (),
    ) -> None:
        self.text = text
        self.known = len(text) if known is None else known
        self.missing = missing
        self.parts = parts

    @property
    def gap(self) -> str:
        """Why it is not known whole, in words; "" when it is."""
        names = (name if name[:1] in ("$", "`", "<", ">") else f"${name}" for name in dict.fromkeys(self.missing))
        return f"the files do not say what {', '.join(names)} is" if self.missing else ""

    def plus(self, other: Expansion) -> Expansion:
        """The two texts, one behind the other."""
        offset = len(self.text)
        parts = self.parts + tuple((start + offset, end + offset, site) for start, end, site in other.parts)
        certain = self.known == offset
        return Expansion(
            self.text + other.text, offset + other.known if certain else self.known, self.missing + other.missing, parts
        )

    def origin(self, start: int, end: int) -> Site | None:
        """The value that wrote the stretch whole; None when the text itself had a hand in it."""
        best: tuple[int, Site] | None = None
        for first, last, site in self.parts:
            if first <= start and end <= last and (best is None or last - first <= best[0]):
                best = (last - first, site)
        return best[1] if best else None


class Value:
    """One value that the files give a variable. raw: `expand: false`, so that GitLab takes its text as it is."""

    __slots__ = ("raw", "site")

    def __init__(self, site: Site, *, raw: bool) -> None:
        self.site = site
        self.raw = raw


class Layer:
    """Variables of one strength. certain: they apply in every pipeline; those of clauses do not. lets: the names that
    `inherit:variables` lets through, None for all.

    Values are looked up when a name is asked for: jobs have many variables, and rules ask for few of them.
    """

    __slots__ = ("_by_name", "_maps", "_matrices", "certain", "lets")

    def __init__(self, *, certain: bool) -> None:
        self.certain = certain
        self._maps: list[Site] = []
        self._by_name: dict[str, list[Site]] | None = None
        self._matrices: list[Site] = []
        self.lets: set[str | None] | None = None

    def take(self, map: Site | None) -> Layer:
        """Add the entries of a `variables:` map."""
        if map is not None:
            self._maps.append(map)
        return self

    def take_matrix(self, entry: Site) -> Layer:
        """Add the alternatives of one entry of `parallel:matrix`."""
        self._matrices.append(entry)
        return self

    def only(self, names: set[str | None]) -> Layer:
        """The layer with the variables that `inherit:variables` lets through."""
        part = Layer(certain=self.certain)
        part._maps, part._matrices, part.lets = self._maps, self._matrices, names
        return part

    def names(self) -> Iterator[str]:
        """The variables that have a value here."""
        tables = (*self._maps, *self._matrices)
        written = dict.fromkeys(str(site.path[-1]) for table in tables for _, site in table.items())
        return (name for name in written if self.values(name))

    def values(self, name: str) -> list[Value]:
        """Every value of a variable, in the order of the file."""
        if self.lets is not None and name not in self.lets:
            return []
        found: list[Value] = []
        for table in self._with(name):
            for site in _named(table, name):
                raw = False
                others: list[Site] = []
                if isinstance(site.node, Mapping):
                    expand, value = site.get("expand"), site.get("value")
                    if value is None:
                        continue
                    raw = expand is not None and expand.value is False
                    others, site = list(_options(site, value)), value
                if isinstance(site.node, Scalar):
                    found += [Value(one, raw=raw) for one in (site, *others)]
        for entry in self._matrices:
            for site in _named(entry, name):
                found += [Value(item, raw=False) for item in site.flat() if isinstance(item.node, Scalar)]
        return found

    def _with(self, name: str) -> list[Site]:
        """The maps that may have the name; a job can have thousands of clauses, each with variables of its own."""
        if len(self._maps) <= _FEW:
            return self._maps
        if self._by_name is None:
            self._by_name = {}
            for table in self._maps:
                for written, _ in table.items():  # noqa: PERF102  # a site's items are no dict's
                    self._by_name.setdefault(written.text, []).append(table)
        return self._by_name.get(name, [])


def _options(definition: Site, value: Site) -> Iterator[Site]:
    """What else a person may choose when they start the pipeline (doc/ci/pipelines/_index.md, `options`)."""
    options = definition.get("options")
    for option in options.flat() if options is not None else ():
        if isinstance(option.node, Scalar) and option.value != value.value:
            yield option


def _named(map: Site, name: str) -> Iterator[Site]:
    """The entry of that name; names that are numbers for YAML are text for the shell."""
    site = map.get(name)
    if site is not None:
        yield site
    elif name[:1].isdigit():
        yield from (site for _, site in map.items() if str(site.path[-1]) == name)


class Scope:
    """The variables that one job sees, strongest layer first."""

    __slots__ = ("_layers", "_shadow")

    def __init__(self, layers: list[Layer]) -> None:
        self._layers = layers
        self._shadow: dict[str, list[Value]] = {}

    def values(self, name: str) -> list[Value]:
        """Every value that the files can give the variable; none when they do not set it."""
        found = self._shadow.get(name)
        if found is None:
            found = []
            for layer in self._layers:
                here = layer.values(name)
                found += here
                if here and layer.certain:
                    break
            self._shadow[name] = found
        return found

    def always(self, name: str) -> str | None:
        """The value that the variable has in every pipeline; None where it varies, or hangs on other variables."""
        deciding = next((layer for layer in self._layers if layer.values(name)), None)
        values = deciding.values(name) if deciding is not None and deciding.certain else []
        texts = [ruby_text(value.site.value) for value in values]
        return texts[0] if len(texts) == 1 and "$" not in texts[0] and "%" not in texts[0] else None

    def at(self, row: dict[str, str]) -> Scope:
        """The same for one instance of a matrix: of each of its variables, only the instance's value."""
        part = Scope(self._layers)
        for name, value in row.items():
            part._shadow[name] = [one for one in self.values(name) if ruby_text(one.site.value) == value]
        return part

    def without(self, *names: str) -> Scope:
        """The same, with variables that the files do not set: their names stay in what is expanded."""
        part = Scope(self._layers)
        part._shadow.update((name, []) for name in names)
        return part

    def names(self) -> list[str]:
        """Every variable that the files set."""
        return list(dict.fromkeys(name for layer in self._layers for name in layer.names()))

    def expand(self, text: str, depth: int = 0, within: tuple[str, ...] = ()) -> list[Expansion]:
        """Every value that the text can take; at most 32."""
        if "$" not in text and "%" not in text:
            return [Expansion(text)]
        results = [Expansion("")]
        position = 0
        for match in REFERENCE.finditer(text):
            name = match[1] or match[2] or match[3]
            if match.start() > position:
                results = [result.plus(Expansion(text[position : match.start()])) for result in results]
            position = match.end()
            pieces = (
                self.variable(name, depth, within)
                if name
                else [Expansion(match[0][0] if len(match[0]) == 2 else match[0])]
            )
            if name and text[position : position + 1].isalnum():
                pieces = [_braced(piece, name) for piece in pieces]
            results = [result.plus(piece) for result in results for piece in pieces][:_MAX_VALUES]
            if len(results[0].text) > _MAX_TEXT:
                break
        rest = Expansion(text[position:])
        return [result.plus(rest) for result in results] if rest.text else results

    def variable(self, name: str, depth: int = 0, within: tuple[str, ...] = ()) -> list[Expansion]:
        """Every value that `$name` can take; `$name` itself where the files do not say."""
        values = self.values(name) if depth < _MAX_DEPTH and name not in within else []
        if not values:
            return [_unset(name)]
        pieces: list[Expansion] = []
        for value in values:
            text = ruby_text(value.site.value)
            inner = [Expansion(text)] if value.raw else self.expand(text, depth + 1, (*within, name))
            for piece in inner:
                parts = ((0, len(piece.text), value.site), *piece.parts)
                pieces.append(Expansion(piece.text, piece.known, piece.missing, parts))
        return pieces[:_MAX_VALUES]


def expand_word(scope: Scope, word: Word, assigned: dict[str, list[Word]], depth: int = 0) -> list[Expansion]:
    """Every value that a word of shell can take. assigned: what the shell sets itself, which wins."""
    results = [Expansion("")]
    for part in word.parts or (None,):
        if part is None:
            pieces = [Expansion(word.text)]
        elif part.kind == "text":
            pieces = [Expansion(part.text)]
        elif part.kind != "variable":
            pieces = [Expansion(part.text, 0, (part.text,))]
        elif (part.key or part.text) in assigned and depth < _MAX_DEPTH:
            values = assigned[part.key or part.text]
            pieces = [piece for value in values for piece in expand_word(scope, value, assigned, depth + 1)]
        else:
            pieces = scope.variable(part.text)
            if part.default and any(piece.missing for piece in pieces):
                pieces = [*pieces, Expansion(part.default)]
        results = [result.plus(piece) for result in results for piece in pieces][:_MAX_VALUES]
        if len(results[0].text) > _MAX_TEXT:
            break
    return results


def _braced(piece: Expansion, name: str) -> Expansion:
    """A variable that stays, in braces where a letter follows it."""
    if piece.text != f"${name}":
        return piece
    text = f"${{{name}}}"
    return Expansion(text, 0 if piece.missing else len(text), piece.missing)


def _unset(name: str) -> Expansion:
    if name in _COMPOSED:
        return Expansion(_COMPOSED[name])
    if is_predefined(name):
        return Expansion(f"${name}")
    return Expansion(f"${name}", 0, (name,))
