"""Collecting: judged targets, frameworks and waivers become one Evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cilint.evidence import controls, examined
from cilint.evidence.gates import Proofs
from cilint.evidence.inventory import Inventory
from cilint.evidence.model import Evidence, Item, NotAssessedFacts, RuleFacts, Target, Tested, digest_of
from cilint.evidence.parts import worst
from cilint.evidence.provenance import Commit, files_of, merged_digest
from cilint.evidence.since import since
from cilint.evidence.supplies import supplies_of
from cilint.rules import packs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cilint.check import Checked
    from cilint.compose.fetch import Project
    from cilint.evidence.frameworks import Loaded
    from cilint.evidence.model import Provenance, WaiverFacts
    from cilint.evidence.parts import Place
    from cilint.finding import Finding, NotAssessed
    from cilint.plan import Scenario
    from cilint.rules.rule import RuleSet

LIMITS = [
    """Only the files named here were read. GitLab's settings (protected branches, variables, schedules, members), the
    runners, the registry and the cloud accounts were not looked at.""",
    """A pipeline file shows design: that a gate or a scan is there. It does not show who pressed play, what a scan
    found, or that a pipeline ran at all.""",
    """Which rule supports which control, and how strongly, is the judgement of whoever wrote the framework files. An
    assessor has to agree with it. No result here says that a control is met.""",
    "One run speaks of one commit at one date, never of a period.",
    """A finding that only a comment, a per-file or per-job ignore or a baseline settles counts as failed here: nobody
    has accepted it by the register of waivers.""",
]
_OWN = ("comment", "waiver", "nothing")  # what no include brings
NO_PIPELINE = "GitLab would refuse this configuration, so no gate was proven."
NO_GATES = "No rule of this run declares a gate that this pipeline could have."


class Judged:
    """One target, checked and settled. name: its path as the report shows it. findings: settled, all of them.

    variables: those that the settings say are known. changed: what they made of rules, in words, by rule.
    """

    __slots__ = ("changed", "checked", "findings", "name", "project", "rules", "scenarios", "variables")

    def __init__(
        self, name: str, checked: Checked, findings: list[Finding], *, project: Project, rules: RuleSet,
        scenarios: Iterable[Scenario],
    ) -> None:  # fmt: skip
        self.name = name
        self.checked = checked
        self.findings = findings
        self.project = project
        self.rules = rules
        self.scenarios = list(scenarios)
        self.variables: dict[str, str] = {}
        self.changed: dict[str, list[str]] = {}


def collect(
    judged: list[Judged],
    strays: list[Target],
    *,
    frameworks: list[Loaded],
    waivers: list[WaiverFacts],
    provenance: Provenance,
    hide: Callable[[str], str],
    before: Evidence | None = None,
    exit_status: Callable[[Evidence], int] = lambda _: 0,
) -> Evidence:
    """The evidence of a run. strays: what of the population was not judged. hide: takes secrets out of a text.

    before: an earlier report, to tell what has changed since. exit_status: what the run will end with.
    """
    rules = _rules(judged)
    tested: list[Tested] = []
    for one in judged:
        entries = examined.load(one.rules)
        tested += [
            _tested(one, rule, entries.get(rule), hide, waivers) if rule in one.rules else _absent(facts, one.name)
            for rule, facts in rules.items()
        ]
    lost = [stray.path for stray in strays if stray.status in ("missing", "unreadable")]
    tally = controls.Tally(tested, rules.values(), lost)
    targets = sorted([*[_target(one) for one in judged], *strays], key=lambda target: target.path)
    evidence = Evidence(
        provenance=provenance,
        targets=targets,
        rules=list(rules.values()),
        tested=tested,
        frameworks=[controls.judge(loaded, tally) for loaded in frameworks],
        waivers=waivers,
        not_assessed=[_missing(one.name, item) for one in judged for item in one.checked.not_assessed],
        limits=[
            *(" ".join(limit.split()) for limit in LIMITS),
            *_started(targets),
            *_unknown(rules.values(), frameworks),
        ],
    )
    evidence = Evidence.model_validate(hidden(evidence.model_dump(mode="json"), hide))
    if before is not None:
        evidence.since = since(before, evidence)
    evidence.provenance.exit_status = exit_status(evidence)
    evidence.digest = digest_of(evidence.model_dump(mode="json"))
    return evidence


def hidden(data: Any, hide: Callable[[str], str]) -> Any:
    """The data with secrets taken out of every text."""
    if isinstance(data, str):
        return hide(data)
    if isinstance(data, list):
        return [hidden(item, hide) for item in data]
    if isinstance(data, dict):
        return {hide(key): hidden(value, hide) for key, value in data.items()}
    return data


def _rules(judged: list[Judged]) -> dict[str, RuleFacts]:
    found: dict[str, RuleFacts] = {}
    for one in judged:
        told = packs.prose(one.rules)
        for rule in one.rules:
            prose = told.get(rule.id, {})
            found.setdefault(
                rule.id,
                RuleFacts(
                    id=rule.id,
                    pack=rule.pack,
                    severity=rule.severity,
                    title=rule.title,
                    why=prose.get("why", ""),
                    fix=rule.fix,
                    controls=list(rule.controls),
                ),
            )
    return found


def _tested(
    judged: Judged, id: str, entry: examined.Examined | None, hide: Callable[[str], str], waivers: list[WaiverFacts]
) -> Tested:
    rule = judged.rules.rules[id]
    findings = [finding for finding in judged.findings if finding.rule == id]
    items = examined.items_of(rule, judged.checked, findings, entry, hide)
    if entry and entry.of == "waiver":
        items += examined.waivers_of(waivers, findings, judged.name)
    if judged.checked.context is None:
        items = [examined.of_finding(finding) for finding in findings]
        unread = Item(subject="configuration", result="not-assessed", note="the file could not be read as YAML")
        items = items or [unread]
    items += [
        Item(
            subject=missing.what,
            result="not-assessed",
            note=missing.why,
            place=_place(missing),
        )
        for missing in judged.checked.not_assessed
        if id in missing.rules and not (entry and entry.of == "role" and missing.what.startswith("a job for "))
    ]
    if rule.language and not judged.checked.config.complete and not (entry and entry.of in _OWN):
        note = "an include could not be read, so what stands in it was not judged"
        items.append(Item(subject="what was not read", result="not-assessed", note=note))
    result = worst(item.result for item in items)
    changed = judged.changed.get(id, [])
    return Tested(
        rule=id, target=judged.name, severity=rule.severity, changed=changed, result=result, items=items
    )  # fmt: skip


def _absent(rule: RuleFacts, target: str) -> Tested:
    """A rule that other targets have, and this one's settings leave out."""
    note = "the settings of this target leave the rule out"
    items = [Item(subject="rule", result="not-assessed", note=note)]
    return Tested(rule=rule.id, target=target, severity=rule.severity, result="not-assessed", items=items)


