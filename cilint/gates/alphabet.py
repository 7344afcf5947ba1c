"""Minterms: the few kinds of characters that a family of character sets can tell apart.

Minterms are numbered from the most ordinary one on, so the lowest bit of a mask of minterms is its most ordinary member.
"""

from __future__ import annotations

from bisect import bisect_right

from cilint.gates import charset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.gates.charset import Ranges

# What a reader finds ordinary in the name of a branch or in a value, best first, and the price of each character.
_ORDINARY = (
    *((char, 10) for char in "abcdefghijklmnopqrstuvwxyz1234567890"),
    *((char, 12) for char in "-./_"),
    *((char, 13) for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    *((char, 20) for char in "+,:;=@#%&!?*()[]{}<>|~^$`'\"\\"),
    (" ", 30),
    *((char, 60) for char in "éßñжλ中日"),
)
_PRINTABLE_COST, _BLANK_COST, _UGLY_COST = 80, 200, 300


class Alphabet:
    """The minterms of some character sets.

    everything: the mask of all minterms. samples, costs: a character of each minterm, and its price. plural: the mask of
    the minterms that hold more than one character.
    """

    __slots__ = ("_codes", "_masks", "_ordinary", "_starts", "costs", "everything", "plural", "samples")

    def __init__(self, sets: Iterable[Ranges]) -> None:
        distinct = dict.fromkeys((charset.ANY, *sets))
        toggles: dict[int, int] = {}
        for bit, ranges in enumerate(distinct):
            for low, high in ranges:
                toggles[low] = toggles.get(low, 0) ^ (1 << bit)
                toggles[high + 1] = toggles.get(high + 1, 0) ^ (1 << bit)
        self._starts = sorted(toggles)
        signature = 0
        signatures: list[int] = []  # of the segment of code points that begins at each start
        for start in self._starts:
            signature ^= toggles[start]
            signatures.append(signature)
        self.samples: list[str] = []
        self.costs: list[int] = []
        self._ordinary: list[list[str]] = []  # the ordinary characters of each minterm, or else its sample
        numbers = self._number(signatures)
        self.everything = (1 << len(numbers)) - 1
        self._codes = [numbers.get(signature, -1) for signature in signatures]
        masks = [0] * len(distinct)
        for signature, number in numbers.items():
            while signature:
                lowest = signature & -signature
                masks[lowest.bit_length() - 1] |= 1 << number
                signature ^= lowest
        self._masks = dict(zip(distinct, masks, strict=True))
        self.plural = self._plural()

    def mask(self, ranges: Ranges) -> int:
        """The minterms of one of the sets that the alphabet was made from."""
        return self._masks[ranges]

    def minterm(self, char: str) -> int:
        """The number of a character's minterm; -1 for a surrogate."""
        return self._codes[bisect_right(self._starts, ord(char)) - 1]

    def chars(self, mask: int, count: int) -> list[tuple[int, str]]:
        """Up to `count` characters of some minterms, each with its price, the ordinary ones first."""
        found: list[tuple[int, str]] = []
        while mask and len(found) < count:
            minterm = (mask & -mask).bit_length() - 1
            mask &= mask - 1
            found += ((self.costs[minterm], char) for char in self._members(minterm, count - len(found)))
        return found

    def _members(self, minterm: int, count: int) -> list[str]:
        found = self._ordinary[minterm][:count]
        if self.plural >> minterm & 1:
            for index, number in enumerate(self._codes):
                if len(found) >= count:
                    break
                if number == minterm:
                    codes = range(self._starts[index], min(self._starts[index + 1], self._starts[index] + count))
                    found += [chr(code) for code in codes if chr(code) not in found]
        return found[:count]

    def _number(self, signatures: list[int]) -> dict[int, int]:
        numbers: dict[int, int] = {}
        for char, cost in _ORDINARY:
            signature = signatures[bisect_right(self._starts, ord(char)) - 1]
            if signature not in numbers:
                numbers[signature] = len(numbers)
                self.samples.append(char)
                self.costs.append(cost)
                self._ordinary.append([])
            self._ordinary[numbers[signature]].append(char)
        for signature, (cost, char) in sorted(self._rest(signatures, numbers).items(), key=lambda item: item[1]):
            numbers[signature] = len(numbers)
            self.samples.append(char)
            self.costs.append(cost)
            self._ordinary.append([char])
        return numbers

    def _rest(self, signatures: list[int], numbered: dict[int, int]) -> dict[int, tuple[int, str]]:
        """The best character, with its price, of each minterm without an ordinary one."""
        best: dict[int, tuple[int, str]] = {}
        for index, signature in enumerate(signatures):
            if signature & 1 and signature not in numbered:
                start, after = self._starts[index], self._starts[index + 1]
                chars = [chr(code) for code in range(start, min(after, start + 64))]
                found = next(((_PRINTABLE_COST, char) for char in chars if char.isprintable()), None)
                if found is None:
                    found = (_BLANK_COST if chars[0] in "\n\t" else _UGLY_COST, chars[0])
                best[signature] = min(found, best.get(signature, found))
        return best

    def _plural(self) -> int:
        seen = plural = 0
        for index, code in enumerate(self._codes):
            if code >= 0:
                bit = 1 << code
                if seen & bit or self._starts[index + 1] - self._starts[index] > 1:
                    plural |= bit
                seen |= bit
        return plural
