"""`artifacts:` and its reports (lib/gitlab/ci/config/entry/artifacts.rb, reports.rb, reports/coverage_report.rb)."""

from __future__ import annotations

from cilint.language.shapes import FLAG, TEXT, Duration, Text, Words
from cilint.language.structures import STRING_OR_STRINGS, STRINGS, Fields
from cilint.pattern import Pattern
from cilint.tree.node import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults, Way

_KINDS = (
    "accessibility", "annotations", "api_fuzzing", "browser_performance", "cluster_image_scanning", "codequality",
    "container_scanning", "coverage_fuzzing", "cyclonedx", "dast", "dependency_scanning", "dotenv", "junit",
    "license_scanning", "load_performance", "lsif", "metrics", "performance", "repository_xray", "requirements",
    "requirements_v2", "sarif", "sast", "secret_detection", "terraform",
)  # fmt: skip

_COVERAGE_REPORT = Fields(
    {"coverage_format": Words("cobertura", "jacoco"), "path": Text(blank=False)},
    required=("coverage_format", "path"),
    words="a map with `coverage_format` and `path`",
)
REPORTS = Fields(
    {**dict.fromkeys(_KINDS, STRING_OR_STRINGS), "coverage_report": _COVERAGE_REPORT},
    hints={
        "cobertura": "it is `coverage_report: {coverage_format: cobertura, path: ...}` now",
        "jacoco": "it is `coverage_report: {coverage_format: jacoco, path: ...}`",
        "codeclimate": "did you mean `codequality`?",
        "license_management": "did you mean `license_scanning`?",
        "sbom": "did you mean `cyclonedx`?",
    },
)


def _check_expose_as(node: Mapping, path: Way, faults: Faults) -> None:
    """`expose_as` needs paths, and paths without `*`."""
    if node.set("expose_as") is None:
        return
    paths = node.set("paths")
    if paths is None or (isinstance(paths, Sequence) and not paths.items):
        faults.missing(path, ("paths",), "needs `paths` beside `expose_as`: paths can't be blank")
    elif isinstance(paths, Sequence):
        for index, item in enumerate(paths.items):
            if isinstance(item, Scalar) and isinstance(item.value, str) and "*" in item.value:
                faults.add("keyword-conflict", (*path, "paths", index), "can't contain '*' when used with 'expose_as'")


_EXPOSE_AS = (Pattern(r"(?a)\w[-\w ]*\Z"), "can contain only letters, digits, '-', '_' and spaces")

ARTIFACTS = Fields(
    {
        "name": TEXT,
        "untracked": FLAG,
        "paths": STRINGS,
        "reports": REPORTS,
        "when": Words("on_success", "on_failure", "always"),
        "expire_in": Duration(never=True),
        "expose_as": Text(longest=100, form=_EXPOSE_AS),
        "exclude": STRINGS,
        "public": FLAG,
        "access": Words("none", "developer", "maintainer", "all"),
    },
    exclusive=(("access", "public"),),
    hints={"expires_in": "did you mean `expire_in`?", "expiry": "did you mean `expire_in`?"},
    checks=(_check_expose_as,),
)
