"""Slack, PagerDuty and Datadog: what is sent, and that no secret goes through an argument."""

from __future__ import annotations

import json

import pytest

SLACK = ("notify-slack.sh", "--status")
PAGERDUTY = ("notify-pagerduty.sh", "--severity", "critical")
EVENT = ("create-datadog-event.sh", "--service", "payments", "--environment", "production")


def sent(result):
    (call,) = [call for call in result.calls if call["tool"] == "curl"]
    body = call["argv"][call["argv"].index("--data") + 1]
    return call["stdin"], body


@pytest.fixture
def network(workplace, reply):
    workplace.tool("curl", reply(""))
    return workplace


@pytest.mark.parametrize("status", ["success", "failure"])
def test_slack_hears_of_both_ends(network, status):
    result = network.run(*SLACK, status)
    assert result.code == 0, result.err
    configuration, body = sent(result)
    assert network.env["SLACK_WEBHOOK_URL"] in configuration
    text = json.loads(body)["text"]
    assert f"ended in {status}" in text
    assert "<https://gitlab.example/team/app/-/pipelines/700|pipeline 700>" in text


def test_a_commit_title_cannot_mention_the_channel(network):
    result = network.run(*SLACK, "success", env={"CI_COMMIT_TITLE": '<!channel> & "quotes" $(id)'})
    text = json.loads(sent(result)[1])["text"]
    assert '&lt;!channel&gt; &amp; "quotes" $(id)' in text


def test_pagerduty_makes_one_incident_a_pipeline(network, reply):
    kept = network.cwd / "body.json"
    network.tool("curl", reply("", files={}))
    # The body is a file that is gone when the script ends: let the stand-in's shell copy show it instead.
    (network.bin / "curl").write_text(
        f'#!/bin/bash\nfor word; do [[ $word == @* ]] && cp "${{word#@}}" {kept}; done\nexit 0\n'
    )
    result = network.run(*PAGERDUTY)
    assert result.code == 0, result.err
    alert = json.loads(kept.read_text())
    assert alert["dedup_key"] == "gitlab-pipeline-700"
    assert alert["routing_key"] == network.env["PAGERDUTY_ROUTING_KEY"]
    assert alert["payload"]["severity"] == "critical"
    assert alert["event_action"] == "trigger"


def test_datadog_learns_of_the_deployment(network):
    configuration, body = sent(network.run(*EVENT))
    event = json.loads(body)
    assert "https://api.datadoghq.eu/api/v1/events" in configuration
    assert network.env["DATADOG_API_KEY"] in configuration
    assert {"service:payments", "env:production", "version:c0ffee00"} <= set(event["tags"])


@pytest.mark.parametrize("command", [(*SLACK, "success"), PAGERDUTY, EVENT])
def test_a_dry_run_sends_nothing(network, command):
    result = network.run(*command, "--dry-run")
    assert result.code == 0
    assert "would send" in result.err
    assert result.calls == []


@pytest.mark.parametrize("command", [(*SLACK, "success"), PAGERDUTY, EVENT])
def test_a_refusal_fails_the_job(workplace, reply, command):
    workplace.tool("curl", reply("", code=22))
    assert workplace.run(*command).code == 1


@pytest.mark.parametrize(
    ("command", "variable"),
    [((*SLACK, "success"), "SLACK_WEBHOOK_URL"), (PAGERDUTY, "PAGERDUTY_ROUTING_KEY"), (EVENT, "DATADOG_API_KEY")],
)
def test_a_missing_secret_is_named(network, command, variable):
    result = network.run(*command, env={variable: None})
    assert result.code == 2
    assert variable in result.err
    assert result.calls == []


@pytest.mark.parametrize("command", [(*SLACK, "maybe"), ("notify-pagerduty.sh", "--severity", "bad"), EVENT[:3]])
def test_a_wrong_call_sends_nothing(network, command):
    result = network.run(*command)
    assert result.code == 2
    assert result.calls == []


def test_a_line_end_in_a_secret_cannot_add_a_curl_option(network):
    result = network.run(*EVENT, env={"DATADOG_API_KEY": 'x"\noutput = "/etc/passwd'})
    assert result.code != 0
    assert result.calls == []


SYNTHETICS = ("run-synthetic-tests.sh", "--service", "payments", "--environment", "production", "--junit", "out.xml")


def test_synthetic_tests_run_and_must_exist(workplace, reply):
    workplace.tool("datadog-ci", reply(""))
    (line,) = workplace.run(*SYNTHETICS).lines("datadog-ci")
    assert "--search tag:service:payments tag:env:production" in line
    assert "--failOnMissingTests" in line
    assert "--jUnitReport out.xml" in line


def test_failing_synthetic_tests_fail_the_job(workplace, reply):
    workplace.tool("datadog-ci", reply("", code=1))
    assert workplace.run(*SYNTHETICS).code == 1
    assert workplace.run(*SYNTHETICS, "--dry-run").calls == []
