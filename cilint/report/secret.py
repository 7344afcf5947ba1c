"""What no output may show: the values that rules about credentials found.

Rules mask the value in their own message. A frame shows the source line, and another rule may name the same value in
its message, so both are covered here, for every finding and every format alike.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.finding import Finding
    from cilint.report.report import Report

# Rules whose span is a secret value. An account id is not one: it is shown so that it can be found and moved.
SECRET_RULES = frozenset({"hardcoded-credential"})

_SHORTEST = 6  # shorter texts stand in too many innocent places to be replaced everywhere
_STAR = "*"


def secrets_of(findings: Iterable[Finding], known: Iterable[str] = ()) -> set[str]:
    """The texts to hide: those that rules named, and those that findings of secret rules point at, line by line."""
    texts = {line.strip() for text in known for line in text.split("\n")}
    for finding in findings:
        if finding.rule in SECRET_RULES:
            texts.update(line.strip().strip("\"'") for line in finding.span.text.split("\n"))
    return {text for text in texts if len(text) >= _SHORTEST}


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text with every character of a secret replaced by a star, so that columns stay where they are."""
    for secret in sorted((secret for secret in secrets if secret in text), key=len, reverse=True):
        text = text.replace(secret, _STAR * len(secret))
    return text


def mask(report: Report) -> None:
    """Take the secrets of a report out of everything that it says in words."""
    if not report.secrets:
        return
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
