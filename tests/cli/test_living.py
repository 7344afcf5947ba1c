"""Living with findings, end to end: comments, settings, baselines, git."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

HOUSE = ("--policy", "./policy")
BAD = "a:\n  image: node\n  script: [x]\nb:\n  image: ruby\n  script: [x]\n"
SETTINGS = "packs: [./policy]\n"


@pytest.fixture
def findings(cilint):
    """A function that checks some files and gives {rule and line: status}."""

    def of(text, *options, files=None, **more):
        written = {".gitlab-ci.yml": text, **(files or {})}
        done = cilint("check", *options, "--format", "json", files=written, **more)
        assert done.err == ""
        return {f"{one['rule']}:{one['location']['line']}": one["status"] for one in json.loads(done.out)["findings"]}

    return of


@pytest.fixture
def git(folder):
    def run(*arguments):
        subprocess.run(
            ["git", "-c", "user.name=x", "-c", "user.email=x@x", *arguments],
            cwd=folder,
            check=True,
            capture_output=True,
        )

    (folder / ".git").rmdir()
    run("init", "-q", "-b", "main")
    return run


def test_a_comment_settles_and_the_json_tells_why(cilint):
    text = BAD.replace("node\n", "node  # cilint: ignore[image-private] mirrored in May\n")
    done = cilint("check", *HOUSE, "--format=json", files={".gitlab-ci.yml": text})
    first, second = json.loads(done.out)["findings"]
    assert (first["status"], first["reason"], second["status"]) == ("suppressed", "mirrored in May", "open")
    done = cilint("check", *HOUSE, "--format=full")
    assert "node comes" not in done.out
    assert done.out.endswith("1 error in 2 jobs (1 file, N rules) - 1 suppressed\n")


def test_a_comment_without_use_is_told(findings):
    text = "a:\n  # cilint: ignore[image-private] was public once\n  image: $CI_REGISTRY/a\n  script: [x]\n"
    assert findings(text, *HOUSE) == {"unused-suppression:2": "open"}
    assert findings(text, *HOUSE, "--ignore", "unused-suppression") == {}
    assert findings(text, *HOUSE, "--select", "stage-known") == {}
    unread = text + "include: {project: x/y, file: z.yml}\n"
    assert findings(unread, *HOUSE) == {}, "what could not be read may be what it is for"


def test_comments_can_be_passed_over(findings):
    text = "a:\n  image: node  # cilint: ignore[image-private] why\n  script: [x]\n"
    assert findings(text, *HOUSE, "--no-ignores") == {"image-private:2": "open"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", {"image-private:2": "open", "image-private:5": "open"}),
        ("ignore: [image-private]", {}),
        ("select: [stage-known]", {}),
        (
            "select: [stage-known]\nextend-select: [image-private]",
            {"image-private:2": "open", "image-private:5": "open"},
        ),
        (
            "per-file-ignores: {'*.yml': [image-private]}",
            {"image-private:2": "suppressed", "image-private:5": "suppressed"},
        ),
        ("per-file-ignores: {'ci/*': [policy]}", {"image-private:2": "open", "image-private:5": "open"}),
        ("per-job-ignores: {'[a]': [policy]}", {"image-private:2": "suppressed", "image-private:5": "open"}),
        (
            "required: [image-private]\nper-job-ignores: {a: [policy]}\nignore: [stage-known]",
            {"image-private:2": "open", "image-private:5": "open"},
        ),
        ("required: [image-private]\nignore: [image-private]", {"image-private:2": "open", "image-private:5": "open"}),
    ],
)
def test_settings(findings, settings, expected):
    assert findings(BAD, files={".cilint.yaml": f"{SETTINGS}{settings}\n"}) == expected


def test_severity_and_exit_status_come_from_settings(cilint):
    files = {".gitlab-ci.yml": BAD, ".cilint.yaml": SETTINGS + "severity: {image-private: warning}\n"}
    assert cilint("check", files=files).status == 0
    assert cilint("check", files={".cilint.yaml": files[".cilint.yaml"] + "fail-on: warning\n"}).status == 1
    assert cilint("check", "--fail-on", "error").status == 0
    assert cilint("check", *HOUSE, "--isolated").status == 1


def test_what_is_required_cannot_be_left_out(cilint):
    files = {".gitlab-ci.yml": BAD, ".cilint.yaml": SETTINGS + "required: [image-private]\n"}
    done = cilint("check", "--ignore", "image-private", files=files)
    assert done.status == 2
    assert "image-private is required by .cilint.yaml" in done.err
    assert cilint("check", "--select", "stage-known").status == 1


CENTRAL = """\
rules:
  - id: image-central
    severity: error
    required: true
    title: Images come from the house's registry
    select: image
    assert: {starts_with: $CI_REGISTRY/}
    message: "{value} comes from outside the house"
    why: Images from elsewhere are not scanned.
    fix: Mirror the image.
