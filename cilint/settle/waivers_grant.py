"""Which waivers are in force: granted by the right people, for long enough and no longer, not by the change itself."""

from __future__ import annotations

import os
from unicodedata import normalize

from cilint.errors import UsageError
from cilint.finding import NotAssessed
from cilint.git import answer
from cilint.settle.waivers import days_between, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from cilint.rules.rule import RuleSet
    from cilint.settle.waivers import Register, Waiver


class Policy:
    """What a house asks of waivers; the key `waivers` of the settings has the same words.

    approvers: who may approve, by severity; an empty list lets anybody. at_most: days that a waiver may run, by
    severity. unwaivable: rules that cannot be waived, those that are required among them.
    """

    __slots__ = ("approvers", "at_most", "minimum", "self_granted", "ticket", "unwaivable")

    def __init__(
        self,
        *,
        approvers: Mapping[str, list[str]],
        minimum: int,
        at_most: Mapping[str, int],
        ticket: str,
        unwaivable: Container[str],
        self_granted: bool,
    ) -> None:
        self.approvers = approvers
        self.minimum = minimum
        self.at_most = at_most
        self.ticket = ticket
        self.unwaivable = unwaivable
        self.self_granted = self_granted


class Change:
    """The change under judgement. base: the git revision that it starts from, "" when there is none to compare with.

    user: who runs it, by login; "" when nobody knows. project: group/project, "" when nobody knows.
    """

    __slots__ = ("base", "project", "user")

    def __init__(self, *, base: str = "", user: str = "", project: str = "") -> None:
        self.base = base
        self.user = user
        self.project = project


def judge(register: Register, policy: Policy, change: Change, *, rules: RuleSet, root: str, today: str) -> None:
    """Set the state of every waiver that is not in force; the others keep an empty one.

    root: absolute folder of the checked repository; a register outside of it is nobody's to grant in a change.
    """
    inside = os.path.realpath(register.path).startswith(os.path.realpath(root).rstrip(os.sep) + os.sep)
    before = _before(register, root, change.base) if change.base and inside and not policy.self_granted else None
    authors: dict[int, set[str] | None] | None = None
    for waiver in register.waivers:
        if not _is_here(waiver, change.project, root, inside=inside):
            waiver.state = "elsewhere"
            continue
        if _refused(waiver, policy, rules) or _ended(waiver, today):
            continue
        if authors is None:
            authors = _authors(register.path) if inside else {}
        own = _own(waiver, change, authors, fresh=before is not None)
        if _unapproved(waiver, policy, rules, own, today):
            continue
        if authors.get(waiver.span.line, set()) is None:
            what = f"who wrote waiver {waiver.id}, who cannot approve it"
            why = "the clone is shallow and does not hold the commit; fetch all of them, as with GIT_DEPTH: 0"
            register.unknown.append(NotAssessed(what, why, waiver.span, ("waiver-unapproved",)))
        if isinstance(before, str):
            waiver.state, waiver.why = "unknown", f"{before}; fetch the base, as with GIT_DEPTH: 0"
            what = f"whether the change under judgement grants waiver {waiver.id} to itself, which settles nothing"
            register.unknown.append(NotAssessed(what, waiver.why, waiver.span, ("waiver-self-granted",)))
        elif before is not None:
            _self_granted(waiver, before)


def _is_here(waiver: Waiver, project: str, root: str, *, inside: bool) -> bool:
    wanted = waiver.scope.get("project", "").strip("/")
    if not wanted:
        return inside  # a central register says which project it means
    if project:
        return bool(wanted == project)
    return inside or os.path.realpath(root).replace(os.sep, "/").endswith(f"/{wanted}")


def _refused(waiver: Waiver, policy: Policy, rules: RuleSet) -> bool:
    unwaivable = [rule for rule in waiver.rules if rule in policy.unwaivable]
    unknown = [rule for rule in waiver.rules if rule not in rules and rule not in rules.silenced]
    if unwaivable:
        waiver.state, waiver.why = "refused", f"{unwaivable[0]} cannot be waived"
    elif len(unknown) == len(waiver.rules) and not rules.passed_over:
        waiver.state, waiver.why = "refused", f"there is no rule {unknown[0]}"
    return bool(waiver.state)


def _ended(waiver: Waiver, today: str) -> bool:
    if waiver.status == "closed":
        waiver.state = "closed"
    elif waiver.expires < today:
        waiver.state, waiver.why = "expired", f"it ended on {waiver.expires}"
    return bool(waiver.state)


def _severity(waiver: Waiver, rules: RuleSet) -> str:
    found = {rule.severity for name in waiver.rules if (rule := rules.get(name))}
    return next((severity for severity in ("error", "warning", "info") if severity in found), "error")


