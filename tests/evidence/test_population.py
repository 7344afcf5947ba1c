"""Several files and folders: what was checked, what has no pipeline, what could not be read or resolved."""

from __future__ import annotations

import csv
import io
import json

import pytest


@pytest.fixture
def fleet(world, tmp_path):
    base = tmp_path / "group"
    world.repository(base / "app", {".gitlab-ci.yml": world.waived})
    world.repository(base / "sub" / "open", {".gitlab-ci.yml": world.unresolved})
    world.repository(base / "sub" / "broken", {".gitlab-ci.yml": "a: [\n"})
    world.repository(base / "sub" / "docs", {"README.md": "no pipeline"})
    (base / "notes").mkdir()
    return base


def evidence_of(world, cwd, *arguments):
    done = world.run("report", "--format", "json", *arguments, cwd=cwd)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def test_a_folder_stands_for_every_project_in_it(world, fleet):
    evidence = evidence_of(world, fleet.parent, "group", "group/gone.yml")
    assert {target["path"]: target["status"] for target in evidence["targets"]} == {
        "group/app/.gitlab-ci.yml": "checked",
        "group/sub/open/.gitlab-ci.yml": "unresolved",
        "group/sub/broken/.gitlab-ci.yml": "unreadable",
        "group/sub/docs": "no-pipeline",
        "group/notes": "no-pipeline",
        "group/gone.yml": "missing",
    }


def test_what_could_not_be_read_is_never_a_pass_of_a_control(world, fleet):
    evidence = evidence_of(world, fleet.parent, "group", "group/gone.yml")
    for framework in evidence["frameworks"]:
        for control in framework["controls"]:
            assert control["result"] != "pass"
            assert control["by_target"]["group/gone.yml"] == "not-assessed"
            assert control["by_target"]["group/sub/broken/.gitlab-ci.yml"] in ("not-assessed", "fail")
            assert "group/sub/docs" not in control["by_target"]


def test_each_target_has_its_own_commit_files_and_results(world, fleet):
    evidence = evidence_of(world, fleet.parent, "group/app", "group/sub/open")
    commits = [target["commit"] for target in evidence["targets"]]
    assert len(set(commits)) == 2
    assert all(len(commit) == 40 for commit in commits)
    rules = {(tested["rule"], tested["target"]) for tested in evidence["tested"]}
    assert len(rules) == len(evidence["tested"])


def test_every_table_tells_the_whole_population(world, fleet):
    def rows(name):
        text = world.run("report", "--format", name, "group", "group/gone.yml", cwd=fleet.parent).stdout
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))

    paths = {row["target"]: row["status"] for row in rows("csv-population")}
    assert len(paths) == 6
    assert paths["group/notes"] == "has no pipeline"
    controls = rows("csv")
    assert {row["target"] for row in controls} == set(paths)
    assert {row["target_status"] for row in controls if row["target"] == "group/gone.yml"} == {"is not there"}
    assert {row["result"] for row in controls if row["target"] == "group/notes"} == {"not assessed"}


def test_where_nothing_was_assessed_nothing_has_passed(world, tmp_path):
    (tmp_path / "empty").mkdir()
    evidence = evidence_of(world, tmp_path, "empty")
    assert evidence["tested"] == []
    assert world.run("report", "--strict", "-o", "json=/dev/null", "empty", cwd=tmp_path).returncode == 1
    assert world.run("report", "-o", "json=/dev/null", "empty", cwd=tmp_path).returncode == 0
    statement = json.loads(world.run("report", "--format", "intoto", "empty", cwd=tmp_path).stdout)
    assert statement["predicate"]["result"] == "WARNED"
    page = world.run("report", "--format", "markdown", "empty", cwd=tmp_path).stdout
    assert "not assessed" in page.split("\n\n")[1]


def test_nothing_at_all_is_a_wrong_invocation(world, tmp_path):
    done = world.run("report", "gone.yml", cwd=tmp_path)
    assert done.returncode == 2
    assert "gone.yml" in done.stderr


def test_links_do_not_lead_out_of_a_folder(world, fleet, tmp_path):
    world.repository(tmp_path / "outside", {".gitlab-ci.yml": world.waived})
    (fleet / "link").symlink_to(tmp_path / "outside")
    evidence = evidence_of(world, fleet.parent, "group")
    assert not [target for target in evidence["targets"] if "link" in target["path"]]


def test_a_rule_that_is_off_leaves_its_controls_not_assessed(world, made):
    folder = made["waived"].folder
    evidence = evidence_of(world, folder, "--ignore", "image-missing")
    control = next(
        control for one in evidence["frameworks"] for control in one["controls"] if control["id"] == "CM-7(5)"
    )
    off = next(support for support in control["supports"] if support["rule"] == "image-missing")
    assert (off["present"], off["result"]) == (False, "not-assessed")
    assert "image-missing: off" in evidence["provenance"]["overrides"]


def test_frameworks_are_chosen_by_name_and_added_by_file(world, made, tmp_path):
    house = tmp_path / "house.yaml"
    house.write_text(
        "framework: house\ntitle: House rules\nversion: '7'\nlink: https://example.test/\n"
        "controls:\n  - {id: H1, title: Images are ours, supports: [{strength: design, rules: [image-missing]}]}\n"
    )
    folder = made["waived"].folder
    evidence = evidence_of(world, folder, "--framework", str(house), "--framework", "pci-dss")
    assert [one["framework"] for one in evidence["frameworks"]] == ["house", "pci-dss"]
    done = world.run("report", "--framework", "pci", cwd=folder)
    assert done.returncode == 2
    assert "pci-dss" in done.stderr


@pytest.mark.parametrize("arguments", [("-o", "nonsense=x"), ("-o", "html="), ("-o", "x.unknown"), ("--format", "wd")])
def test_a_wrong_output_is_refused_before_the_work(world, made, arguments):
    assert world.run("report", *arguments, cwd=made["waived"].folder).returncode == 2


def test_the_exit_status_follows_the_findings(world, made):
    assert world.run("report", "-o", "/dev/null", cwd=made["faulty"].folder).returncode == 2
    assert world.run("report", "-o", "json=/dev/null", cwd=made["faulty"].folder).returncode == 1
    assert world.run("report", "-o", "json=/dev/null", "--fail-on", "never", cwd=made["faulty"].folder).returncode == 0
    never = ("report", "-o", "json=/dev/null", "--fail-on", "never", "--strict")
    assert world.run(*never, cwd=made["unresolved"].folder).returncode == 1
