"""Which jobs exist: every job's conditions, and GitLab's refusals, in terms of the world's unknowns.

It mirrors `cilint/plan/planner.py` and `candidate.py` for all scenarios at once.
"""

from __future__ import annotations

from cilint.gates.changes import Changes
from cilint.gates.conditions import Conditions
from cilint.gates.made import Made, Way
from cilint.gates.solver import FALSE, TRUE
from cilint.notation.expression import ExpressionError, parse
from cilint.notation.patterns import PatternError, compile_pattern
from cilint.pipeline.variables import names_inherited
from cilint.plan.candidate import NeededJob
from cilint.plan.only_except import plural
from cilint.plan.planner import EDGE_STAGES, MAX_NEEDS
from cilint.plan.predefined import USER, is_predefined
from cilint.tree.node import Mapping, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cilint.gates.budget import Limits
    from cilint.gates.text import Text
    from cilint.gates.world import Cases, World
    from cilint.notation.expression import Expression
    from cilint.pipeline.variables import Definitions
    from cilint.plan import Planner, Tree
    from cilint.plan.candidate import Candidate, Condition
    from cilint.span import Span
    from cilint.tree.site import Site


class Creation:
    """All jobs of a pipeline.

    exists: whether GitLab creates the pipeline at all. places: by name of a variable, where it is first asked about.
    """

    __slots__ = (
        "_answers", "_chosen", "_lookups", "_tests", "_tree", "changes", "conditions", "exists", "jobs", "places",
        "planner", "solver", "world",
    )  # fmt: skip

    def __init__(self, planner: Planner, world: World, limits: Limits, tree: Tree | None) -> None:
        self.planner = planner
        self.world = world
        self.solver = world.solver
        self.conditions = Conditions(world)
        self.changes = Changes(world.solver, limits)
        self._tree = tree
        self._lookups: dict[object, Cases] = {}
        self._answers: dict[object, int] = {}
        self._tests: dict[tuple[int, str], object] = {}
        self.places: dict[str, Span] = {}
        self._chosen: list[tuple[int, Condition]] = []
        allowed = self._workflow()
        self.jobs: dict[str, Made] = {}
        for candidate in planner.candidates:
            limits.check()
            self.jobs[candidate.name] = Made(candidate, self._ways(candidate), self.solver)
        self.exists = self.solver.all_of((allowed, *self._refusals()))

    # -- workflow

    def _workflow(self) -> int:
        conditions = self.planner.workflow
        if conditions is None:
            return TRUE
        visible = {k: v for k, v in self.planner.globals.items() if not k.startswith(("CI_JOB", "CI_BUILD"))}
        lookup = self._lookup(visible, {}, {}, frozenset(visible), late=False)
        allowed: list[int] = []
        for guard, condition in self._first(conditions, lookup):
            if condition.when != "never":
                allowed.append(guard)
                if condition.variables:
                    self._chosen.append((guard, condition))
        return self.solver.any_of(allowed)

    def _first(self, conditions: list[Condition], lookup: Callable[[str], Cases]) -> list[tuple[int, Condition]]:
        """Each condition, with whether it is the first that matches."""
        found = []
        rest = TRUE
        for condition in conditions:
            matches = self._matches(condition, lookup)
            found.append((self.solver.all_of((rest, matches)), condition))
            rest = self.solver.all_of((rest, -matches))
            if rest == FALSE:
                break
        return found

    # -- jobs

    def _ways(self, candidate: Candidate) -> list[Way]:
        own: dict[str, str | Text] = dict(candidate.own)
        if candidate.environment is not None:
            own.update(self._surroundings(candidate))
        taken = names_inherited(candidate.inherit)
        lookup = self._lookup(self.planner.globals, candidate.variables, own, taken)
        if candidate.conditions is None:
            guard = TRUE if candidate.policy is None else self._policy(candidate, lookup)
            return [self._way(guard, candidate, None)] if guard != FALSE else []
        ways = []
        for guard, condition in self._first(candidate.conditions, lookup):
            if guard != FALSE and (condition.when or candidate.when) != "never":
                ways.append(self._way(guard, candidate, condition))
        return ways

    def _way(self, guard: int, candidate: Candidate, condition: Condition | None) -> Way:
        allow, excusable, needs = candidate.allow_failure, bool(candidate.exit_codes), candidate.needs
        when = candidate.when
        if condition is not None:
            when = condition.when or when
            if condition.allow_failure is not None:
                allow, excusable = condition.allow_failure, False
            if condition.needs:
                needs = [NeededJob(need.job, need) for need in condition.needs]
        return Way(guard, when, needs, allow_failure=allow, excusable=excusable)

    def _surroundings(self, candidate: Candidate) -> dict[str, str | Text]:
        """The predefined variables of an environment; its name is unknown where it holds variables."""
        name = candidate.environment or ""
        if "$" not in name and "%" not in name:
            return dict(candidate.surroundings(name))
        found: dict[str, str | Text] = {"CI_ENVIRONMENT_ACTION": candidate.action}
        found["CI_ENVIRONMENT_NAME"] = self.world.text("CI_ENVIRONMENT_NAME")
        found["CI_ENVIRONMENT_TIER"] = candidate.tier or self.world.text("CI_ENVIRONMENT_TIER")
        if candidate.url:
            found["CI_ENVIRONMENT_URL"] = self.world.text("CI_ENVIRONMENT_URL")
        return found

    # -- variables

    def _lookup(
        self,
        globals_: Definitions,
        variables: Definitions,
        own: dict[str, str | Text],
        taken: frozenset[str] | None,
        *,
        late: bool = True,
    ) -> Callable[[str], Cases]:
        """The cases of a variable as one job sees it, the strongest first (variables/builder.rb).

        taken: names of the global variables that it inherits, None for all; late: whether `workflow` has chosen.
        """

        def lookup(name: str) -> Cases:
            value = variables.get(name)
            inherits = taken is None or name in taken
            mine = own.get(name)
            key = (name, None if value is None else value.value, inherits, mine, late)
            known = self._lookups.get(key)
            if known is None:
                written = globals_.get(name) if inherits else None
                known = self._lookups[key] = self._layers(
                    name,
                    None if value is None else value.value,
                    None if written is None else written.value,
                    mine,
                    chosen=inherits and late,
                )
            return known

        return lookup

    def _layers(
        self, name: str, job: str | None, written: str | None, own: str | Text | None, *, chosen: bool
    ) -> Cases:
        solver, world = self.solver, self.world
        cases = list(world.strong(name))
        rest, nothing = cases.pop()
        if nothing is not None:  # a value of the settings, or an assumed one, outranks what the file says
            return [*cases, (rest, nothing)]
        if name.startswith(USER):
            return [*cases, *self._under(rest, world.predefined(name))]
        if job is not None:
            return [*cases, (rest, job)]
        if chosen:
            for guard, condition in self._chosen:
                variable = condition.variables.get(name)
                if variable is not None:
                    cases.append((solver.all_of((rest, guard)), variable.value))
                    rest = solver.all_of((rest, -guard))
        if written is not None:
            return [*cases, (rest, written)]
        if own is not None:
            below: Cases = [(TRUE, own)]
        else:
            below = world.predefined(name) if is_predefined(name) else [(TRUE, None)]
        return [*cases, *self._under(rest, below)]

    def _under(self, rest: int, cases: Cases) -> Cases:
        return [(self.solver.all_of((rest, guard)), atom) for guard, atom in cases]

    # -- clauses

    def _matches(self, condition: Condition, lookup: Callable[[str], Cases]) -> int:
        terms: list[int] = []
        for written, site in condition.clause.site.items():
            if isinstance(site.node, Scalar) and site.node.value is None:
                continue
            if written.text == "if":
                if condition.expression is None:
                    return FALSE
                for name in condition.expression.variables:
                    self.places.setdefault(name, site.span)
                terms.append(self._holds(condition.expression, lookup))
            elif written.text == "changes":
                terms.append(self._changes(site))
            elif written.text == "exists":
                terms.append(self._exists(site))
        return self.solver.all_of(terms)

    def _holds(self, expression: Expression, lookup: Callable[[str], Cases]) -> int:
        key = (expression.text, *(id(lookup(name)) for name in expression.variables))
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = self.conditions.holds(expression, lookup)
        return answer

    def _changes(self, site: Site) -> int:
        paths = site.short_for("paths")
        globs = tuple(item.text for item in paths.flat() if item.text is not None) if paths is not None else ()
        if isinstance(site.node, Mapping):
            for key in ("compare_to", "regexp"):
                if site.has(key):
                    return self._undecided(
                        ("changes", id(site.node)), f"rules:changes:{key} ({site.span}), which only GitLab can compare"
                    )
        if _vary(globs):
            return self._undecided(
                ("changes", globs), f"a variable in rules:changes ({site.span}): write the paths out"
            )
        return self.solver.any_of((-self.world.diff, self.changes.any_fits(globs)))

    def _exists(self, site: Site) -> int:
        paths = site.short_for("paths")
        globs = tuple(item.text for item in paths.flat() if item.text is not None) if paths is not None else ()
        if not globs:
            return FALSE
        far = isinstance(site.node, Mapping) and any(site.has(key) for key in ("project", "ref", "regexp"))
        if far or self._tree is None or _vary(globs):
            return self._undecided(("exists", id(site.node)), f"rules:exists ({site.span})")
        top = all("/" not in glob and "**" not in glob for glob in globs)
        return TRUE if self._tree.holds(globs, top=top) else FALSE

    def _undecided(self, key: object, reason: str) -> int:
        term = self._answers.get(key)
        if term is None:
            term = self._answers[key] = self.solver.new_var(reason)
            self.world.undecided[term] = reason
        return term

    # -- only and except

    def _policy(self, candidate: Candidate, lookup: Callable[[str], Cases]) -> int:
        policy = candidate.policy
        assert policy is not None
        terms = [self._satisfied(key, values, lookup) for key, values in (policy.only or {}).items()]
        terms += [-self._satisfied(key, values, lookup) for key, values in (policy.except_ or {}).items()]
        return self.solver.all_of(terms)

    def _satisfied(self, key: str, values: tuple[str, ...], lookup: Callable[[str], Cases]) -> int:
        if key == "refs":
            return self.solver.any_of([self._ref(entry) for entry in values])
        if key == "variables":
            return self.solver.any_of([self._variables(text, lookup) for text in values])
        if key == "changes":
            return self.solver.any_of((-self.world.diff, self.changes.any_fits(values)))
        return self._undecided("kubernetes", "whether a Kubernetes cluster is connected")

    def _variables(self, text: str, lookup: Callable[[str], Cases]) -> int:
        try:
            return self._holds(parse(text), lookup)
        except ExpressionError:
            return FALSE

    def _ref(self, entry: str) -> int:
        """One entry of `refs`, as in `plan/only_except.py`."""
        known = self._answers.get(("ref", entry))
        if known is None:
            known = self._answers["ref", entry] = self._ref_fits(entry)
        return known

    def _ref_fits(self, entry: str) -> int:
        solver, world = self.solver, self.world
        pattern, at, path = entry.partition("@")
        terms: list[int] = []
        if pattern in ("tags", "branches"):
            terms.append(world.kind["tag" if pattern == "tags" else "branch"])
        for name, term in world.source.items():
            source = name.removesuffix("_event")
            if pattern in (source, plural(source)):
                terms.append(term)
        try:
            named = world.texts.matches(world.ref, compile_pattern(pattern, unescape=False))
        except PatternError:
            named = world.texts.equals(world.ref, pattern)
        terms.append(solver.all_of((-world.kind["merge_request"], named)))
        fits = solver.any_of(terms)
        if at:
            fits = solver.all_of((fits, self._is_here(path)))
        return fits

    def _is_here(self, path: str) -> int:
        """Whether this is the project of the path, which the files do not say."""
        assumed = self.world.assume.variables
        if "CI_PROJECT_PATH" in assumed:
            return TRUE if assumed["CI_PROJECT_PATH"] == path else FALSE
        reason = f"whether this is the project {path}: say so by --assume CI_PROJECT_PATH=..."
        return self._undecided(("project", path), reason)

    # -- refusals

    def _refusals(self) -> list[int]:
        """What must hold so that GitLab does not refuse the pipeline (seed/build.rb, chain/populate.rb)."""
        solver = self.solver
        terms: list[int] = []
        for made in self.jobs.values():
            for way in made.ways:
                if way.needs is None:
                    continue
                if len(way.needs) > MAX_NEEDS:
                    terms.append(-way.guard)
                    continue
                for needed in way.needs:
                    if needed.need.optional:
                        continue
                    other = self.jobs.get(needed.name)
                    there = FALSE if other is None or other.stage_index > made.stage_index else other.exists
                    terms.append(solver.implies(way.guard, there))
        inner = [made.exists for made in self.jobs.values() if made.candidate.stage not in EDGE_STAGES]
        terms.append(solver.any_of(inner))
        return terms


def _globs(site: Site) -> tuple[str, ...]:
    """The paths of `changes` or `exists`, in either form."""
    paths = site.set("paths") if isinstance(site.node, Mapping) else site
    return tuple(item.text for item in paths.flat() if item.text is not None) if paths is not None else ()


def _vary(globs: tuple[str, ...]) -> bool:
    """Whether variables stand in them."""
    return any("$" in glob or "%" in glob for glob in globs)
