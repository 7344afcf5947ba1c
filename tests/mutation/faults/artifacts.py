"""Section F: artifacts that live too long, reports in no GitLab format, coverage that GitLab cannot read."""

from __future__ import annotations

from collections.abc import Iterator

from tests.mutation.faults.roads import roads
from tests.mutation.mutant import Mutant, changed
from tests.mutation.reference import Edit, reference

# Which rule asks for a report, by its kind; two tools' JUnit is asked for by other rules or by none.
_REPORTS = {
    "sast": "artifact-report-type", "secret_detection": "artifact-report-type", "dast": "artifact-report-type",
    "dependency_scanning": "artifact-report-type", "container_scanning": "artifact-report-type",
    "cyclonedx": "artifact-report-type", "browser_performance": "artifact-report-type",
    "load_performance": "artifact-report-type", "codequality": "artifact-report-type",
    "accessibility": "artifact-report-type",
    "junit": ["artifact-report-type", "junit-report"], "coverage_report": "coverage-report-format",
}  # fmt: skip
# JUnit that a script of the house makes of a tool which knows no report of GitLab's; Checkov has two that will do.
_NO_REPORT_TYPE = ("cdk-nag", "prowler-pci-dss", "prowler-hipaa", "soc2-audit", "checkov-cis")
_REGEX = "'/Lines\\s*:\\s*(\\d+\\.\\d+)%/'"


def mutants() -> Iterator[Mutant]:
    ref = reference()
    for name, block in ref.blocks.items():
        for index, _ in block.find(r"    expire_in: 1 week$"):
            for value in ("2 weeks", "30 days", "1 day", "never", "169 hours"):
                yield changed(
                    "expiry changed",
                    f"{name}, {value}",
                    "artifact-expiry",
                    Edit(index, index + 1, [f"    expire_in: {value}"]),
                )
            yield changed("expiry dropped", name, "artifact-expiry", Edit(index, index + 1), jobs=ref.reached(name))
            default = ref.blocks["default"]
            moved = Edit(default.end, default.end, ["  artifacts:", "    expire_in: 1 week"])
            yield changed(
                "expiry only in default", name, "artifact-expiry", Edit(index, index + 1), moved, jobs=ref.reached(name)
            )
    for job in ("unit-tests", "bundle", "sbom"):
        lines = ["artifacts:", "  expire_in: 4 weeks", "  paths: [dist/]"]
        yield from roads("expiry changed", job, "artifacts", lines, "artifact-expiry")
    yield from _default_expiry()
    yield from _reports()
    yield from _all_reports()
    yield from _coverage()
    yield from _not_shared()


def _default_expiry() -> Iterator[Mutant]:
    """A job without artifacts of its own gets those of default."""
    ref = reference()
    default = ref.blocks["default"]
    lines = ["  artifacts:", "    paths: [logs/]", "    expire_in: 3 months"]
    yield changed("expiry by default", "default", "artifact-expiry", Edit(default.end, default.end, lines))


def _reports() -> Iterator[Mutant]:
    ref = reference()
    for job in ref.jobs:
        block = ref.blocks[job]
        reports = block.key("reports", 2)
        if reports is None:
            continue
        for kind in ref.value(job, "artifacts", "reports"):
            place = block.key(kind, 3)
            if place is None or job in _NO_REPORT_TYPE or kind == "dotenv":
                continue
            only = reports[1] - reports[0] == 1 + place[1] - place[0]
            gone = Edit(*reports) if only else Edit(*place)
            yield changed("report dropped", f"{job}, {kind}", _REPORTS[kind], gone, jobs=[job])


def _all_reports() -> Iterator[Mutant]:
    """A tool with two kinds may do without one of them."""
    place = reference().blocks["checkov-cis"].place("reports", 2)
    yield changed("all reports dropped", "checkov-cis", "artifact-report-type", Edit(*place), jobs=["checkov-cis"])


def _coverage() -> Iterator[Mutant]:
    ref = reference()
    job = "unit-tests"
    block = ref.blocks[job]
    own, format_, path = block.place("coverage"), block.place("coverage_format", 4), block.place("path", 4)
    junit = block.place("junit", 3)
    yield changed("coverage dropped", job, "coverage-regex", Edit(*own), jobs=[job])
    for regex in (
        _REGEX.replace("Lines", "Statements"),
        _REGEX.replace(r"\d+\.\d+", r"\d+"),
        "'/TOTAL.*?(\\d+)%/'",
        "'/.*/'",
    ):
        yield changed(
            "coverage regex changed", f"{job}, {regex}", "coverage-regex", Edit(*own, [f"  coverage: {regex}"])
        )
    yield changed(
        "coverage format changed", job, "coverage-report-format", Edit(*format_, ["        coverage_format: jacoco"])
    )
    yield changed("coverage format dropped", job, "coverage-report-format", Edit(*format_), jobs=[job])
    yield changed("coverage path dropped", job, "coverage-report-format", Edit(*path), jobs=[job])
    yield changed("JUnit dropped", job, "junit-report", Edit(*junit), jobs=[job])
    yield from roads("coverage regex changed", job, "coverage", ["coverage: '/Branches: (\\d+)%/'"], "coverage-regex")


def _not_shared() -> Iterator[Mutant]:
    """A job that reads a file of another, and no longer gets it."""
    ref = reference()
    for job, needed in (("checkov-cis", "cdk-synth"), ("cost-estimate", "cdk-synth"), ("deploy-dev", "cdk-synth")):
        needs = ref.blocks[job].place("needs")
        lines = ref.lines[needs[0] : needs[1]]
        if len(lines) == 1:
            kept = ["  needs:", f"    - job: {needed}", "      artifacts: false"]
            gone = ["  needs: []"]
        else:
            kept = [
                text
                for line in lines
                for text in (
                    [f"    - job: {needed}", "      artifacts: false"] if line.strip() == f"- {needed}" else [line]
                )
            ]
            gone = [line for line in lines if line.strip() != f"- {needed}"]
        yield changed("artifacts: false", f"{job} of {needed}", "artifact-not-shared", Edit(*needs, kept), jobs=[job])
        yield changed("need dropped", f"{job} of {needed}", "artifact-not-shared", Edit(*needs, gone), jobs=[job])
        at = ref.blocks[job].start + 1
        yield changed(
            "dependencies: []",
            f"{job} of {needed}",
            "artifact-not-shared",
            Edit(at, at, ["  dependencies: []"]),
            jobs=[job],
        )
