"""Evidence: what was tested, on what, with what result, for each control; and what the tests do not prove."""

from __future__ import annotations
