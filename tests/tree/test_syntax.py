"""A syntax fault is one finding, at the line where a person would look, in words people understand."""

from __future__ import annotations

import pytest

from cilint.source import Source
from cilint.tree import read

FAULTS = [
    # text, where, words of the message, where the construct around it was opened
    ("job:\n\tscript: x\n", "2:1", "a tab where YAML wants spaces", None),
    ("a:\n  - b\n\t- c\n", "3:1", "a tab in the indentation", None),
    ("a: |\n\tx\n", "2:1", "a tab in the indentation", None),
    ("a: [b, c\nd: e\n", "2:2", "the `[` opened on line 1 is not closed", "1:4"),
    ("a: {b: c\nd: 1\n", "2:2", "the `{` opened on line 1 is not closed", "1:4"),
    ("a: [$[[ inputs.x ]]]\n", "1:6", "brackets inside an unquoted value within `[`", "1:4"),
    ('a: "b\nc: d\n', "1:4", "the quote opened at 1:4 is never closed", None),
    ("a: 'b\n", "1:4", "the quote opened at 1:4 is never closed", None),
    ("a: 'it's'\n", "1:8", "text behind a closing quote", "1:1"),
    ("a:\n  - 'x' y\n", "2:9", "text behind a closing quote", "2:3"),
    ("a:\n  - *.log\n", "2:5", "`*` at the start of a value makes it an alias", None),
    ("a: &.b c\n", "1:4", "`&` at the start of a value makes it an anchor", None),
    ("a: *b\n", "1:4", "Unknown alias: b", None),
    ("a: @x\n", "1:4", "a value cannot start with `@`; quote it", None),
    ("a: `x`\n", "1:4", "a value cannot start with a backtick; quote it", None),
    ("a: %x\n", "1:4", "a value cannot start with `%`; quote it", None),
    ("a: !x!y z\n", "1:4", "`!` at the start of a value makes it a tag", None),
    ("a: b: c\n", "1:5", "a `: ` inside an unquoted value; quote the value (mapping values are not allowed", None),
    ("a:\n  - echo a: b: c\n", "2:14", "a `: ` inside an unquoted value", None),
    ("a: b\n  c: d\n", "2:4", "the line above already gave its key a value", None),
    ("a: - b\n", "1:4", "a `- ` item on the line of its key", None),
    ("a:\n  b: 1\n c: 2\n", "3:2", "a line that fits no map above it", "1:1"),
    ("a:\n  y: 1\n  - x\n", "3:3", "a `- ` among the keys of a map", "2:3"),
    ("a:\n  - x\n  y: 1\n", "3:3", "a list goes on with something that is no `- ` item", "2:3"),
    ("a: 1\nfoo\nb: 2\n", "2:1", "`foo` is no key, for no `: ` follows it", None),
    ("a: [,]\n", "1:5", "a value is missing before `,`", None),
    ("a: ]\n", "1:4", "`]` where a value should stand", None),
    ('a: "\\d"\n', "1:5", "no escape that double quotes know", None),
    ("a: >= 3\n", "1:4", "text behind `|` or `>`", None),
    ("%YAML 1.2\n---\na: 1\n", "2:1", "so a `%` line stands alone; remove it", None),
    ("---\n  a: 1\n  b: 2\n", "3:4", "GitLab cuts off the indentation of the first line after `---`", None),
    ("x: 1\n---\n\n  a: 1\n  b: 2\n", "5:4", "first line after `---` (here line 4)", None),
    ("a: b\x07\n", "1:5", "the character U+0007 is not allowed", None),
    ("a: b\nc: \ud800\n", "2:4", "the character U+D800 is not allowed", None),
    ("a: 1\n---\nb: [\n", "3:5", "the text ends where a value should stand: a bracket is not closed", None),
    ("a: [b, c\n\n", "1:9", "the `[` opened on line 1 is not closed", "1:4"),
    ("--- {a: b: c}\n", "1:10", "", "1:5"),
    (
        "a: 2024-01-15\n",
        "1:4",
        "Tried to load unspecified class: Date: GitLab refuses an unquoted 2024-01-15; quote it",
        None,
    ),
    ("a: !ruby/object:Foo {}\n", "1:4", "Tried to load unspecified class: Foo", None),
    ("- a\n", "1:1", "the document must be a map, and this is a list", None),
]


@pytest.mark.parametrize(("text", "where", "words", "opened"), FAULTS)
def test_a_fault_is_said_plainly_at_its_line(text, where, words, opened):
    reading = read(Source("f.yml", text))
    assert reading.body is None
    (finding,) = reading.findings
    assert words in finding.message
    assert str(finding.span) == f"f.yml:{where}"
    assert [str(related.span) for related in finding.related] == ([f"f.yml:{opened}"] if opened else [])
    assert all(related.message for related in finding.related)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: " + "[" * 200, "nested deeper than the 100 levels"),
        ("a: &a [*a]\n", "alias *a stands inside its own anchor"),
        (
            "a0: &a0 [lol]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)),
            "The parsed YAML is too big",
        ),
        ("a: " + "x" * 2 * 1024 * 1024, "The provided YAML is too big"),
    ],
    ids=["deep", "endless", "laughs", "long"],
)
def test_limits_are_said_with_gitlabs_words(text, words):
    (finding,) = read(Source("f.yml", text)).findings
    assert finding.rule == "yaml-too-big"
    assert words in finding.message


def test_what_gitlab_would_show_stands_in_the_message():
    (finding,) = read(Source("f.yml", "a:\n  b: 1\n c: 2\n")).findings
    assert finding.message.endswith("(did not find expected key while parsing a block mapping)")
