"""Scenario: one situation in which GitLab would create a pipeline, and the named ones that are judged by default.

What each kind of pipeline has is `doc/ci/variables/predefined_variables.md` and `doc/ci/jobs/job_rules.md`.
"""

from __future__ import annotations

from cilint.plan.predefined import is_predefined, slug_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from cilint.plan.tree import Tree

ZEROS = "0" * 40
_SHA = "1ecfd275763eff1d6b4844ea3168962458c9f27a"
_BEFORE = "2293ada6b400935a1378653304eaf6221e0fdb8f"
_PROJECT = "group/project"

# What every pipeline has, whatever started it.
_ALWAYS = {
    "CI": "true",
    "GITLAB_CI": "true",
    "CI_API_V4_URL": "https://gitlab.example.com/api/v4",
    "CI_COMMIT_AUTHOR": "Alex Doe <alex@example.com>",
    "CI_COMMIT_DESCRIPTION": "",
    "CI_COMMIT_MESSAGE": "Change something",
    "CI_COMMIT_SHA": _SHA,
    "CI_COMMIT_SHORT_SHA": _SHA[:8],
    "CI_COMMIT_TIMESTAMP": "2025-01-01T12:00:00+00:00",
    "CI_COMMIT_TITLE": "Change something",
    "CI_CONFIG_PATH": ".gitlab-ci.yml",
    "CI_DEFAULT_BRANCH": "main",
    "CI_DEPENDENCY_PROXY_SERVER": "gitlab.example.com:443",
    "CI_PIPELINE_CREATED_AT": "2025-01-01T12:00:00Z",
    "CI_PIPELINE_IID": "1",
    "CI_PROJECT_ID": "1",
    "CI_PROJECT_NAME": "project",
    "CI_PROJECT_NAMESPACE": "group",
    "CI_PROJECT_PATH": _PROJECT,
    "CI_PROJECT_PATH_SLUG": "group-project",
    "CI_PROJECT_ROOT_NAMESPACE": "group",
    "CI_PROJECT_TITLE": "project",
    "CI_PROJECT_URL": f"https://gitlab.example.com/{_PROJECT}",
    "CI_PROJECT_VISIBILITY": "private",
    "CI_REGISTRY": "registry.gitlab.example.com",
    "CI_REGISTRY_IMAGE": f"registry.gitlab.example.com/{_PROJECT}",
    "CI_SERVER": "yes",
    "CI_SERVER_FQDN": "gitlab.example.com",
    "CI_SERVER_HOST": "gitlab.example.com",
    "CI_SERVER_NAME": "GitLab",
    "CI_SERVER_PORT": "443",
    "CI_SERVER_PROTOCOL": "https",
    "CI_SERVER_URL": "https://gitlab.example.com",
    "CI_TEMPLATE_REGISTRY_HOST": "registry.gitlab.com",
    "GITLAB_USER_EMAIL": "alex@example.com",
    "GITLAB_USER_ID": "1",
    "GITLAB_USER_LOGIN": "alex",
    "GITLAB_USER_NAME": "Alex Doe",
}


class Scenario:
    """One situation.

    name: a word for it; title: the same for people. variables: the predefined variables. outside: those that come
    from the person or the project: pipeline, schedule, trigger and settings variables, which YAML cannot override.
    changed: the changed files; None when GitLab has no diff. tree: the files of the commit, None when not known.
    """

    __slots__ = ("changed", "name", "outside", "title", "tree", "variables")

    def __init__(
        self,
        name: str,
        variables: Mapping[str, str],
        *,
        outside: Mapping[str, str] | None = None,
        changed: Iterable[str] | None = None,
        tree: Tree | None = None,
        title: str = "",
    ) -> None:
        self.name = name
        self.title = title or name
        self.variables = dict(variables)
        self.outside = dict(outside or {})
        self.changed = None if changed is None else tuple(dict.fromkeys(changed))
        self.tree = tree

    @property
    def kind(self) -> str:
        """One of "merge-request", "tag" and "branch", by which of the telling variables is there."""
        if "CI_MERGE_REQUEST_IID" in self.variables:
            return "merge-request"
        return "tag" if "CI_COMMIT_TAG" in self.variables else "branch"

    @property
    def source(self) -> str:
        """What started the pipeline; a push, or the merge request, where `CI_PIPELINE_SOURCE` is not given."""
        usual = "merge_request_event" if self.kind == "merge-request" else "push"
        return self.variables.get("CI_PIPELINE_SOURCE", usual)

    @property
    def ref(self) -> str:
        """The name of the branch or tag; of a merge request its source branch."""
        given = self.variables
        for name in ("CI_COMMIT_TAG", "CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"):
            if name in given:
                return given[name]
        return ""

    def given(
        self,
        *,
        name: str | None = None,
        variables: Mapping[str, str] | None = None,
        changed: Iterable[str] | None = None,
        tree: Tree | None = None,
    ) -> Scenario:
        """The same situation with more given. Variables that are not predefined come from outside."""
        predefined, outside = dict(self.variables), dict(self.outside)
        for key, value in (variables or {}).items():
            (predefined if is_predefined(key) else outside)[key] = value
        return Scenario(
            name or self.name,
            predefined,
            outside=outside,
            changed=self.changed if changed is None else changed,
            tree=self.tree if tree is None else tree,
            title=self.title,
        )

    def __repr__(self) -> str:
        return f"Scenario({self.name})"


