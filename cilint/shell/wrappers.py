"""Programs that do nothing but run the command which their own words name, and where in them it begins."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.shell.command import Word

# Each with its options that take a value.
WRAPPERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "annotate-output", "builtin", "bunx", "catchsegv", "chronic", "chrt", "command", "coproc", "corepack", "cross-env", "dumb-init",
            "entr", "envchain", "fakeroot", "faketime", "firejail", "gosu", "k3s", "lima", "microk8s", "minikube", "nohup", "pnpx", "setsid",
            "su-exec", "taskset", "tini", "tsp", "unbuffer", "vault-env",
        ),
        (),
    ),
    "sudo": ("-u", "-g", "-C", "-h", "-p", "-D", "-r", "-t", "--user", "--group", "--chdir"),
    "env": ("-u", "-C", "--unset", "--chdir"),
    "exec": ("-a",),
    "time": ("-f", "-o", "--format", "--output"),
    "nice": ("-n", "--adjustment"),
    "ionice": ("-c", "-n", "-p"),
    "timeout": ("-s", "-k", "--signal", "--kill-after"),
    "gtimeout": ("-s", "-k", "--signal", "--kill-after"),
    "stdbuf": ("-i", "-o", "-e"),
    "xvfb-run": ("-s", "-n", "-e", "-f", "-w", "--server-args", "--server-num", "--error-file"),
    "dbus-run-session": ("--config-file", "--dbus-daemon"),
    "npx": ("-p", "--package", "-c", "--call"),
    "dotenv": ("-e", "-f"),
    "env-cmd": ("-f", "-e"),
    "doas": ("-u",),
    "chroot": ("--userspec", "--groups"),
    "flock": ("-c", "--command", "-w", "--timeout", "-E", "--conflict-exit-code"),
    "strace": ("-e", "-o", "-p", "-s"),
    "retry": ("-t", "-d", "-s", "-n", "-r", "-m", "--times", "--tries", "--retries", "--attempts", "--delay", "--sleep", "--interval", "--max"),
    "nsenter": ("-t", "--target", "-S", "-G"),
    "unshare": ("--map-user", "--map-group"),
    "proot": ("-r", "-b", "-w", "-0"),
    "prlimit": ("-p", "--pid"),
    "numactl": ("-N", "-m", "-C"),
    "setpriv": ("--reuid", "--regid", "--groups", "--bounding-set", "--inh-caps"),
    "systemd-run": ("-p", "--property", "--unit", "-u", "--uid", "--gid", "-E", "--setenv", "--description"),
    "dockerize": ("-wait", "-timeout", "-template", "-stdout", "-stderr", "-wait-retry-interval"),
}  # fmt: skip
# How many operands come before the command.
_OPERANDS_FIRST = dict.fromkeys(
    ("timeout", "gtimeout", "gosu", "su-exec", "chroot", "flock", "chrt", "taskset", "faketime", "envchain"), 1
)
_ASSIGNING = ("env", "sudo", "doas", "cross-env")  # `NAME=value` may come before the command
_ASKING = ("-v", "-V")  # `command -v kubectl` only asks whether it is there


def unwrapped(name: str, words: list[Word]) -> list[Word]:
    """The words of the command that one of WRAPPERS runs; none where it runs none, or code."""
    if len(words) > 1 and (
        (name == "command" and words[1].text in _ASKING)
        or (name == "env" and words[1].text.startswith(("-S", "--split-string")))  # code, see `holders.py`
    ):
        return []
    rest = after_options(words, WRAPPERS[name], _OPERANDS_FIRST.get(name, 0), assigning=name in _ASSIGNING)
    if name == "retry":  # of the many programs of this name, some take numbers
        while rest and (rest[0].text == "--" or rest[0].text.rstrip("smh").isdigit()):
            rest = rest[1:]
    return rest


def after_options(
    words: list[Word], valued: tuple[str, ...], operands: int = 0, *, assigning: bool = False
) -> list[Word]:
    """The words behind a program's name, its options and so many operands.

    valued: the options whose value is the next word. assigning: `NAME=value` is skipped as well.
    """
    index = 1
    while index < len(words):
        text = words[index].text
        if text == "--":
            index += 1
            if not operands:
                break
        elif text in valued or _ends_in(text, valued):
            index += 2
        elif (text.startswith("-") and text != "-") or (assigning and "=" in text):
            index += 1
        elif operands:
            operands -= 1
            index += 1
        else:
            break
    return words[index:]


def _ends_in(text: str, valued: tuple[str, ...]) -> bool:
    """Whether letters of options stand together, the last of which takes a value: `sudo -Eu root`."""
    return (
        len(text) > 2 and text[0] == "-" and text[1:].isalpha() and text[:2] not in valued and f"-{text[-1]}" in valued
    )
