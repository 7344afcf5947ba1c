"""`python -m cilint` is `cilint`."""

from __future__ import annotations

from cilint.cli import start

start()
