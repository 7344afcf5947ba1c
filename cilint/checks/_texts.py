"""Every text that people wrote into the checked files: values, keys, lines of script files.

A search first looks at whole files for a word that must be there, so that clean files cost nothing.
"""

from __future__ import annotations

from cilint.checks._reach import Reach
from cilint.shell.script import in_file
from cilint.tree.lines import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.finding import Finding
    from cilint.rules.context import Context
    from cilint.source import Source
    from cilint.tree.node import Scalar
    from cilint.tree.site import Path


class Text:
    """One text. path: keys to the value in its file; () for a script file. key: the key that names the value."""

    __slots__ = ("_reach", "node", "path", "source", "text")

    def __init__(self, text: str, source: Source, reach: Reach, node: Scalar | None = None, path: Path = ()) -> None:
        self.text = text
        self.source = source
        self._reach = reach
        self.node = node
        self.path = path

    @property
    def key(self) -> str:
        """The nearest key above the value; of `NAME: {value: ...}` it is NAME."""
        keys = [part for part in self.path if isinstance(part, str)]
        if len(keys) > 1 and keys[-1] in ("value", "default", "description", "options"):
            return keys[-2]
        return keys[-1] if keys else ""

    def fault(self, context: Context, message: str, start: int, end: int) -> Finding:
        """A finding at a stretch of the text, with the jobs that it reaches."""
        if self.node is None:
            jobs = [job.name for job in context.jobs if self.source in context.scripts.files(job)]
            return context.fault(in_file(self.source, self.text, start, end), message, jobs=jobs)
        held = context.reach(self.node)
        jobs = self._reach.jobs(self.node, self.path)
        span = span_of(self.node, start, end)
        finding = context.fault(span, message, jobs=jobs, site=held[0][1] if held else None)
        finding.path = finding.path or self.path
        return finding


def texts(context: Context, *words: str) -> Iterator[Text]:
    """All texts of the files in which one of the words stands; of all files when no word is given."""
    reach = Reach(context)
    for reading in context.config.readings:
        if words and not any(word in reading.source.text for word in words):
            continue
        for document in (reading.header, reading.body):
            if document is not None:
                for path, node in context.scalars.written(document):
                    if isinstance(node.value, (str, int)) and node.text:
                        yield Text(node.text, reading.source, reach, node, path)
    for source in context.called:
        if not words or any(word in source.text for word in words):
            yield Text(source.text, source, reach)
