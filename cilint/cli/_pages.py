"""Pages of rules: one of Markdown a rule, and an index, made of what the packs say. Nothing on them is written twice."""

from __future__ import annotations

import ast
import json
import os
import re
from typing import TYPE_CHECKING, Any

import cilint
from cilint.check import check
from cilint.fix.edits import by_file, chosen, edited
from cilint.rules.packs import prose
from cilint.settle import examples
from cilint.testing import opened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.finding import Finding
    from cilint.rules import Rule, RuleSet

INDEX = "README.md"
_FIRST = "0.1.0"  # every rule that names no version is as old as cilint
_RELATED = 8
_NOTE = "<!-- Made from the pack by `cilint rules --pages`; edit the pack. -->"
_LANGUAGE = "What GitLab refuses, or reads otherwise than people think. It is found while the configuration is read."
_SETTLED = (
    "What is wrong with comments to cilint and with its baseline. It is found once all other findings are settled."
)


def pages(rules: RuleSet, home: str = "") -> dict[str, str]:
    """The text of every page by its file name: `README.md`, the index, and `RULE.md` for each rule.

    home: the folder that the place of a rule is told from; paths stay absolute without it.
    """
    told = prose(rules)
    shown = {rule.id: Page(rule, told[rule.id], rules, home) for rule in rules}
    out = {INDEX: index(rules, shown)}
    out.update({f"{name}.md": page.text(_related(page, shown)) for name, page in shown.items()})
    return out


def index(rules: RuleSet, shown: dict[str, Page]) -> str:
    """All rules by pack."""
    lines = [
        "# Rules",
        "",
        _NOTE,
        "",
        "`cilint explain RULE` shows the same in a terminal. Fixes: `safe` ones are made by",
    ]
    lines += ["`cilint check --fix`, `unsafe` ones with `--unsafe-fixes` besides."]
    for pack in dict.fromkeys(rule.pack for rule in rules):
        chosen = sorted((rule for rule in rules if rule.pack == pack), key=lambda rule: rule.id)
        lines += ["", f"## {pack}", "", "| rule | severity | fix | asks |", "|---|---|---|---|"]
        lines += [
            f"| [{rule.id}]({rule.id}.md) | {rule.severity} | {shown[rule.id].fixable} | {_cell(rule.title)}{' (preview)' if rule.preview else ''} |"
            for rule in chosen
        ]
    return "\n".join(lines) + "\n"


