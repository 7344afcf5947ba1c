"""The settings of one run as plain data."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Settings:
    """What `.cilint.yaml` says; the defaults where it says nothing.

    path: of the file as a person would write it, "" without one. folder: the absolute folder of the file, to which
    paths in it are relative. given: what the command line set, by its way of keys, as a person wrote it without the
    value; beneath: the settings as they are without it. The other attributes are the keys of the file; `schema.py`
    tells what each means.
    """

    __slots__ = (
        "baseline",
        "beneath",
        "docs",
        "edition",
        "extend_select",
        "fail_on",
        "folder",
        "frameworks",
        "gitlab_version",
        "given",
        "ignore",
        "inputs",
        "packs",
        "parameters",
        "path",
        "per_file_ignores",
        "per_job_ignores",
        "preview",
        "require_reason",
        "required",
        "scenarios",
        "select",
        "severity",
        "strict",
        "variables",
        "vendored",
        "waivers",
    )

    def __init__(self, data: dict[str, Any] | None = None, *, path: str = "", folder: str = "") -> None:
        data = data or {}
        self.path = path
        self.folder = folder or os.getcwd()
        self.given: dict[tuple[str, ...], str] = {}
        self.beneath: Settings | None = None
        self.packs: list[str] = data.get("packs", [])
        self.select: list[str] = data.get("select", [])
        self.extend_select: list[str] = data.get("extend-select", [])
        self.ignore: list[str] = data.get("ignore", [])
        self.per_file_ignores: dict[str, list[str]] = data.get("per-file-ignores", {})
        self.per_job_ignores: dict[str, list[str]] = data.get("per-job-ignores", {})
        self.preview: bool = data.get("preview", False)
        self.severity: dict[str, str] = data.get("severity", {})
        self.parameters: dict[str, dict[str, Any]] = data.get("parameters", {})
        self.required: list[str] = data.get("required", [])
        self.scenarios: dict[str, dict[str, Any]] = data.get("scenarios", {})
        self.vendored: str = data.get("vendored", "")
        self.variables: dict[str, str] = data.get("variables", {})
        self.inputs: dict[str, Any] = data.get("inputs", {})
        self.edition: str = data.get("edition", "community")
        self.gitlab_version: str = data.get("gitlab-version", "")
        self.baseline: str = data.get("baseline", "")
        self.fail_on: str = data.get("fail-on", "error")
        self.strict: bool = data.get("strict", False)
        self.require_reason: bool = data.get("require-reason", False)
        self.waivers: dict[str, Any] = data.get("waivers", {})
        self.frameworks: list[str] = data.get("frameworks", [])
        self.docs: str = data.get("docs", "")

    def copy(self) -> Settings:
        """Other settings that say the same, of which nothing has been set by the command line."""
        other = Settings(path=self.path, folder=self.folder)
        for name in self.__slots__:
            if name not in {"given", "beneath"}:
                setattr(other, name, getattr(self, name))
        return other

    def said(self, *way: str | int) -> str:
        """The `--set ...` that has a say in what is under a way of keys, "" when the file alone has."""
        if self.beneath and way[:1] == ("required",) and way[1:] < (len(self.beneath.required),):
            return ""  # the file's own come first, and stay
        for key, text in reversed(self.given.items()):
            if key == way[: len(key)] or way == key[: len(way)]:
                return text
        return ""

    def place(self, path: str) -> str:
        """A path of the settings as an absolute one."""
        return os.path.normpath(os.path.join(self.folder, path))

    @property
    def vendored_folder(self) -> str | None:
        """The absolute folder with copies of included files, or None."""
        return self.place(self.vendored) if self.vendored else None

    @property
    def pack_names(self) -> list[str]:
        """The packs: built-in names as they are, paths (they begin with a dot or hold a slash) as absolute ones."""
        return [self.place(name) if name.startswith(".") or "/" in name else name for name in self.packs]

    def changes(self) -> dict[str, dict[str, Any]]:
        """Severities and parameters by rule, as RuleSet.configured takes them."""
        changes: dict[str, dict[str, Any]] = {}
        for rule, severity in self.severity.items():
            changes.setdefault(rule, {})["severity"] = severity
        for rule, parameters in self.parameters.items():
            changes.setdefault(rule, {})["parameters"] = parameters
        return changes
