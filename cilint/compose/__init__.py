"""From one file to the configuration of a pipeline, in GitLab's order (lib/gitlab/ci/config.rb).

read -> header, inputs, interpolation -> include -> extends -> references -> stages -> default. GitLab stops at the
first fault; compose goes on with the best partial result and collects them all.
"""

from __future__ import annotations

from cilint.compose.config import ROOT_KEYWORDS, Config
from cilint.compose.defaults import apply_defaults
from cilint.compose.duplicates import duplicate_keys
from cilint.compose.extends import extend
from cilint.compose.fetch import Fetched, Project, Surroundings, open_project
from cilint.compose.include import Including
from cilint.compose.merge import Merger, TooBig
from cilint.compose.reference import resolve
from cilint.compose.stages import wrap_stages
from cilint.compose.weight import MAX_NODES, weigh
from cilint.finding import Finding
from cilint.span import Span
from cilint.tree.documents import is_blank, read
from cilint.tree.node import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.clock import Clock
    from cilint.source import Source
    from cilint.trail import Trail

__all__ = ["ROOT_KEYWORDS", "Config", "Project", "compose", "open_project"]


class _Top:
    """The first character of a file, as the parser would mark it."""

    __slots__ = ()
    line = column = 0


def compose(entry: Source, project: Project, clock: Clock | None = None) -> Config:
    """The composed configuration of an entry file. Never raises: faults are findings of the config."""
    config = Config(entry, clock)
    reading = read(entry)
    if clock:
        clock.lap("reading", file=entry.path)
    ways: dict[str, Trail] = {}
    config.readings.append(reading)
    config.findings += reading.findings
    if reading.blank:
        message = "Please provide content of .gitlab-ci.yml: the file is empty"
        config.findings.append(Finding("config-empty", message, Span(entry, 1, 1, 1, 1)))
    elif not reading.findings:
        including = Including(config, project, Merger())
        try:
            config.root = _steps(config, including)
        except TooBig as reason:
            message = f"The merged configuration is too big: {reason}"
            config.findings.append(Finding("config-too-big", message, Span(entry, 1, 1, 1, 1)))
        ways = including.ways
    for found in config.readings:
        config.findings += duplicate_keys(found)
    for finding in config.findings:
        finding.trail = finding.trail or ways.get(finding.span.source.path, ())
    return config


def _steps(config: Config, including: Including) -> Mapping | None:
    reading, entry, project = config.readings[0], config.entry, including.project
    around = Surroundings(project.place, project.variables, (entry.path,))
    body = including.body(reading, Fetched(entry, around), None)
    if body is None:  # nothing but comments: an empty configuration
        body = Mapping({}, {})
        body.source, body.start, body.end = entry, _Top(), _Top()
    root = including.expand(body, around, entry_file=True)
    root = extend(root, config, including.merger)
    root = resolve(root, config)
    root = wrap_stages(root)
    config.findings += _blank_hidden(root)
    root = apply_defaults(root, config)
    if weigh(root) > MAX_NODES:
        message = f"The merged configuration is too big: it comes to more than {MAX_NODES} values"
        config.findings.append(Finding("config-too-big", message, Span(entry, 1, 1, 1, 1)))
        return None
    return root


def _blank_hidden(root: Mapping) -> list[Finding]:
    """Hidden keys may hold anything but nothing (lib/gitlab/ci/config/entry/hidden.rb)."""
    return [
        Finding("hidden-job-blank", f"jobs:{key} config can't be blank", root.keys[key].span, path=(key,))
        for key, value in root.values.items()
        if isinstance(key, str) and key.startswith(".") and is_blank(value)
    ]