class Page:
    """One rule's page. fixable: "safe", "unsafe" or "", as its own examples show it."""

    __slots__ = ("_home", "_rules", "findings", "fixable", "rule", "told")

    def __init__(self, rule: Rule, told: dict[str, Any], rules: RuleSet, home: str) -> None:
        self.rule = rule
        self.told = told
        self._rules = rules
        self._home = home
        self.findings = [_findings(rules, rule, example) for example in told["examples"]["bad"]]
        self.fixable: str = told["fixable"]

    @property
    def requirement(self) -> list[str]:
        """The rows of the requirements that the rule enforces."""
        return list(self.told["requirement"])

    def text(self, related: Iterable[str]) -> str:
        """The whole page."""
        sections = [f"# {self.rule.id}", _NOTE, f"{self.rule.title}.", self._table(), *self._what()]
        sections += ["## Why", self.told["why"]]
        sections += self._examples("bad", "## Wrong") + self._examples("good", "## Right")
        sections += ["## Fix", self.told["fix"], *self._mended(), *self._parameters()]
        guide = " [Suppressions and baseline](../suppressions.md) has the rest." if self._home else ""
        sections += ["## Silence", _SILENCE.format(id=self.rule.id) + guide]
        links = [f"[{name}]({name}.md)" for name in related]
        sections += ["## Related", ", ".join([*links, "[all rules](README.md)"])]
        return "\n\n".join(sections) + "\n"

    def _table(self) -> str:
        path, line = self.told["file"], self.told["line"]
        rows_of = "[{}](../requirements.md)" if self._home else "{}"
        place = os.path.relpath(path, self._home).replace(os.sep, "/") if self._home else path
        rows = {
            "pack": self.rule.pack,
            "severity": self.rule.severity,
            "since": self.told["since"] or _FIRST,
            **(
                {"preview": f"runs only with `--preview` or `--extend-select {self.rule.id}`"}
                if self.rule.preview
                else {}
            ),
            "fix": {"safe": "`cilint check --fix`", "unsafe": "`cilint check --fix --unsafe-fixes`"}.get(
                self.fixable, "by hand"
            ),
            "controls": ", ".join(f"`{control}`" for control in self.rule.controls) or "none",
            "requirement": ", ".join(map(rows_of.format, self.requirement)) or "none",
            "defined in": f"`{place}`" if self._home else f"`{place}:{line}`",
        }
        return "\n".join(["| | |", "|---|---|", *(f"| {name} | {_cell(text)} |" for name, text in rows.items())])

    def _what(self) -> list[str]:
        rule = self.rule
        if rule.language:
            return ["## What", _SETTLED if rule.pack == "cilint" else _LANGUAGE]
        if rule.check:
            return ["## What", _docstring(os.path.join("checks", f"{rule.check.replace('-', '_')}.py"))]
        looked = " and ".join(f"`{word}`" for word in rule.select)
        where = " and ".join(f"{key} {_any(words)}" for key, words in rule.where.items())
        where = f" of {where}" if where else ""
        asked = "; ".join(f"{word.replace('_', ' ')}: `{_short(option)}`" for word, option in rule.assertion.items())
        return ["## What", f"Looks at every {looked}{where}, and asks: {asked}."]

    def _examples(self, kind: str, heading: str) -> list[str]:
        examples = self.told["examples"][kind]
        if not examples:
            return []
        out = [heading]
        if kind == "bad":
            out.append("A finding stands on each line that ends in `# finding`.")
        for number, example in enumerate(examples):
            if example["parameters"]:
                out.append(f"With the parameters `{json.dumps(example['parameters'], ensure_ascii=False)}`:")
            for path, text in example["files"].items():
                if len(example["files"]) > 1:
                    out.append(f"`{path}`:")
                out.append(_block(text, _language(path)))
            if kind == "bad":
                messages = dict.fromkeys(finding.message for finding in self.findings[number])
                out.append("\n".join(f"- {_code(message)}" for message in messages))
        return [part for part in out if part]

    def _mended(self) -> list[str]:
        """What the fix makes of the first example that it mends."""
        from difflib import unified_diff

        for found in self.findings:
            for source, edits in by_file(chosen(found, unsafe=self.fixable != "safe")).values():
                before, after = source.text.splitlines(), edited(source, edits).splitlines()
                diff = list(unified_diff(before, after, lineterm="", n=1))[2:]
                if diff:
                    option = "--fix" if self.fixable == "safe" else "--unsafe-fixes"
                    return [f"What `{option}` does:", _block("\n".join(diff), "diff")]
        return []

    def _parameters(self) -> list[str]:
        if not self.rule.parameters:
            return []
        lines = ["parameters:", f"  {self.rule.id}:"]
        lines += [
            f"    {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in self.rule.parameters.items()
        ]
        return [
            "## Parameters",
            "As the pack has them; `.cilint.yaml` may say otherwise:",
            _block("\n".join(lines), "yaml"),
        ]


_SILENCE = """\
For one place: `# cilint: ignore[{id}] the reason`, on the line or above it. For all: `ignore: [{id}]` in `.cilint.yaml`."""


def _findings(rules: RuleSet, rule: Rule, example: dict[str, Any]) -> list[Finding]:
    with opened(rules, rule.id, example) as (source, project, chosen):
        if rule.pack == examples.PACK:
            found = examples.about_comments(source, project)
        else:
            found = check(source, project, chosen).findings
        return [finding for finding in found if finding.rule == rule.id]


def _related(page: Page, shown: dict[str, Page]) -> list[str]:
    """Rules that a reader of this one wants next: named in its text, of the same check or requirement, or namesakes."""
    rule, told = page.rule, page.told
    text = f"{told['why']} {told['fix']}"
    stem = rule.id.split("-")[0]

    def nearness(other: Page) -> int:
        return (
            8 * bool(re.search(rf"`{re.escape(other.rule.id)}`", text))
            + 4 * (bool(rule.check) and not rule.language and rule.check == other.rule.check)
            + 2 * bool(set(page.requirement) & set(other.requirement))
            + (other.rule.id.split("-")[0] == stem and other.rule.pack == rule.pack)
        )

    near = {name: nearness(other) for name, other in shown.items() if name != rule.id}
    return sorted((name for name in near if near[name]), key=lambda name: (-near[name], name))[:_RELATED]


def _docstring(path: str) -> str:
    with open(os.path.join(os.path.dirname(cilint.__file__), path), encoding="utf-8") as file:
        text = ast.get_docstring(ast.parse(file.read())) or ""
    return " ".join(text.split("\n\n")[0].split())


def _any(words: list[str]) -> str:
    return " or ".join(f"`{word}`" for word in words)


def _short(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _language(path: str) -> str:
    ending = path.rsplit(".", 1)[-1]
    return {"yml": "yaml", "yaml": "yaml", "sh": "sh", "json": "json", "js": "js"}.get(ending, "text")


def _block(text: str, language: str) -> str:
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _code(text: str) -> str:
    from cilint.report.markdown import code

    return code(text).replace("\\|", "|")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
