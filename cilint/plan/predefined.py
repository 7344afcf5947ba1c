"""Predefined variables: which names GitLab sets itself, and those that belong to one job.

Sources: `doc/ci/variables/predefined_variables.md`, `lib/gitlab/ci/variables/builder.rb`
(`predefined_variables_from_job_attr`), `app/models/environment.rb` (`guess_tier`).
"""

from __future__ import annotations

from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.pipeline.matrix import Instance

_FAMILIES = (
    "CI_API_", "CI_BUILD_", "CI_COMMIT_", "CI_CONCURRENT_", "CI_DEPENDENCY_PROXY_", "CI_DEPLOY_", "CI_ENVIRONMENT_",
    "CI_EXTERNAL_PULL_REQUEST_", "CI_JOB_", "CI_KUBERNETES_", "CI_MERGE_REQUEST_", "CI_NODE_", "CI_PAGES_",
    "CI_PIPELINE_", "CI_PROJECT_", "CI_REGISTRY_", "CI_RELEASE_", "CI_RUNNER_", "CI_SERVER_", "CI_TEMPLATE_",
    "CI_TRIGGER_", "CI_UPSTREAM_", "GITLAB_USER_", "CHAT_",
)  # fmt: skip
_NAMES = frozenset((
    "CI", "GITLAB_CI", "CI_BUILDS_DIR", "CI_CONFIG_PATH", "CI_DEBUG_SERVICES", "CI_DEBUG_TRACE", "CI_DEFAULT_BRANCH",
    "CI_DEFAULT_BRANCH_SLUG", "CI_DISPOSABLE_ENVIRONMENT", "CI_GITLAB_FIPS_MODE", "CI_HAS_OPEN_REQUIREMENTS",
    "CI_OPEN_MERGE_REQUESTS", "CI_REGISTRY", "CI_REPOSITORY_URL", "CI_SERVER", "CI_SHARED_ENVIRONMENT",
    "CI_WORKLOAD_ID", "GITLAB_FEATURES", "KUBECONFIG", "TRIGGER_PAYLOAD",
))  # fmt: skip
USER = "GITLAB_USER_"  # set after YAML variables, so YAML cannot override them (builder.rb)

SLUG_LENGTH = 63  # characters
_NO_SLUG = Pattern("[^a-z0-9]")
_GROUP = Pattern(r"[\b\s:]+((\[.*\])|(\d+[\s:/\\]+\d+))\s*\Z")
_TIERS = (
    ("development", Pattern("(?i)dev|review|trunk")),
    ("testing", Pattern("(?i)test|tst|int|ac(ce|)pt|qa|qc|control|quality")),
    ("staging", Pattern("(?i)st(a|)g|mod(e|)l|pre|demo|non")),
    ("production", Pattern("(?i)pr(o|)d|live")),
)


def is_predefined(name: str) -> bool:
    """Whether GitLab or the runner sets a variable of this name itself."""
    return name in _NAMES or name.startswith(_FAMILIES)


def of_job(instance: Instance, stage: str, when: str) -> dict[str, str]:
    """The variables of one job that its own rules see. when: at job level; the one of a rule is not known yet."""
    found = {
        "CI_JOB_NAME": instance.name,
        "CI_JOB_NAME_SLUG": slug_of(instance.name),
        "CI_JOB_GROUP_NAME": group_name(instance.name),
        "CI_JOB_STAGE": stage,
        "CI_NODE_TOTAL": str(instance.total),
    }
    if when in ("manual", "delayed"):
        found["CI_JOB_MANUAL"] = "true"
    if instance.index:
        found["CI_NODE_INDEX"] = str(instance.index)
    return found


def slug_of(text: str) -> str:
    """A text as GitLab has it in `CI_COMMIT_REF_SLUG` and its like (`lib/gitlab/utils.rb`, `slugify`)."""
    return _NO_SLUG.sub("-", text.lower())[:SLUG_LENGTH].strip("-")


def group_name(name: str) -> str:
    """The name without the number or the values of an instance (`lib/gitlab/utils/job.rb`)."""
    for _ in range(3):
        shorter = _GROUP.sub("", name)
        if shorter == name:
            break
        name = shorter
    return name.strip()


def tier_of(environment: str) -> str:
    """The deployment tier that GitLab guesses from the name of an environment."""
    return next((tier for tier, pattern in _TIERS if pattern.search(environment)), "other")
