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
_FILES = {"trivy": ("trivy.yaml",), "grype": (".grype.yaml", ".grype/config.yaml")}
_MAX_BYTES = 64 * 1024
_WANTED = ("HIGH", "CRITICAL")
_GRYPE_LEVELS = ("negligible", "low", "medium", "high")  # at or below high, so that high and critical fail
_SNYK_LEVELS = ("low", "medium", "high")
_BEHIND = {"trivy": "image", "grype": "grype"}  # the word behind which an option is put
_ON = ("true", "1", "yes", "on")


class _Fault:
    """What lets a scan end well. word: the option or value that does, None where one is missing. mend: what belongs in
    the word's place, or the missing option; None where only people can tell.
    """

    __slots__ = ("mend", "message", "word")

    def __init__(self, word: Word | None, message: str, mend: str | None = None) -> None:
        self.word = word
        self.message = message
        self.mend = mend


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: role, that of container scans; passing: {program: {option, or option=value: what it lets pass}}."""
    passing: dict[str, dict[str, str]] = parameters["passing"]
    for job in context.roles.jobs(parameters["role"]):
        for program, judge in (("trivy", _trivy), ("grype", _grype), ("snyk", _snyk)):
            commands = [c for c in context.commands(job) if c.name == program and _scans_image(c)]
            options = passing.get(program, {})
            faults = [judge(context, job, command) or _passing(context, job, command, options) for command in commands]
            if faults and all(faults):
                command, fault = commands[0], faults[0]
                assert fault is not None
                if fault.word is not None:
                    finding = context.word_fault(command, fault.word, [job], fault.message)
                else:
                    finding = context.command_fault(command, [job], fault.message)
                finding.edits = _edits(context, command, fault)
                yield finding


def _edits(context: Context, command: Command, fault: _Fault) -> tuple[Edit, ...]:
    if fault.mend is None:
        return ()
    if fault.word is not None:
        return context.reword(command, fault.word, fault.mend)
    behind = _BEHIND.get(command.name)
    found = next((one for one in command.argv if one.text == behind), None)
    return context.reword(command, found, f"{behind} {fault.mend}") if found is not None else ()


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


def _configured(context: Context, command: Command, key: str, default: str) -> str:
    """What the program's configuration file states for a key, lists joined by commas: the file that the command names,
    else one of those that the program looks for. The key may stand one level down, as trivy has it.
    """
    named = command.option("--config", "-c")
    for path in (named.text,) if named is not None else _FILES.get(command.name, ()):
        source = context.project.read_local(path.removeprefix("./"), "configuration of a scanner")
        body = read(source).body if source is not None and len(source.text) <= _MAX_BYTES else None
        if body is not None:
            for site in (Site(body), *(one for _, one in Site(body).items())):
                value = site.set(key)
                if value is not None:
                    return ",".join(ruby_text(one.value) for one in value.flat()).lower()
    return default


def _trivy(context: Context, job: Job, command: Command) -> _Fault | None:
    code = command.option("--exit-code")
    if _value(context, job, code, "TRIVY_EXIT_CODE", _configured(context, command, "exit-code", "0")) == "0":
        mend = "1" if code is not None else "--exit-code 1"
        return _Fault(code, "trivy finds vulnerabilities without failing: it needs --exit-code 1", mend)
    severity = command.option("--severity", "-s")
    default = _configured(context, command, "severity", "high,critical")
    levels = _value(context, job, severity, "TRIVY_SEVERITY", default).upper()
    missing = [level for level in _WANTED if level not in levels.replace(" ", "").split(",")]
    if missing and not levels.startswith("$"):
        mend = "HIGH,CRITICAL" if severity is not None else "--severity HIGH,CRITICAL"
        return _Fault(severity, f"trivy does not fail on {' and '.join(missing)} vulnerabilities", mend)
    scanners = command.option("--scanners", "--security-checks")
    value = _value(context, job, scanners, "TRIVY_SCANNERS", _configured(context, command, "scanners", "vuln"))
    if "vuln" not in value and not value.startswith("$"):
        return _Fault(scanners, f"trivy looks for {value} only, not for vulnerabilities", f"vuln,{value}")
    return None


def _grype(context: Context, job: Job, command: Command) -> _Fault | None:
    level = command.option("--fail-on", "-f")
    value = _value(context, job, level, "GRYPE_FAIL_ON_SEVERITY", _configured(context, command, "fail-on-severity", ""))
    if value in _GRYPE_LEVELS or value.startswith("$"):
        return None
    if not value:
        return _Fault(None, "grype finds vulnerabilities without failing: it needs --fail-on high", "--fail-on high")
    return _Fault(level, f"grype --fail-on {value} lets HIGH vulnerabilities pass", "high")


def _snyk(context: Context, job: Job, command: Command) -> _Fault | None:
    level = command.option("--severity-threshold")
    value = _value(context, job, level, "SNYK_SEVERITY_THRESHOLD", "low")
    if "monitor" in command.arguments:
        return _Fault(None, "snyk monitor reports vulnerabilities without failing: it needs snyk container test")
    if value in _SNYK_LEVELS:
        return None
    return _Fault(level, f"snyk --severity-threshold={value} lets HIGH vulnerabilities pass", "high")


def _passing(context: Context, job: Job, command: Command, options: dict[str, str]) -> _Fault | None:
    """An option, or the variable or entry of the configuration that stands for it, with which some are passed over."""
    for option, what in options.items():
        name, _, wanted = option.partition("=")
        word = next(
            (one for one in command.argv if one.text in (name, option) or one.text.startswith(f"{name}=")), None
        )
        key = name.lstrip("-")
        if word is not None:
            given = command.option(name) if wanted else None
            on = given is not None and given.text == wanted if wanted else not word.text.endswith(("=false", "=0"))
        else:
            variable = f"{command.name}_{key}".upper().replace("-", "_")
            value = _value(context, job, None, variable, _configured(context, command, key, ""))
            on = value == wanted if wanted else value in _ON
        if on:
            message = f"{command.name} {option} lets {what} pass"
            return _Fault(word, message, "" if word is not None and not wanted else None)
    return None
