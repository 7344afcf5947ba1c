"""Includes from elsewhere, looked up among the vendored copies: project, remote, template, component, artifact."""

from __future__ import annotations

from cilint.compose.fetch import Fetched, Place, Surroundings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.compose.include import Including
    from cilint.compose.include_entry import Entry


def locate(including: Including, entry: Entry, around: Surroundings) -> Fetched | None:
    """The copy of the file that an entry names; without one the include is not assessed."""
    if entry.kind == "artifact":
        including.not_assessed(entry, "a job of the parent pipeline makes it")
        return None
    finders = {"project": _project, "remote": _remote, "template": _template, "component": _component}
    found = finders[entry.kind](including, entry, around)
    if found is None:
        why = (
            f"its address hangs on ${entry.unknown[0]}, which is not known here"
            if entry.unknown
            else including.project.no_copy
        )
        including.not_assessed(entry, why)
    return found


def _project(including: Including, entry: Entry, around: Surroundings) -> Fetched | None:
    project, ref = entry.text("project").strip("/").lower(), entry.text("ref") or "HEAD"
    path = entry.location.lstrip("/")
    reached = f"include project {project}@{ref}"
    source = including.project.read_vendored("project", f"{project}/{ref}/{path}", reached)
    if source is None:
        return None
    place = including.project.vendored_place(project, ref)
    return Fetched(source, Surroundings(place, around.variables, (*around.above, source.path)))


def _remote(including: Including, entry: Entry, around: Surroundings) -> Fetched | None:
    address = entry.location.partition("://")[2].partition("?")[0]
    host, _, path = address.partition("/")
    host = host.rpartition("@")[2].lower()
    source = including.project.read_vendored("remote", f"{host}/{path}", f"include remote {entry.location}")
    if source is None:
        return None
    integrity = entry.text("integrity")
    if integrity.startswith("sha256-") and not _is_intact(source.text, integrity):
        message = f"Remote file `{entry.location}` failed integrity check! The copy at hand is another text"
        including.broken(entry, "include-integrity", message)
        return None
    # Nested includes see no variables and no repository (doc/ci/yaml/includes.md).
    return Fetched(source, Surroundings(Place(""), {}, (*around.above, source.path)))


def _template(including: Including, entry: Entry, around: Surroundings) -> Fetched | None:
    source = including.project.read_vendored("template", entry.location, f"include template {entry.location}")
    if source is None:
        return None
    return Fetched(source, Surroundings(around.place, around.variables, (*around.above, source.path)))


def _component(including: Including, entry: Entry, around: Surroundings) -> Fetched | None:
    address, _, version = entry.location.partition("@")
    host, _, path = address.partition("/")
    project, _, name = path.rpartition("/")
    copy = f"{host.lower()}/{path}/{version}.yml"
    source = including.project.read_vendored("component", copy, f"include component {entry.location}")
    if source is None:
        return None
    place = including.project.vendored_place(project.lower(), version)
    facts = {"name": name, "version": version, "reference": version}
    return Fetched(source, Surroundings(place, around.variables, (*around.above, source.path)), facts)


def _is_intact(text: str, integrity: str) -> bool:
    from base64 import b64encode
    from hashlib import sha256

    return b64encode(sha256(text.encode()).digest()).decode() == integrity.removeprefix("sha256-")
