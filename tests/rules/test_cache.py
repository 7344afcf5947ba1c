"""The cache of what was validated once: which entries count, and where they may lie."""

from __future__ import annotations

import sys

import pytest

from cilint import cache


@pytest.fixture(autouse=True)
def code(tmp_path, monkeypatch):
    """The folder in which cilint's code is installed, for these tests; it cannot be written to."""
    folder = tmp_path / "code"
    monkeypatch.setattr(cache, "__file__", str(folder / "cache.py"))
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return folder


@pytest.fixture
def user(tmp_path, monkeypatch):
    """The user's cache folder."""
    folder = tmp_path / "user"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


def test_an_entry_is_found_again(user):
    cache.remember("kind", "name", {"a": [1, "b", None]})
    assert cache.recall("kind", "name") == {"a": [1, "b", None]}
    assert (user / "cilint" / "kind" / "name").is_file()


@pytest.mark.parametrize("broken", [b"", b"short", b"x" * 100])
def test_a_broken_entry_counts_as_absent(user, broken):
    cache.remember("kind", "name", ["data"])
    (user / "cilint" / "kind" / "name").write_bytes(broken)
    assert cache.recall("kind", "name") is None


def test_it_lies_beside_compiled_code_where_such_is_kept(user, code, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    cache.remember("kind", "name", ["data"])
    assert (code / "__pycache__" / "kind" / "name").is_file()
    assert not user.exists()
    assert cache.recall("kind", "name") == ["data"]


def test_it_lies_with_the_user_where_the_installation_takes_nothing(user, code, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    code.write_text("a file: no folder can be made in it")
    cache.remember("kind", "name", ["data"])
    assert (user / "cilint" / "kind" / "name").is_file()
    assert cache.recall("kind", "name") == ["data"]


def test_what_lies_in_a_repository_is_not_believed(user, tmp_path, monkeypatch):
    """A merge request may bring a `.cache` along, and GitLab's `cache:` shares one between pipelines."""
    cache.remember("kind", "planted", ["weakened"])
    place = tmp_path / "repository" / ".cache"
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    user.rename(place)
    monkeypatch.setenv("XDG_CACHE_HOME", str(place))
    assert cache.recall("kind", "planted") is None


def test_nothing_is_written_into_a_repository(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
    cache.remember("kind", "name", ["data"])
    assert not (tmp_path / ".cache").exists()
