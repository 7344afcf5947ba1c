"""What a command line of `just` asks for."""

from __future__ import annotations

from cilint.shell.calls import joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.shell.command import Command

_FILE = ("-f", "--justfile")
_FOLDER = ("-d", "--working-directory")
_VALUED = (
    "--alias-style", "--ceiling", "--chooser", "--color", "--command-color", "--cygpath", "--dotenv-filename", "-E",
    "--dotenv-path", "--dump-format", "--group", "--list-heading", "--list-prefix", "--shell", "--shell-arg", "--tempdir",
    "--timestamp-format", "--indentation",
)  # fmt: skip
_ASKING = (
    "-n", "--dry-run", "-l", "--list", "--summary", "--evaluate", "-s", "--show", "--usage", "--choose", "--dump", "--fmt",
    "--init", "-V", "--version", "-h", "--help", "-e", "--edit", "--completions", "--variables", "--man", "--changelog",
    "-c", "--command", "--groups", "--json", "--request", "-g", "--global-justfile",
)  # fmt: skip


class Call:
    """A command line of just. folder: where it works; file: "" for the one that is found; place: the folder where recipes
    run, "" for that of the file. given: variables. words: recipes with their arguments.
    """

    __slots__ = ("file", "folder", "given", "place", "words")

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.file = ""
        self.place = ""
        self.given: dict[str, str] = {}
        self.words: list[str] = []


def asked_by(command: Command, folder: str) -> Call | None:
    """What the command line asks for; None where nothing is run."""
    call = Call(folder)
    words = command.argv[1:]
    index = 0
    while index < len(words):
        text = words[index].text
        option, equals, value = text.partition("=")
        following = words[index + 1].text if index + 1 < len(words) else ""
        index += 1
        if text in _ASKING or option in _ASKING:
            return None
        if text == "--set":
            call.given[following] = words[index + 1].text if index + 1 < len(words) else ""
            index += 2
        elif option in _FILE or option in _FOLDER:
            value = value if equals else following
            index += not equals
            if option in _FILE:
                call.file = value
            else:
                call.place = joined(folder, value)
        elif text in _VALUED:
            index += 1
        elif text[:1] == "-":
            continue
        elif equals and option.isidentifier():
            call.given[option] = value
        elif not words[index - 1].static:
            return None  # nobody knows what runs
        else:
            call.words = [word.text for word in words[index - 1 :]]
            break
    if call.words and "/" in call.words[0]:  # `just infra/deploy`: the justfile of that folder
        place, _, name = call.words[0].rpartition("/")
        call.folder = joined(folder, place)
        call.words[:1] = [name] if name else []
    return call
