"""What no output may show, taken out where text leaves.

A run learns the secrets of every file that it reads (`learn`), and everything that it prints or writes passes
`hidden`: known secrets are starred wherever they occur, in whichever spelling a format gives them, and so is whatever
else `cilint.checks._hidden` takes for a secret in the text itself. No command and no format can leave that out.

What is cut or laid out (frames, evidence) is masked before, too, lest a part of a secret stays.
"""

from __future__ import annotations

from cilint.checks import _hidden, _hidden_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.compose.config import Config
    from cilint.finding import Finding
    from cilint.report.report import Report

# Rules whose span is a secret value. An account id is not one: it is shown so that it can be found and moved.
SECRET_RULES = frozenset({"hardcoded-credential"})

_STAR = "*"
_CUTS = ("\u2026", "...")
_LEFT = 5  # characters of a secret that was cut which tell too much of it
_ESCAPED = "\"'\\|&<>"  # what some format writes otherwise, besides letters that are not ASCII
_MANY = 100  # secrets; with more of them, none is looked for that a format has cut

_learnt: dict[str, list[str]] = {}  # of this process: every secret with its spellings, the longest first


def learn(secrets: Iterable[str]) -> None:
    """Let nothing that is printed from now on show these texts."""
    new = {one for one in secrets if one not in _learnt and len(one) >= _hidden_values.SHORTEST}
    if not new:
        return
    every = {**_learnt, **{one: _spellings(one) for one in new}}
    _learnt.clear()
    # The longest first, lest the end of one stays that begins with another; the order of a set changes from run to run.
    _learnt.update(sorted(every.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def learn_config(config: Config, called: Iterable[str] = ()) -> None:
    """Let nothing show the secrets of a configuration. called: the texts of scripts that its jobs call."""
    learn(_hidden.of_config(config, called))


def forget() -> None:
    """Begin anew, as a new process does."""
    _learnt.clear()


def hidden(text: str) -> str:
    """The text with a star for every character of a secret, so that columns stay where they are."""
    for secret, spellings in _learnt.items():
        for spelling in spellings:
            if spelling in text:
                text = text.replace(spelling, _STAR * len(spelling))
        if len(_learnt) < _MANY and any(cut in text for cut in _CUTS):
            text = _without_parts(text, secret)
    return _hidden.conceal(text)


def starred(name: str, value: str) -> str:
    """A value without its secrets. name: of the key, variable or header that holds it, which may say that it is one."""
    if _hidden_values.is_concealed(name, value):
        return _hidden.blind(value)
    head = f"{name}: "
    return hidden(f"{head}{value}")[len(head) :] if "auth" in name.lower() else hidden(value)


def _without_parts(text: str, secret: str) -> str:
    if secret[:_LEFT] in text:
        for length in range(len(secret) - 1, _LEFT - 1, -1):
            for cut in _CUTS:
                text = text.replace(secret[:length] + cut, _STAR * length + cut)
    return text


def _spellings(secret: str) -> list[str]:
    """The secret as formats write it: as it is, in JSON, in HTML and XML, as an argument of a shell."""
    if secret.isascii() and secret.isprintable() and not any(char in secret for char in _ESCAPED):
        return [secret]
    import html
    import json

    quoted = html.escape(secret, quote=False)
    found = [
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        html.escape(secret),
        quoted,
        quoted.replace('"', "&#34;").replace("'", "&#39;"),
        quoted.replace('"', "&quot;"),
        secret.replace("'", "'\"'\"'"),
        secret.replace("\\", "\\\\"),
        secret.replace("|", "\\|"),
        secret.encode("unicode_escape").decode(),
    ]
    return sorted(set(found), key=len, reverse=True)


def secrets_of(findings: Iterable[Finding], known: Iterable[str] = ()) -> set[str]:
    """The texts to hide: those that are known, and those that findings of secret rules point at, line by line."""
    texts = {line.strip() for text in known for line in text.split("\n")}
    for finding in findings:
        if finding.rule in SECRET_RULES:
            texts.update(line.strip().strip("\"'") for line in finding.span.text.split("\n"))
    return {text for text in texts if len(text) >= _hidden_values.SHORTEST}


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text without some secrets, and without what is a secret by its form; columns stay where they are."""
    for secret in sorted((one for one in secrets if one in text), key=lambda one: (-len(one), one)):
        text = text.replace(secret, _STAR * len(secret))
    return _hidden.conceal(text)


def mask(report: Report) -> None:
    """Take secrets out of everything that a report says in words."""
    known: dict[str, str] = {}  # help and reasons are the same text for many findings

    def hide(text: str) -> str:
        if text not in known:
            known[text] = masked(text, report.secrets)
        return known[text]

    for finding in report.findings:
        finding.message, finding.help, finding.reason = hide(finding.message), hide(finding.help), hide(finding.reason)
        for item in finding.related:
            item.message = hide(item.message)
    for missing in report.not_assessed:
        missing.what, missing.why = hide(missing.what), hide(missing.why)