def exactly(variables: Mapping[str, str], changed: Iterable[str] | None = None, tree: Tree | None = None) -> Scenario:
    """The situation in which exactly these variables are there."""
    empty = Scenario("given", {}, title="the given variables")
    return empty.given(variables=variables).given(changed=changed, tree=tree)


def branch(name: str = "main", *, source: str = "push", default: str = "main") -> Scenario:
    """A pipeline of a branch; only a push knows the commit before. source: `CI_PIPELINE_SOURCE`."""
    return Scenario(
        f"{source}-{name}",
        {
            **_ref(name, source, protected=name == default),
            "CI_COMMIT_BRANCH": name,
            "CI_DEFAULT_BRANCH": default,
            "CI_COMMIT_BEFORE_SHA": _BEFORE if source == "push" else ZEROS,
        },
        title=f"push to {name}" if source == "push" else f"{source} on {name}",
    )


def tag(name: str = "v1.0.0", *, source: str = "push", default: str = "main") -> Scenario:
    """A pipeline of a tag."""
    return Scenario(
        f"tag-{name}",
        {
            **_ref(name, source, protected=True),
            "CI_COMMIT_TAG": name,
            "CI_COMMIT_TAG_MESSAGE": "",
            "CI_DEFAULT_BRANCH": default,
            "CI_COMMIT_BEFORE_SHA": ZEROS,
        },
        title=f"tag {name}",
    )


def schedule(name: str = "main", *, default: str = "main") -> Scenario:
    """A scheduled pipeline of a branch."""
    scenario = branch(name, source="schedule", default=default)
    scenario.variables["CI_PIPELINE_SCHEDULE_DESCRIPTION"] = "nightly"
    scenario.title = f"schedule on {name}"
    return scenario


def merge_request(source: str = "feature/change", target: str = "main", *, default: str = "main") -> Scenario:
    """A merge request pipeline (detached, as in Community Edition)."""
    url = f"https://gitlab.example.com/{_PROJECT}"
    return Scenario(
        f"merge-request-{source}",
        {
            **_ref(source, "merge_request_event", protected=False),
            "CI_DEFAULT_BRANCH": default,
            "CI_COMMIT_BEFORE_SHA": ZEROS,
            "CI_OPEN_MERGE_REQUESTS": f"{_PROJECT}!1",
            "CI_MERGE_REQUEST_APPROVED": "false",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": _BEFORE,
            "CI_MERGE_REQUEST_DIFF_ID": "1",
            "CI_MERGE_REQUEST_DRAFT": "false",
            "CI_MERGE_REQUEST_EVENT_TYPE": "detached",
            "CI_MERGE_REQUEST_ID": "1",
            "CI_MERGE_REQUEST_IID": "1",
            "CI_MERGE_REQUEST_PROJECT_ID": "1",
            "CI_MERGE_REQUEST_PROJECT_PATH": _PROJECT,
            "CI_MERGE_REQUEST_PROJECT_URL": url,
            "CI_MERGE_REQUEST_REF_PATH": "refs/merge-requests/1/head",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": source,
            "CI_MERGE_REQUEST_SOURCE_BRANCH_PROTECTED": "false",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": _PROJECT,
            "CI_MERGE_REQUEST_SOURCE_PROJECT_URL": url,
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": target,
            "CI_MERGE_REQUEST_TARGET_BRANCH_PROTECTED": "true" if target == default else "false",
            "CI_MERGE_REQUEST_TITLE": "Change something",
            "CI_MERGE_REQUEST_DESCRIPTION": "",
        },
        title=f"merge request {source} into {target}",
    )


