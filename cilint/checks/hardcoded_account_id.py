"""AWS account ids written out: in ARNs, hosts of ECR, variables, options, anywhere they become values."""

from __future__ import annotations

from cilint.checks._texts import texts
from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator
    from typing import Any

    from cilint.checks._texts import Text
    from cilint.finding import Finding
    from cilint.rules.context import Context

_CANDIDATE = Pattern(r"(?<![0-9.])(?:[0-9]{12}|[0-9]{4}-[0-9]{4}-[0-9]{4})(?![0-9])")
_ACCOUNT = Pattern(r"(?i)acc(?:oun)?t")
# What stands right before the number: an option, an assignment or a key that speaks of an account.
_NAMED = Pattern(r"(?i)acc(?:oun)?ts?(?:[-_]?(?:id|no|number)s?)?[\"']?\s*(?::?[-=?]|[:=]|\s)\s*[\"']?$")
_ARN = Pattern(r"arn:aws[\w-]*:[\w-]*:[\w-]*:$")
_HOST_AFTER = Pattern(r"\.(?:dkr[.-]ecr|signin\.aws|s3-control|execute-api)\b")
_PATH_BEFORE = Pattern(r"(?:aws://|amazonaws\.com(?:\.cn)?/|cdk-[a-z0-9]{5,12}-[\w-]*-)$")
# A number of twelve digits that is a moment (YYYYMMDDhhmm) rather than an account.
_MOMENT = Pattern(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d")
_AWS = Pattern(r"(?i)(?<![a-z])aws(?![a-z])|amazonaws|\bcdk\b|\beks\b|\becr\b|sts:")
_GOOGLE = Pattern(r"(?i)(?<![a-z])(?:gcp|gcloud|gcr|gke|googleapis|googleusercontent|google)(?![a-z])")
_OTHER_NUMBER = Pattern(
    r"(?i)(?<![a-z])(?:time|unix|date|epoch|phone|tel|size|bytes|limit|seed|build|run|job|pipeline|serial|version|port|chat"
    r"|channel|issue|ticket|stamp)"
    r"|(?<![a-z])(?:project|client|app|user|order)[-_/ =:\"']*(?:id|number|num|no)?s?[-_/ =:\"']*$",
)
# Where a number ends: not inside a decimal, a UUID (whose last part has twelve digits) or a longer word.
_UUID_BEFORE = Pattern(r"[0-9a-fA-F]{4}-$")
_HASH_AFTER = Pattern(r"-g?[0-9a-fA-F]{7,}\b|\.[0-9]|:[\w-]{30}")
_WHOLE_VALUE = ("variables", "inputs", "matrix")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: allowed, ids that are no secret of the house, such as those of AWS's own registries."""
    allowed = {str(number) for number in parameters["allowed"]}
    about: _About | None = None
    for text in texts(context):
        if len(text.text) < 12:
            continue
        for found in _CANDIDATE.finditer(text.text):
            number = found[0].replace("-", "")
            if number in allowed or not number.strip("0"):
                continue
            about = about or _About(context)
            if _is_account(text, found, about):
                message = f"account id {number[:2]}********{number[-2:]} is written out"
                yield text.fault(context, message, found.start(), found.end())


class _About:
    """Which cloud the files speak of. aws: of Amazon's. other: of another one, whose projects have such numbers, too."""

    __slots__ = ("aws", "other")

    def __init__(self, context: Context) -> None:
        self.aws = any(_AWS.search(source.text) for source in context.sources)
        self.other = not self.aws and any(_GOOGLE.search(source.text) for source in context.sources)


def _is_account(text: Text, found: re.Match[str], about: _About) -> bool:
    """Whether twelve digits are an account: by what stands around them; alone, by what names them or the files are about.

    A number that is the whole value of a variable or an input is an account unless its name says otherwise, for nothing
    else that people keep in a variable has exactly twelve digits, but moments and the projects of another cloud.
    """
    before, after = text.text[max(0, found.start() - 60) : found.start()], text.text[found.end() : found.end() + 40]
    if _ARN.search(before) or _HOST_AFTER.match(after) or _PATH_BEFORE.search(before):
        return True
    if after[:1].isalnum() or before[-1:].isalnum() or before[-1:] == "_" or after[:1] == "_":
        return False
    apart = not _UUID_BEFORE.search(before) and not _HASH_AFTER.match(after)
    if _NAMED.search(before) or (text.node is not None and _ACCOUNT.search(text.key) and apart):
        return True
    name = text.key if found.start() == 0 else before
    if not apart or _MOMENT.fullmatch(found[0]) or _OTHER_NUMBER.search(name[-30:]) or "-" in found[0]:
        return False
    whole = len(text.text) == len(found[0]) and any(key in text.path[:-1] for key in _WHOLE_VALUE)
    # In a file that speaks of AWS, a number that is set apart from the words around it.
    return (whole and not about.other) if not about.aws else before[-1:] not in (".", "+", "#", "$", "{", "%", "\\")
