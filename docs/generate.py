"""Write the pages that are made from the program itself: a page a rule, the settings, the words of rules."""

from __future__ import annotations

import sys
from pathlib import Path

from cilint.cli import _pages
from cilint.rules import BUILT_IN, load

HERE = Path(__file__).resolve().parent


def generated() -> dict[Path, str]:
    """The text of every page that is made, by where it belongs."""
    rules = load((*BUILT_IN, "cilint"))
    return {HERE / "rules" / name: text for name, text in _pages.pages(rules, str(HERE.parent)).items()}


def main() -> int:
    """Write what has changed, and take out the pages of rules that are gone."""
    wanted = generated()
    for path in set((HERE / "rules").glob("*.md")) - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(HERE.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
