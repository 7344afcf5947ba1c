"""The instances of a job with `parallel`, and the instances that a need on it means.

GitLab makes them before anything else looks at jobs, so rules, needs and limits meet instances
(`lib/gitlab/ci/config/normalizer.rb`, `normalizer/number_strategy.rb`, `normalizer/matrix_strategy.rb`).
"""

from __future__ import annotations

from cilint.tree.node import Mapping, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cilint.pipeline.job import Job, Need
    from cilint.tree.site import Site

MAX_INSTANCES = 200  # entry/product/parallel.rb, PARALLEL_LIMIT


class Instance:
    """One job that GitLab creates from a written one.

    name: "job", "job 1/2" or "job: [a, b]". variables: those of its place in the matrix. index: its number from 1,
    0 for a job without `parallel`; total: how many there are.
    """

    __slots__ = ("index", "name", "total", "variables")

    def __init__(self, name: str, variables: dict[str, str], index: int = 0, total: int = 1) -> None:
        self.name = name
        self.variables = variables
        self.index = index
        self.total = total

    def __repr__(self) -> str:
        return f"Instance({self.name!r})"


def instances(job: Job) -> list[Instance]:
    """The jobs that GitLab makes of one; itself where `parallel` is absent or not valid."""
    parallel = job.get("parallel")
    if parallel is None:
        return [Instance(job.name, {})]
    count = parallel.value
    if isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= MAX_INSTANCES:
        return [Instance(f"{job.name} {index}/{count}", {}, index, count) for index in range(1, count + 1)]
    matrix = parallel.set("matrix")
    rows = None if matrix is None else combinations(matrix)
    if rows is None:
        return [Instance(job.name, {})]
    return [Instance(instance_name(job.name, row), row, index, len(rows)) for index, row in enumerate(rows, 1)]


def instance_name(name: str, variables: dict[str, str]) -> str:
    """The name of a matrix instance: its values in the order of the keys."""
    return f"{name}: [{', '.join(variables.values())}]"


def combinations(matrix: Site) -> list[dict[str, str]] | None:
    """The rows of a `matrix:` list, values as text; None where there would be more than 200."""
    rows: list[dict[str, str]] = []
    for entry in matrix.flat():
        if not isinstance(entry.node, Mapping):
            continue
        product: list[dict[str, str]] = [{}]
        for written, site in entry.items():
            values = [ruby_text(value.value) for value in site.flat()]
            if len(product) * len(values) > MAX_INSTANCES:
                return None
            name = ruby_text(written.value)
            product = [{**row, name: value} for row in product for value in values]
        rows += product
        if len(rows) > MAX_INSTANCES:
            return None
    return rows


def needed_names(need: Need, named: Callable[[str], list[str] | None]) -> Iterator[str]:
    """The names of the instances that an entry of a job's `needs` means.

    named: the names of the instances of a job with `parallel`, None for other jobs. `rules:needs` is not expanded.
    """
    known = named(need.job)
    if known is None:
        yield need.job
    elif need.matrix is None:
        yield from known
    else:
        yield from (instance_name(need.job, row) for row in combinations(need.matrix) or ())
