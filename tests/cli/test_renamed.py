"""A rule that gets another id: the old one goes on to mean it wherever somebody has written it, and is told once."""

from __future__ import annotations

import json

import pytest

RULE = """\
rules:
  - id: {id}
    severity: error
    title: Images are ours
    select: image
    assert: {{starts_with: "{{registry}}"}}
    parameters: {{registry: $CI_REGISTRY}}
    message: "{{value}} comes from elsewhere"
    why: Nobody scans it.
    fix: Mirror it.
"""
OLD, NEW = RULE.format(id="image-ours"), RULE.format(id="image-own") + "    was: [image-mine, image-ours]\n"
BAD = "a:\n  image: node\n  script: [x]\n"
NOTE = "rule image-ours is called image-own now\n"


@pytest.fixture
def house(folder):
    """A function that writes the house's pack."""

    def write(text):
        (folder / "house").mkdir(exist_ok=True)
        (folder / "house/rules.yaml").write_text(text)

    return write


@pytest.fixture
def found(cilint):
    """A function that checks, and gives (status of each finding by rule, what standard error says)."""

    def of(text, *options, settings=""):
        files = {".gitlab-ci.yml": text, ".cilint.yaml": f"packs: [./house]\n{settings}"}
        done = cilint("check", "--format", "json", *options, files=files)
        return {one["rule"]: one["status"] for one in json.loads(done.out)["findings"]}, done.err

    return of


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("ignore: [image-ours]\n", {}),
        ("select: [image-ours]\n", {"image-own": "open"}),
        ("severity: {image-ours: info}\n", {"image-own": "open"}),
        ("parameters: {image-ours: {registry: node}}\n", {}),
        ("per-job-ignores: {a: [image-ours]}\n", {"image-own": "suppressed"}),
        ("required: [image-ours]\nper-file-ignores: {'*': [image-own]}\n", {"image-own": "open"}),
    ],
)
def test_settings(found, house, settings, expected):
    house(NEW)
    got, said = found(BAD, settings=settings)
    assert {rule: status for rule, status in got.items() if rule == "image-own"} == expected
    assert said == f"cilint: note: .cilint.yaml: {NOTE}"


def test_options(found, house, cilint):
    house(NEW)
    assert found(BAD, "--ignore", "image-ours") == ({}, f"cilint: note: {NOTE}")
    assert found(BAD, "--select", "image-mine,image-ours")[0] == {"image-own": "open"}
    assert found(BAD, "--set", "severity.image-ours=info")[1] == f"cilint: note: .cilint.yaml: {NOTE}"
    done = cilint("check", "--set", "severity.image-ours=info", files={".cilint.yaml": "packs: [./house]\n"})
    assert (done.status, "info[image-own]" in done.out) == (0, True)
    done = cilint("explain", "image-ours", "--policy", "./house")
    assert done.out.startswith("image-own: Images are ours\nerror, pack house, formerly image-mine, image-ours\n")
    assert done.err == f"cilint: note: {NOTE}"
    done = cilint("settings", "--why", "image-ours")
    assert done.out.startswith("image-own (pack house) runs")


def test_what_is_required_is_so_under_its_old_name(house, cilint):
    house(NEW + "    required: true\n")
    files = {".gitlab-ci.yml": BAD, ".cilint.yaml": "packs: [./house]\n"}
    for options in (("--ignore", "image-ours"), ("--set", "severity.image-ours=info"), ("--set", "ignore=image-ours")):
        done = cilint("check", *options, files=files)
        assert (done.status, done.out) == (2, ""), options
        assert "image-own is required by" in done.err


def test_a_comment(found, house):
    house(NEW)
    text = BAD.replace("image: node", "image: node # cilint: ignore[image-ours] why")
    got, said = found(text)
    assert got == {"image-own": "suppressed"}
    assert said == f"cilint: note: .gitlab-ci.yml:2:15: {NOTE}"
    assert found(text.replace("node #", "$CI_REGISTRY/node #"))[0] == {"unused-suppression": "open"}


def test_a_baseline_holds_and_learns_the_name(found, house, cilint, folder):
    house(OLD)
    settings = "baseline: known.json\n"
    files = {".gitlab-ci.yml": BAD, ".cilint.yaml": f"packs: [./house]\n{settings}"}
    assert cilint("baseline", "--output", "known.json", files=files).status == 0
    house(NEW.replace("was: [image-mine, image-ours]", "was: [image-ours]"))
    assert found(BAD, settings=settings)[0] == {"image-own": "baselined"}
    mended = BAD.replace("node", "$CI_REGISTRY/node")
    assert found(mended, settings=settings)[0] == {"baseline-stale": "open"}
    assert cilint("baseline", "--prune", files={".gitlab-ci.yml": BAD}).status == 0
    assert '"rule": "image-own"' in (folder / "known.json").read_text()


def test_a_waiver(found, house, folder):
    house(NEW)
    (folder / ".cilint-waivers.yaml").write_text(
        "waivers:\n"
        "  - {id: W-1, rule: image-ours, scope: {jobs: [a]}, reason: mirrored next month by the platform team,\n"
        "     requested_by: bob, approved_by: [ann], ticket: SEC-1, created: 2026-01-01, expires: 2026-03-01}\n"
    )
    assert found(BAD)[0].keys() == {"image-own", "waiver-expired"}


def test_a_name_that_is_a_rule_is_that_rule(house, cilint):
    """A pack takes no rule of another pack away by calling it one of its own former ids."""
    house(NEW.replace("image-ours", "stage-known"))
    files = {".gitlab-ci.yml": BAD, ".cilint.yaml": "packs: [./policy, ./house]\nselect: [stage-known]\n"}
    assert "image-own" not in cilint("check", files=files).out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (NEW.replace("image-mine", "image-own"), "image-own is a rule, and the former id of rule image-own, too"),
        (NEW + RULE.format(id="other").removeprefix("rules:\n") + "    was: [image-ours]\n",
         "rule other: image-ours is named as the former id of image-own, too"),
    ],
)  # fmt: skip
def test_a_former_id_means_one_rule(house, cilint, text, said):
    house(text)
    done = cilint("check", "--policy", "./house", files={".gitlab-ci.yml": BAD})
    assert done.status == 2
    assert said in done.err