"""


@pytest.mark.parametrize(
    "settings",
    [
        "ignore: [image-central]",
        "select: [stage-known]",
        "per-file-ignores: {'*': [image-central]}",
        "per-job-ignores: {'*': [central]}",
        "baseline: known.json",
    ],
)
def test_nothing_in_the_repository_softens_a_central_policy(cilint, settings):
    text = BAD.replace("node\n", "node  # cilint: ignore[image-central] why\n")
    files = {".gitlab-ci.yml": text, "central/rules.yaml": CENTRAL}
    cilint(
        "baseline",
        "-o",
        "known.json",
        "--policy",
        "./central",
        "--settings=none.yaml",
        files={**files, "none.yaml": ""},
    )
    done = cilint(
        "check",
        "--policy",
        "./central",
        "--policy",
        "./policy",
        "--format=json",
        files={".cilint.yaml": settings + "\n"},
    )
    found = [one for one in json.loads(done.out)["findings"] if one["rule"] == "image-central"]
    assert [one["status"] for one in found] == ["open", "open"]
    assert done.status == 1


def test_a_central_policy_cannot_be_changed_by_settings_or_options(cilint):
    files = {".gitlab-ci.yml": BAD, "central/rules.yaml": CENTRAL, ".cilint.yaml": "severity: {image-central: info}\n"}
    done = cilint("check", "--policy", "./central", files=files)
    assert (done.status, "is required by pack central" in done.err) == (2, True)
    done = cilint("check", "--policy", "./central", "--isolated", "--ignore", "image-central")
    assert (done.status, "is required by pack central" in done.err) == (2, True)


def test_settings_of_other_packs_are_passed_over_and_nonsense_is_not(cilint):
    files = {".gitlab-ci.yml": BAD, ".cilint.yaml": SETTINGS + "ignore: [image-private-registry, image-private]\n"}
    assert cilint("check", files=files).status == 0
    done = cilint("check", files={".cilint.yaml": SETTINGS + "ignore: [image-privat]\n"})
    assert done.status == 2
    assert "image-privat" in done.err
    assert "did you mean image-private" in done.err


def test_wrong_settings_are_told_at_their_place(cilint):
    done = cilint("check", files={".gitlab-ci.yml": BAD, ".cilint.yaml": "packs: [./policy]\nselct: []\n"})
    assert done.status == 2
    assert done.err == "cilint: error: .cilint.yaml:2:1: unknown key selct\n  help: did you mean select?\n"


def test_a_baseline_lets_only_new_findings_count(cilint, findings):
    files = {".gitlab-ci.yml": BAD, ".cilint.yaml": SETTINGS + "baseline: known.json\n"}
    done = cilint("baseline", files=files)
    assert (done.status, done.err.split(":")[1].strip()) == (0, "2 findings, 2 added, 0 taken out")
    assert cilint("check").status == 0
    worse = "# moved\n\n" + BAD + "c:\n  image: php\n  script: [x]\n"
    assert findings(worse) == {
        "image-private:4": "baselined",
        "image-private:7": "baselined",
        "image-private:10": "open",
    }
    done = cilint("baseline")
    assert done.status == 1
    assert "1 finding not in" in done.err
    assert cilint("baseline", "--accept-new").status == 0
    assert cilint("check").status == 0


def test_a_baseline_shrinks(cilint, findings, folder):
    cilint("baseline", "-o", "k.json", files={".gitlab-ci.yml": BAD, ".cilint.yaml": SETTINGS})
    better = BAD.replace("image: ruby", "image: $CI_REGISTRY/ruby")
    found = findings(better, "--baseline", "k.json")
    assert sorted(found.values()) == ["baselined", "open"]
    assert next(key for key, status in found.items() if status == "open").startswith("baseline-stale")
    done = cilint("baseline", "--prune", "-o", "k.json")
    assert "1 finding, 0 added, 1 taken out" in done.err
    assert len(json.loads((folder / "k.json").read_text())["findings"]) == 1


def test_pipelines_that_share_a_baseline_keep_their_entries(cilint, folder):
    files = {
        "a/.gitlab-ci.yml": BAD,
        "b/.gitlab-ci.yml": BAD.replace("ruby", "perl"),
        ".cilint.yaml": SETTINGS + "baseline: known.json\n",
    }
    cilint("baseline", "a", "b", files=files)
    known = (folder / "known.json").read_text()
    for paths in (["a"], ["b"], ["a", "b"]):
        done = cilint("check", *paths, "--fail-on", "info")
        assert (done.status, "stale" in done.out) == (0, False), done.out
        for option in ("--prune", "--accept-new"):
            assert cilint("baseline", *paths, option).status == 0
            assert (folder / "known.json").read_text() == known
    better = BAD.replace("image: ruby", "image: $CI_REGISTRY/ruby")
    assert "1 finding, 0 added" not in cilint("baseline", "b", "--prune", files={"a/.gitlab-ci.yml": better}).err
    assert cilint("check", "a", "b", "--fail-on", "info").out.count("baseline-stale") == 1
    assert cilint("baseline", "a", "--prune").err.endswith("3 findings, 0 added, 1 taken out\n")
    (folder / "b/.gitlab-ci.yml").unlink()
    assert cilint("baseline", "a", "--prune").err.endswith("1 finding, 0 added, 2 taken out\n")


def test_required_rules_are_never_baselined(cilint):
    settings = SETTINGS + "baseline: known.json\n"
    cilint("baseline", files={".gitlab-ci.yml": BAD, ".cilint.yaml": settings})
    assert cilint("check", files={".cilint.yaml": settings + "required: [image-private]\n"}).status == 1


def test_only_what_is_new_since_a_revision(findings, git):
    files = {"ci/inc.yml": ".x: {image: perl}\n"}
    text = "include: ci/inc.yml\n" + BAD + "d: {extends: .x, script: y}\n"
    findings(text, *HOUSE, files=files)
    git("add", "-A")
    git("commit", "-qm", "one")
    worse = "# more\n" + text + "c:\n  image: php\n  script: [x]\n"
    found = findings(worse, *HOUSE, "--diff-base", "main")
    assert [key for key, status in found.items() if status == "open"] == ["image-private:11"]
    assert len(found) == 4


def test_a_file_that_is_new_since_a_revision_is_new_altogether(findings, git):
    git("commit", "-q", "--allow-empty", "-m", "none")
    assert set(findings(BAD, *HOUSE, "--diff-base", "HEAD").values()) == {"open"}


@pytest.mark.parametrize("revision", ["nope", "--output=/tmp/x", "HEAD:policy", ""])
def test_a_revision_that_is_none_is_told(cilint, git, revision):
    git("commit", "-q", "--allow-empty", "-m", "none")
    done = cilint("check", *HOUSE, f"--diff-base={revision}", files={".gitlab-ci.yml": BAD})
    assert done.status == (2 if revision else 1)


def test_init_makes_a_repository_green(cilint, folder):
    text = "include: {project: g/p, file: x.yml}\n" + BAD
    done = cilint("init", files={".gitlab-ci.yml": text})
    assert done.status == 0, done.err
    settings = (folder / ".cilint.yaml").read_text()
    assert "baseline: .cilint-baseline.json" in settings
    assert "#   include project g/p:/x.yml" in settings
    assert cilint("check").status == 0
    again = cilint("init")
    assert again.status == 2
    assert "there is a .cilint.yaml already" in again.err


def test_settings_tell_what_holds_and_why(cilint):
    files = {
        ".gitlab-ci.yml": BAD,
        ".cilint.yaml": SETTINGS + "ignore: [stage-known]\nseverity: {image-private: info}\n",
    }
    done = cilint("settings", files=files)
    assert 'ignore: ["stage-known"]  # .cilint.yaml:2:1' in done.out
    assert "strict: false\n" in done.out
    assert cilint("settings", "--why", "stage-known").out == (
        "stage-known (pack policy) does not run\n  ignore: stage-known (.cilint.yaml:2:1)\n"
    )
    assert cilint("settings", "--why", "image-private").out == (
        "image-private (pack policy) runs\n"
        '  severity: info  (the pack has "error")\n'
        "  severity set (.cilint.yaml:3:12)\n"
    )
    wrong = cilint("settings", "--why", "stage-knwn")
    assert (wrong.status, "did you mean" in wrong.err) == (2, True)


def test_a_new_rule_works_as_it_is(cilint):
    assert cilint("new", "rule", "image-names-version").status == 0
    assert cilint("test", "policy").status == 0
    assert "image-names-version" in cilint("check", *HOUSE, files={".gitlab-ci.yml": BAD}).out
    assert cilint("new", "rule", "image-names-version").status == 2
    assert cilint("new", "rule", "Bad_Id").status == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(cilint, shell):
    assert "_CILINT_COMPLETE" in cilint("completion", shell).out


def test_completion_completes(cilint):
    done = cilint(env={"_CILINT_COMPLETE": "bash_complete", "COMP_WORDS": "cilint che", "COMP_CWORD": "1"})
    assert "check" in done.out


@pytest.mark.parametrize("name", ["settings", "pack"])
def test_schemas_are_schemas(cilint, name):
    import jsonschema

    schema = json.loads(cilint("schema", name).out)
    jsonschema.Draft202012Validator.check_schema(schema)


SUPPRESSED = "a:\n  image: node  # cilint: ignore[image-private]\n  script: [x]\n"


def test_a_baseline_holds_what_is_said_of_comments_too(cilint, findings):
    settings = {".cilint.yaml": SETTINGS + "baseline: known.json\n"}
    cilint("baseline", files={".gitlab-ci.yml": SUPPRESSED, **settings})
    assert findings(SUPPRESSED, "--fail-on=info") == {
        "image-private:2": "suppressed",
        "suppression-reason:2": "baselined",
    }
    done = cilint("baseline", "--prune")
    assert (done.status, done.err) == (0, "known.json: 1 finding, 0 added, 0 taken out\n")
    worse = SUPPRESSED + "b:\n  image: ruby  # cilint: ignore[image-private]\n  script: [x]\n"
    assert findings(worse)["suppression-reason:5"] == "open"


def test_what_a_revision_said_of_comments_is_not_new(findings, git):
    findings(SUPPRESSED, *HOUSE)
    git("add", "-A")
    git("commit", "-qm", "one")
    worse = "# moved\n" + SUPPRESSED + "b:\n  image: ruby  # cilint: ignore[image-private]\n  script: [x]\n"
    found = findings(worse, *HOUSE, "--diff-base", "HEAD")
    assert (found["suppression-reason:3"], found["suppression-reason:6"]) == ("baselined", "open")


def test_what_a_comment_held_back_in_a_revision_is_new_without_it(findings, git):
    findings(SUPPRESSED, *HOUSE)
    git("add", "-A")
    git("commit", "-qm", "one")
    bare = SUPPRESSED.replace("  # cilint: ignore[image-private]", "")
    assert findings(bare, *HOUSE, "--diff-base", "HEAD") == {"image-private:2": "open"}


BROKEN = {
    "unreadable": "a: [\nb: }\n",
    "empty": "",
    "refused": "a:\n  image: $CI_REGISTRY/x\n  script: {b: c}\n",
    "no job": ".a:\n  script: [x]\n",
    "lost include": "include: nope.yml\na:\n  image: $CI_REGISTRY/x\n  script: [x]\n",
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize(
    "options", [[], ["--select", "stage-known"], ["--policy", "security", "--select", "pipe-to-shell"]]
)
def test_what_gitlab_refuses_is_told_whatever_is_selected(cilint, name, options):
    done = cilint(
        "check", *(options if "--policy" in options else [*HOUSE, *options]), files={".gitlab-ci.yml": BROKEN[name]}
    )
    assert done.status == 1
    assert ": error[" in done.out
    assert "no findings" not in done.out


@pytest.mark.parametrize("name", ["unreadable", "empty"])
@pytest.mark.parametrize("how", ["ignore", "baseline", "diff-base", "comment", "per-file-ignores"])
def test_nothing_hides_that_a_file_cannot_be_read(cilint, git, name, how):
    files = {".gitlab-ci.yml": BROKEN[name], ".cilint.yaml": SETTINGS}
    options = []
    rules = "yaml-syntax,config-empty"
    if how == "ignore":
        options = ["--policy", "gitlab", "--ignore", rules]
    elif how == "baseline":
        files["known.json"] = _recorded(cilint, files)
        options = ["--baseline", "known.json"]
    elif how == "comment":
        files[".gitlab-ci.yml"] = f"# cilint: ignore[{rules}] because\n{BROKEN[name]}"
    elif how == "per-file-ignores":
        files[".cilint.yaml"] = f"packs: [gitlab]\nper-file-ignores: {{'*': [{rules}]}}\n"
    cilint("rules", files=files)
    if how == "diff-base":
        git("add", "-A")
        git("commit", "-qm", "one")
        options = ["--diff-base", "HEAD"]
    done = cilint("check", *options)
    assert done.status == 1
    assert ": error[" in done.out


def _recorded(cilint, files):
    """A baseline with the findings of a file that cannot be read, which cilint itself does not write."""
    done = cilint("baseline", files=files)
    assert (done.status, "cannot be read, so there is nothing to record" in done.err) == (2, True)
    found = json.loads(cilint("check", "--format=json").out)["findings"]
    entries = [
        {"rule": one["rule"], "file": one["location"]["file"], "fingerprint": one["fingerprint"]} for one in found
    ]
    return json.dumps({"version": 1, "findings": entries})


def test_a_rule_passes_only_where_it_could_look(cilint):
    """The rules of a file that cannot be read, and of a job whose script GitLab refuses, in every format."""
    files = {
        ".gitlab-ci.yml": BROKEN["refused"],
        "bad.yml": BROKEN["unreadable"],
        "good.yml": BAD.replace("node", "$CI_REGISTRY/a").replace("ruby", "$CI_REGISTRY/b"),
    }
    data = json.loads(
        cilint("check", *HOUSE, "--format=json", ".gitlab-ci.yml", "bad.yml", "good.yml", files=files).out
    )
    told = {(item["entry"], rule) for item in data["not_assessed"] for rule in item["rules"]}
    assert ("bad.yml", "image-private") in told
    assert ("bad.yml", "stage-known") in told
    assert (".gitlab-ci.yml", "image-private") not in told, "the image can be read, and the rule looks at nothing else"
    assert not any(entry == "good.yml" for entry, _ in told)
    assert data["summary"]["not_assessed"] == len(data["not_assessed"]) > 0
    junit = cilint("check", *HOUSE, "--format=junit", ".gitlab-ci.yml", "bad.yml", "good.yml").out
    cases = {
        (name, rule): "/>" in rest
        for rule, name, rest in re.findall(r'<testcase classname="([a-z-]+): [^"]*" name="([^"]*)"([^\n]*)', junit)
    }
    assert cases["good.yml", "image-private"] is True
    assert cases["bad.yml", "image-private"] is False
    done = cilint("check", *HOUSE, "bad.yml")
    assert (
        "bad.yml:2:4: not assessed: bad.yml: it cannot be read, so no rule could look at it (N rules undecided)\n"
        in done.out
    )
    assert done.out.endswith(" - 1 not assessed\n")


def test_a_rule_in_code_has_not_passed_where_a_script_is_refused(cilint):
    options = ("check", "--policy=security", "--format=json")
    data = json.loads(cilint(*options, files={".gitlab-ci.yml": BROKEN["refused"]}).out)
    [item] = data["not_assessed"]
    assert (item["what"], item["location"]["line"]) == ("what GitLab refuses: a.script", 3)
    assert "pipe-to-shell" in item["rules"]


WAIVER = """\
waivers:
  - id: W-1
    rule: image-private
    scope: {jobs: [a]}
    reason: the vendor ships no other image yet
    approved_by: [x]
    ticket: T-1
    created: 2026-01-01
    expires: 2026-03-01
