"""`python -m cilint` is `cilint`.

Python looks for the modules of a `-m` in the working directory first. That is the repository which is checked, and
nothing of it is run: what it calls `yaml.py` is not imported.
"""

from __future__ import annotations

import sys

if not sys.flags.safe_path:
    del sys.path[0]

from cilint.cli import start  # only now may anything else be looked for

start()
