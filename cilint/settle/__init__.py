"""Living with findings: which of them are open, and which a comment, a baseline or the settings have settled."""

from __future__ import annotations
