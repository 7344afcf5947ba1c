"""`cilint report`: evidence for an audit: per control what was tested, on what, with what result."""

from __future__ import annotations

import os
import sys

from cilint.cli._options import (
    Option,
    Options,
    Request,
    failing_options,
    rule_options,
    settings_options,
    stdin_option,
)
from cilint.errors import UsageError
from cilint.nearest import did_you_mean
from cilint.report.report import fails

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.evidence.model import Evidence

# Each format with the module of cilint/report that renders it; bytes go to a file or a pipe, never to a terminal.
FORMATS = {
    "html": "html",
    "markdown": "evidence_markdown",
    "csv": "csv",
    "csv-findings": "csv",
    "csv-population": "csv",
    "csv-inventory": "csv",
    "csv-changes": "csv",
    "json": "bundle",
    "bundle": "bundle",
    "xlsx": "xlsx",
    "hdf": "hdf",
    "oscal": "oscal",
    "oscal-component": "oscal",
    "intoto": "intoto",
    "pdf": "pdf",
}
_BINARY = ("xlsx", "pdf", "bundle")

_RULES, _INPUT, _OUTPUT, _SETTLED = "Rules", "Input", "Output", "Known findings"

OPTIONS = Options(
    Option("--framework", "A framework by name, or a file or folder with more of them. Repeatable; default: all.",
           kind="many", metavar="NAME_OR_FILE", group=_RULES),
    *rule_options(_RULES),
    *failing_options(_RULES),
    *settings_options(_INPUT),
    Option("--organisation", "Whose evidence it is; the report says so.", kind="text", metavar="NAME", group=_INPUT),
    Option("--system", "The system that the pipelines belong to; the report says so.",
           kind="text", metavar="NAME", group=_INPUT),
    stdin_option(_INPUT),
    Option("--format", "Format on standard output.", kind="text", choices=tuple(FORMATS), default="html",
           group=_OUTPUT),
    Option("--output -o", "Write a format to a file, as in --output html=evidence.html; then nothing goes to standard "
           "output. Repeatable.", kind="many", metavar="FORMAT=FILE", group=_OUTPUT),
    Option("--baseline", "Mark the findings that this file records; evidence still counts them as failed.",
           kind="text", metavar="FILE", group=_SETTLED),
    Option("--since", "An earlier report (--format json): tell what is new, fixed, accepted or open again since then.",
           kind="text", metavar="FILE", group=_SETTLED),
    Option("--diff-base", "A git revision: waivers that are new since then do not count.",
           kind="text", metavar="REVISION", group=_SETTLED),
)  # fmt: skip

_HELP = """Evidence for an audit, for files and folders (default: .gitlab-ci.yml).

A folder stands for every project in it. Rules only ever support a control: the report says what was tested, what could
not be assessed, what is waived, and which evidence remains to be asked for. With SOURCE_DATE_EPOCH set, the same
inputs give the same bytes.

Exit status: 0 nothing at or above --fail-on, 1 findings, 2 the work could not be done.

Examples:
  cilint report --output html=evidence.html
  cilint report --framework pci-dss --output csv=pci.csv
"""


def run(request: Request) -> int:
    """Make the evidence and write every format that was asked for; the exit status."""
    outputs = _outputs(request)
    if not outputs and request.format in _BINARY and sys.stdout.isatty():
        raise UsageError(f"{request.format} is no text", help=f"write it to a file: -o {request.format}=evidence.file")
    from cilint.cli._emit import refuse_to_replace, say
    from cilint.cli._evidence import evidence_of
    from cilint.fix.write import write
    from cilint.report.secret import hidden

    asked = Request({**vars(request), "no_ignores": False})
    evidence = evidence_of(asked, _status)
    read = {os.path.realpath(target.path) for target in evidence.targets if target.files}
    for name, path in outputs:
        refuse_to_replace(path, read)
        content = rendered(name, evidence)
        write(path, hidden(content) if isinstance(content, str) else content)
        sys.stderr.write(f"{path}: {name}\n")
    if not outputs:
        content = rendered(request.format, evidence)
        if isinstance(content, bytes):
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        else:
            say(content)
    return evidence.provenance.exit_status


def rendered(name: str, evidence: Evidence) -> str | bytes:
    """The evidence in one format."""
    module = __import__(f"cilint.report.{FORMATS[name]}", fromlist=["render"])
    renderer = getattr(module, f"render_{name.replace('-', '_')}", None) or module.render
    content: str | bytes = renderer(evidence)
    return content


def _outputs(request: Request) -> list[tuple[str, str]]:
    """(format, path) of every `--output`; `FILE` alone has the format of its ending."""
    from cilint.cli._emit import refuse_twice

    pairs = []
    taken: dict[str, str] = {}
    for text in request.output:
        name, equals, path = text.partition("=")
        if not equals:
            name, path = os.path.splitext(text)[1].lstrip(".").lower(), text
            name = {"md": "markdown", "htm": "html", "zip": "bundle"}.get(name, name)
        if name not in FORMATS:
            known = f"formats are {', '.join(FORMATS)}{did_you_mean(name, list(FORMATS))}"
            raise UsageError(f"--output {text}: there is no format {name or 'for it'}", help=known)
        if not path:
            raise UsageError(f"--output {text}: no file is named", help=f"as in --output {name}=evidence.{name}")
        refuse_twice(path, text, taken)
        pairs.append((name, path))
    return pairs


def _status(evidence: Evidence, demands: dict[str, tuple[str, bool]]) -> int:
    """1 for open findings at or above the threshold, and under --strict for what could not be assessed.

    demands: threshold and strictness by target, as the call or its settings want them; those of the call under "".
    """
    found: dict[str, list[str]] = {}
    for tested in evidence.tested:
        if any(item.result == "fail" and item.status in ("open", "") for item in tested.items):
            found.setdefault(tested.target, []).append(tested.severity)
    return int(
        any(
            fails(found.get(name, ()), threshold, lost=strict and _has_lost(evidence, name))
            for name, (threshold, strict) in demands.items()
        )
    )


def _has_lost(evidence: Evidence, name: str) -> bool:
    """Whether something of a target could not be assessed; of a name "", whether anything of the population is lost."""
    if name:
        return any(item.target == name for item in evidence.not_assessed) or any(
            one.target == name and one.result == "not-assessed" for one in evidence.tested
        )
    gone = any(target.status in ("missing", "unreadable") for target in evidence.targets)
    return gone or not evidence.tested


command = OPTIONS.command("report", run, _HELP)
