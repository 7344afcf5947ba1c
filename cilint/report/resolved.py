"""A composed configuration as `cilint resolve` shows it: what every job really holds, and where that was written."""

from __future__ import annotations

from cilint.compose.config import job_kind
from cilint.compose.stages import POST, PRE
from cilint.report.secret import hidden, starred
from cilint.tree.node import Mapping, Reference, Scalar, Sequence, Symbol, is_null, key_text, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    from cilint.compose.config import Config
    from cilint.tree.site import Site

    View: TypeAlias = "dict[str, View] | list[View] | Leaf"

SCRIPTS = ("script", "before_script", "after_script")
DEFAULT_STAGES = (PRE, "build", "test", "deploy", POST)


class Leaf:
    """A scalar of the view. value: plain data. site: where it stands; None for what GitLab itself fills in."""

    __slots__ = ("site", "value")

    def __init__(self, value: object, site: Site | None = None) -> None:
        self.value = value
        self.site = site


def view(config: Config, only: str | None = None) -> dict[str, View]:
    """The configuration under the keys `stages`, `workflow`, `variables` and `jobs`.

    Null keywords are gone, for null means "not set" to GitLab; scripts are flat lists; hidden jobs are left out, and
    so is what composition has used up: `extends`, `inherit:default`. `inherit:variables` stays, for global variables
    reach a job only when a pipeline is created. only: the name of the one job to show.
    """
    root = config.site
    jobs: dict[str, View] = {}
    for written, site in root.items():
        name = site.path[-1]
        if isinstance(written.value, (str, Symbol)) and isinstance(name, str) and only in {None, name}:
            if job_kind(name, site.node):
                jobs[name] = _job(site)
    shown: dict[str, View] = {"stages": _stages(root.set("stages"))}
    for key in ("workflow", "variables"):
        section = root.set(key)
        shown[key] = {} if section is None or job_kind(key, section.node) else _view(section)
    shown["jobs"] = jobs
    return shown


def job_names(config: Config) -> list[str]:
    """The names of all visible jobs."""
    root = config.root
    values = root.values if root is not None else {}
    return [key for key, node in values.items() if isinstance(key, str) and job_kind(key, node)]


def veiled(shown: View) -> View:
    """The view without secrets."""
    return _veiled(shown, "", {})


def _veiled(shown: View, name: str, known: dict[tuple[str, str], str]) -> View:
    """name: the key above, which may say that the value is a secret. known: what was veiled before, by name and text,
    for a pipeline may hold the same few values in thousands of jobs.
    """
    if isinstance(shown, dict):
        inner = ("value", "options")  # of a variable; its name stands above
        return {
            _remembered("", key, known): _veiled(value, name if key in inner else key, known)
            for key, value in shown.items()
        }
    if isinstance(shown, list):
        return [_veiled(item, name, known) for item in shown]
    if isinstance(shown.value, bool) or not isinstance(shown.value, (str, int)):
        return shown
    text = _remembered(name, str(shown.value), known)
    return shown if text == str(shown.value) else Leaf(text, shown.site)


def _remembered(name: str, text: str, known: dict[tuple[str, str], str]) -> str:
    found = known.get((name, text))
    if found is None:
        found = known[name, text] = starred(name, text) if name else hidden(text)
    return found


def data(shown: View) -> Any:
    """The view as plain data, for JSON."""
    if isinstance(shown, Leaf):
        return shown.value
    if isinstance(shown, dict):
        return {key: data(value) for key, value in shown.items()}
    return [data(item) for item in shown]


def leaves(shown: View, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Leaf]]:
    """All scalars of a view with the way to each."""
    if isinstance(shown, Leaf):
        yield path, shown
        return
    for key, value in shown.items() if isinstance(shown, dict) else enumerate(shown):
        yield from leaves(value, (*path, key))


def _job(site: Site) -> View:
    shown: dict[str, View] = {}
    for written, value in site.items():
        key = key_text(written)
        if is_null(value.node) or key == "extends":
            continue
        if key == "inherit" and isinstance(value.node, Mapping):
            kept = {key_text(one): _view(part) for one, part in value.items() if key_text(one) != "default"}
            if kept:
                shown[key] = kept
        elif key in SCRIPTS:
            shown[key] = [_view(line) for line in _flat(value)]
        else:
            shown[key] = _view(value)
    return shown


def _view(site: Site) -> View:
    node = site.node
    if isinstance(node, Mapping):
        return {key_text(written): _view(value) for written, value in site.items()}
    if isinstance(node, Sequence):
        return [_view(item) for item in site]
    if isinstance(node, Reference):  # into an include that was not read
        return Leaf(plain(node), site)
    assert isinstance(node, Scalar)
    return Leaf(plain(node), site)


def _flat(site: Site) -> Iterator[Site]:
    if isinstance(site.node, Sequence):
        for item in site:
            yield from _flat(item)
    else:
        yield site


def _stages(site: Site | None) -> View:
    if site is None:
        return [Leaf(name) for name in DEFAULT_STAGES]
    names: dict[object, View] = {}
    for item in _flat(site):
        if item.text is not None:
            names.setdefault(item.text, Leaf(item.text, item))
    return list(names.values())
