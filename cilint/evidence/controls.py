"""Controls: the results of rules added up for each control of each framework, by a fixed arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cilint.evidence.frameworks import UNSTATED, Control
from cilint.evidence.model import ControlResult, Counts, FrameworkResult, Support
from cilint.evidence.parts import worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cilint.evidence.frameworks import Loaded
    from cilint.evidence.model import RuleFacts, Tested
    from cilint.evidence.parts import Result


class Tally:
    """Results by rule and target. lost: targets of which nothing could be judged."""

    __slots__ = ("_by_rule", "lost", "rules", "targets")

    def __init__(self, tested: Iterable[Tested], rules: Iterable[RuleFacts], lost: Iterable[str]) -> None:
        self._by_rule: dict[str, dict[str, Tested]] = {}
        self.targets: dict[str, None] = {}
        for one in tested:
            self._by_rule.setdefault(one.rule, {})[one.target] = one
            self.targets[one.target] = None
        self.rules = {rule.id: rule for rule in rules}
        self.lost = list(lost)

    def result(self, rule: str, target: str, roles: list[str]) -> Result:
        """What a rule gave on a target, as far as it is about some roles; `not-assessed` where it took no part."""
        one = self._by_rule.get(rule, {}).get(target)
        return worst(item.result for item in one.about(roles)) if one else "not-assessed"

    def changed(self, rule: str) -> list[str]:
        """What settings made of a rule for any of the targets."""
        known = self._by_rule.get(rule, {}).values()
        return list(dict.fromkeys(text for one in known for text in one.changed))

    def counts(self, rules: Mapping[str, list[str]], targets: Iterable[str]) -> Counts:
        """How many things the rules were held against, and with what result. rules: with the roles that count."""
        counts = Counts()
        targets = list(targets)
        for rule, roles in rules.items():
            for target in targets:
                one = self._by_rule.get(rule, {}).get(target)
                if one is None:
                    continue
                results = [item.result for item in one.about(roles)]
                counts.tested += len(results)
                counts.passed += results.count("pass")
                counts.failed += results.count("fail")
                counts.waived += results.count("waived")
                counts.not_assessed += results.count("not-assessed")
        return counts


def judge(loaded: Loaded, tally: Tally) -> FrameworkResult:
    """One framework with the result of every control."""
    framework = loaded.framework
    named = _named(framework.framework, tally)
    controls = list(framework.controls)
    known = {control.id for control in controls}
    title = "named by rules of this run only"
    controls += [Control(id=name, title=title, link="") for name in sorted(named.keys() - known)]
    return FrameworkResult(
        framework=framework.framework,
        title=framework.title,
        version=framework.version,
        link=framework.link,
        note=framework.note,
        file=loaded.shown,
        sha256=loaded.digest,
        controls=[_control(control, named.get(control.id, []), loaded, tally) for control in controls],
    )


def _named(framework: str, tally: Tally) -> dict[str, list[str]]:
    """The controls of a framework that rules of the run name themselves, with those rules."""
    named: dict[str, list[str]] = {}
    for rule in tally.rules.values():
        for word in rule.controls:
            name, _, control = word.partition(":")
            if name == framework:
                named.setdefault(control, []).append(rule.id)
    return named


def _control(control: Control, named: list[str], loaded: Loaded, tally: Tally) -> ControlResult:
    strengths = {**dict.fromkeys(named, UNSTATED), **control.strengths()}
    roles = {rule: control.roles().get(rule, []) for rule in strengths}
    targets = list(tally.targets)
    by_target: dict[str, Result] = {
        target: worst(tally.result(rule, target, roles[rule]) for rule in strengths) for target in targets
    }
    by_target.update(dict.fromkeys(tally.lost, "not-assessed"))
    supports = [
        Support(
            rule=rule,
            roles=roles[rule],
            strength=strength,
            present=rule in tally.rules,
            changed=tally.changed(rule),
            result=worst(tally.result(rule, target, roles[rule]) for target in targets) if targets else "not-assessed",
        )
        for rule, strength in strengths.items()
    ]
    framework = loaded.framework
    kinds = list(dict.fromkeys(strengths.values()))
    return ControlResult(
        id=control.id,
        title=control.title,
        link=control.link or framework.link,
        result=worst(by_target.values()),
        claim=f"The rules below support {framework.title} {control.id}; they do not show that it is met.",
        strengths=list(kinds),
        supports=supports,
        against=[(one.rule, one.why) for one in control.against],
        ask=[(one.kind, one.evidence) for one in control.ask],
        counts=tally.counts(roles, targets),
        by_target=by_target,
        counts_by_target={target: tally.counts(roles, [target]) for target in targets},
    )
