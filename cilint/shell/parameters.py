"""Positional parameters: which argument of its call `$1` stands for in a function or a script file.

`shift` is counted where it is sure to run. In a loop that shifts, a parameter is known where a branch of `case` names the
option before it: `--env) ENV="$2"; shift 2 ;;`. Anything else stays unknown.
"""

from __future__ import annotations

from cilint.pattern import Pattern
from cilint.shell.command import Part, Word, tail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cilint.shell.command import Command
    from cilint.shell.script import Script

_DEFAULT = Pattern(r"\$\{\w+:?[-=]([\w./@:+ -]*)\}")
_GIVEN = frozenset(("@", "*", "OPTARG", *"123456789"))
_BRANCH = Pattern(r"(?:;;|\bin\b|\n)\s*\(?([-\w|\"'? ]{1,80})(=\*)?[\"']?\)")
_BRANCH_REACH = 600
_UNSURE = ("fi", "esac", "done")
_MAX_SHIFTS = 100
_MAX_REFERENCES = 500  # of one text
_MAX_KEYS = 64


class Reference(Part):
    """A variable of which more is known than its name.

    default: what it is when nobody sets it. function: the function in which it stands, "" for none. key: by which the
    values of a parameter are looked up, "" for what is none. scope: whose parameter it is, as `calls` have it. place:
    which of the arguments, from 1; of `$@` the first of them. options: those behind which the argument stands. joined:
    it stands in the same word, `--env=x`.
    """

    __slots__ = ("default", "function", "joined", "key", "options", "place", "scope")

    def __init__(
        self,
        text: str,
        start: int,
        end: int,
        *,
        quoted: bool,
        commands: list[Command] | None,
        function: str,
        default: str,
    ) -> None:
        super().__init__("variable", text, start, end, quoted=quoted, commands=commands)
        self.default = default
        self.function = function
        self.key = ""
        self.scope = ""
        self.place = 0
        self.options: tuple[str, ...] = ()
        self.joined = False

    def moved(self, start: int, end: int, *, quoted: bool) -> Reference:
        """See Part."""
        one = Reference(
            self.text, start, end, quoted=quoted, commands=None, function=self.function, default=self.default
        )
        one.key, one.scope, one.place, one.options, one.joined = (
            self.key, self.scope, self.place, self.options, self.joined
        )  # fmt: skip
        return one

    @property
    def is_all(self) -> bool:
        """Whether it stands for all arguments."""
        return self.text in ("@", "*")

    def of(self, words: Sequence[Word]) -> Sequence[Word]:
        """What it stands for, where a call gives these words."""
        if self.options:
            for index, word in enumerate(words):
                if self.joined:
                    option = next((one for one in self.options if word.text.startswith(f"{one}=")), "")
                    if option:
                        return (tail(word, len(option) + 1),)
                elif word.text in self.options:
                    return words[index + 1 : index + 2]
            return ()
        return words[self.place - 1 :] if self.is_all else words[self.place - 1 : self.place]


def known(part: Part, text: str, function: str, references: list[Reference]) -> Part:
    """A variable with what its own text tells of it. references: takes parameters in, to be numbered."""
    default = _DEFAULT.fullmatch(text, part.start, part.end)
    is_parameter = part.text in _GIVEN and text[part.start + 1 : part.start + 3] not in ("{#", "{!")
    if default is None and not is_parameter:
        return part
    one = Reference(
        part.text, part.start, part.end, quoted=part.quoted, commands=part.commands, function=function,
        default=default[1] if default else "",
    )  # fmt: skip
    if is_parameter:
        references.append(one)
    return one


def number(script: Script, commands: Iterable[Command], references: list[Reference]) -> dict[str, Reference]:
    """Tell the references of a text what they stand for; those for which it is known, by key."""
    moving: dict[str, list[Command]] = {}
    for command in commands:
        if command.words and command.words[0].text in ("shift", "set"):
            if command.words[0].text == "shift" or any(word.text == "--" for word in command.words[1:]):
                moving.setdefault(command.function, []).append(command)
    found: dict[str, Reference] = {}
    for one in references[:_MAX_REFERENCES]:
        if one.key:  # what a shell around this one puts in
            found.setdefault(one.key, one)
            continue
        one.scope = f"{one.function}()" if one.function else f"{script.source.path}:" if script.is_file else ""
        if not one.scope or len(found) >= _MAX_KEYS:
            continue
        shifts = moving.get(one.function, ())
        if one.text == "OPTARG" or any(_in_loop(one, shift) for shift in shifts[:_MAX_SHIFTS]):
            _take_branch(script, one)
            what = "|".join(one.options) + "=" * one.joined
        else:
            one.place = 0 if len(shifts) > _MAX_SHIFTS else _place(script, one, shifts)
            what = f"{'@' if one.is_all else ''}{one.place}" if one.place else ""
        if what:
            one.key = f"{one.scope}{what}"
            found.setdefault(one.key, one)
    return found


def _in_loop(one: Reference, shift: Command) -> bool:
    loop = _around(shift, ("done",))
    return loop is not None and bool(loop.inner) and loop.inner[0].start <= one.start < loop.start


def _around(command: Command, closers: tuple[str, ...]) -> Command | None:
    """The compound command around one that ends with one of the words."""
    group = command.group
    while group is not None:
        if group.script.text.startswith(closers, group.start):
            return group
        group = group.group
    return None


def _place(script: Script, one: Reference, shifts: Sequence[Command]) -> int:
    """Which argument it is; 0 where that is not known."""
    place = 1 if one.is_all else int(one.text)
    for shift in shifts:
        if shift.start > one.start:
            break
        before = script.text[max(0, shift.start - 40) : shift.start].rstrip()
        unsure = before.endswith("||") or (before.endswith("&&") and before[:-2].rstrip().endswith(("]", ")")))
        if shift.words[0].text == "set" or unsure or _around(shift, _UNSURE) is not None:
            return 0
        count = shift.words[1].text if len(shift.words) > 1 else "1"
        if count not in "123456789":
            return 0
        place += int(count)
    return place


def _take_branch(script: Script, one: Reference) -> None:
    """The options of the branch of `case` in which it stands."""
    begin = max(0, one.start - _BRANCH_REACH)
    branches = list(_BRANCH.finditer(script.text, begin, one.start))
    if not branches or (one.text not in ("1", "2", "OPTARG")):
        return
    last = branches[-1]
    names = [name.strip(" \"'") for name in last[1].split("|")]
    one.joined = last[2] is not None
    if one.joined != (one.text == "1"):
        return
    if one.text == "OPTARG":
        names = [f"-{name}" for name in names if len(name) == 1]
    one.options = tuple(name for name in names if name[:1] == "-" and len(name) > 1)
