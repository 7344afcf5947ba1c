r"""Where the blocks `$[[ ... ]]` of a text stand (lib/gitlab/ci/config/interpolation/block.rb).

What Ruby's `/\$\[\[\s*(\S.*?\S)\s*\]\]/` finds, in time that grows with the text: a backtracking search takes the square
of it where many blocks are opened and none is closed.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK_START = "$[["
_END = "]]"
_SPACE = " \t\r\n\f\v"


def blocks(text: str) -> Iterator[tuple[int, int, str]]:
    """The blocks in order: start, end (exclusive), and what stands between the brackets, trimmed."""
    start = text.find(BLOCK_START)
    line_end = behind = -1  # of the line on which contents begin: its end, and where brackets that close behind it end
    while start >= 0:
        begin = _skip(text, start + len(BLOCK_START))
        if begin > line_end:
            line_end = text.find("\n", begin)
            line_end = len(text) if line_end < 0 else line_end
            below = _skip(text, line_end)
            behind = below + len(_END) if text.startswith(_END, below) else -1
        end, content = _closed(text, begin, line_end)
        if not content and behind >= 0 and len(content := text[begin:line_end].rstrip(_SPACE)) > 1:
            end = behind
        if len(content) > 1:
            yield start, end, content
            start = text.find(BLOCK_START, end)
        else:  # what opens further along on this line is not closed either, unless its content begins on the next
            last = text.rfind(BLOCK_START, start + 1, line_end)
            start = last if last >= 0 else text.find(BLOCK_START, max(line_end, start + 1))


def _closed(text: str, begin: int, line_end: int) -> tuple[int, str]:
    """Where the first brackets on the line end that close a content of two characters or more, and the content."""
    close = text.find(_END, begin, line_end)
    while close >= 0:
        content = text[begin:close].rstrip(_SPACE)
        if len(content) > 1:
            return close + len(_END), content
        close = text.find(_END, close + 1, line_end)
    return -1, ""


def _skip(text: str, place: int) -> int:
    while place < len(text) and text[place] in _SPACE:
        place += 1
    return place
