"""Rules that are a preview: there for everybody to read, and off until somebody asks."""

from __future__ import annotations

import json

import pytest

PACK = """\
rules:
  - id: image-private
    severity: error
    preview: true
    title: Images come from the private registry
    select: image
    assert: {starts_with: $CI_REGISTRY/}
    message: "pulls {value}"
    why: The registry is scanned.
    fix: Mirror the image.
    examples:
      bad: ["a:\\n  image: node # finding\\n  script: [x]\\n"]
  - id: tags-present
    severity: warning
    title: Jobs name their runners
    select: job
    assert: {present: [tags]}
    message: has no tags
    why: Any runner may take it.
    fix: Name tags.
"""
CI = "a:\n  image: node\n  script: [x]\n  tags: [t]\n"


@pytest.fixture
def checked(cilint):
    def run(*arguments, settings="packs: [./house]\n", ci=CI):
        files = {".gitlab-ci.yml": ci, ".cilint.yaml": settings, "house/rules.yaml": PACK}
        done = cilint("check", "--format", "json", *arguments, files=files)
        assert done.status in {0, 1}, done.err
        return [one["rule"] for one in json.loads(done.raw)["findings"]]

    return run


@pytest.mark.parametrize(
    ("arguments", "settings", "runs"),
    [
        ((), "", False),
        (("--preview",), "", True),
        ((), "preview: true\n", True),
        (("--set", "preview=true"), "", True),
        (("--select", "house"), "", False),
        (("--select", "image-private"), "", True),
        (("--extend-select", "image-private"), "", True),
        ((), "select: [house]\n", False),
        ((), "extend-select: [image-private]\n", True),
        ((), "required: [image-private]\n", True),
        ((), "required: [house]\n", False),
        ((), "severity: {image-private: info}\n", False),
        (("--preview", "--ignore", "image-private"), "", False),
        (("--ignore", "image-private"), "", False),
        (("--select", "tags-present", "--preview"), "", False),
    ],
)
def test_it_runs_when_asked_for(checked, arguments, settings, runs):
    assert checked(*arguments, settings=f"packs: [./house]\n{settings}") == ["image-private"] * runs


def test_a_comment_about_it_is_no_fault_while_it_is_off(checked):
    assert checked(ci=CI.replace("node", "node  # cilint: ignore[image-private] mirror is late")) == []


def test_it_is_shown_as_a_preview(cilint):
    files = {".gitlab-ci.yml": CI, ".cilint.yaml": "packs: [./house]\n", "house/rules.yaml": PACK}
    table = cilint("rules", "--policy", "./house", files=files).out
    assert "Images come from the private registry (preview)" in table
    assert "Jobs name their runners\n" in table
    listed = json.loads(cilint("rules", "--policy", "./house", "--format", "json").raw)["rules"]
    assert {one["id"]: one["preview"] for one in listed} == {"image-private": True, "tags-present": False}
    told = cilint("explain", "image-private", "--policy", "./house").out
    assert "preview: it may still change, and runs only with --preview" in told
    assert "preview" not in cilint("explain", "tags-present", "--policy", "./house").out
    why = cilint("settings", "--why", "image-private").out
    assert "image-private (pack house) does not run\n  a preview: --preview" in why
    assert "runs\n" in cilint("settings", "--why", "image-private", "--preview").out


def test_its_page_says_so(cilint, folder):
    assert cilint("rules", "--policy", "./house", "--pages", "out", files={"house/rules.yaml": PACK}).status == 0
    assert "| preview | runs only with `--preview`" in (folder / "out" / "image-private.md").read_text()
    assert "preview" not in (folder / "out" / "tags-present.md").read_text()
    assert "Images come from the private registry (preview) |" in (folder / "out" / "README.md").read_text()


def test_its_examples_are_tested(cilint):
    done = cilint("test", "house", files={"house/rules.yaml": PACK.replace("image: node #", "image: $CI_REGISTRY/a #")})
    assert done.status == 1
    assert "image-private" in done.out + done.err


def test_a_rule_that_is_required_is_no_preview(cilint):
    pack = PACK.replace("    preview: true\n", "    preview: true\n    required: true\n")
    done = cilint("check", "--policy", "./house", files={".gitlab-ci.yml": CI, "house/rules.yaml": pack})
    assert (done.status, "a rule is either required or a preview" in done.err) == (2, True)


def test_evidence_tells_that_it_is_off(cilint):
    files = {".gitlab-ci.yml": CI, ".cilint.yaml": "packs: [./house]\n", "house/rules.yaml": PACK}
    off = cilint("report", "--format", "json", files=files).out
    assert "image-private: off (a preview)" in off
    on = cilint("report", "--format", "json", "--preview").out
    assert "image-private: off" not in on
    assert '"--preview"' in on
