"""Every mutant, in a fixed order."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tests.mutation.faults import accounts, artifacts, environments, failure, gates, images, jobs, scripts

if TYPE_CHECKING:
    from tests.mutation.mutant import Mutant

KINDS = (images, failure, artifacts, accounts, jobs, environments, scripts, gates)


@cache
def every_mutant() -> tuple[Mutant, ...]:
    """All of them; two of one name would hide each other."""
    found = [mutant for kind in KINDS for mutant in kind.mutants()]
    names = [mutant.name for mutant in found]
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, twice
    return tuple(found)
