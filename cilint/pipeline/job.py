"""Job, Clause and Need: one job of the composed tree, in GitLab's terms."""

from __future__ import annotations

from cilint.tree.node import Mapping, Scalar, Sequence, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.span import Span
    from cilint.tree.site import Site

DEFAULT_STAGE = "test"


class Clause:
    """One entry of GitLab's `rules:`; `index` counts from 0 in the flattened list."""

    __slots__ = ("index", "site")

    def __init__(self, site: Site, index: int) -> None:
        self.site = site
        self.index = index

    def get(self, key: str) -> Site | None:
        """An attribute of the clause; null counts as absent."""
        return self.site.set(key)

    def text(self, key: str) -> str | None:
        """An attribute where it is a string."""
        site = self.get(key)
        return site.text if site else None

    @property
    def span(self) -> Span:
        """Where the clause is written."""
        return self.site.span


class Need:
    """One entry of `needs:` that names a job of the same pipeline.

    job: the name as written. matrix: the wanted combinations of a `parallel:matrix`, None for all instances.
    """

    __slots__ = ("artifacts", "job", "matrix", "optional", "site")

    def __init__(self, job: str, site: Site, *, optional: bool, artifacts: bool, matrix: Site | None) -> None:
        self.job = job
        self.site = site
        self.optional = optional
        self.artifacts = artifacts
        self.matrix = matrix

    def __repr__(self) -> str:
        return f"Need({self.job}{', optional' if self.optional else ''})"


class Job:
    """A visible job (`trigger` false) or a trigger job, `default:` applied.

    name: as GitLab knows it. site: the job's map in the composed tree; `site.written` is the written name.
    open: whether parts of it may stand in an include that could not be read, so that what is absent may be there.
    """

    __slots__ = ("_clauses", "_keywords", "_scripts", "name", "open", "site", "trigger")

    def __init__(self, name: str, site: Site, *, trigger: bool, open: bool = False) -> None:
        self.name = name
        self.site = site
        self.trigger = trigger
        self.open = open
        # Every rule asks for the same few keywords again.
        self._keywords: dict[str, Site | None] = {}
        self._clauses: list[Clause] | None = None
        self._scripts: dict[str, list[Site]] = {}

    def get(self, key: str) -> Site | None:
        """A keyword's value; null counts as absent, as GitLab has it."""
        if key not in self._keywords:
            self._keywords[key] = self.site.set(key)
        return self._keywords[key]

    def text(self, key: str) -> str | None:
        """A keyword's value where it is a string."""
        site = self.get(key)
        return site.text if site else None

    @property
    def span(self) -> Span:
        """Where the job's name is written."""
        return self.site.key_span

    @property
    def stage(self) -> str:
        """The stage's name; `test` where none is given (lib/gitlab/ci/config/entry/stage.rb)."""
        return self.text("stage") or DEFAULT_STAGE

    @property
    def clauses(self) -> list[Clause] | None:
        """The entries of `rules`, nested lists flattened; None when the job has no rules (null counts as none)."""
        rules = self.get("rules")
        if rules is None:
            return None
        if self._clauses is None:
            entries = enumerate(_flat(rules))
            self._clauses = [Clause(site, index) for index, site in entries if isinstance(site.node, Mapping)]
        return self._clauses

    @property
    def needs(self) -> list[Need] | None:
        """The jobs of this pipeline that it needs; None without the keyword. `[]` means: start at once."""
        site = self.get("needs")
        return None if site is None else list(needs_of(site))

    def script(self, key: str = "script") -> list[Site]:
        """The commands of `script`, `before_script`, `after_script`, `hooks:pre_get_sources_script`, or of the steps of
        `run`, nested lists flattened, as sites.
        """
        lines = self._scripts.get(key)
        if lines is None:
            site = self.site.dig(*key.split(":"))
            lines = [] if site is None else list(site.flat())
            if key == "run":
                lines = [step for line in lines if (step := line.set("script")) is not None]
            lines = self._scripts[key] = [line for line in lines if line.text is not None]
        return lines

    def __repr__(self) -> str:
        return f"Job({self.name})"


def _flat(site: Site) -> Iterator[Site]:
    return site.flat() if isinstance(site.node, Sequence) else iter((site,))


def needs_of(site: Site) -> Iterator[Need]:
    """The same-pipeline entries of a `needs` value (a job's or a clause's)."""
    for item in _flat(site):
        if isinstance(item.node, Scalar):
            if item.text is not None:
                yield Need(item.text, item, optional=False, artifacts=True, matrix=None)
            continue
        job = item.set("job")
        if job is None or item.has("pipeline") or item.has("project"):
            continue
        optional, artifacts = item.set("optional"), item.set("artifacts")
        parallel = item.dig("parallel", "matrix")
        yield Need(
            ruby_text(job.value),
            item,
            optional=optional is not None and optional.value is True,
            artifacts=artifacts is None or artifacts.value is not False,
            matrix=parallel,
        )