def _ref(name: str, source: str, *, protected: bool) -> dict[str, str]:
    extra = {"CI_PIPELINE_TRIGGERED": "true", "CI_TRIGGER_SHORT_TOKEN": "abcd"} if source == "trigger" else {}
    return {
        **_ALWAYS,
        **extra,
        "CI_PIPELINE_SOURCE": source,
        "CI_COMMIT_REF_NAME": name,
        "CI_COMMIT_REF_SLUG": slug_of(name),
        "CI_COMMIT_REF_PROTECTED": "true" if protected else "false",
    }


def described(
    variables: Mapping[str, str],
    *,
    branch_name: str = "",
    tag_name: str = "",
    of_merge_request: bool = False,
    scheduled: bool = False,
    source: str = "",
    default: str = "main",
) -> Scenario:
    """The situation that a few words describe: a push to the default branch when they say nothing.

    With predefined variables and nothing else it is exactly what is given. source: `CI_PIPELINE_SOURCE`.
    """
    if of_merge_request:
        scenario = merge_request(branch_name or "feature/change", default, default=default)
    elif tag_name:
        scenario = tag(tag_name, source="schedule" if scheduled else source or "push", default=default)
    elif scheduled:
        scenario = schedule(branch_name or default, default=default)
    elif branch_name or source or not any(is_predefined(name) for name in variables):
        scenario = branch(branch_name or default, source=source or "push", default=default)
    else:
        scenario = exactly({})
    return scenario.given(variables=variables)


def named(said: Mapping[str, Mapping[str, Any]], variables: Mapping[str, str]) -> list[Scenario]:
    """The scenarios that settings name (`ScenarioModel` in cilint/settings/schema.py); the default set for none.

    variables: those that the settings give to every scenario.
    """
    default = variables.get("CI_DEFAULT_BRANCH", "main")
    if not said:
        return [scenario.given(variables=variables) for scenario in default_scenarios(default=default)]
    scenarios = []
    for name, words in said.items():
        scenario = described(
            words.get("variables", {}),
            branch_name=words.get("branch", ""),
            tag_name=words.get("tag", ""),
            of_merge_request=words.get("merge-request", False),
            scheduled=words.get("schedule", False),
            source=words.get("source", ""),
            default=default,
        )
        own = {**variables, **words.get("variables", {})}
        scenario = scenario.given(name=name, variables=own, changed=words.get("changed"))
        scenario.title = f"{name} ({scenario.title})"
        scenarios.append(scenario)
    return scenarios


def default_scenarios(tree: Tree | None = None, *, default: str = "main") -> list[Scenario]:
    """The situations that rules are judged in when the settings name none: every way to a pipeline that teams use.

    Without a diff `changes` clauses are true, so three of them have one: an image changed, other code, only text.
    """
    feature = branch("feature/change", default=default)
    request = merge_request(target=default, default=default)
    with_image, with_code, with_text = ("Dockerfile",), ("src/main.py",), ("docs/index.md",)
    named = [
        ("main", branch(default, default=default)),
        ("develop", branch("develop", default=default)),
        ("feature", feature),
        ("merge-request", request),
        ("tag", tag(default=default)),
        ("schedule", schedule(default, default=default)),
        ("web", branch(default, source="web", default=default)),
        ("api", branch(default, source="api", default=default)),
        ("trigger", branch(default, source="trigger", default=default)),
        ("main-dockerfile", branch(default, default=default).given(changed=with_image)),
        ("main-code", branch(default, default=default).given(changed=with_code)),
        ("merge-request-dockerfile", request.given(changed=with_image)),
        ("merge-request-code", request.given(changed=with_code)),
        ("merge-request-docs", request.given(changed=with_text)),
    ]
    return [scenario.given(name=name, tree=tree) for name, scenario in named]