def _own(waiver: Waiver, change: Change, authors: dict[int, set[str] | None], *, fresh: bool) -> set[str]:
    """Names of those who cannot approve it: who asked for it, who wrote it, whose change brings it."""
    names = {waiver.requested_by, *(authors.get(waiver.span.line) or ())}
    return {_person(name) for name in (names | {change.user} if fresh else names)} - {""}


def _person(name: str) -> str:
    """A name however it is written: `@Ann ` is `ann`, so that nobody approves under another spelling, or twice."""
    return " ".join(normalize("NFKC", name).casefold().split()).lstrip("@")


def _unapproved(waiver: Waiver, policy: Policy, rules: RuleSet, own: set[str], today: str) -> bool:
    severity = _severity(waiver, rules)
    allowed = policy.approvers.get(severity, [])
    others = {_person(name) for name in waiver.approved_by} - own - {""}
    counted = others & {_person(name) for name in allowed} if allowed else others
    days, most = days_between(waiver.created, waiver.expires), policy.at_most.get(severity)
    if not others:
        waiver.why = f"{', '.join(waiver.approved_by)} wrote or asked for it; somebody else has to approve"
    elif len(counted) < policy.minimum:
        who = f"one of {', '.join(allowed)}" if allowed else "the people who approve"
        waiver.why = f"{policy.minimum} of {who} must approve findings of severity {severity}; {len(counted)} did"
    elif waiver.created > today:
        waiver.why = f"it is dated {waiver.created}, and that day has not come"
    elif most is not None and days > most:
        waiver.why = f"it runs for {days} days; for severity {severity} the settings allow {most}"
    elif policy.ticket and not _fits(waiver.ticket, policy.ticket):
        waiver.why = f"{waiver.ticket} is no ticket as the settings want it: {policy.ticket}"
    if waiver.why:
        waiver.state = "unapproved"
    return bool(waiver.why)


def _fits(ticket: str, pattern: str) -> bool:
    from cilint.notation.patterns import compiled

    return compiled(pattern).fits(ticket)


def _before(register: Register, root: str, base: str) -> dict[str, Waiver] | str:
    """The waivers of the register at the base of the change; why, when git cannot tell."""
    from cilint.settle.revision import RevisionPlace

    try:
        place = RevisionPlace(root, base)
    except UsageError as error:
        return f"git cannot tell whether this change grants it ({error.message.removeprefix('--diff-base: ')})"
    source = place.read(os.path.relpath(os.path.realpath(register.path), os.path.realpath(root)), "waivers")
    return {} if source is None else {waiver.id: waiver for waiver in parse(source).waivers}


def _self_granted(waiver: Waiver, before: dict[str, Waiver]) -> None:
    """A waiver that the same change adds or widens does not hold in it."""
    old = before.get(waiver.id)
    if old is None:
        waiver.state, waiver.why = "self-granted", "the same change adds it; it holds once that is merged"
    elif (
        set(waiver.rules) - set(old.rules)
        or waiver.scope != old.scope
        or waiver.expires > old.expires
        or set(waiver.approved_by) - set(old.approved_by)
        or waiver.requested_by != old.requested_by  # who asks for it cannot approve it
        or old.status != waiver.status
    ):
        waiver.state, waiver.why = "self-granted", "the same change widens it; it holds once that is merged"


def _authors(path: str) -> dict[int, set[str] | None]:
    """For each line of a committed file, the names that its author goes by, in lower case.

    None where git does not know: a shallow clone ends before the commit, and its oldest commit holds every older line.
    """
    folder, name = os.path.split(os.path.realpath(path))
    blamed = answer(folder, "blame", "--no-textconv", "--line-porcelain", "HEAD", "--", name)
    with open(path, encoding="utf-8", errors="replace") as file:
        here = file.read().split("\n")
    shared = answer(folder, "rev-parse", "--path-format=absolute", "--git-common-dir")
    shallow = os.path.isfile(os.path.join(shared, "shallow"))
    found: dict[str, set[str] | None] = {}
    names: set[str] | None = set()
    for line in blamed.split("\n"):
        word, _, rest = line.partition(" ")
        if word == "author":
            names = {rest.lower()}
        elif word == "author-mail" and names is not None:
            mail = rest.strip("<>").lower()
            names |= {mail, mail.partition("@")[0]}
        elif word == "boundary" and shallow:
            names = None
        elif line.startswith("\t"):
            text = line[1:].rstrip("\r")
            known = found.get(text, names)
            found[text] = None if known is None or names is None else known | names
    lines = {number: text.rstrip("\r") for number, text in enumerate(here, 1)}
    return {number: found[text] for number, text in lines.items() if text in found}
