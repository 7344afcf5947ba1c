"""Section E: jobs that may fail, by every road there is; scans that do not block."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.mutation.faults.roads import roads
from tests.mutation.mutant import Mutant, changed
from tests.mutation.reference import Edit, reference, script_files

RULE = "allow-failure-not-permitted"
# What the brief lets fail (section E): the names of the reference pipeline's jobs of those kinds.
INFORMATIONAL = {"mutation-tests", "prowler-pci-dss", "prowler-hipaa", "soc2-audit", "accessibility"}
_STRICT = "set -euo pipefail"
# Files with a command of another program, at the top, that must not fail unseen.
_LENIENT = [
    f"scripts/{name}.sh"
    for name in (
        "archive-evidence",
        "build-image",
        "deploy-blue-green",
        "install-dependencies",
        "resolve-image",
        "rollback",
    )
]


def blocking() -> list[str]:
    """The jobs that must not fail quietly."""
    return [job for job in reference().jobs if job not in INFORMATIONAL]


def mutants() -> Iterator[Mutant]:
    yield from _excuses()
    for job in blocking():
        yield from _keywords(job)
        yield from _script(job)
    for job in ("semgrep-sast", "unit-tests", "deploy-production", "secret-detection", "bundle", "slack-success"):
        yield from roads("allow_failure: true", job, "allow_failure", ["allow_failure: true"], RULE)
    yield from _templates()
    yield from _script_files()
    yield from _secret_detection()
    yield from _container_scans()


def _excuses() -> Iterator[Mutant]:
    """Failures that traps, early exits, branches and tools' own switches make good."""
    ref = reference()
    for job in ("bundle", "npm-audit", "cost-estimate", "unit-tests"):
        start, _ = ref.script_items(job)[0]
        for line in ("trap 'exit 0' EXIT", 'trap "rm -f x; exit 0" ERR', "exit 0", "exit"):
            yield changed("excuse before the script", f"{job}: {line}", RULE, Edit(start, start, [f"    - {line}"]))
    (start, end), *_ = ref.script_items("bundle")
    for line in (
        "if ! npm run build; then echo failed; fi",
        "npm run build && echo well || echo badly",
        "npm run build || ( echo badly )",
        "npm run build || { echo badly; true; }",
        "set +o pipefail; npm run build | tee build.log",
        "make --ignore-errors build",
    ):
        yield changed("excuse in the script", line, RULE, Edit(start, end, [f"    - {line}"]))
    for job, old, new in (
        ("semgrep-sast", " --error", ""),
        ("semgrep-sast", " --error", " --error --dryrun"),
        ("checkov-cis", " --compact", " --compact --soft-fail"),
        ("npm-audit", "--audit-level=high", "--audit-level=none"),
        ("load-test-k6", "k6 run", "k6 run --no-thresholds"),
        ("canary-smoke-tests", "newman run", "newman run --suppress-exit-code"),
    ):
        block = ref.blocks[job]
        index = next(at for at in range(block.start, block.end) if old in ref.lines[at])
        edit = Edit(index, index + 1, [ref.lines[index].replace(old, new)])
        yield changed("tool told to end well", f"{job}: {old} -> {new}", RULE, edit, jobs=[job])


def _keywords(job: str) -> Iterator[Mutant]:
    ref = reference()
    block = ref.blocks[job]
    own = block.key("allow_failure")
    gone = [Edit(*own)] if own else []
    at = block.start + 1
    for operator, lines in (
        ("allow_failure: true", ["  allow_failure: true"]),
        ("allow_failure: exit_codes", ["  allow_failure:", "    exit_codes: [1, 137]"]),
    ):
        yield changed(operator, job, RULE, *gone, Edit(at, at, lines))
    if ref.value(job, "only") is not None:
        yield changed("manual by the job's when", job, [RULE], Edit(at, at, ["  when: manual"]))
        return
    rules = block.key("rules")
    gone += [Edit(*rules)] if rules else []
    lines = ["  rules:", '    - if: $CI_COMMIT_BRANCH == "main"', "      allow_failure: true"]
    yield changed("rules: allow_failure: true", job, RULE, *gone, Edit(at, at, lines))
    lines = ['  rules: [{if: $CI_COMMIT_BRANCH == "main"}]', "  when: manual"]
    yield changed("manual by the job's when, beside rules", job, RULE, *gone, Edit(at, at, lines))