"""


@pytest.mark.parametrize("format", ["full", "concise", "grouped", "json", "gitlab", "junit", "sarif", "markdown"])
def test_a_waived_finding_is_told_as_waived_in_every_format(cilint, format):
    files = {".gitlab-ci.yml": BAD, ".cilint-waivers.yaml": WAIVER}
    done = cilint("check", *HOUSE, "--format", format, files=files, env={"SOURCE_DATE_EPOCH": "1769000000"})
    assert done.status == 1, done.out
    out = done.out
    if format == "gitlab":
        waived, other = json.loads(out)
        assert (waived["severity"], other["severity"]) == ("info", "critical")
        assert "waived (" in waived["description"]
    elif format == "junit":
        assert '<skipped message="waived: ' in out
        assert 'failures="1"' in out
    elif format == "json":
        assert [one["waived"] for one in json.loads(out)["findings"]] == [True, False]
    elif format == "sarif":
        results = json.loads(out)["runs"][0]["results"]
        assert [bool(one["suppressions"]) for one in results] == [True, False]
    else:
        assert re.search(r"waived\n?.*node comes.*W-1: the vendor|waived.*node comes.*W-1: the vendor", out), out
        assert "1 waived" in out


def test_a_new_rule_takes_no_name_that_is_taken(cilint, folder):
    taken = cilint("new", "rule", "image-missing")
    assert taken.status == 2
    assert "is a rule of the pack enterprise already" in taken.err
    assert cilint("new", "rule", "of-ours", "--folder", "house").status == 0
    pack = (folder / "house" / "of-ours.yaml").rename(folder / "house" / "images.yaml")
    again = cilint("new", "rule", "of-ours", "--folder", "house")
    assert again.status == 2
    assert f"at house/{pack.name}:3" in again.err


@pytest.mark.parametrize(
    ("settings", "options", "expected"),
    [
        ("select: [stage-known]", ["--select", "image-private"], {"image-private"}),
        ("select: [stage-known]", ["--extend-select", "image-private"], {"image-private", "stage-known"}),
        ("select: [stage-known]", ["--ignore", "image-private"], {"stage-known"}),
        ("extend-select: [image-private]\nselect: [stage-known]", ["--select", "stage-known"], {"stage-known"}),
        ("ignore: [image-private]", ["--select", "image-private"], {"image-private"}),
        ("ignore: [image-private]", ["--select", "policy"], {"stage-known"}),
        ("ignore: [image-private]", ["--extend-select", "image-private"], {"image-private", "stage-known"}),
        ("ignore: [image-private]", ["--ignore", "stage-known"], set()),
        ("select: [image-private]\nignore: [image-private]", [], set()),
        ("required: [stage-known]", ["--select", "image-private"], {"image-private", "stage-known"}),
    ],
)
def test_the_call_beats_the_settings(findings, settings, options, expected):
    text = "stages: [x]\na:\n  stage: x\n  image: node\n  script: [x]\n"
    found = findings(text, *options, files={".cilint.yaml": f"{SETTINGS}{settings}\n"})
    assert {key.partition(":")[0] for key in found} == expected


@pytest.mark.parametrize(
    ("settings", "place"),
    [("baseline: no.json\n", "1:11"), ("strict: true\nwaivers: {file: no.yaml}\n", "2:17")],
)
def test_a_file_that_settings_name_and_that_is_not_there_is_told_where_they_name_it(cilint, settings, place):
    done = cilint("check", *HOUSE, files={".gitlab-ci.yml": BAD, ".cilint.yaml": settings})
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"cilint: error: .cilint.yaml:{place}: cannot read the ")
    assert " no." in done.err


def test_what_a_baseline_has_too_many_stands_in_the_repository_wherever_one_is(cilint, folder):
    """With an absolute path the Code Quality report would be rejected, and the fingerprint be another everywhere."""
    files = {".gitlab-ci.yml": BAD, ".cilint.yaml": f"{SETTINGS}baseline: known/b.json\n", "sub/x": ""}
    (folder / "known").mkdir()
    assert cilint("baseline", "--output", "known/b.json", files=files).status == 0
    mended = {".gitlab-ci.yml": BAD.replace("image: node", "image: $CI_REGISTRY/node")}
    reports = [
        json.loads(cilint("check", "--format", "json", files=mended, cwd=at).out) for at in (folder, folder / "sub")
    ]
    reports.append(json.loads(cilint("check", *HOUSE, "--format", "json", "--baseline", folder / "known/b.json").out))
    stale = [one for report in reports for one in report["findings"] if one["rule"] == "baseline-stale"]
    assert {one["location"]["file"] for one in stale} == {"known/b.json"}
    assert len({one["fingerprint"] for one in stale}) == 1
    assert len(stale) == 3
