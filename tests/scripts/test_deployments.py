"""Canary, blue-green, production and rollback: what runs and who gets the traffic in the end, also when a step fails."""

from __future__ import annotations

import pytest

CHANGES = ("annotate", "set", "scale", "patch", "rollout undo")


def changes(result):
    return [line for line in result.lines("kubectl") if line.split(" ", 1)[1].startswith(CHANGES)]


@pytest.fixture
def house(workplace, reply):
    workplace.cluster()
    workplace.tool("curl", reply(""))
    workplace.tool("npx")
    return workplace


def canary(house):
    state = house.state()
    return state["deployment"]["payments-canary"]["image"], state["ingress"]["payments-canary"]["weight"]


def fails(match, times=1):
    return {"failures": [{"match": match, "times": times}]}


# --- canary


def test_the_canary_gets_its_share_only_after_it_is_ready(house):
    result = house.run("deploy-canary.sh", "--image", house.new, "--weight", "10")
    assert result.code == 0, result.err
    assert canary(house) == (house.new, "10")
    calls = [line for line in result.lines("kubectl") if "get" not in line.split()]
    assert calls == [
        "kubectl annotate ingress payments-canary nginx.ingress.kubernetes.io/canary-weight=0 --overwrite",
        f"kubectl set image deployment/payments-canary payments={house.new}",
        "kubectl rollout status deployment/payments-canary --timeout 300s",
        "kubectl annotate ingress payments-canary nginx.ingress.kubernetes.io/canary-weight=10 --overwrite",
    ]


@pytest.mark.parametrize("step", ["set image .*111", "rollout status", "canary-weight=10", "get ingress"])
def test_a_failed_canary_gives_the_traffic_back(house, step):
    house.edit(ingress={"payments-canary": {"weight": "10"}}, **fails(step))
    result = house.run("deploy-canary.sh", "--image", house.new, "--weight", "10")
    assert result.code == 1
    assert canary(house) == (house.old, "0")
    assert "sending all traffic to the stable version" in result.err


def test_a_canary_that_cannot_be_drained_is_shouted_about(house):
    house.edit(**fails("canary-weight", times=9))
    result = house.run("deploy-canary.sh", "--image", house.new, "--weight", "10")
    assert result.code == 1
    assert "may still get traffic" in result.err


def test_a_second_canary_deployment_changes_nothing(house):
    house.run("deploy-canary.sh", "--image", house.new, "--weight", "10")
    result = house.run("deploy-canary.sh", "--image", house.new, "--weight", "10")
    assert result.code == 0
    assert changes(result) == []


def test_aborting_the_canary_takes_its_traffic_and_nothing_else(house):
    house.edit(ingress={"payments-canary": {"weight": "10"}})
    assert house.run("deploy-canary.sh", "--abort").code == 0
    assert canary(house) == (house.old, "0")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--image", "registry.example/app:latest", "--weight", "10"],
        ["--weight", "10"],
        ["--image", "NEW", "--weight", "0"],
        ["--image", "NEW", "--weight", "51"],
        ["--image", "NEW", "--weight", "ten"],
        ["--image", "NEW", "--weight"],
        ["--abort", "--weight", "10"],
    ],
)
def test_a_wrong_call_touches_nothing(house, arguments):
    result = house.run("deploy-canary.sh", *[house.new if a == "NEW" else a for a in arguments])
    assert result.code == 2
    assert result.calls == []


def test_no_kubectl_is_said_plainly(workplace):
    result = workplace.run("deploy-canary.sh", "--image", workplace.new, "--weight", "10")
    assert result.code == 2
    assert "kubectl is not on the PATH" in result.err


# --- promotion


def test_a_healthy_canary_is_promoted(house):
    house.run("deploy-canary.sh", "--image", house.new, "--weight", "10")
    result = house.run("promote-canary.sh", "--image", house.new, "--weight", "10")
    assert result.code == 0, result.err
    assert (house.cwd / "promote-canary.env").read_text() == f"PROMOTED_IMAGE={house.new}\n"
    assert changes(result) == []


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({}, "another pipeline replaced it"),
        ({"NEW": "0"}, "it was aborted"),
        ({"NEW": "10", **fails("rollout status")}, "not ready"),
    ],
)
def test_an_unproven_canary_is_not_promoted(house, state, reason):
    weight = state.pop("NEW", None)
    if weight is not None:
        house.run("deploy-canary.sh", "--image", house.new, "--weight", "10")
        house.edit(ingress={"payments-canary": {"weight": weight}})
    house.edit(**state)
    result = house.run("promote-canary.sh", "--image", house.new, "--weight", "10")
    assert result.code == 1
    assert reason in result.err
    assert not (house.cwd / "promote-canary.env").exists()


