"""AWS account ids written out: in ARNs, hosts of ECR, variables, options, anywhere they become values."""

from __future__ import annotations

import re

from cilint.checks._texts import texts
from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.checks._texts import Text
    from cilint.finding import Finding
    from cilint.rules.context import Context

_CANDIDATE = Pattern(r"(?<![0-9.])(?:[0-9]{12}|[0-9]{4}-[0-9]{4}-[0-9]{4})(?![0-9])")
_ACCOUNT = Pattern(r"acc(?:oun)?t", re.I)
# What stands right before the number: an option, an assignment or a key that speaks of an account.
_NAMED = Pattern(r"acc(?:oun)?ts?(?:[-_]?(?:id|no|number)s?)?[\"']?\s*(?::?[-=?]|[:=]|\s)\s*[\"']?$", re.I)
_ARN = Pattern(r"arn:aws[\w-]*:[\w-]*:[\w-]*:$")
_HOST_AFTER = Pattern(r"\.(?:dkr[.-]ecr|signin\.aws|s3-control|execute-api)\b")
_PATH_BEFORE = Pattern(r"(?:aws://|amazonaws\.com(?:\.cn)?/|cdk-[a-z0-9]{5,12}-[\w-]*-)$")
# A number of twelve digits that is a moment (YYYYMMDDhhmm) rather than an account.
_MOMENT = Pattern(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d")
_AWS = Pattern(r"\baws\b|arn:aws|amazonaws|\bcdk\b|\beks\b|\becr\b|sts:", re.I)
_OTHER_NUMBER = Pattern(r"time|date|epoch|phone|tel|size|bytes|limit|seed|build|run|pipeline|serial|version|port", re.I)


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: allowed, ids that are no secret of the house, such as those of AWS's own registries."""
    allowed = {str(number) for number in parameters["allowed"]}
    speaks_of_aws: bool | None = None
    for text in texts(context):
        if len(text.text) < 12:
            continue
        for found in _CANDIDATE.finditer(text.text):
            number = found[0].replace("-", "")
            if number in allowed or not number.strip("0"):
                continue
            if speaks_of_aws is None:
                speaks_of_aws = _speaks_of_aws(context)
            if _is_account(text, found, speaks_of_aws=speaks_of_aws):
                message = f"account id {number[:2]}********{number[-2:]} is written out"
                yield text.fault(context, message, found.start(), found.end())


def _speaks_of_aws(context: Context) -> bool:
    return any(_AWS.search(source.text) for source in context.sources)


def _is_account(text: Text, found: re.Match[str], *, speaks_of_aws: bool) -> bool:
    before, after = text.text[max(0, found.start() - 60) : found.start()], text.text[found.end() : found.end() + 20]
    if _ARN.search(before) or _HOST_AFTER.match(after) or _PATH_BEFORE.search(before):
        return True
    if after[:1].isalnum() or before[-1:].isalnum() or before[-1:] == "_" or after[:1] == "_":
        return False
    if _NAMED.search(before) or (text.node is not None and _ACCOUNT.search(text.key) and not _in_hash(before, after)):
        return True
    if "-" in found[0] or _in_hash(before, after) or not speaks_of_aws or _MOMENT.fullmatch(found[0]):
        return False
    # A bare number of twelve digits in a file that speaks of AWS, set apart from everything around it.
    name = text.key if found.start() == 0 else before
    return before[-1:] in ("", " ", "\t", "\n", '"', "'", "=", ":", ",", "[", "(") and not (
        after[:1] in ("-", ".", "/", ":") or _OTHER_NUMBER.search(name[-30:])
    )


def _in_hash(before: str, after: str) -> bool:
    """The tail of a UUID, or digits in the middle of a longer word."""
    return bool(re.search(r"[0-9a-fA-F]-$", before)) or bool(re.match(r"-[0-9a-fA-F]", after))
