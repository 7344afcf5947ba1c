"""Programs that run what their own words say, as a command (`xargs rm`) or as code (`bash -c 'rm x'`), and where in them.

The program stays a command of its own, for rules speak of `xargs` and `ssh` too; what it runs stands beside it. Wrappers
of which no rule speaks are taken off instead (see `WRAPPERS`).
"""

from __future__ import annotations

from cilint.shell.command import tail
from cilint.shell.input import said_in
from cilint.shell.wrappers import after_options

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
    "poetry": (("run",), ("-C", "--directory", "-P", "--project"), 0),
    "pipenv": (("run",), (), 0),
    "pdm": (("run",), ("-p", "--project"), 0),
    "hatch": (("run",), ("-e", "--env"), 0),
    "rye": (("run",), (), 0),
    "uv": (
        ("run",),
        (
            "--with",
            "--python",
            "-p",
            "--project",
            "--directory",
            "--group",
            "--extra",
            "--env-file",
            "--only-group",
            "--no-group",
            "--with-editable",
            "--with-requirements",
            "--index",
            "--index-url",
            "--extra-index-url",
            "--package",
            "--cache-dir",
            "--config-file",
        ),
        0,
    ),
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
    "rtx": (("exec", "x"), (), 0),
    "devbox": (("run",), ("-c", "--config", "-e", "--env"), 0),
    "dotenvx": (("run",), ("-f", "--env-file", "-e", "--env"), 0),
    "tox": (("exec",), ("-e", "-c"), 0),
    "nx": (("exec",), (), 0),
    "lerna": (("exec",), ("--scope", "--ignore"), 0),
    "composer": (("exec",), (), 0),
    "runuser": ((), ("-u", "--user", "-g", "--group", "-G", "-s", "-c", "-w"), 0),
}
# Programs whose command stands behind `--`, whatever stands before it.
_DASHED = frozenset(("wait-for-it.sh", "wait-for-it", "wait-for", "wait-for.sh", "chamber", "mise", "rtx", "multipass"))
_CODE_OPTIONS = {
    "env": ("-S", "--split-string"),
    "sg": ("-c",),
    "vagrant": ("-c", "--command"),
    "gcloud": ("--command",),
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
_VALUED_OF_DOCKER = (
    "-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory", "--context", "-c", "-H", "--host",
    "--config", "-l", "--log-level", "--ansi", "--progress",
)  # fmt: skip
_AWAY = ("vagrant", "gcloud")
_CONTAINERS = ("docker", "podman", "nerdctl")

READERS = frozenset((*SHELLS, *_SWITCHING, "ssh"))
HOLDERS = frozenset(
    (*_RUNNERS, *_CODE_OPTIONS, *_DASHED, "nix", "watch", "sops", *SHELLS, *_CONTAINERS, *SOURCING, "eval", "trap", "find", "ssh", "kubectl", "oc", "docker-compose", "concurrently")
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
    elif name == "watch":
        rest = after_options(words, ("-n", "--interval"))
        yield from ([(rest, True, False)] if rest else ())
    elif name == "nix":
        place = next((index for index, word in enumerate(words) if word.text in ("-c", "--command")), len(words))
        yield from ([(words[place + 1 :], False, False)] if words[place + 1 :] else ())
    elif name == "sops":
        if len(words) > 3 and words[1].text in ("exec-env", "exec-file"):
            yield words[-1:], True, False
    elif name in _DASHED and any(word.text == "--" for word in words[1:-1]):
        place = next(index for index, word in enumerate(words) if index and word.text == "--")
        yield words[place + 1 :], False, name == "multipass"
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
    while start < len(texts) and (texts[start] in ("compose", "container", *_CONTAINERS) or texts[start][:1] == "-"):
        start += 1 + (texts[start] in _VALUED_OF_DOCKER)
    if start >= len(texts) or texts[start] not in ("run", "exec"):
        return
    index, flags = start + 1, _DOCKER_FLAGS.split()
    entry: list[Word] = []
    while index < len(texts) and texts[index].startswith("-"):
        text = texts[index]
        alone = text in flags or "=" in text or (text[1:2] != "-" and not set(text[1:]) - set("ditTPq"))
        if text == "--entrypoint":
            entry = words[index + 1 : index + 2]
        elif text.startswith("--entrypoint="):
            entry = [tail(words[index], len("--entrypoint="))]
        index += 1 if alone else 2
    inside = [*(word for word in entry if word.text), *words[index + 1 :]]
    if inside:
        yield inside, False, True


def _of_options(name: str, words: list[Word]) -> Iterator[Found]:
    """Code behind an option: `-c CODE`, `-qec CODE`, `--command=CODE`."""
    for option in _CODE_OPTIONS.get(name, ()):
        for index, word in enumerate(words[1:], 1):
            text = word.text
            if text.startswith(f"{option}=") and option[:2] == "--":
                yield [tail(word, len(option) + 1)], True, name in _AWAY
                return
            if text == option or (len(option) == 2 and text[1:].isalpha() and text[0] == "-" and text[-1] == option[1]):
                yield from [([one], True, name in _AWAY) for one in words[index + 1 : index + 2]]
                return


def _of_runner(name: str, words: list[Word]) -> Iterator[Found]:
    if name not in _RUNNERS:
        return
    subcommands, valued, operands = _RUNNERS[name]
    rest = after_options(words, valued, 0 if subcommands else operands)
    if name in ("yarn", "uv"):
        rest = _behind_place(rest, valued)
    if subcommands:
        first = rest[0].text if rest else ""
        if first in subcommands or (name == "yarn" and first == "run"):
            rest = after_options(rest, valued, operands)
        elif name not in ("yarn", "pnpm") or not first or first in _OWN_OF_MANAGER.split():
            return
    if rest and not (name == "runuser" and not any(word.text in ("-u", "--user") for word in words)):
        yield rest, False, False


def _behind_place(words: list[Word], valued: tuple[str, ...]) -> list[Word]:
    """`yarn workspace NAME run x`, `yarn workspaces foreach -A run x`, `uv tool run x`: the words from `run` on."""
    texts = [word.text for word in words[:2]]
    if texts[:1] == ["workspace"]:
        return words[2:]
    if texts == ["workspaces", "foreach"]:
        return after_options(words[1:], (*valued, "-j", "--jobs", "--from", "--include", "--exclude"))
    return words[1:] if texts[:1] == ["tool"] else words