# --- blue-green

BLUE_GREEN = ("--url", "https://staging.example")


def test_the_idle_colour_goes_live_and_the_canary_is_drained(house):
    house.edit(ingress={"payments-canary": {"weight": "10"}})
    result = house.run("deploy-blue-green.sh", "--image", house.new, *BLUE_GREEN)
    assert result.code == 0, result.err
    state = house.state()
    assert state["service"]["payments"]["colour"] == "green"
    assert state["deployment"]["payments-green"] == {
        "image": house.new,
        "former": house.old,
        "replicas": 3,
        "release": "600",
    }
    assert state["deployment"]["payments-blue"]["image"] == house.old
    assert state["ingress"]["payments-canary"]["weight"] == "0"
    kinds = [line for line in result.lines("kubectl") if "--raw" in line or "patch" in line]
    assert "proxy/health" in kinds[0], "the idle colour must answer before it is switched to"


@pytest.mark.parametrize("step", ["set image", "rollout status", "--raw", "scale"])
def test_an_idle_colour_that_fails_never_goes_live(house, step):
    house.edit(**fails(step))
    result = house.run("deploy-blue-green.sh", "--image", house.new, *BLUE_GREEN)
    assert result.code == 1
    assert house.state()["service"]["payments"]["colour"] == "blue"
    assert not any("patch" in line for line in result.lines("kubectl"))


def test_a_switch_that_does_not_answer_is_switched_back(house, reply):
    house.tool("curl", reply("", code=22))
    result = house.run("deploy-blue-green.sh", "--image", house.new, *BLUE_GREEN)
    assert result.code != 0
    assert house.state()["service"]["payments"]["colour"] == "blue"
    assert "going back to blue" in result.err


def test_a_switch_back_that_fails_says_what_to_do(house, reply):
    house.tool("curl", reply("", code=22))
    house.edit(**fails('colour":"blue', times=9))
    result = house.run("deploy-blue-green.sh", "--image", house.new, *BLUE_GREEN)
    assert result.code != 0
    assert "set its selector to colour=blue" in result.err


def test_a_second_switch_changes_no_colour(house):
    house.run("deploy-blue-green.sh", "--image", house.new, *BLUE_GREEN)
    result = house.run("deploy-blue-green.sh", "--image", house.new, *BLUE_GREEN)
    assert result.code == 0
    assert house.state()["service"]["payments"]["colour"] == "green"
    assert not any("patch" in line for line in result.lines("kubectl"))


def test_an_unknown_colour_is_not_guessed(house):
    house.edit(service={"payments": {"colour": "purple"}})
    result = house.run("deploy-blue-green.sh", "--image", house.new, *BLUE_GREEN)
    assert result.code == 1
    assert "purple" in result.err
    assert changes(result) == []


def test_plain_http_is_refused(house):
    assert house.run("deploy-blue-green.sh", "--image", house.new, "--url", "http://staging.example").code == 2


# --- production

PRODUCTION = ("kubectl", "--environment", "production")


def test_production_gets_the_image_and_the_mark(house):
    result = house.run("deploy.sh", *PRODUCTION, "--image", house.new)
    assert result.code == 0, result.err
    assert house.state()["deployment"]["payments"]["image"] == house.new
    assert house.state()["deployment"]["payments"]["release"] == "700"


@pytest.mark.parametrize("step", ["set image .*111", "rollout status"])
def test_a_failed_production_deployment_goes_back(house, step):
    house.edit(**fails(step))
    result = house.run("deploy.sh", *PRODUCTION, "--image", house.new)
    assert result.code == 1
    assert house.state()["deployment"]["payments"]["image"] == house.old
    assert house.state()["deployment"]["payments"]["release"] == "600"
    assert "is back to" in result.err


def test_a_production_that_cannot_go_back_is_shouted_about(house):
    house.edit(**fails("rollout status", times=9))
    result = house.run("deploy.sh", *PRODUCTION, "--image", house.new)
    assert result.code == 1
    assert "is not back to" in result.err