def _script(job: str) -> Iterator[Mutant]:
    ref = reference()
    items = [item for section in ("before_script", "script") for item in ref.script_items(job, section)]
    for start, end in items:
        last = ref.lines[end - 1]
        if last.endswith((" true", "'", "]")):
            continue
        for tail in (" || true", " || echo failed", " || /bin/true", " || exit 0"):
            yield changed(
                f"script line{tail}", f"{job}, line {start + 1}", RULE, Edit(end - 1, end, [last + tail]), jobs=[job]
            )
    own = ref.script_items(job)
    if own:
        start = own[0][0]
        for switch in ("set +e", "set +o errexit"):
            yield changed(switch, job, RULE, Edit(start, start, [f"    - {switch}"]), jobs=[job])


def _templates() -> Iterator[Mutant]:
    ref = reference()
    for name in (".on_main_by_hand", "stop-dev"):
        for index, _ in ref.blocks[name].find(r"\s+allow_failure: false$"):
            line = ref.lines[index].replace("false", "true")
            yield changed("rules: allow_failure turned", name, RULE, Edit(index, index + 1, [line]))
    for name in (".node", ".aws", ".approval", ".container_scan", ".notification", ".app_under_test", ".kubectl_setup"):
        at = ref.blocks[name].start + 1
        yield changed("allow_failure: true in a template", name, RULE, Edit(at, at, ["  allow_failure: true"]))


def callers(path: str) -> list[str]:
    """The jobs whose own scripts name a script file, or inherit such a script."""
    ref = reference()
    found = []
    for job in ref.jobs:
        texts = [str(ref.value(job, section) or "") for section in ("before_script", "script", "after_script")]
        if any(path in text for text in texts):
            found.append(job)
    return found


def _script_files() -> Iterator[Mutant]:
    for path, text in script_files().items():
        jobs = [job for job in callers(path) if job not in INFORMATIONAL]
        if not jobs or not path.endswith(".sh") or path == "scripts/to-gitlab-report.sh":  # that one: after_script only
            continue
        lines = text.splitlines()
        at = lines.index(_STRICT)
        yield _in_file("set +e in a script file", path, lines, {at: [_STRICT, "set +e"]})
        if path in _LENIENT:
            text = "\n".join(["set -uo pipefail" if line == _STRICT else line for line in lines]) + "\n"
            yield Mutant("set -e dropped from a script file", path, RULE, {path: text}, jobs=jobs)
        for index in _last_commands(lines):
            yield _in_file("|| true in a script file", path, lines, {index: [f"{lines[index]} || true"]})


def _last_commands(lines: list[str]) -> Iterator[int]:
    """Lines that are one whole command which does the script's work, and are neither guarded nor in a here-document."""
    prose = False
    for index, line in enumerate(lines):
        prose = line.endswith("<<'END'") or (prose and line != "END")
        if prose or "||" in line:
            continue
        whole = not line.rstrip().endswith(("\\", "|", "||", "&&", "(", "{")) and not lines[
            index - 1
        ].rstrip().endswith("\\")
        if whole and re.match(
            r"\s*(?:change )?(?:kubectl|npx|docker (?:build|push)|trivy|k6|npm|aws|lighthouse|zap\S*) ", line
        ):
            yield index


def _in_file(operator: str, path: str, lines: list[str], new: dict[int, list[str]]) -> Mutant:
    out: list[str] = []
    written: list[int] = []
    for index, line in enumerate(lines):
        for text in new.get(index, [line]):
            out.append(text)
            if index in new and text != line:
                written.append(len(out))
    place = f"{path}, line {written[0]}"
    return Mutant(operator, place, RULE, {path: "\n".join(out) + "\n"}, lines={path: written})


