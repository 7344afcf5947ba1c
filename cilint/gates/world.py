"""The world in which pipelines are created: what kinds there are, and which predefined variables come together.

Every fact is of `doc/ci/variables/predefined_variables.md`, `doc/ci/jobs/job_rules.md` and
`lib/gitlab/ci/variables/builder/pipeline.rb`; what is not certain is left free, so that no proof rests on it.
"""

from __future__ import annotations

from cilint.gates.claim import OUTSIDE, OVERRIDE
from cilint.gates.classes import GIT_REF_NAME, Language
from cilint.gates.regex import parse, quote
from cilint.gates.slug import Slugged
from cilint.gates.solver import FALSE, TRUE
from cilint.gates.text import Text
from cilint.notation.patterns import Pattern
from cilint.plan.predefined import USER, is_predefined
from cilint.plan.scenario import ZEROS, branch, merge_request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from cilint.gates.claim import Assumptions
    from cilint.gates.solver import Model, Solver
    from cilint.gates.texts import Texts

    Atom: TypeAlias = "Text | Pattern | str | bool | None"
    Cases: TypeAlias = "list[tuple[int, Atom]]"  # exclusive conditions that cover everything, each with a value

PIPELINE_KINDS = ("branch", "tag", "merge_request")
# By how ordinary they are; which kinds of pipelines each starts.
SOURCES = {
    "push": ("branch", "tag"),
    "merge_request_event": ("merge_request",),
    "schedule": ("branch", "tag"),
    "web": ("branch", "tag"),
    "api": ("branch", "tag"),
    "trigger": ("branch", "tag"),
    "parent_pipeline": PIPELINE_KINDS,
    "pipeline": ("branch", "tag"),
    "external_pull_request_event": ("branch",),
    "chat": ("branch",),
}
# Never set by GitLab before a job runs, so that conditions do not see them (gitlab: variables/builder.rb).
_LATER = (
    "CI_JOB_ID", "CI_JOB_URL", "CI_JOB_TOKEN", "CI_JOB_STARTED_AT", "CI_JOB_STATUS", "CI_PIPELINE_ID",
    "CI_PIPELINE_URL", "CI_REGISTRY_USER", "CI_REGISTRY_PASSWORD", "CI_DEPLOY_USER", "CI_DEPLOY_PASSWORD",
    "CI_REPOSITORY_URL", "CI_DEPENDENCY_PROXY_USER", "CI_DEPENDENCY_PROXY_PASSWORD",
)  # fmt: skip
_LATER_FAMILIES = ("CI_RUNNER_", "CI_JOB_", "CI_NODE_", "CI_ENVIRONMENT_", "CI_BUILD_", "CI_CONCURRENT_")
# Set by GitLab's users, though the names look like GitLab's own.
_SWITCHES = frozenset(("CI_DEBUG_TRACE", "CI_DEBUG_SERVICES", "KUBECONFIG"))
_WORDS = {"CI": "true", "GITLAB_CI": "true", "CI_SERVER": "yes"}
_SOMETIMES_TRUE = frozenset(("CI_DEPLOY_FREEZE", "CI_KUBERNETES_ACTIVE", "CI_GITLAB_FIPS_MODE"))
_MR_OPTIONAL = frozenset((
    "CI_MERGE_REQUEST_LABELS", "CI_MERGE_REQUEST_ASSIGNEES", "CI_MERGE_REQUEST_MILESTONE",
    "CI_MERGE_REQUEST_APPROVED", "CI_MERGE_REQUEST_DIFF_ID", "CI_MERGE_REQUEST_DIFF_BASE_SHA",
    "CI_MERGE_REQUEST_SQUASH_ON_MERGE", "CI_MERGE_REQUEST_DESCRIPTION", "CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED",
))  # fmt: skip
_MR_EVENTS = ("detached", "merged_result", "merge_train")
_NUMBER = Language(inside=[parse(r"^[1-9][0-9]*$")])
_SHA = Language(inside=[parse(r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$")])
_A_SLUG = "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$"
# Of any length: what is asked of a slug is asked of the name it is made of, too, and there 63 characters are all that count.
_SLUG = Language(inside=[parse("^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$")])
_PATH = Language(inside=[parse(r"^[A-Za-z0-9_.][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.][A-Za-z0-9_.-]*)*$")])
_LANGUAGES = {
    "CI_COMMIT_SHA": _SHA,
    "CI_COMMIT_SHORT_SHA": Language(inside=[parse(r"^[0-9a-f]{8}$")]),
    "CI_PIPELINE_IID": _NUMBER,
    "CI_PROJECT_ID": _NUMBER,
    "CI_PROJECT_NAME": _PATH,
    "CI_PROJECT_NAMESPACE": _PATH,
    "CI_PROJECT_PATH": _PATH,
    "CI_PROJECT_ROOT_NAMESPACE": _PATH,
    "CI_SERVER_PORT": _NUMBER,
    "GITLAB_USER_ID": _NUMBER,
}
_CHOICES = {
    "CI_PROJECT_VISIBILITY": ("private", "internal", "public"),
    "CI_SERVER_PROTOCOL": ("https", "http"),
}
_PASSED = ("true", "1", "yes", "on", "x")  # what people set variables to
_HINTS = {**branch().variables, **merge_request().variables}


class World:
    """The unknowns that all conditions of a pipeline share.

    kind, source: a term for each value. ref: the name of the branch or tag, of a merge request its source branch.
    diff: whether GitLab knows the changed files. slug: the text of CI_COMMIT_REF_SLUG, None if nobody asked;
    slugged: whether it is not empty. undecided: terms that only other files or GitLab itself decide, with
    the reason for each: what rests on them is neither proven nor refuted.
    """

    __slots__ = (
        "_outside", "assume", "default", "diff", "kind", "levels", "names", "overridden", "passed", "protected", "ref",
        "slug", "slugged", "solver", "source", "texts", "undecided", "users",
    )  # fmt: skip

    def __init__(self, solver: Solver, texts: Texts, assume: Assumptions) -> None:
        self.solver = solver
        self.texts = texts
        self.assume = assume
        self.kind = {name: solver.new_var(name) for name in PIPELINE_KINDS}
        self.source = {name: solver.new_var(name) for name in SOURCES}
        self.diff = solver.new_var("diff")
        self.protected = solver.new_var("protected")
        self.ref = Text("ref", GIT_REF_NAME, ("main",))
        self.default = Text("CI_DEFAULT_BRANCH", GIT_REF_NAME, ("main", "master", "trunk"))
        self.slug: Text | None = None
        self.slugged = solver.new_var("the slug is not empty")
        # Each level allows what it names and what came before; they are assumed when a question is asked.
        self.levels = {OUTSIDE: solver.new_var("outside"), OVERRIDE: solver.new_var("override")}
        self.passed: dict[str, int] = {}  # variables that somebody may pass, each with whether it is
        self.overridden: dict[str, int] = {}  # the same for predefined ones
        self.users: list[Text] = [self.ref, self.default]
        self.names: dict[str, Cases] = {}  # every predefined variable that was asked for
        self.undecided: dict[int, str] = {}
        self._outside: dict[str, Cases] = {}
        self._constrain()

    def _constrain(self) -> None:
        solver, kind, source = self.solver, self.kind, self.source
        solver.add(solver.exactly_one(list(kind.values())))
        solver.add(solver.exactly_one(list(source.values())))
        for name, kinds in SOURCES.items():
            solver.add(-source[name], *(kind[one] for one in kinds))
        if self.assume.sources:
            solver.add(*(source[name] for name in self.assume.sources if name in source))
        if self.assume.kinds:
            solver.add(*(kind[name] for name in self.assume.kinds))
        # A merge request has a diff, an updated branch, too; a child pipeline has what its parent has. Of external pull
        # requests it is not documented, so they may.
        compared = ("merge_request_event", "push", "parent_pipeline", "external_pull_request_event")
        solver.add(-self.diff, *(source[name] for name in compared))
        solver.add(-self.diff, -kind["tag"])
        solver.add(-kind["merge_request"], self.diff)

    def may_pass(self, level: int) -> list[int]:
        """What to assume so that outsiders do no more than a level allows."""
        return [term if number <= level else -term for number, term in self.levels.items()]

    def text(self, name: str, language: Language | None = None) -> Text:
        """A new unknown text."""
        hint = _HINTS.get(name)
        is_ours = is_predefined(name) and name not in _SWITCHES
        made = Text(name, language, (hint,) if hint else () if is_ours else _PASSED)
        self.users.append(made)
        return made

    def unused(self, model: Model) -> set[Text]:
        """The texts that are the value of nothing in a model, as those of variables that nobody passes."""
        cases = [case for listed in (*self.names.values(), *self._outside.values()) for case in listed]
        texts = {atom: False for _, atom in cases if isinstance(atom, Text)}
        texts |= {atom: True for guard, atom in cases if isinstance(atom, Text) and model.holds(guard)}
        return {text for text, is_used in texts.items() if not is_used}

    def ask_slug(self) -> None:
        """Let a slug that is asked for be that of the ref: what is asked of it is asked of the ref."""
        slug, ref, texts = self.slug, self.ref, self.texts
        if slug is None:
            return
        self.solver.add(self.solver.iff(self.slugged, texts.matches(ref, Slugged(Pattern("any slug", "")))))
        asked = [(Pattern(literal, f"^{quote(literal)}$"), term) for literal, term in slug.equal.items()]
        answers = [(term, texts.matches(ref, Slugged(one))) for one, term in (*asked, *texts.patterns_of(slug))]
        answers += [(term, texts.matches(ref, Slugged(Pattern(w, ""), whole=w))) for w, term in slug.inside.items()]
        if ref in slug.same:
            answers.append((slug.same[ref], texts.matches(ref, Pattern("a slug", _A_SLUG))))
        for term, answer in answers:
            self.solver.add(-self.slugged, self.solver.iff(term, answer))

    @property
    def outside_names(self) -> list[str]:
        """The variables that may come from outside and were asked for."""
        return [name for name in self._outside if not is_predefined(name) or name in _SWITCHES]

    # -- variables

    def strong(self, name: str) -> Cases:
        """What comes from outside and outranks YAML: conditions with values, the last for "nothing": None."""
        known = self._outside.get(name)
        if known is None:
            known = self._outside[name] = self._strong(name)
        return known

    def _strong(self, name: str) -> Cases:
        assumed = self.assume.variables
        if is_predefined(name) and name not in _SWITCHES:
            if name in assumed:
                return [(TRUE, None)]
            term = self.overridden[name] = self.solver.new_var(f"${name} overridden")
            self.solver.add(-term, self.levels[OUTSIDE if name in self.assume.handed else OVERRIDE])
            return [(term, self.text(name)), (-term, None)]
        if name in assumed:
            return [(TRUE, assumed[name])]
        term = self.passed[name] = self.solver.new_var(f"${name} passed")
        self.solver.add(-term, self.levels[OUTSIDE])
        return [(term, self.text(name)), (-term, self.assume.given.get(name))]

    def predefined(self, name: str) -> Cases:
        """What GitLab sets itself."""
        known = self.names.get(name)
        if known is None:
            known = self.names[name] = self._fixed(name, self._predefined_cases(name))
        return known

    def _fixed(self, name: str, cases: Cases) -> Cases:
        """Hold a predefined variable to what is assumed of it."""
        if name in self.assume.variables:
            wanted = self.assume.variables[name]
            self.solver.add(*(self.solver.all_of((guard, self._is(atom, wanted))) for guard, atom in cases))
        return cases

    def _is(self, atom: Atom, wanted: str | None) -> int:
        if isinstance(atom, Text):
            return FALSE if wanted is None else self.texts.equals(atom, wanted)
        return TRUE if atom == wanted else FALSE

    def _predefined_cases(self, name: str) -> Cases:
        if name in _WORDS:
            return [(TRUE, _WORDS[name])]
        if name in _SOMETIMES_TRUE:
            return self._when(self.solver.new_var(name), "true")
        if name in _LATER or name in _SWITCHES or name.startswith(_LATER_FAMILIES):
            return [(TRUE, None)]
        if name in _CHOICES:
            return self._one_of(TRUE, _CHOICES[name])
        if name in _LANGUAGES:
            return [(TRUE, self.text(name, _LANGUAGES[name]))]
        cases = self._of_ref(name) or self._of_kind(name)
        if cases is not None:
            return cases
        if name in _HINTS or name.startswith(USER):
            return [(TRUE, self.text(name))]
        return self._when(self.solver.new_var(f"${name} set"), self.text(name))

    def _of_ref(self, name: str) -> Cases | None:
        """What hangs on the name of the ref; None for other variables."""
        if name == "CI_COMMIT_REF_NAME":
            return [(TRUE, self.ref)]
        if name == "CI_COMMIT_REF_SLUG":
            self.slug = self.text(name, _SLUG)
            return [(self.slugged, self.slug), (-self.slugged, "")]
        if name == "CI_COMMIT_REF_PROTECTED":
            return [(self.protected, "true"), (-self.protected, "false")]
        if name == "CI_DEFAULT_BRANCH":
            return [(TRUE, self.default)]
        if name == "CI_COMMIT_BRANCH":
            return self._when(self.kind["branch"], self.ref)
        if name == "CI_COMMIT_TAG":
            return self._when(self.kind["tag"], self.ref)
        return None

    def _of_kind(self, name: str) -> Cases | None:
        """What only some kinds of pipelines have, or some sources; None for other variables."""
        kind, source = self.kind, self.source
        if name == "CI_PIPELINE_SOURCE":
            return [(term, value) for value, term in source.items()]
        if name == "CI_COMMIT_TAG_MESSAGE":
            return self._when(kind["tag"], self.text(name))
        if name == "CI_COMMIT_BEFORE_SHA":
            return self._before()
        if name.startswith("CI_MERGE_REQUEST_"):
            return self._of_merge_request(name)
        if name.startswith("CI_EXTERNAL_PULL_REQUEST_"):
            number = _NUMBER if name.endswith("_IID") else None
            return self._when(source["external_pull_request_event"], self.text(name, number))
        if name.startswith("CHAT_"):
            return self._when(source["chat"], self.text(name))
        if name == "CI_PIPELINE_TRIGGERED":
            return self._when(source["trigger"], "true")
        if name in ("CI_TRIGGER_SHORT_TOKEN", "TRIGGER_PAYLOAD"):
            return self._when(source["trigger"], self.text(name))
        if name == "CI_PIPELINE_SCHEDULE_DESCRIPTION":
            return self._when(source["schedule"], self.text(name))
        if name == "CI_OPEN_MERGE_REQUESTS":
            open_ = self.solver.new_var("open merge requests")
            return self._when(self.solver.all_of((open_, -kind["tag"])), self.text(name))
        return None

    def _of_merge_request(self, name: str) -> Cases:
        request = self.kind["merge_request"]
        rest = name.removeprefix("CI_MERGE_REQUEST_")
        if rest == "SOURCE_BRANCH_NAME":
            return self._when(request, self.ref)
        if rest == "TARGET_BRANCH_NAME":
            return self._when(request, self.text(name, GIT_REF_NAME))
        if rest == "EVENT_TYPE":
            return [*self._one_of(request, _MR_EVENTS), (-request, None)]
        if rest.endswith("_PROTECTED") or rest in ("DRAFT", "SQUASH_ON_MERGE"):
            return [*self._one_of(request, ("false", "true")), (-request, None)]
        if name in _MR_OPTIONAL:
            return self._when(self.solver.all_of((request, self.solver.new_var(f"${name} set"))), self.text(name))
        return self._when(request, self.text(name, _NUMBER if rest.endswith("ID") else None))

    def _one_of(self, guard: int, values: tuple[str, ...]) -> Cases:
        cases: Cases = []
        for value in values[:-1]:
            term = self.solver.new_var(value)
            cases.append((self.solver.all_of((guard, -term)), value))
            guard = self.solver.all_of((guard, term))
        return [*cases, (guard, values[-1])]

    def _before(self) -> Cases:
        """A push to a branch that was there has a commit before it, and with it a diff."""
        text = self.text("CI_COMMIT_BEFORE_SHA")
        text.hints = (*text.hints, ZEROS)
        fresh = self.texts.equals(text, ZEROS)
        push = self.solver.all_of((self.source["push"], self.kind["branch"]))
        self.solver.add(-push, self.solver.iff(self.diff, -fresh))
        self.solver.add(-self.source["merge_request_event"], fresh)
        return [(TRUE, text)]

    def _when(self, term: int, value: Atom) -> Cases:
        return [(term, value), (-term, None)]


def value_of(model: Model, cases: Cases, values: dict[Text, str]) -> str | None:
    """The value that a model gives a variable."""
    for guard, atom in cases:
        if model.holds(guard):
            return values[atom] if isinstance(atom, Text) else atom if isinstance(atom, str) else None
    return None
