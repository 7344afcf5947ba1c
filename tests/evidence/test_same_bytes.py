"""Same inputs, same bytes; one changed byte changes the digests that it should; a kill or a second writer harms nothing."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import zipfile

import pytest


def test_two_runs_are_the_same_bytes(made, kind, world, tmp_path):
    one = made[kind]
    paths = ("examples/.gitlab-ci.yml",) if kind == "clean" else ()
    again = world.report(one.folder, tmp_path, *paths, PYTHONHASHSEED="7", TZ="Asia/Tokyo", LANG="tr_TR.UTF-8")
    for name, path in one.files.items():
        assert again.files[name].read_bytes() == path.read_bytes(), name


def test_a_changed_byte_changes_the_digests_that_it_should(world, tmp_path):
    files = {
        ".gitlab-ci.yml": "include: ci/base.yml\nbuild: {extends: .base, stage: build}\n",
        "ci/base.yml": world.unresolved.split("\n", 4)[4].replace("build:", ".base:"),
    }
    folder = world.repository(tmp_path / "one", files)
    first = world.report(folder, tmp_path / "first").json()
    text = (folder / "ci/base.yml").read_text()
    (folder / "ci/base.yml").write_text(text.replace("npm ci", "npm cj"))
    second = world.report(folder, tmp_path / "second").json()
    (folder / "ci/base.yml").write_text(text + "# a comment\n")
    third = world.report(folder, tmp_path / "third").json()

    def digests(evidence):
        target = evidence["targets"][0]
        return {file["path"]: file["sha256"] for file in target["files"]}, target["merged_sha256"], evidence["digest"]

    (files1, merged1, all1), (files2, merged2, all2), (files3, merged3, all3) = map(digests, (first, second, third))
    assert files1[".gitlab-ci.yml"] == files2[".gitlab-ci.yml"] == files3[".gitlab-ci.yml"]
    assert len({files1["ci/base.yml"], files2["ci/base.yml"], files3["ci/base.yml"]}) == 3
    assert merged1 != merged2
    assert merged1 == merged3
    assert len({all1, all2, all3}) == 3
    assert files1["ci/base.yml"] == hashlib.sha256(text.encode()).hexdigest()
    committed = [{file["path"]: file["committed"] for file in one["targets"][0]["files"]} for one in (first, second)]
    assert committed == [{".gitlab-ci.yml": True, "ci/base.yml": True}, {".gitlab-ci.yml": True, "ci/base.yml": False}]


def test_the_report_names_the_program_that_made_it_and_how_it_ended(made, world):
    home = world.root / "cilint"
    lines = sorted(
        (path.relative_to(home).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in home.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".tmp"
    )
    whole = "".join(f"{digest}  {path}\n" for path, digest in lines)
    done = world.run("report", "--format", "json", "--strict", cwd=made["faulty"].folder)
    facts = json.loads(done.stdout)["provenance"]
    assert facts["tool_sha256"] == hashlib.sha256(whole.encode()).hexdigest()
    assert facts["exit_status"] == done.returncode == 1
    assert facts["command"][-1] == "--strict"


def _start(world, folder, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(world.root), "SOURCE_DATE_EPOCH": world.epoch}
    return subprocess.Popen(
        [sys.executable, "-m", "cilint", *map(str, arguments)],
        cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.slow
def test_a_killed_report_leaves_the_old_one_whole(made, world, tmp_path):
    folder = made["waived"].folder
    target = tmp_path / "evidence.zip"
    whole = made["waived"].files["bundle"].read_bytes()
    target.write_bytes(whole)
    for step in range(12):
        process = _start(world, folder, "report", "-o", f"bundle={target}")
        time.sleep(0.15 * step)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with zipfile.ZipFile(target) as archive:
            assert archive.testzip() is None
        assert target.read_bytes() == whole
    assert _start(world, folder, "report", "-o", f"bundle={target}").wait() in (0, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evidence.zip"]


_WAIVE = (
    "waive", "image-unpinned", "--job", "x", "--reason", "a reason that is long enough", "--approved-by", "a.smith",
    "--ticket", "T-1", "--expires", "30d",
)  # fmt: skip


@pytest.mark.slow
def test_a_killed_edit_leaves_the_register_whole(world, tmp_path):
    folder = world.repository(
        tmp_path / "waived", {".gitlab-ci.yml": world.waived, ".cilint-waivers.yaml": world.register}
    )
    register = folder / ".cilint-waivers.yaml"
    for step in range(16):
        process = _start(world, folder, *_WAIVE)
        time.sleep(0.06 * step)
        process.send_signal(signal.SIGKILL)
        process.wait()
        text = register.read_text()
        assert text.startswith(world.register.rstrip("\n"))
        assert text.count("\n  - id: ") == text.count("\n    expires: ")
    assert _start(world, folder, *_WAIVE).wait() == 0
    assert not [path.name for path in folder.iterdir() if path.name.endswith(".tmp")]


@pytest.mark.slow
def test_edits_at_once_do_not_lose_each_other(world, tmp_path):
    folder = world.repository(tmp_path / "waived", {".gitlab-ci.yml": world.waived})
    running = [_start(world, folder, *_WAIVE) for _ in range(6)]
    assert [process.wait() for process in running] == [0] * 6
    done = world.run("report", "--format", "json", cwd=folder)
    waivers = json.loads(done.stdout)["waivers"]
    assert sorted(waiver["id"] for waiver in waivers) == [f"W-2026-{number:03}" for number in range(1, 7)]


@pytest.mark.slow
def test_reports_at_once_are_each_whole(made, world, tmp_path):
    target = tmp_path / "evidence.zip"
    running = [_start(world, made["waived"].folder, "report", "-o", f"bundle={target}") for _ in range(4)]
    assert {process.wait() for process in running} <= {0, 1}
    assert target.read_bytes() == made["waived"].files["bundle"].read_bytes()
