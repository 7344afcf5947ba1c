"""Where the time of a run goes. Only imported by `check --timings`; everything else takes None for a clock."""

from __future__ import annotations

from time import perf_counter


class Clock:
    """Credits the time since the last lap to what ends with this one, so that the laps add up to the whole.

    steps, rules, files: seconds by name. files holds what was parsed; its time is that of the step "reading", too.
    """

    __slots__ = ("_last", "files", "rules", "steps")

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}
        self.rules: dict[str, float] = {}
        self.files: dict[str, float] = {}
        self._last = perf_counter()

    @property
    def total(self) -> float:
        """Seconds from the first lap's start to the last one's end."""
        return sum(self.steps.values())

    def lap(self, step: str, *, rule: str = "", file: str = "") -> None:
        """The step ends here, or one part of it: the rule that was judged, the file that was read."""
        now = perf_counter()
        spent, self._last = now - self._last, now
        self.steps[step] = self.steps.get(step, 0.0) + spent
        if rule:
            self.rules[rule] = self.rules.get(rule, 0.0) + spent
        if file:
            self.files[file] = self.files.get(file, 0.0) + spent
