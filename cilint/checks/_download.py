"""Downloads and interpreters in shell: what the rules about foreign code share."""

from __future__ import annotations

from cilint.shell.holders import SHELLS, given_to_shell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.shell.command import Command, Word

DOWNLOADERS = ("curl", "wget", "fetch", "http", "https", "aria2c", "lwp-request", "iwr", "Invoke-WebRequest")
_CODE_OPTIONS = {
    "python": "cm", "python2": "cm", "python3": "cm", "node": "ep", "nodejs": "ep", "ruby": "e", "perl": "enpE", "php": "rf",
    "pwsh": "cC", "iex": "",
}  # fmt: skip
_VALUED = ("-o", "-O", "-W", "-X", "-I")


def is_download(command: Command) -> bool:
    """Whether the command fetches something over the network."""
    return command.name in DOWNLOADERS


def interprets_input(command: Command) -> bool:
    """Whether the command runs what it reads from standard input: an interpreter without a script of its own."""
    name = command.name
    if name in SHELLS:
        return given_to_shell(command.argv)[0] == "input"
    if name not in _CODE_OPTIONS:
        return name in ("source", ".") and [word.text for word in command.argv[1:2]] in (["/dev/stdin"], ["-"])
    skip = False
    for word in command.argv[1:]:
        text = word.text
        if skip:
            skip = False
        elif text in ("-", "/dev/stdin", "-s"):
            return True
        elif text in _VALUED:
            skip = True
        elif text[:1] != "-" or (text[1:2] != "-" and any(letter in text for letter in _CODE_OPTIONS[name])):
            return False
    return True


def code_word(command: Command) -> Word | None:
    """The word that an interpreter takes as code (`bash -c CODE`); of `eval` the first."""
    name = command.name
    words = command.argv
    if name == "eval":
        return words[1] if len(words) > 1 else None
    if name in SHELLS:
        kind, code = given_to_shell(words)
        return code if kind == "code" else None
    letters = _CODE_OPTIONS.get(name)
    if letters is None:
        return None
    for index, word in enumerate(words[1:-1], 1):
        text = word.text
        if text.startswith("-") and not text.startswith("--") and any(c in text for c in letters if c not in "mnf"):
            return words[index + 1]
        if not text.startswith("-"):
            return None
    return None


def is_interpreter(command: Command) -> bool:
    """Whether the program is a shell or another interpreter."""
    return command.name in SHELLS or command.name in _CODE_OPTIONS or command.name in ("eval", "source", ".")
