"""What a question to the prover may cost."""

from __future__ import annotations

from time import perf_counter


class Budget(Exception):
    """The question is too large for the time or the number of states allowed: the answer is "unknown"."""


class Limits:
    """Seconds of wall time from now on, and states of automata; spent by everything that is given the same limits."""

    __slots__ = ("deadline", "seconds", "states")

    def __init__(self, seconds: float = 2.0, states: int = 200_000) -> None:
        self.seconds = seconds
        self.states = states
        self.deadline = perf_counter() + seconds

    def spend(self) -> None:
        """Pay for one state. Raises Budget."""
        self.states -= 1
        if self.states < 0:
            raise Budget("too many states")
        self.check()

    def check(self) -> None:
        """Raises Budget when the time is over."""
        if perf_counter() > self.deadline:
            raise Budget(f"took longer than {self.seconds:g} s")