def test_a_second_production_deployment_changes_nothing(house):
    house.run("deploy.sh", *PRODUCTION, "--image", house.new)
    assert changes(house.run("deploy.sh", *PRODUCTION, "--image", house.new)) == []


# --- rollback


def test_rollback_undoes_this_pipelines_release_once(house):
    house.run("deploy.sh", *PRODUCTION, "--image", house.new)
    result = house.run("rollback.sh", "--environment", "production")
    assert result.code == 0, result.err
    assert house.state()["deployment"]["payments"]["image"] == house.old
    again = house.run("rollback.sh", "--environment", "production")
    assert again.code == 1
    assert changes(again) == []


def test_an_old_pipeline_cannot_undo_a_newer_release(house):
    house.run("deploy.sh", *PRODUCTION, "--image", house.new)
    result = house.run("rollback.sh", "--environment", "production", env={"CI_PIPELINE_ID": "650"})
    assert result.code == 1
    assert "pipeline '700'" in result.err
    assert house.state()["deployment"]["payments"]["image"] == house.new


def test_a_rollback_that_does_not_become_ready_fails(house):
    house.run("deploy.sh", *PRODUCTION, "--image", house.new)
    house.edit(**fails("rollout status"))
    result = house.run("rollback.sh", "--environment", "production")
    assert result.code == 1
    assert "--to-revision" in result.err


def test_rollback_takes_a_revision(house):
    house.run("deploy.sh", *PRODUCTION, "--image", house.new)
    result = house.run("rollback.sh", "--environment", "production", "--to-revision", "4")
    assert "kubectl rollout undo deployment/payments --to-revision 4" in result.lines("kubectl")


# --- dev


def test_dev_is_deployed_from_the_assembly(house):
    house.file("cdk.out/manifest.json", "{}")
    result = house.run("deploy.sh", "cdk", "--environment", "dev-main", "--assembly", "cdk.out", "--image", house.new)
    assert result.code == 0, result.err
    (line,) = result.lines("npx")
    assert line.startswith("npx --no-install cdk deploy --app cdk.out --all --require-approval never ")
    assert line.endswith(f"--parameters ImageUri={house.new} --outputs-file deploy-dev/outputs.json")


def test_a_failed_dev_deployment_fails_the_job(house, reply):
    house.file("cdk.out/manifest.json", "{}")
    house.tool("npx", reply("cdk deploy", code=1))
    assert (
        house.run("deploy.sh", "cdk", "--environment", "dev-main", "--assembly", "cdk.out", "--image", house.new).code
        == 1
    )


def test_dev_can_be_destroyed(house):
    result = house.run("deploy.sh", "cdk", "--environment", "dev-main", "--destroy")
    assert result.code == 0
    assert result.lines("npx") == ["npx --no-install cdk destroy --all --force --context environment=dev-main"]


@pytest.mark.parametrize("environment", ["production", "staging"])
def test_nothing_but_dev_can_be_destroyed(house, environment):
    result = house.run("deploy.sh", "cdk", "--environment", environment, "--destroy")
    assert result.code == 2
    assert result.calls == []


def test_an_assembly_that_is_not_there_is_said(house):
    result = house.run("deploy.sh", "cdk", "--environment", "dev-main", "--assembly", "cdk.out", "--image", house.new)
    assert result.code == 2
    assert "did cdk-synth run?" in result.err


# --- dry runs


@pytest.mark.parametrize(
    "command",
    [
        ["deploy-canary.sh", "--image", "NEW", "--weight", "10"],
        ["deploy-canary.sh", "--abort"],
        ["deploy-blue-green.sh", "--image", "NEW", "--url", "https://staging.example"],
        ["deploy.sh", "kubectl", "--environment", "production", "--image", "NEW"],
        ["deploy.sh", "cdk", "--environment", "dev-main", "--assembly", "cdk.out", "--image", "NEW"],
        ["deploy.sh", "cdk", "--environment", "dev-main", "--destroy"],
        ["rollback.sh", "--environment", "production"],
    ],
)
def test_a_dry_run_changes_nothing(house, command):
    house.file("cdk.out/manifest.json", "{}")
    state = house.state()
    state["deployment"]["payments"]["release"] = "700"
    house.edit(**state)
    result = house.run(*[house.new if word == "NEW" else word for word in command], "--dry-run")
    assert result.code == 0, result.err
    assert "would run: " in result.err
    assert changes(result) == []
    assert result.lines("npx") == []
    assert house.state() == state