def _target(judged: Judged) -> Target:
    checked, config = judged.checked, judged.checked.config
    commit = Commit(judged.project.root)
    sources = list(config.sources or [config.entry])
    called = checked.context.called if checked.context else []
    target = Target(
        path=judged.name,
        status="unreadable" if config.root is None else "checked" if config.complete else "unresolved",
        why="; ".join(f"{item.what}: {item.why}" for item in config.not_assessed)
        or ("the file could not be read as YAML" if config.root is None else ""),
        commit=commit.sha,
        ref=commit.ref,
        merged_sha256=merged_digest(config),
        files=files_of(judged.project.root, [*sources, *called], commit),
        gates_note=NO_PIPELINE,
    )
    if checked.context is not None:
        valid = not any(_is_refusal(finding, judged.rules) for finding in judged.findings)
        inventory = Inventory(checked.context, judged.scenarios, judged.name, valid=valid)
        target.jobs, target.scenarios, target.picture = inventory.jobs, inventory.scenarios, inventory.picture
        target.supplies = supplies_of(checked.context, judged.rules)
        if valid:
            tree = judged.scenarios[0].tree if judged.scenarios else None
            proofs = Proofs(checked.context, judged.rules, variables=judged.variables, tree=tree, path=judged.name)
            target.gates, target.assumptions = proofs.gates, proofs.assumptions
            target.gates_note = "" if proofs.gates else NO_GATES
    return target


def _is_refusal(finding: Finding, rules: RuleSet) -> bool:
    """Whether GitLab would refuse the configuration for it, so that no pipeline comes of it."""
    rule = rules.get(finding.rule)
    return finding.severity == "error" and (rule is None or rule.language)


def _missing(target: str, item: NotAssessed) -> NotAssessedFacts:
    return NotAssessedFacts(target=target, what=item.what, why=item.why, place=_place(item), rules=list(item.rules))


def _place(item: NotAssessed) -> Place | None:
    return examined.place_of(item.span) if item.span else None


def _started(targets: list[Target]) -> list[str]:
    """What trigger jobs start and no target is: whole pipelines that an assessor may take for tested."""
    names = {
        f"{one.name.removeprefix('local ')} (started by {', '.join(one.jobs)} of {target.path})": None
        for target in targets
        for one in target.supplies
        if one.kind == "pipeline" and not any(_is_file(other.path, one.name) for other in targets)
    }
    if not names:
        return []
    return [
        f"These pipelines are started by others and were no targets; only rules on gates look into them: {'; '.join(names)}."
    ]


def _is_file(path: str, name: str) -> bool:
    """Whether a target is the local file that a trigger job names."""
    kind, _, location = name.partition(" ")
    location = location.lstrip("/")
    return kind == "local" and (path == location or path.endswith(f"/{location}"))


def _unknown(rules: Iterable[RuleFacts], frameworks: list[Loaded]) -> list[str]:
    """Controls of frameworks that nobody described."""
    known = {loaded.framework.framework for loaded in frameworks}
    words = sorted({word for rule in rules for word in rule.controls if word.partition(":")[0] not in known})
    return [f"Rules name controls of frameworks that have no file: {', '.join(words)}."] if words else []
