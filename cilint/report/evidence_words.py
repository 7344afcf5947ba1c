"""The words in which every format of `cilint report` speaks of results, strengths and the population."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cilint.report.words import plural

if TYPE_CHECKING:
    from cilint.evidence.model import Evidence

RESULT_WORDS = {
    "fail": "failed",
    "not-assessed": "not assessed",
    "waived": "waived",
    "pass": "passed",
    "not-applicable": "not applicable",
}
MEANINGS = {
    "fail": "a test found something that nobody with the right to do so has accepted",
    "not-assessed": "a test could not be made, so nothing is known; never a pass",
    "waived": "what was found is accepted in the register of waivers until a date; never a pass",
    "pass": "the tests were made and found nothing; this supports the control and does not show that it is met",
    "not-applicable": "there is nothing that the rule speaks of",
}
STRENGTH_WORDS = {
    "design": "the pipeline files themselves are the evidence",
    "setting": "the files show the use; a setting of GitLab decides",
    "operation": "the files show the step; records of what ran, and who ran it, decide",
    "external": "the files show the use; another system, such as the cloud account, decides",
}
CHANGE_WORDS = {
    "new": "new",
    "reopened": "open again: an earlier report had it fixed",
    "lapsed": "counts again: it is waived no more",
    "unknown": "not found, but not everything could be looked at",
    "accepted": "accepted: it is waived now",
    "fixed": "fixed",
}
FIXED_WORDS = {
    "digest": "a digest: it names the content",
    "commit": "a commit",
    "repository": "part of this commit",
    "version": "a version, which its owner could move",
    "moves": "moves: tomorrow it may be another",
    "unknown": "unknown: the files do not say",
}
STATUS_WORDS = {
    "checked": "checked",
    "unresolved": "checked, but parts could not be read",
    "unreadable": "could not be read",
    "no-pipeline": "has no pipeline",
    "missing": "is not there",
}


def headline(evidence: Evidence) -> str:
    """One sentence: the result of all tests, on how much, and how many findings are open and waived."""
    checked = sum(target.status in ("checked", "unresolved") for target in evidence.targets)
    tests = len(evidence.tested)
    counts = [
        f"{number} {RESULT_WORDS[result]}"
        for result in ("fail", "not-assessed", "waived", "pass", "not-applicable")
        if (number := evidence.count(result))
    ]
    population = f"{plural(checked, 'pipeline')} of {plural(len(evidence.targets), 'target')}"
    found = [item.result for tested in evidence.tested for item in tested.items]
    findings = f"; {plural(found.count('fail'), 'finding')} open, {found.count('waived')} waived" if tests else ""
    return f"{plural(tests, 'test')} on {population}: {', '.join(counts) or 'nothing was tested'}{findings}"