def _secret_detection() -> Iterator[Mutant]:
    ref = reference()
    job, rule = "secret-detection", "secret-detection-blocking"
    block = ref.blocks[job]
    own, at = block.place("allow_failure"), block.start + 1
    extends = block.place("extends")
    yield changed("allow_failure not stated", job, rule, Edit(*own), jobs=[job])
    yield changed("allow_failure: true, told as secret detection", job, rule, Edit(*own, ["  allow_failure: true"]))
    yield changed(
        "allow_failure: exit_codes, told as secret detection",
        job,
        rule,
        Edit(*own, ["  allow_failure: {exit_codes: 183}"]),
    )
    for clause in (
        ["    - changes: [src/**/*]"],
        ["    - exists: [package.json]"],
        ["    - if: $SKIP_SECRET_DETECTION", "      when: never", "    - when: on_success"],
        ["    - when: manual", "      allow_failure: false"],
        ['    - if: $CI_COMMIT_BRANCH == "main"', "      allow_failure: true"],
        ["    - when: delayed", "      start_in: 1 hour"],
    ):
        yield changed(
            "secret detection can be skipped",
            clause[0].strip(),
            rule,
            Edit(*extends),
            Edit(at, at, ["  rules:", *clause]),
        )
    for policy in (["  only:", "    changes: [src/**/*]"], ["  except:", "    variables: [$SKIP_SECRET_DETECTION]"]):
        yield changed(
            "secret detection can be skipped", " ".join(policy).strip(), rule, Edit(*extends), Edit(at, at, policy)
        )
    for index, _ in block.find(r".*--fail "):
        line = ref.lines[index]
        yield changed("secret scan never fails", job, rule, Edit(index, index + 1, [line.replace(" --fail", "")]))
        yield changed(
            "secret scan never fails",
            f"{job}, --no-fail",
            rule,
            Edit(index, index + 1, [line.replace("--fail", "--no-fail")]),
        )
        for narrow in ("--max-depth 1", "--since-commit=HEAD~1", "--since-commit HEAD"):
            edit = Edit(index, index + 1, [line.replace("--fail", f"--fail {narrow}")])
            yield changed("secret scan of the last commit", narrow, rule, edit)
    for index, _ in block.find(r"    GIT_DEPTH: "):
        yield changed(
            "secret scan of the last commit", "GIT_DEPTH", rule, Edit(index, index + 1, ['    GIT_DEPTH: "1"'])
        )
    for scanner in ("secret-detection", "semgrep-sast", "snyk-sca", "npm-audit"):
        start = ref.blocks[scanner].start + 1
        for strategy in ("none", "empty"):
            variables = ref.blocks[scanner].key("variables")
            line = f"    GIT_STRATEGY: {strategy}"
            edit = (
                Edit(variables[0] + 1, variables[0] + 1, [line])
                if variables
                else Edit(start, start, ["  variables:", line])
            )
            yield changed("scan of an empty folder", f"{scanner}, {strategy}", "scanner-switched-off", edit)


_TRIVY_PASSING = ("--ignore-unfixed", "--ignore-status will_not_fix", "--pkg-types os", "--scanners secret")


def _container_scans() -> Iterator[Mutant]:
    ref = reference()
    for job, old, news in (
        ("trivy-image", " --exit-code 1", ["", " --exit-code 0", " --exit-code=0"]),
        (
            "trivy-image",
            " --severity HIGH,CRITICAL",
            [" --severity CRITICAL", " --severity LOW,MEDIUM", " --severity=HIGH"],
        ),
        ("trivy-image", " --exit-code 1", [f" --exit-code 1 {one}" for one in _TRIVY_PASSING]),
        ("grype-image", " --fail-on high", ["", " --fail-on critical", " --fail-on=critical", " -f critical"]),
        (
            "grype-image",
            " --fail-on high",
            [" --fail-on high --only-fixed", " --fail-on high --ignore-states wont-fix"],
        ),
    ):
        for index, _ in ref.blocks[job].find(rf".*{old}"):
            for new in news:
                line = ref.lines[index].replace(old, new)
                place = f"{job}, {old.strip()} becomes {new.strip() or 'nothing'}"
                yield changed(
                    "container scan does not block",
                    place,
                    "container-scan-blocking",
                    Edit(index, index + 1, [line]),
                    jobs=[job],
                )
