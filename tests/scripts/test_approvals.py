"""Who may approve: the right people, not the authors, and never the same person twice."""

from __future__ import annotations

import json

import pytest

SAM = {"id": 7, "username": "sam", "name": "Sam Security", "public_email": "sam@example.com"}
PAT = {"id": 8, "username": "pat", "name": "Pat Product", "public_email": "pat@example.com"}
ANN = {"id": 9, "username": "ann", "name": "Ann Author", "public_email": "ann@example.com"}
CHECK = ("check-approval.sh", "--role", "security", "--group", "fintech/approvers/security",
         "--record", "approvals/security.json")  # fmt: skip
VERIFY = ("verify-approvals.sh", "approve-security=fintech/approvers/security",
          "approve-product=fintech/approvers/product")  # fmt: skip


@pytest.fixture
def gitlab(workplace, reply):
    """GitLab's API as curl meets it; each argument changes one answer."""

    def answer(
        *, job=None, user=SAM, members=(7,), state="active", author=ANN, request_author=ANN, commits=(), jobs=()
    ):
        sha = workplace.env["CI_COMMIT_SHA"]
        own = {"id": 900, "name": "approve-security", "user": user, "pipeline": {"id": 700}, "commit": {"id": sha}}
        group = [{"id": number, "state": state} for number in members]
        workplace.tool(
            "curl",
            reply(r"/api/v4/job\"", {**own, **(job or {})}),
            reply(r"groups/fintech%2Fapprovers%2F\w+/members/all\?user_ids=", group),
            reply(r"/repository/commits/\w+/merge_requests", [{"iid": 5, "author": request_author}]),
            reply(r"/merge_requests/5/commits", list(commits)),
            reply(
                r"/repository/commits/\w+\"", {"author_name": author["name"], "author_email": author["public_email"]}
            ),
            reply(r"/pipelines/700/jobs\?per_page=100&page=1", list(jobs)),
            reply("", code=22),
        )

    return answer


def test_the_right_person_approves_and_is_recorded(workplace, gitlab):
    gitlab()
    result = workplace.run(*CHECK)
    assert result.code == 0, result.err
    record = json.loads((workplace.cwd / "approvals/security.json").read_text())
    assert record["approver"] == {"id": 7, "username": "sam", "name": "Sam Security"}
    assert record["role"] == "security"
    assert record["commit"] == workplace.env["CI_COMMIT_SHA"]


def test_a_dry_run_checks_and_records_nothing(workplace, gitlab):
    gitlab()
    assert workplace.run(*CHECK, "--dry-run").code == 0
    assert not (workplace.cwd / "approvals").exists()
    gitlab(members=())
    assert workplace.run(*CHECK, "--dry-run").code == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"members": ()}, "not an active member of fintech/approvers/security"),
        ({"members": (8, 9)}, "not an active member"),
        ({"state": "blocked"}, "not an active member"),
        ({"author": SAM}, "author of this change"),
        ({"author": {"name": "Somebody", "public_email": "SAM@example.com"}}, "author of this change"),
        ({"request_author": SAM}, "author of this change"),
        ({"commits": [{"author_name": "sam security", "author_email": "x@example.com"}]}, "author of this change"),
    ],
)
def test_the_wrong_person_is_refused(workplace, gitlab, change, reason):
    gitlab(**change)
    result = workplace.run(*CHECK)
    assert result.code == 1
    assert reason in result.err
    assert not (workplace.cwd / "approvals/security.json").exists()


@pytest.mark.parametrize(
    "forged",
    [
        {"GITLAB_USER_LOGIN": "pat"},
        {"GITLAB_USER_ID": "8"},
        {"CI_JOB_ID": "901"},
        {"CI_JOB_NAME": "approve-product"},
        {"CI_PIPELINE_ID": "701"},
        {"CI_COMMIT_SHA": "0" * 40},
    ],
)
def test_a_variable_that_was_overridden_is_noticed(workplace, gitlab, forged):
    gitlab()
    result = workplace.run(*CHECK, env=forged)
    assert result.code == 1
    assert "overridden" in result.err


def test_no_answer_is_no_approval(workplace, reply):
    workplace.tool("curl", reply("", code=22, stderr="curl: (22) 401"))
    result = workplace.run(*CHECK)
    assert result.code == 1
    assert "does not say whose job" in result.err


def test_commits_that_cannot_be_read_are_no_approval(workplace, gitlab):
    gitlab()
    workplace.replies["curl"] = [r for r in workplace.replies["curl"] if "merge_requests/5" not in r["match"]]
    assert workplace.run(*CHECK).code == 1


def test_missing_settings_are_named(workplace, gitlab):
    gitlab()
    result = workplace.run(*CHECK, env={"APPROVAL_API_TOKEN": None})
    assert result.code == 2
    assert "APPROVAL_API_TOKEN" in result.err
    assert workplace.run("check-approval.sh", "--role", "security").code == 2


def played(name, user, *, status="success", number=1):
    return {"id": number, "name": name, "status": status, "user": user, "finished_at": "2026-01-31T10:00:00Z"}


def test_two_people_are_verified(workplace, gitlab):
    gitlab(members=(7, 8), jobs=[played("approve-security", SAM), played("approve-product", PAT)])
    result = workplace.run(*VERIFY)
    assert result.code == 0, result.err
    record = json.loads((workplace.cwd / "approvals/verified.json").read_text())
    assert [a["approver"]["username"] for a in record["approvals"]] == ["sam", "pat"]


@pytest.mark.parametrize(
    ("jobs", "members", "reason"),
    [
        ([played("approve-security", SAM), played("approve-product", SAM)], (7,), "more than one approval"),
        ([played("approve-security", SAM)], (7,), "approve-product has not succeeded"),
        (
            [played("approve-security", SAM), played("approve-product", PAT, status="failed")],
            (7, 8),
            "has not succeeded",
        ),
        ([played("approve-security", SAM), played("approve-product", PAT)], (7,), "pat is not an active member"),
        ([played("approve-security", SAM), played("approve-product", ANN)], (7, 9), "ann is an author"),
    ],
)
def test_production_stays_closed(workplace, gitlab, jobs, members, reason):
    gitlab(members=members, jobs=jobs)
    result = workplace.run(*VERIFY)
    assert result.code == 1
    assert reason in result.err
    assert not (workplace.cwd / "approvals/verified.json").exists()


def test_the_verdict_ignores_what_approvers_could_have_written(workplace, gitlab):
    workplace.file("approvals/security.json", '{"approver": {"id": 1, "username": "boss"}}')
    gitlab(members=(7,), jobs=[played("approve-security", SAM), played("approve-product", SAM)])
    assert workplace.run(*VERIFY).code == 1


def test_one_approval_is_not_enough_to_ask_for(workplace, gitlab):
    gitlab()
    assert workplace.run("verify-approvals.sh", "approve-security=group").code == 2
