"""Programs that run what their own words say, as a command (`xargs rm`) or as code (`bash -c 'rm x'`), and where in them.

The program stays a command of its own, for rules speak of `xargs` and `ssh` too; what it runs stands beside it. Wrappers
of which no rule speaks are taken off instead (see `WRAPPERS`).
"""

from __future__ import annotations

from cilint.shell.command import after_options
from cilint.shell.input import said_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from cilint.shell.command import Command, Word

    # (code or the words of one command, whether it is code, whether it runs away from the job's own file system)
    Found: TypeAlias = tuple[list[Word], bool, bool]

SHELLS = ("sh", "bash", "dash", "ash", "zsh", "ksh", "busybox")
_SWITCHING = ("su", "runuser")
SOURCING = ("source", ".")
_FILES_OF_SHELL = ("--rcfile", "--init-file")

# Runners whose words go on as a command: their subcommands, one of which is given (() for none), their options that
# take a value, and how many operands come before the command.
_RUNNERS: dict[str, tuple[tuple[str, ...], tuple[str, ...], int]] = {
    "xargs": ((), ("-I", "-n", "-P", "-d", "-a", "-E", "-L", "-s", "--max-procs", "--max-args", "--delimiter"), 0),
    "parallel": ((), ("-j", "--jobs", "-S", "--joblog", "--colsep", "--delay", "--retries", "--timeout"), 0),
    "watch": ((), ("-n", "--interval"), 0),
    "poetry": (("run",), ("-C", "--directory", "-P", "--project"), 0),
    "pipenv": (("run",), (), 0),
    "pdm": (("run",), ("-p", "--project"), 0),
    "hatch": (("run",), ("-e", "--env"), 0),
    "rye": (("run",), (), 0),
    "uv": (("run",), ("--with", "--python", "-p", "--project", "--directory", "--group", "--extra", "--env-file"), 0),
    "uvx": ((), ("--with", "--python", "-p", "--from"), 0),
    "pipx": (("run",), ("--python", "--spec", "--pip-args"), 0),
    "conda": (("run",), ("-n", "--name", "-p", "--prefix", "--cwd"), 0),
    "mamba": (("run",), ("-n", "--name", "-p", "--prefix", "--cwd"), 0),
    "micromamba": (("run",), ("-n", "--name", "-p", "--prefix", "--cwd"), 0),
    "bundle": (("exec",), (), 0),
    "npm": (("exec", "x"), ("-p", "--package", "-w", "--workspace", "-c", "--call"), 0),
    "pnpm": (("exec", "dlx"), ("--package", "--filter", "-C", "--dir"), 0),
    "yarn": (("exec", "dlx"), ("-p", "--package", "--cwd"), 0),
    "bun": (("x",), (), 0),
    "mise": (("exec", "x"), ("-C", "--cd"), 0),
    "asdf": (("exec",), (), 0),
    "direnv": (("exec",), (), 1),
    "aws-vault": (("exec",), ("-d", "--duration", "--region"), 1),
    "aws-okta": (("exec",), (), 1),
    "chamber": (("exec",), (), 1),
    "doppler": (("run",), ("-p", "--project", "-c", "--config", "-t", "--token", "--scope"), 0),
    "op": (("run",), ("--env-file", "--account"), 0),
    "infisical": (("run",), ("--env", "--path", "--projectId", "--token", "--domain"), 0),
    "teller": (("run",), ("-c", "--config"), 0),
    "opam": (("exec",), ("--switch",), 0),
    "stack": (("exec",), (), 0),
}
_CODE_OPTIONS = {
    "npm": ("-c", "--call"),
    "npx": ("-c", "--call"),
    "su": ("-c", "--command"),
    "runuser": ("-c", "--command"),
    "script": ("-c", "--command"),
    "flock": ("-c", "--command"),
    "nix-shell": ("--run", "--command"),
    "doppler": ("--command",),
    "infisical": ("--command",),
}
# Commands of package managers themselves; any other first word of `yarn` and `pnpm` is a script or a program.
_OWN_OF_MANAGER = (
    "add audit autoclean bin cache check config constraints create dedupe deploy dlx env exec explain fetch help i import info "
    "init install it link list licenses login logout ls node npm outdated owner pack patch plugin prune publish rebuild "
    "remove rm root run run-script search set start stop store tag team test t unlink up update upgrade upgrade-interactive "
    "version versions why workspace workspaces"
)
_SSH_VALUED = tuple(f"-{letter}" for letter in "bcDEeFIiJLlmOopQRSWw")
_DOCKER_FLAGS = (
    "--detach --init --interactive --no-healthcheck --oom-kill-disable --privileged --publish-all --quiet --read-only --rm "
    "--sig-proxy --tty --no-deps --build --quiet-pull --remove-orphans --service-ports --use-aliases --no-TTY"
)
_CONTAINERS = ("docker", "podman", "nerdctl")

READERS = frozenset((*SHELLS, *_SWITCHING, "ssh"))
HOLDERS = frozenset(
    (*_RUNNERS, *_CODE_OPTIONS, *SHELLS, *_CONTAINERS, *SOURCING, "eval", "trap", "find", "ssh", "kubectl", "oc", "docker-compose", "concurrently")
)  # fmt: skip


