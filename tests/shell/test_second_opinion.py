"""shfmt as a judge: the simple commands that it sees in real scripts are those that cilint sees, word by word."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
from collections import Counter
from functools import cache

import pytest

from cilint.compose import compose, open_project
from cilint.pipeline import build
from cilint.shell.script import Script
from cilint.source import Source

SHFMT = shutil.which("shfmt") or "shfmt"
# Clauses of their own to shfmt; commands, or heads of compound ones, to cilint.
_APART = {
    "[[",
    "for",
    "case",
    "select",
    "let",
    "time",
    "coproc",
    "export",
    "local",
    "declare",
    "readonly",
    "typeset",
    "nameref",
}


def judged(text: str) -> Counter[tuple[str, ...]] | None:
    """The words of each simple command as shfmt reads the text; None where it cannot."""
    done = subprocess.run([SHFMT, "--to-json", "-ln=bash"], input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    raw = text.encode()
    found: Counter[tuple[str, ...]] = Counter()
    waiting = [json.loads(done.stdout)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            if node.get("Type") == "CallExpr" and node.get("Args"):
                found[tuple(_slice(raw, word) for word in node["Args"])] += 1
            waiting += node.values()
    return Counter({words: count for words, count in found.items() if words[0] not in _APART})


def _slice(raw: bytes, node) -> str:
    return raw[node["Pos"]["Offset"] : node["End"]["Offset"]].decode()


def own(text: str) -> Counter[tuple[str, ...]]:
    """The same as cilint reads it; what commands hold in their words is none of shfmt's business."""
    script = Script((), Source("x.sh", text), text)
    found: Counter[tuple[str, ...]] = Counter()
    for command in script.commands:
        words = command.words
        if words and words[0].text == "time" and not command.assignments:  # `A=b time c` is a command to both
            words = words[1 + (words[1:2] != [] and words[1].text == "-p") :]
        if any(word.start < before.end for before, word in itertools.pairwise(words)):
            continue  # the items of an array, put where it is used
        if words and command.outer is None and words[0].text not in _APART:
            found[tuple(text[word.start : word.end] for word in words)] += 1
    return found


def difference(text: str) -> str:
    """What the two see differently; "" for nothing, and where shfmt takes the text for no shell."""
    wanted = judged(text)
    if wanted is None:
        return ""
    found = own(text)
    return "; ".join([f"lost {one}" for one in wanted - found] + [f"extra {one}" for one in found - wanted])


@cache
def scripts(projects) -> list[str]:
    """Every distinct script of the projects' jobs, and their script files."""
    texts: dict[str, None] = {}
    for entry in sorted(projects.glob("*/.gitlab-ci.yml")):
        project, source = open_project(str(entry), root=str(entry.parent))
        for job in build(compose(source, project)).jobs.values():
            for section in ("before_script", "script", "after_script"):
                texts["\n".join(site.text or "" for site in job.script(section))] = None
        for path in project.list_files():
            if path.endswith(".sh"):
                file = project.read_local(path)
                texts[file.text if file else ""] = None
    return [text for text in texts if text]


@pytest.mark.parametrize(
    "text",
    [
        "a; b && c || d | e & f",
        "if ! a; then b; elif c; then d; else e; fi > x",
        'while read -r x; do a "$x"; done < <(b)',
        "until a; do b; done | c",
        "for x in a $(b) `c`; do d; done; for ((i=0; i<3; i++)); do e; done",
        "case $(a) in b|c) d;; (e) f;& *) g;; esac",
        "f() { a; }; function g { b; }; function h() (c)",
        "(a; (b)) | { c; d; }",
        "x=$(a \"$(b 'c' \\\n d)\") y=1 e",
        "a <<E <<-'F' | b\n$(c)\nE\n\t$(d)\n\tF\ne",
        'a=(b $(c) "d e"); a+=(f)\ng "${#a[@]}" ${!a[@]} ${b:-$(h)} ${c%"x"}',
        "[[ -n $(a) && $x =~ ^(b|c)$ ]] && d",
        "((x = 1 << 2)); a $((1 + $(b)))",
        "a >b 2>&1 <c &>d >>e <<<f",
        "time a | b; ! c",
        "a 'it''s' $'b\\'c' $\"d\" \\; \\\n e # comment\nf",
        "{ a; } 2>/dev/null; b >x || c",
        "echo {a,b} {1..3}; x[1]=2; x[$i]=$(a)",
        "a && # comment\n b |\n c",
        "f() {\n if a; then\n b\n fi\n}\nf",
        'a ${x//\\//_} ${y#*(} ${z/\\}/b} "${w:-"q r"}" ${#v} ${u[@]:1}',
        "trap 'a; b' EXIT INT; eval \"c $d\"",
        "exec 3>&1 {fd}>x; a >&3 3>&-",
        "a ;; esac",
        "select x in a b; do c; break; done",
        "a=b; c=d e=f",
        "test a = b -a c; [ a ] && b",
        "if [[ a ]] ; then { b; } ; fi ; (( a )) && b",
        "a !(b|c) @(d) ?e *f [g]h",
    ],
)  # fmt: skip
def test_commands_are_those_of_a_real_parser(text):
    assert difference(text) == ""


@pytest.mark.slow
def test_commands_of_real_scripts_are_those_of_a_real_parser(shared):
    texts = scripts(shared / "corpus" / "projects")
    assert len(texts) > 1000
    assert [(text, told) for text in texts if (told := difference(text))] == []
