"""Comments that were meant for cilint and do not reach it: `# CILINT: IGNORE[rule]`, `# cilint-disable rule` ...

Only what has the form of a comment to a linter is one: prose may speak of cilint.
"""

from __future__ import annotations

import re

from cilint.finding import Finding
from cilint.tree.comments import comments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from cilint.tree.documents import Reading

_NAME = re.compile(r"ci[-_ ]?lint", re.IGNORECASE)
_PART = re.compile(r"(?:^|\s)#+\s*|^")  # where a comment begins, or one behind it in the same line
_FORM = re.compile(
    r"ci[-_ ]?lint\b[\s:;,.=-]*(?P<verb>ignore|disable|skip|suppress|allow|noqa)?(?P<ending>\w*)(?P<sign>[\s:=-]*)(?P<rest>.*)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\[({\s]*([\w-]*)")
_SPELLINGS = 16  # of the name in one file that are looked for
_AT_MOST = 100  # findings of one file


def misspelt(reading: Reading, known: Container[str], heeded: Container[int]) -> Iterator[Finding]:
    """A finding for each comment of a file that is nearly one to cilint.

    known: ids of rules. heeded: the lines with comments that cilint has heeded, or found fault with.
    """
    spellings = sorted({match[0] for match in _NAME.finditer(reading.source.text)})[:_SPELLINGS]
    told: set[int] = set()
    for spelling in spellings:
        for comment in comments(reading, spelling):
            line = comment.span.line
            if line in heeded or line in told:
                continue
            for start in _PART.finditer(comment.text):
                rules = _meant(comment.text[start.end() :], known)
                if rules is not None:
                    told.add(line)
                    right = f"`# cilint: ignore[{rules or 'rule'}] reason`"
                    message = f"this comment is not one that cilint knows, so nothing is ignored: write {right}"
                    yield Finding("suppression-malformed", message, comment.span)
                    break
            if len(told) == _AT_MOST:
                return


def _meant(text: str, known: Container[str]) -> str | None:
    """The rule that a part of a comment wants ignored, "" when it does not say; None for prose."""
    form = _FORM.match(text)
    if form is None:
        return None
    word = _WORD.match(form["rest"])
    rule = word[1].lower() if word else ""
    if rule in known:
        return rule if form["verb"] or form["rest"][:1] == "[" else None
    imperative = form["verb"] and not form["ending"]
    return "" if imperative and (form["rest"][:1] == "[" or {":", "="} & {*form["sign"]}) else None
