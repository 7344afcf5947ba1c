"""The parser comes without PyYAML's Python half, and PyYAML is whole for whoever wants it afterwards."""

from __future__ import annotations

import subprocess
import sys


def python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_the_python_half_is_not_imported():
    done = python(
        "import cilint.tree, sys; print([m for m in sys.modules if m in ('yaml.reader', 'yaml.constructor')])"
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_pyyaml_is_whole_afterwards():
    done = python("""
import cilint.tree
import yaml
print(yaml.safe_load("a: [1, 2020-01-01]"), yaml.__version__ > "6", yaml.__with_libyaml__)
print(yaml.load("a: 1", yaml.CSafeLoader), yaml.safe_dump({"a": 1}))
for loader in (yaml.SafeLoader, yaml.CSafeLoader):
    for text in ("a: [", "a: \\x00", "*a", "a: !x 1"):
        try:
            yaml.load(text, loader)
        except yaml.YAMLError as error:
            print(type(error).__module__, type(error).__name__)
""")
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "{'a': [1, datetime.date(2020, 1, 1)]} True True"
    assert lines[1].startswith("{'a': 1} a: 1")
    errors = ["yaml.parser ParserError", "yaml.reader ReaderError", "yaml.composer ComposerError"]
    assert [line for line in lines[2:] if line] == [*errors, "yaml.constructor ConstructorError"] * 2


def test_names_of_pyyaml_can_be_imported_afterwards():
    done = python(
        "import cilint.tree; from yaml import safe_load, CSafeLoader; import yaml.constructor; print(safe_load('1'))"
    )
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_what_was_imported_before_is_used_as_it_is():
    done = python(
        "import yaml; c = yaml.YAMLError; import cilint.tree; print(yaml.YAMLError is c, yaml.safe_load('1'))"
    )
    assert (done.stdout, done.stderr) == ("True 1\n", "")


def test_errors_of_the_bare_parser_are_yaml_errors():
    done = python("""
from cilint.tree.libyaml import Parser
from yaml.error import YAMLError
for text in ("a: [", "a: \\x00", "\\ud800", "a: 'b"):
    try:
        parser = Parser(text)
        while parser.get_event() is not None:
            pass
    except (YAMLError, UnicodeError) as error:
        print(type(error).__name__)
""")
    assert done.stderr == ""
    assert done.stdout.split() == ["ParserError", "ReaderError", "UnicodeEncodeError", "ScannerError"]
