"""One module for each thing that YAML cannot say. A module has `check(context, parameters)`, and a rule names it."""

from __future__ import annotations
