"""Psych as the judge of our reading: a Ruby process that answers for GitLab, and our tree in the same tagged form."""

from __future__ import annotations

import json
import struct
import subprocess
from pathlib import Path

from cilint.source import Source
from cilint.tree import Mapping, Reference, Scalar, Sequence, Symbol, read
from cilint.tree.node import Compound

SERVER = Path(__file__).with_name("psych_server.rb")


class Psych:
    """A running Ruby that reads texts as GitLab does."""

    def __init__(self, ruby: str) -> None:
        self._process = subprocess.Popen(
            [ruby, str(SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def read(self, text: str) -> dict:
        """{"header": ..., "body": ...}, or {"error": message}."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"text": text}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=10)


def ours(text: str) -> dict:
    """What `read` makes of a text, in the form in which the Ruby process answers."""
    reading = read(Source(".gitlab-ci.yml", text))
    if reading.blank:
        return {"error": "blank"}
    if reading.findings:
        return {"error": reading.findings[0].message}
    return {
        "header": reading.header and typed(reading.header),
        "body": reading.body and typed(reading.body),
    }


def typed(node) -> list:
    if isinstance(node, Scalar):
        return typed_value(node.value)
    if isinstance(node, Sequence):
        return ["a", [typed(item) for item in node.items]]
    if isinstance(node, Mapping):
        return ["h", [[typed_key(key, written), typed(node.values[key])] for key, written in node.keys.items()]]
    assert isinstance(node, Reference)
    return ["r", typed(node.argument)]


def typed_key(key, written) -> list:
    if isinstance(key, str):
        return ["s", key]
    if isinstance(written.value, Compound):
        return ["k", written.value.kind]
    return ["k", typed_value(written.value)]


def typed_value(value) -> list:
    if value is None:
        return ["n"]
    if isinstance(value, bool):
        return ["b", value]
    if isinstance(value, int):
        return ["i", str(value)]
    if isinstance(value, float):
        return ["f", "nan" if value != value else struct.pack(">d", value).hex()]
    if isinstance(value, Symbol):
        return ["y", value.name]
    return ["s", value]