def held(command: Command) -> Iterator[Found]:
    """What the command runs by its own words. Its name is one of HOLDERS."""
    name, words = command.name, command.argv
    if name in SHELLS:
        yield from _of_shell(command)
    elif name in ("eval", "concurrently"):
        code = [word for word in words[1:] if name == "eval" or not word.text.startswith("-")]
        yield from ((part, True, False) for part in ([code] if name == "eval" else [[one] for one in code]) if part)
    elif name == "trap":
        if len(words) > 2 and words[1].text not in ("-", "", "--") and not words[1].text.startswith("-"):
            yield words[1:2], True, False
    elif name in SOURCING:
        yield from ((said, True, False) for word in words[1:2] for said in said_in(word))
    elif name == "find":
        yield from _of_find(words)
    elif name == "ssh":
        yield from _of_ssh(command)
    elif name in (*_CONTAINERS, "docker-compose", "kubectl", "oc"):
        yield from _in_container(words)
    else:
        yield from _of_options(name, words)
        yield from _of_runner(name, words)


def _of_shell(command: Command) -> Iterator[Found]:
    words = command.argv
    kind, word = given_to_shell(words)
    if kind == "code":
        if word is not None:
            yield [word], True, False
    elif command.name == "busybox" and len(words) > 1:
        yield words[1:], False, False
    elif word is not None:
        yield from ((said, True, False) for said in said_in(word))


def given_to_shell(words: list[Word]) -> tuple[str, Word | None]:
    """What the words of a shell give it to run: "code", "file" or "input", and the word that holds it or names it.

    Options may come between `-c` and the code: `bash -c -e CODE` (bash(1), "Invocation").
    """
    code = False
    for word in _without_values(words):
        text = word.text
        if text[:1] not in ("-", "+") and text != "/dev/stdin":
            return "code" if code else "file", word
        short = text[1:2] not in ("-", "")
        code = code or (short and "c" in text)
        if not code and (text in ("-", "/dev/stdin") or (short and "s" in text)):
            return "input", None
    return "code" if code else "input", None


def _without_values(words: list[Word]) -> Iterator[Word]:
    """The words behind a shell's name but for the values of its options."""
    behind = iter(words[1:])
    for word in behind:
        yield word
        if _takes_value(word.text):
            next(behind, None)


def _takes_value(option: str) -> bool:
    """Whether the word behind a shell's option is its value: `-o pipefail`, `-euo pipefail`."""
    return option in _FILES_OF_SHELL or (option[:1] in ("-", "+") and option[1:2] != "-" and option[-1:] in ("o", "O"))


def setting(command: Command, letter: str, name: str) -> bool | None:
    """What the options of `set`, or of a shell, make of a setting: on or off; None when they do not speak of it.

    letter: of its short option, "" for none; name: behind `-o`. Options end at the first operand (bash(1), "set").
    """
    told: bool | None = None
    words = iter(command.arguments)
    for word in words:
        if word[:1] not in ("-", "+") or word == "--":
            break
        named = _takes_value(word) and next(words, "") == name
        if named or (letter and word[1:2] != "-" and letter in word[1:]):
            told = word[0] == "-"
    return told


def reads_input(command: Command) -> bool:
    """Whether it takes its commands from its input: a shell without a file, `ssh host`, `su user`."""
    name = command.name
    if name not in READERS:
        return False
    words = command.argv
    if name == "ssh":
        return not after_options(words, _SSH_VALUED)[1:]
    if name in _SWITCHING:
        return not command.has("-c", "--command")
    return given_to_shell(words)[0] == "input"


def _of_find(words: list[Word]) -> Iterator[Found]:
    start = 0
    for index, word in enumerate(words):
        if start and word.text in (";", "+"):
            yield words[start:index], False, False
            start = 0
        elif not start and word.text in ("-exec", "-execdir", "-ok", "-okdir"):
            start = index + 1
    if start:
        yield words[start:], False, False


def _of_ssh(command: Command) -> Iterator[Found]:
    rest = after_options(command.argv, _SSH_VALUED)[1:]
    if rest:
        yield rest, True, True


def _in_container(words: list[Word]) -> Iterator[Found]:
    """`docker run IMAGE cmd`, `docker exec NAME cmd`, `kubectl exec POD -- cmd`, `docker compose run SERVICE cmd`."""
    texts = [word.text for word in words]
    if texts[0] in ("kubectl", "oc"):
        if "exec" in texts[1:-1] or "run" in texts[1:2]:
            if "--" in texts[1:-1]:
                yield words[texts.index("--", 1) + 1 :], False, True
        return
    start = 1
    while start < len(texts) and texts[start] in ("compose", "container", *_CONTAINERS):
        start += 1
    if start >= len(texts) or texts[start] not in ("run", "exec"):
        return
    index, flags = start + 1, _DOCKER_FLAGS.split()
    while index < len(texts) and texts[index].startswith("-"):
        text = texts[index]
        alone = text in flags or "=" in text or (text[1:2] != "-" and not set(text[1:]) - set("ditTPq"))
        index += 1 if alone else 2
    if index + 1 < len(words):
        yield words[index + 1 :], False, True


def _of_options(name: str, words: list[Word]) -> Iterator[Found]:
    for option in _CODE_OPTIONS.get(name, ()):
        for index, word in enumerate(words[1:-1], 1):
            if word.text == option:
                yield [words[index + 1]], True, False
                return


def _of_runner(name: str, words: list[Word]) -> Iterator[Found]:
    if name not in _RUNNERS:
        return
    subcommands, valued, operands = _RUNNERS[name]
    rest = after_options(words, valued, 0 if subcommands else operands)
    if subcommands:
        first = rest[0].text if rest else ""
        if first in subcommands:
            rest = after_options(rest, valued, operands)
        elif name not in ("yarn", "pnpm") or not first or first in _OWN_OF_MANAGER.split():
            return
    if rest:
        yield rest, False, False
