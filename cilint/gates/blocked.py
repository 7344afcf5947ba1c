"""What keeps every claim about a file from being decided: parts of the pipeline that are not known, or that vary."""

from __future__ import annotations

from cilint.tree.site import Site

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.compose.config import Config

# Variables of the server and the project, the same in all pipelines.
_STEADY = ("CI_SERVER_", "CI_PROJECT_", "CI_API_", "CI_TEMPLATE_")
_PATHS = ("local", "file", "project", "ref", "remote", "template", "component")


def blocked(config: Config) -> str:
    """Why nothing about the pipeline can be proven; "" when all of it is known and the same in every pipeline."""
    if config.not_assessed:
        item = config.not_assessed[0]
        return f"{item.what} is not known: {item.why}"
    for reading in config.readings:
        site = Site(reading.body).set("include") if reading.body else None
        for entry in site.flat() if site else ():
            reason = _varies(entry)
            if reason:
                return f"{reason} ({entry.span})"
    return ""


def _varies(entry: Site) -> str:
    from cilint.compose.variables import names_in

    texts = [entry.text] if entry.text is not None else []
    for key in _PATHS:
        value = entry.set(key)
        texts += [item.text for item in value.flat() if item.text is not None] if value is not None else []
    for text in texts:
        for name in names_in(text or ""):
            if not name.startswith(_STEADY):
                return f"what is included depends on ${name}"
    for rule in rules.flat() if (rules := entry.set("rules")) is not None else ():
        for key in ("if", "changes"):
            if rule.has(key):
                return f"what is included depends on include:rules:{key}"
    return ""
