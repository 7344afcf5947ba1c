"""The register of waivers of one entry file: where it is, what it settles, and what there is to say about it."""

from __future__ import annotations

import os

from cilint.cli import _choice
from cilint.errors import UnreadableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cilint.check import Checked
    from cilint.cli._lint import Entry
    from cilint.cli._options import Request
    from cilint.evidence.model import WaiverFacts
    from cilint.finding import Finding
    from cilint.settings import Settings
    from cilint.settle.waivers import Register
    from cilint.settle.waivers_grant import Change, Policy

NAME = ".cilint-waivers.yaml"
_AT_MOST = {"error": 90, "warning": 180, "info": 365}  # days
_REMIND = 14  # days


def path_of(entry: Entry) -> str:
    """The absolute path of the register, whether it is there or not."""
    named = entry.settings.waivers.get("file")
    return entry.settings.place(named) if named else os.path.join(entry.project.root, NAME)


def settle(entry: Entry, checked: Checked, request: Request, today: str) -> list[Finding]:
    """Mark the findings that waivers in force mean; what is wrong with the register, and what of it is due."""
    register = _judged(entry, request, today)
    if register is None:
        return []
    from cilint.settle.waivers import tell

    register.settle(checked.findings)
    whole = checked.config.complete and checked.config.root is not None
    inside = register.path.startswith(entry.project.root.rstrip(os.sep) + os.sep)
    remind = entry.settings.waivers.get("remind", _REMIND)
    entry.register = register
    checked.not_assessed += register.unknown
    return tell(register, lambda rule: whole and inside and rule in entry.rules, today, remind)


def _judged(entry: Entry, request: Request, today: str) -> Register | None:
    path = path_of(entry)
    named = "file" in entry.settings.waivers
    if not named and (request.isolated or not os.path.isfile(path)):
        return None
    from cilint.settle.waivers import load
    from cilint.settle.waivers_grant import judge

    try:
        register = load(path, shown(path, entry.project.root))
    except UnreadableError as error:
        if not named:
            raise
        from cilint.settings.fault import named as told

        raise told(entry.settings, ("waivers", "file"), error) from None
    for waiver in register.waivers:
        waiver.rules = [_choice.called(entry.rules, rule, str(waiver.span)) for rule in waiver.rules]
    if register.waivers:
        change = _change(request)
        policy = _policy(entry, _settings(entry, change.base) if change.base else entry.settings)
        judge(register, policy, change, rules=entry.rules, root=entry.project.root, today=today)
    return register


def _settings(entry: Entry, base: str) -> Settings:
    """The settings that say what is asked of waivers: those from before the change, which cannot loosen them for itself.

    Settings from elsewhere are nobody's to change in it. Where git does not know, nothing is granted by the change.
    """
    from cilint.errors import SettingsError, UsageError
    from cilint.settings import Settings, parse
    from cilint.settle.revision import RevisionPlace

    now = entry.settings
    path = os.path.realpath(os.path.join(now.folder, os.path.basename(now.path)))
    relative = os.path.relpath(path, os.path.realpath(entry.project.root))
    if not now.path or relative.startswith(".."):
        return now
    try:
        source = RevisionPlace(entry.project.root, base).read(relative, "settings")
        return parse(source.text.encode() if source else b"", now.path, now.folder)
    except (UsageError, SettingsError):
        asked = {key: value for key, value in now.waivers.items() if key != "self-granted"}
        return Settings({"waivers": asked, "required": now.required}, path=now.path, folder=now.folder)


def shown(path: str, root: str) -> str:
    """A path in findings: from the root of the repository, absolute where it is outside."""
    relative = os.path.relpath(path, root)
    return path if relative.startswith("..") else relative


def _policy(entry: Entry, settings: Settings) -> Policy:
    from cilint.settle.waivers_grant import Policy

    said = settings.waivers
    approvers = said.get("approvers", [])
    return Policy(
        approvers=approvers if isinstance(approvers, dict) else dict.fromkeys(_AT_MOST, approvers),
        minimum=said.get("minimum-approvers", 1),
        at_most={**_AT_MOST, **said.get("at-most", {})},
        ticket=said.get("ticket", ""),
        unwaivable={
            *said.get("unwaivable", ()),
            *_choice.required_of(entry.rules, entry.settings),
            *_choice.required_of(entry.rules, settings),
        },
        self_granted=said.get("self-granted", False),
    )


def _change(request: Request) -> Change:
    """The change that is under judgement: the one of `--diff-base`, or the merge request whose pipeline this is."""
    from cilint.settle.waivers_grant import Change

    merge_request = os.environ.get("CI_MERGE_REQUEST_IID")
    return Change(
        base=request.diff_base or (merge_request and os.environ.get("CI_MERGE_REQUEST_DIFF_BASE_SHA")) or "",
        user=os.environ.get("GITLAB_USER_LOGIN", ""),
        project=os.environ.get("CI_PROJECT_PATH", ""),
    )


_STATES = ("applied", "unapproved", "self-granted", "unknown", "refused", "expired", "unused", "closed")


def facts_of(opened: Iterable[tuple[str, Entry]], today: str) -> list[WaiverFacts]:
    """Every entry of every register, once, whatever the number of targets (with their names) that it was judged for."""
    found: dict[tuple[str, str], WaiverFacts] = {}
    for target, entry in opened:
        for path, fact in facts(entry, target, today):
            known = found.setdefault((path, fact.id), fact)
            if known is fact:
                continue
            known.targets.append(target)
            known.covers += fact.covers
            if _STATES.index(fact.state) < _STATES.index(known.state):
                known.state, known.why = fact.state, fact.why
    return list(found.values())


def useful_elsewhere(findings: list[Finding], entry: Entry, waivers: list[WaiverFacts], target: str) -> list[Finding]:
    """The findings without those that call a waiver unused which settles something of another target."""
    known = {one.id: one.state for one in waivers if target in one.targets}
    register = entry.register
    used = [one.span for one in register.waivers if known.get(one.id) == "applied"] if register else []
    return [one for one in findings if one.rule != "waiver-unused" or one.span not in used]


def facts(entry: Entry, target: str, today: str) -> Iterator[tuple[str, WaiverFacts]]:
    """Every entry of the register as evidence has it, with the register's path; only once the findings are settled."""
    from cilint.evidence.examined import place_of
    from cilint.evidence.model import WaiverFacts
    from cilint.settle.waivers import days_between

    register = entry.register
    if register is None:
        return
    for waiver in register.waivers:
        if waiver.state == "elsewhere":
            continue
        yield (
            os.path.realpath(register.path),
            WaiverFacts(
                id=waiver.id,
                targets=[target],
                rules=waiver.rules,
                scope=waiver.scope,
                reason=waiver.reason,
                compensating=waiver.compensating,
                requested_by=waiver.requested_by,
                approved_by=waiver.approved_by,
                ticket=waiver.ticket,
                created=waiver.created,
                expires=waiver.expires,
                days_left=days_between(today, waiver.expires),
                state=waiver.state,
                why=waiver.why,
                covers=waiver.covers,
                place=place_of(waiver.span),
            ),
        )


def registers(entry: Entry) -> list[tuple[str, str]]:
    """(absolute path, path for people) of the register that was read."""
    register = entry.register
    return [(register.path, register.source.path)] if register else []
