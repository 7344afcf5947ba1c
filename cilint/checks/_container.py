"""What the containers of a job run besides its scripts: the entrypoint of its image, the commands of its services."""

from __future__ import annotations

from cilint.rules.evidence import says
from cilint.shell.script import Script
from cilint.tree.node import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.tree.site import Site

_PRODUCTION = ["prod", "production", "prd", "live", "<prod>", "<production>", "<prd>"]


def deployed_by(context: Context, job: Job, patterns: tuple[str, ...]) -> tuple[str, bool] | None:
    """A command of one of the patterns that a container of the job runs: its name, and whether what runs there names
    production; None when there is none.
    """
    for line in _lines(context, job):
        wanted = context.scripts.patterns(patterns)
        script = Script((), context.config.entry, line)
        command = next((one for one in script.commands if wanted.of(one)), None)
        if command is not None:
            return command.name, any(says(word.text, _PRODUCTION) for one in script.commands for word in one.all_words)
    return None


def _lines(context: Context, job: Job) -> Iterator[str]:
    """The command lines, variables put in. Where the image's own entrypoint runs, it is taken for a program that the
    image is named after.
    """
    image, services = job.get("image"), job.get("services")
    for site in (image, *(services.flat() if services else ())):
        if site is None or not isinstance(site.node, Mapping):
            continue
        command = list(_words(context, job, site, "command"))
        words = [*_words(context, job, site, "entrypoint"), *command]
        if words:
            yield _line(words)
        name = site.set("name")
        if command and site.set("entrypoint") is None and name is not None and name.text:
            yield _line([name.text.rpartition("/")[2].partition(":")[0], *command])


def _line(words: list[str]) -> str:
    """The words as our own reader takes them; not for people, so line ends stay."""
    return " ".join("'" + word.replace("'", "'\"'\"'") + "'" for word in words)


def _words(context: Context, job: Job, site: Site, key: str) -> Iterator[str]:
    """The words of a key; `entrypoint: [""]`, which only switches off the image's own, has none."""
    words = site.set(key)
    for one in words.flat() if words else ():
        if one.text:
            yield context.scopes.of(job).expand(one.text)[0].text
