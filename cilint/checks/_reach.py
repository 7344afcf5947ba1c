"""Which jobs a written value reaches: those that hold it, and those to which a variable or an input brings it."""

from __future__ import annotations

from cilint.pipeline.variables import references
from cilint.rules.scalars import below
from cilint.tree.node import Sequence, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.tree.node import Scalar
    from cilint.tree.site import Path, Site


class Reach:
    """The reach of the values of one pipeline; every job is looked through once, when a value is first asked about."""

    __slots__ = ("_context", "_inputs", "_own", "_shared", "_users")

    def __init__(self, context: Context) -> None:
        self._context = context
        self._users: dict[str, dict[str, None]] | None = None
        self._shared: dict[str, set[str]] | None = None
        self._own: list[tuple[Job, set[str], set[str] | None]] | None = None
        self._inputs: dict[str, list[tuple[str, Site]]] | None = None

    def jobs(self, node: Scalar, path: Path) -> list[str]:
        """The names of the jobs that a value of a file comes to. path: the keys to it in that file."""
        held = [job.name for job, _ in self._context.reach(node)]
        if held:
            return list(dict.fromkeys(held))
        if path[:1] in (("spec",), ("include",)) and "inputs" in path[:-1]:
            return self.of_input(str(path[path.index("inputs") + 1]), ruby_text(node.value))
        if path[:1] == ("variables",) and len(path) > 1:
            return self.of_variable(str(path[1]))
        if path[:1] == ("workflow",):
            if "variables" in path[:-1]:
                return self.of_variable(str(path[path.index("variables") + 1]))
            return list(self._context.pipeline.jobs)
        return []

    def of_variable(self, name: str) -> list[str]:
        """The jobs that use a variable of the pipeline, be it through others; all that inherit it where none names it."""
        names, waiting = {name}, [name]
        while waiting:
            inner = waiting.pop()
            for other, referred in self._variables.items():
                if other not in names and inner in referred:
                    names.add(other)
                    waiting.append(other)
        heirs = [job.name for job, own, let in self._heritage if name not in own and (let is None or name in let)]
        users = {job for one in names for job in self._mentions.get(one, ())}
        return [job for job in heirs if job in users] or heirs

    def of_input(self, name: str, text: str) -> list[str]:
        """The jobs with a value into which an input brings the text, themselves or through a variable."""
        if self._inputs is None:
            self._inputs = {}
            for owner, site in self._everything():
                for step in site.trail:
                    if step.kind == "input":
                        self._inputs.setdefault(step.name, []).append((owner, site))
        found: dict[str, None] = {}
        for owner, site in self._inputs.get(name, ()):
            if text in ruby_text(site.value):
                found.update(dict.fromkeys([owner] if owner else self.jobs_of_shared(site)))
        return list(found)

    def jobs_of_shared(self, site: Site) -> list[str]:
        """The jobs that a value outside all jobs comes to, by its place in the composed tree."""
        return self.jobs(site.node, site.path)  # type: ignore[arg-type]  # the sites kept are those of scalars

    def _everything(self) -> Iterator[tuple[str, Site]]:
        """Every scalar of every job with the job's name, then those of variables and workflow with ""."""
        for job in self._context.pipeline.jobs.values():
            for site in self._context.scalars.of(job):
                yield job.name, site
        for key in ("variables", "workflow"):
            shared = self._context.config.site.set(key)
            for site in below(shared) if shared else ():
                yield "", site

    @property
    def _heritage(self) -> list[tuple[Job, set[str], set[str] | None]]:
        """Every job with the variables that it sets itself, in every case, and those that it takes; None: all."""
        if self._own is None:
            self._own = []
            for job in self._context.pipeline.jobs.values():
                variables, wanted = job.get("variables"), job.site.dig("inherit", "variables")
                matrix = job.site.dig("parallel", "matrix")
                tables = [table for table in (variables, *(matrix or ())) if table is not None]
                own = {str(site.path[-1]) for table in tables for _, site in table.items()}
                let = None
                if wanted is not None and wanted.value is not True:
                    let = {one.text or "" for one in wanted.flat()} if isinstance(wanted.node, Sequence) else set()
                self._own.append((job, own, let))
        return self._own

    @property
    def _variables(self) -> dict[str, set[str]]:
        """What the variables that are not a job's refer to, by name."""
        if self._shared is None:
            self._shared = {}
            for owner, site in self._everything():
                if not owner and "variables" in site.path[:-1]:
                    name = str(site.path[site.path.index("variables") + 1])
                    self._shared.setdefault(name, set()).update(references(ruby_text(site.value)))
        return self._shared

    @property
    def _mentions(self) -> dict[str, dict[str, None]]:
        """The jobs in which a name stands as a variable: in their values, or in the script files that they call."""
        if self._users is None:
            self._users = {}
            files: dict[str, set[str]] = {}
            for job in self._context.pipeline.jobs.values():
                names = {name for site in self._context.scalars.of(job) for name in references(ruby_text(site.value))}
                for source in self._context.scripts.files(job):
                    if source.path not in files:
                        files[source.path] = {*references(source.text), *_words(source.text)}
                    names |= files[source.path]
                for name in names:
                    self._users.setdefault(name, {})[job.name] = None
        return self._users


def _words(text: str) -> Iterator[str]:
    """The names in quotes or behind a dot, as other languages than shell ask for variables: `environ["NAME"]`."""
    for mark in ('"', "'"):
        yield from (word for word in text.split(mark) if word.isidentifier())
