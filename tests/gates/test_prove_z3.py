"""A second opinion: z3 on strings, with an encoding that shares nothing with the prover's, on random patterns."""

from __future__ import annotations

import random

import pytest
import z3

LETTERS = "abcm/.-0"


class Piece:
    """A random pattern twice: as RE2 text and as a regular expression of z3."""

    def __init__(self, text, regex):
        self.text = text
        self.regex = regex


def _char(rng):
    char = rng.choice(LETTERS)
    return Piece("\\" + char if char in "/.-" else char, z3.Re(char))


def _piece(rng, depth):
    roll = rng.random()
    if depth == 0 or roll < 0.45:
        parts = [_char(rng) for _ in range(rng.randint(1, 3))]
        return Piece(
            "".join(part.text for part in parts),
            z3.Concat(*(part.regex for part in parts)) if len(parts) > 1 else parts[0].regex,
        )
    inner = _piece(rng, depth - 1)
    if roll < 0.6:
        other = _piece(rng, depth - 1)
        return Piece(f"({inner.text}|{other.text})", z3.Union(inner.regex, other.regex))
    if roll < 0.7:
        return Piece(f"({inner.text})*", z3.Star(inner.regex))
    if roll < 0.8:
        return Piece(f"({inner.text})?", z3.Option(inner.regex))
    if roll < 0.9:
        return Piece("[a-c]+", z3.Plus(z3.Range("a", "c")))
    other = _piece(rng, depth - 1)
    return Piece(inner.text + other.text, z3.Concat(inner.regex, other.regex))


def _pattern(rng):
    """A pattern with or without anchors; z3's expression is of the whole text."""
    piece = _piece(rng, 1)
    anything = z3.Full(z3.ReSort(z3.StringSort()))
    start, end = rng.random() < 0.7, rng.random() < 0.6
    parts = [*([] if start else [anything]), piece.regex, *([] if end else [anything])]
    whole = z3.Concat(*parts) if len(parts) > 1 else parts[0]
    return f"/{'^' if start else ''}({piece.text}){'$' if end else ''}/", whole


def _any(patterns):
    return z3.Union(*(regex for _, regex in patterns)) if len(patterns) > 1 else patterns[0][1]


def judge(prove, seed, count):
    rng = random.Random(seed)
    tally = {"proven": 0, "refuted": 0}
    for _ in range(count):
        gate, deploy = ([_pattern(rng) for _ in range(rng.randint(1, 2))] for _ in range(2))
        if rng.random() < 0.5:
            deploy = [rng.choice(gate)]
        rules = [
            ", ".join(f"{{if: '$NAME =~ {text}'{more}}}" for text, _ in side)
            for side, more in ((gate, ", when: manual"), (deploy, ""))
        ]
        verdict = prove(
            f"stages: [a, b]\napprove: {{stage: a, script: [x], rules: [{rules[0]}]}}\n"
            f"deploy: {{stage: b, script: [x], rules: [{rules[1]}]}}\n",
            "deploy", "approve",
        )  # fmt: skip
        name = z3.String("name")
        solver = z3.Solver()
        solver.set("timeout", 1_000)
        solver.add(z3.InRe(name, _any(deploy)), z3.Not(z3.InRe(name, _any(gate))))
        answer = solver.check()
        if answer != z3.unknown:
            assert verdict.status == ("refuted" if answer == z3.sat else "proven"), (rules, answer)
            tally[verdict.status] += 1
    return tally


def test_z3_agrees(prove):
    tally = judge(prove, 1, 25)
    assert min(tally.values()) > 3


@pytest.mark.slow
def test_z3_agrees_on_many(prove):
    tally = judge(prove, 2, 400)
    assert min(tally.values()) > 50
