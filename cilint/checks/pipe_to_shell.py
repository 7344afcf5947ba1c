"""Code from the network that runs at once: piped to an interpreter, or downloaded, unchecked, and started."""

from __future__ import annotations

from cilint.checks._download import code_word, interprets_input, is_download, is_interpreter
from cilint.pattern import Pattern
from cilint.shell.calls import called_words
from cilint.shell.command import OF_TEXT, TO_FILE, nested

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command, Word
    from cilint.span import Span

# A path through a full commit hash always gives the same content.
_COMMIT = Pattern(r"/[0-9a-f]{40}/")
_CHECKS = (
    "sha256sum", "sha512sum", "sha1sum", "shasum", "md5sum", "b2sum", "gpg", "gpgv", "cosign", "minisign", "signify",
    "openssl", "rsum", "slsa-verifier", "certutil", "Get-FileHash",
)  # fmt: skip
_OUTPUT_OPTIONS = ("-o", "--output", "-O", "--output-document", "-OutFile")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: trusted, beginnings of addresses whose content the house answers for."""
    trusted: list[str] = parameters["trusted"]
    downloading: dict[str, Job] = {}
    for command, jobs in context.each_command:
        source = _at_once(command)
        if source is not None and not _is_trusted(source, trusted):
            message = f"what {source.name} downloads is run by {command.name or 'the shell'} as it comes"
            yield context.command_fault(command, jobs, message, _span(source, command))
        elif is_download(command):
            downloading.update((job.name, job) for job in jobs)
    for job in downloading.values():
        yield from _saved(context, job, context.commands(job), trusted)


def _span(source: Command, command: Command) -> Span:
    """From the download to the interpreter, as far as they stand in one text."""
    if source.script is not command.script:
        return command.span
    return command.script.span(min(source.start, command.start), max(source.end, command.end))


def _at_once(command: Command) -> Command | None:
    """The download whose output an interpreter runs, if the command is such an interpreter."""
    if not is_interpreter(command):
        return None
    if interprets_input(command):
        for earlier in reversed(command.earlier):
            found = _download_in([earlier])
            if found is not None:
                return found
        for word in command.redirected(("<", *OF_TEXT)):
            found = _download_in(word.commands)
            if found is not None:
                return found
    code = code_word(command)
    words = [code] if code is not None else []
    if command.name in ("source", ".", "eval") or any(_is_process(word) for word in command.argv[1:]):
        words += command.argv[1:]
    for word in words:
        found = _download_in(word.commands)
        if found is not None:
            return found
    return None


def _is_process(word: Word) -> bool:
    return any(part.kind == "process" for part in word.parts)


def _download_in(commands: list[Command]) -> Command | None:
    return next((command for command in nested(commands) if is_download(command)), None)


def _is_trusted(download: Command, trusted: list[str]) -> bool:
    addresses = [word.text for word in download.argv[1:] if "://" in word.text or word.text.startswith("$")]
    return bool(addresses) and all(
        address.startswith(tuple(trusted)) or _COMMIT.search(address) is not None for address in addresses
    )


def _saved(context: Context, job: Job, commands: list[Command], trusted: list[str]) -> Iterator[Finding]:
    """Downloads to a file that the same job runs, with no checksum or signature looked at in between."""
    files: dict[str, Command] = {}
    for command in commands:
        if command.name in _CHECKS:
            files.clear()
        elif is_download(command):
            name = _saved_as(command)
            if name and not _is_trusted(command, trusted):
                files[name] = command
        elif files:
            for word in _run_words(command):
                download = files.pop(_plain(word.text), None)
                if download is not None:
                    message = f"{word.text} is downloaded by {download.name} and run without a look at a checksum or signature"
                    yield context.fault(download.span, message, job=job, site=context.line(job, download))


def _saved_as(command: Command) -> str:
    words = command.argv
    written = command.redirected(TO_FILE)
    if written:
        return _plain(written[0].text)
    saves_by_name = command.name == "wget"
    for index, word in enumerate(words[1:], 1):
        text = word.text
        if command.name == "curl" and (text in ("-O", "--remote-name") or (_is_cluster(text) and text.endswith("O"))):
            saves_by_name = True
        elif text in _OUTPUT_OPTIONS or (_is_cluster(text) and text[-1] in "oO" and len(text) > 2):
            return _plain(words[index + 1].text) if index + 1 < len(words) else ""
        elif text.startswith(("--output=", "--output-document=")):
            return _plain(text.partition("=")[2])
    if not saves_by_name:
        return ""
    address = next((word.text for word in reversed(words[1:]) if "://" in word.text), "")
    return address.partition("?")[0].rpartition("/")[2]


def _is_cluster(text: str) -> bool:
    return text.startswith("-") and not text.startswith("--")


def _run_words(command: Command) -> Iterator[Word]:
    """The words of a command that name a program or script which it starts from a path."""
    for word, _ in called_words(command):
        yield word
    words = command.argv
    if words and words[0].text.startswith(("./", "/", "$", "~")) and words[0].text.count("/"):
        yield words[0]


def _plain(path: str) -> str:
    return path.removeprefix("./")
