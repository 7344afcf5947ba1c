"""Container scans that do not fail on high and critical vulnerabilities."""

from __future__ import annotations

from cilint.tree.documents import read
from cilint.tree.node import ruby_text
from cilint.tree.site import Site

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Edit, Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command, Word

# Where they look by themselves (trivy's and grype's documentation on configuration).
_TRIVY_FILES = ("trivy.yaml",)
_GRYPE_FILES = (".grype.yaml", ".grype/config.yaml")
_MAX_BYTES = 64 * 1024
_WANTED = ("HIGH", "CRITICAL")
_GRYPE_LEVELS = ("negligible", "low", "medium", "high")  # at or below high, so that high and critical fail
_VALUES = {"trivy": "HIGH,CRITICAL", "grype": "high", "snyk": "high"}
_OPTIONS = {"trivy": ("image", ("--exit-code 1", "--severity HIGH,CRITICAL")), "grype": ("grype", ("--fail-on high",))}
_SNYK_LEVELS = ("low", "medium", "high")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: role, that of container scans."""
    for job in context.roles.jobs(parameters["role"]):
        for program, judge in (("trivy", _trivy), ("grype", _grype), ("snyk", _snyk)):
            commands = [c for c in context.commands(job) if c.name == program and _scans_image(c)]
            faults = [judge(context, job, command) for command in commands]
            if faults and all(faults):
                command, fault = commands[0], faults[0]
                assert fault is not None
                word, message = fault
                if word is not None:
                    finding = context.word_fault(command, word, [job], message)
                else:
                    finding = context.command_fault(command, [job], message)
                finding.edits = _edits(context, command, word, message)
                yield finding


def _edits(context: Context, command: Command, word: Word | None, message: str) -> tuple[Edit, ...]:
    """The value that lets the scan fail; or the option that the message asks for, else the last one, behind the word
    that it belongs to.
    """
    if word is not None:
        return context.reword(command, word, "1" if word.text == "0" else _VALUES[command.name])
    behind, options = _OPTIONS.get(command.name, ("", ("",)))
    option = next((one for one in options if one in message), options[-1])
    found = next((one for one in command.argv if one.text == behind), None)
    return context.reword(command, found, f"{behind} {option}") if found is not None else ()


def _scans_image(command: Command) -> bool:
    arguments = command.arguments
    if command.name == "trivy":
        return "image" in arguments or "i" in arguments[:1]
    if command.name == "snyk":
        return "container" in arguments
    return bool(arguments) and arguments[0] not in ("db", "version", "completion", "config", "explain")


def _value(context: Context, job: Job, word: Word | None, variable: str, default: str) -> str:
    """What an option holds, or the variable that stands for it; in lower case."""
    if word is not None:
        return context.expand(job, word)[0].text.lower()
    values = context.scopes.of(job).values(variable)
    return str(values[0].site.value).lower() if values else default


def _configured(context: Context, command: Command, key: str, files: tuple[str, ...], default: str) -> str:
    """What the program's configuration file states for a key, lists joined by commas: the file that the command names,
    else one of those that the program looks for.
    """
    named = command.option("--config", "-c")
    for path in (named.text,) if named is not None else files:
        source = context.project.read_local(path.removeprefix("./"), "configuration of a scanner")
        body = read(source).body if source is not None and len(source.text) <= _MAX_BYTES else None
        node = body.get(key) if body is not None else None
        if node is not None:
            return ",".join(ruby_text(site.value) for site in Site(node).flat()).lower()
    return default


def _trivy(context: Context, job: Job, command: Command) -> tuple[Word | None, str] | None:
    code = command.option("--exit-code")
    if (
        _value(context, job, code, "TRIVY_EXIT_CODE", _configured(context, command, "exit-code", _TRIVY_FILES, "0"))
        == "0"
    ):
        return code, "trivy finds vulnerabilities without failing: it needs --exit-code 1"
    severity = command.option("--severity", "-s")
    default = _configured(context, command, "severity", _TRIVY_FILES, "high,critical")
    levels = _value(context, job, severity, "TRIVY_SEVERITY", default).upper()
    missing = [level for level in _WANTED if level not in levels.replace(" ", "").split(",")]
    if missing and not levels.startswith("$"):
        return severity, f"trivy does not fail on {' and '.join(missing)} vulnerabilities"
    return None


def _grype(context: Context, job: Job, command: Command) -> tuple[Word | None, str] | None:
    level = command.option("--fail-on", "-f")
    default = _configured(context, command, "fail-on-severity", _GRYPE_FILES, "")
    value = _value(context, job, level, "GRYPE_FAIL_ON_SEVERITY", default)
    if value in _GRYPE_LEVELS or value.startswith("$"):
        return None
    if not value:
        return None, "grype finds vulnerabilities without failing: it needs --fail-on high"
    return level, f"grype --fail-on {value} lets HIGH vulnerabilities pass"


def _snyk(context: Context, job: Job, command: Command) -> tuple[Word | None, str] | None:
    level = command.option("--severity-threshold")
    value = _value(context, job, level, "SNYK_SEVERITY_THRESHOLD", "low")
    if "monitor" in command.arguments:
        return None, "snyk monitor reports vulnerabilities without failing: it needs snyk container test"
    return (
        None if value in _SNYK_LEVELS else (level, f"snyk --severity-threshold={value} lets HIGH vulnerabilities pass")
    )
