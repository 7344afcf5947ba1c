"""Which GitLab the files are for: its edition and its version."""

from __future__ import annotations

TIERS = ("free", "premium", "ultimate")


class Edition:
    """An edition and version of GitLab.

    tier: "free", "premium" or "ultimate". enterprise: whether it is a build of the Enterprise Edition, which knows the
    keywords of `ee/`; a Community Edition build refuses them as unknown. version: (major, minor).
    """

    __slots__ = ("enterprise", "tier", "version")

    def __init__(self, tier: str = "free", version: tuple[int, int] = (18, 11), *, enterprise: bool = False) -> None:
        self.tier = tier
        self.enterprise = enterprise or tier != "free"
        self.version = version

    @property
    def name(self) -> str:
        """The edition in words."""
        return f"GitLab {'Enterprise' if self.enterprise else 'Community'} Edition"

    def __repr__(self) -> str:
        return f"Edition({self.tier}, {self.version[0]}.{self.version[1]})"


COMMUNITY = Edition()
