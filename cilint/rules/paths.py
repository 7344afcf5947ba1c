"""JSONPaths over the composed configuration, which jsonpath-ng finds in plain data: mapped back to where they stand."""

from __future__ import annotations

from jsonpath_ng import Child, Fields, Index
from jsonpath_ng.ext import parse

from cilint.rules.select import Subject
from cilint.tree.node import Scalar, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.rules.context import Context
    from cilint.tree.site import Site


def subjects_at(context: Context, path: str) -> Iterator[Subject]:
    """The values of a JSONPath over {jobs, stages, workflow, variables}, as `resolve --format json` prints them."""
    jobs = context.pipeline.jobs
    data = {"jobs": {name: plain(job.site.node) for name, job in jobs.items()}}
    root = context.config.site
    for key in ("stages", "workflow", "variables", "default", "include"):
        site = root.set(key)
        if site is not None and key not in jobs:
            data[key] = plain(site.node)  # type: ignore[assignment]
    for match in parse(path).find(data):
        keys = _keys(match.full_path)
        job = jobs.get(str(keys[1])) if keys[0] == "jobs" and len(keys) > 1 else None
        start, rest = (job.site, keys[2:]) if job else (root, keys)
        site = _walk(start, rest)
        if site is not None:
            name = str(keys[-1])
            if job and isinstance(site.node, Scalar) and isinstance(site.value, str):
                for expansion in context.scopes.of(job).expand(site.value):
                    yield Subject(site, job, name, expansion)
            else:
                yield Subject(site, job, name)


def _keys(path: object) -> list[str | int]:
    """The keys of a jsonpath-ng full path, which is a chain of Child(left, right) over Fields and Index."""
    if isinstance(path, Child):
        return [*_keys(path.left), *_keys(path.right)]
    if isinstance(path, Fields):
        return [str(path.fields[0])]
    return [int(path.indices[0])] if isinstance(path, Index) else []


def _walk(site: Site, keys: list[str | int]) -> Site | None:
    for key in keys:
        if isinstance(key, int):
            items = list(site)
            found = items[key] if key < len(items) else None
        else:
            found = site.get(key)
        if found is None:
            return None
        site = found
    return site
