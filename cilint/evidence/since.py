"""What has changed since an earlier report, which names itself by its digest: a chain that shows what was taken out.

A finding is known by target, rule, fingerprint and job. It is fixed only where its rule was assessed on its target
again and found it no more; what was not looked at has not been fixed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from cilint import __version__
from cilint.errors import UnreadableError, UsageError
from cilint.evidence.model import SCHEMA_VERSION, Change, ControlChange, Evidence, Point, Since, TargetChange, digest_of
from cilint.evidence.parts import RESULTS
from cilint.opening import opened
from cilint.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from cilint.evidence.model import Digest, Item, Tested
    from cilint.evidence.parts import Result

    Key: TypeAlias = tuple[str, str, str, str]

_MAX_BYTES = 256 * 1024 * 1024
_VERSION = Pattern(r"\d[\w.+-]{0,40}")
_ORDER = ("new", "reopened", "lapsed", "unknown", "accepted", "fixed")


def read(path: str) -> Evidence:
    """An earlier report, as `--format json` wrote it. Raises UnreadableError, and UsageError for one that is not whole."""
    try:
        with opened(path) as file:
            raw = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError(f"cannot read the earlier report {path}: {error.strerror}") from None
    hint = "--since takes what `cilint report --format json` wrote"
    if len(raw) > _MAX_BYTES:
        raise UsageError(f"{path} is bigger than {_MAX_BYTES} bytes", help=hint)
    try:
        data: Any = json.loads(raw)
        before = Evidence.model_validate(data)
    except ValidationError:
        raise _unlike(path, data, hint) from None
    except (ValueError, RecursionError):
        raise UsageError(f"{path} is no report of cilint: it is not JSON", help=hint) from None
    if before.digest != digest_of(data):
        raise UsageError(f"{path} was changed after it was made: its digest does not fit", help="take the original")
    return before


def _unlike(path: str, data: Any, hint: str) -> UsageError:
    """What to say of JSON that is not evidence as this version makes it."""
    facts = data.get("provenance") if isinstance(data, dict) else None
    if not isinstance(facts, dict) or facts.get("tool") != "cilint":
        if isinstance(data, dict) and isinstance(data.get("tool"), dict) and data["tool"].get("name") == "cilint":
            return UsageError(f"{path} is the result of `cilint check`, and no report", help=hint)
        return UsageError(f"{path} is no report of cilint", help=hint)
    schema, version = str(data.get("schema_version")), str(facts.get("version"))
    if not (schema.isdecimal() and _VERSION.fullmatch(version)):
        return UsageError(f"{path} is no report of cilint, though it says so: it names no version", help=hint)
    made = f"{path} was made by cilint {version} (schema {schema}), which this one, {__version__} (schema {SCHEMA_VERSION}), cannot read"
    if (int(schema), version) == (SCHEMA_VERSION, __version__):
        return UsageError(f"{path} is not whole, or was changed after it was made", help="take the original")
    return UsageError(made, help=f"make it again from the earlier commit, or compare with cilint {version}")


def since(before: Evidence, now: Evidence) -> Since:
    """What is new, fixed, accepted or open again, and how the counts went."""
    old, new = _faults(before), _faults(now)
    closed = set(before.since.closed if before.since else ())
    changes: list[Change] = []
    for key, item in new.items():
        if key not in old:
            kind = "accepted" if item.result == "waived" else "reopened" if _text(key) in closed else "new"
            changes.append(_change(kind, key, item))
        elif old[key].result != item.result:
            changes.append(_change("accepted" if item.result == "waived" else "lapsed", key, item))
    for tested in now.tested:
        for item in tested.items:
            was = old.get(_key(tested, item))
            if was and item.result in ("fail", "waived"):
                item.first_seen = was.first_seen or before.provenance.as_of
    assessed = {(tested.target, tested.rule) for tested in now.tested if tested.result != "not-assessed"}
    for key, item in old.items():
        if key not in new:
            looked = key[:2] in assessed and not _is_open(now, key)
            changes.append(_change("fixed" if looked else "unknown", key, item))
            if looked:
                closed.add(_text(key))
    closed -= {_text(key) for key in new}
    trend = [*(before.since.trend if before.since else ()), _point(before)]
    return Since(
        as_of=before.provenance.as_of,
        digest=before.digest,
        version=before.provenance.version,
        changes=sorted(changes, key=lambda one: (_ORDER.index(one.kind), one.target, one.rule, one.job, one.subject)),
        controls=list(_controls(before, now)),
        closed=sorted(closed),
        trend=trend,
        population=_population(before, now),
        policy=_policy(before, now),
    )


def _population(before: Evidence, now: Evidence) -> list[TargetChange]:
    old = {one.path: one.status for one in before.targets}
    new = {one.path: one.status for one in now.targets}
    return [
        TargetChange(target=path, before=old.get(path, ""), now=new.get(path, ""))
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    ]


def _policy(before: Evidence, now: Evidence) -> list[str]:
    """In words, what decides the results and is another than it was."""
    was, is_ = before.provenance, now.provenance
    told = [f"cilint {is_.version} instead of {was.version}"] if is_.version != was.version else []
    if is_.version == was.version and is_.tool_sha256 != was.tool_sha256:
        told.append(f"other files of cilint {is_.version}")
    for kind, then, today in (
        ("pack", _sums(was.packs), _sums(is_.packs)),
        ("settings", _sums(was.settings), _sums(is_.settings)),
        ("register of waivers", _sums(was.registers), _sums(is_.registers)),
        ("framework", _mapping(before), _mapping(now)),
    ):
        for name in sorted({*then, *today}):
            if then.get(name) != today.get(name):
                how = "is new" if name not in then else "is gone" if name not in today else "changed"
                told.append(f"{kind} {name} {how}")
    told += [f"since then: {text}" for text in is_.overrides if text not in was.overrides]
    told += [f"no longer: {text}" for text in was.overrides if text not in is_.overrides]
    return told


def _sums(digests: list[Digest]) -> dict[str, str]:
    return {one.path: one.sha256 for one in digests}


def _mapping(evidence: Evidence) -> dict[str, str]:
    return {one.title: one.sha256 for one in evidence.frameworks}


def _faults(evidence: Evidence) -> dict[Key, Item]:
    return {
        _key(tested, item): item
        for tested in evidence.tested
        for item in tested.items
        if item.result in ("fail", "waived")
    }


def _key(tested: Tested, item: Item) -> Key:
    return (tested.target, tested.rule, item.fingerprint or f"{item.subject} {item.note}", item.job)


def _is_open(now: Evidence, key: Key) -> bool:
    """Whether the rule could not look at something on the target, so that nobody knows whether the fault is there."""
    return any(
        item.result == "not-assessed"
        for tested in now.tested
        if (tested.target, tested.rule) == key[:2]
        for item in tested.items
    )


def _text(key: Key) -> str:
    return " ".join(key)


def _change(kind: Any, key: Key, item: Item) -> Change:
    return Change(
        kind=kind, target=key[0], rule=key[1], job=item.job, subject=item.subject, note=item.note, place=item.place,
        fingerprint=item.fingerprint, waiver=item.waiver,
    )  # fmt: skip


def _point(evidence: Evidence) -> Point:
    return Point(
        as_of=evidence.provenance.as_of,
        digest=evidence.digest,
        counts={result: evidence.count(result) for result in RESULTS},
    )


def _controls(before: Evidence, now: Evidence) -> Iterator[ControlChange]:
    old: dict[tuple[str, str], Result] = {
        (one.framework, control.id): control.result for one in before.frameworks for control in one.controls
    }
    for one in now.frameworks:
        for control in one.controls:
            was = old.get((one.framework, control.id))
            if was is not None and was != control.result:
                yield ControlChange(framework=one.title, control=control.id, before=was, now=control.result)
