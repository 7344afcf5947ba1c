"""Packs that installed Python packages bring, by the entry points of the group `cilint.packs`.

An entry point names a package, or a folder in one, with the YAML files of the pack: `acme = "acme_policies.rules"`. It is
looked up, never loaded: no code of the package runs. Nobody comes here who does not name a pack that is not built in.
"""

from __future__ import annotations

import os

from cilint.errors import PackError

GROUP = "cilint.packs"


def folder_of(name: str) -> str | None:
    """The folder of the installed pack of this name; None when no package brings one.

    Raises PackError when two packages bring different ones, and when what the package names is not there.
    """
    from importlib.metadata import entry_points

    modules = sorted({point.module for point in entry_points(group=GROUP, name=name)})
    if not modules:
        return None
    if len(modules) > 1:
        raise PackError(
            f"pack {name} is brought by several packages: {', '.join(modules)}", help="uninstall all of them but one"
        )
    folder = _place(modules[0])
    if folder is None:
        raise PackError(f"pack {name} should be in {modules[0]}, which is no folder of an installed package")
    return folder


def names() -> list[str]:
    """The names of all installed packs, sorted."""
    from importlib.metadata import entry_points

    return sorted({point.name for point in entry_points(group=GROUP)})


def _place(module: str) -> str | None:
    """The folder of a dotted name. Only its first part is asked for: Python would import what stands above the rest."""
    from importlib.util import find_spec

    top, *rest = module.split(".")
    spec = find_spec(top)
    for location in (spec and spec.submodule_search_locations) or ():
        folder = os.path.join(location, *rest)
        if os.path.isdir(folder):
            return folder
    return None
