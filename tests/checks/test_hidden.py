"""What no output may show, by its form or by the name before it; and what is no secret and stays readable."""

from __future__ import annotations

import time

import pytest

from cilint.checks import _hidden

# Put together here, so that no scanner takes this file for a leak. {} is where the secret stands.
RANDOM = "wJalrXUtnFEMI" + "/K7MDENG/bPxRfiCYEXAMPLEKEY"
HEX = "4f9a61c07be2d835" + "90acbe71d2f3486a"
WORD = "Tr0ub4dor" + "&3x"
PLAIN = "hunter2" + "hunter9"

KINDS = {
    "variable": ("DB_PASSWORD: {}", PLAIN),
    "variable, a word": ("DB_PASSWORD: {}", "sword" + "fish"),
    "variable, on the next line": ("DB_PASSWORD:\n    {}", PLAIN),
    "variable, quoted": ('DB_PASSWORD: "{}"', WORD),
    "variable, single quotes": ("DB_PASSWORD: '{}'", "pa ss!" + "wo rd7"),
    "token": ("MY_TOKEN: {}", HEX),
    "key": ("AWS_SECRET_ACCESS_KEY: {}", RANDOM),
    "camel case": ('{{"apiKey": "{}"}}', HEX),
    "json": ('curl -d \'{{"client_secret": "{}"}}\' https://x.test', PLAIN),
    "json in json": ('"{{\\"password\\": \\"{}\\"}}"', PLAIN),
    "export": ("export PGPASSWORD={}", PLAIN),
    "assignment before a command": ("MYSQL_PWD={} mysql -u root", PLAIN),
    "option with a blank": ("deploy --password {} --now", PLAIN),
    "option with an equals sign": ("deploy --api-token={}", HEX),
    "option in quotes": ('deploy --password "{}"', WORD),
    "curl -u": ("curl -s -u deploy:{} https://x.test", PLAIN),
    "curl --user": ("curl --user 'deploy:{}' https://x.test", WORD),
    "docker login -p": ("docker login -u ci -p {} registry.test", PLAIN),
    "mysql -p, joined": ("mysql -uroot -p{} db", PLAIN),
    "sshpass": ("sshpass -p {} ssh host.test", PLAIN),
    "any -p": ("tool -p {}", HEX),
    "redis-cli -a": ("redis-cli -h r.test -a {} ping", PLAIN),
    "authorization": ("curl -H 'Authorization: Bearer {}' https://x.test", HEX),
    "authorization as a map": ("- Authorization: Basic {}", "ZGVwbG95Omh1bnRlcjI" + "5aHVudGVy"),
    "private-token": ("curl -H 'PRIVATE-TOKEN: {}'", HEX),
    "x-api-key": ('curl -H "X-Api-Key: {}"', HEX),
    "password in a URL": ("git clone https://ci:{}@git.test/x.git", PLAIN),
    "token in a URL": ("git clone https://{}@git.test/x.git", HEX),
    "query": ("wget https://x.test/f?a=1&access_token={}&b=2", HEX),
    "signed address": ("https://x.blob.test/f?sv=1&sig={}", "aB3dE5gH7jK9" + "mN1pQ3sT5vW7%3D"),
    "Slack": ("notify {} now", "https://hooks.slack.com/services/T0AAAA111/" + "B0BBBB222/a1B2c3D4e5F6g7H8i9J0k1L2"),
    "PagerDuty": ("https://events.pagerduty.com/integration/{}/enqueue", HEX),
    "image": ("image: ci:{}@registry.x.test/app:1", PLAIN),
    "GitLab": ("echo {}", "glpat-" + "Zx9Qw7Er5Ty3Ui1Op0As"),
    "netrc": ("echo 'machine x.test login ci password {}'", PLAIN),
    "npmrc": ("//registry.x.test/:_authToken={}", HEX),
    "job name": ("deploy password={} to production", PLAIN),
    "registry auth": ('{{"auths": {{"r.test": {{"auth": "{}"}}}}}}', "Y2k6aHVudGVyMmh1" + "bnRlcjlhYmM="),
    "XML": ("<server><password>{}</password></server>", PLAIN),
    "openssl": ("openssl enc -passin pass:{}", PLAIN),
}
ORDINARY = [
    "DB_PASSWORD: $DB_PASSWORD", "DB_PASSWORD: ${PROD_PASSWORD}", "POSTGRES_PASSWORD: postgres", "PASSWORD: changeme",
    "TOKEN_FILE: /run/secrets/token", "SECRET_NAME: production-database", "API_TOKEN: vault:kv/data/ci#token",
    "cache: {key: node-modules-v3-main}", "cache:\n  key: $CI_COMMIT_REF_SLUG-4f9a61c07be2d8359", "docker run -p 8080:80 app",
    "docker run -u 1000:1000 app", "docker run --user node:node app", "mkdir -p build/output/debug1", "psql -p 5432 -U ci db",
    "curl -u $USER:$PASSWORD https://x.test", "docker login -u ci -p $TOKEN r.test", "echo 'Password: required'",
    'curl -H "PRIVATE-TOKEN: $TOKEN"', "image: registry.x.test/app@sha256:4f9a61c07be2d83590acbe71d2f3486a",
    "npm install left@npm:right@4.17.21", "id_tokens:\n  MY_TOKEN:\n    aud: https://x.test", "password rotation is due",
    "the token is not printed", "secrets:\n  DB_PASSWORD:\n    vault: production/db/password@ops", "key: value", "auth: none",
    "--password-stdin", "echo $CI_JOB_TOKEN | docker login -u gitlab-ci-token --password-stdin $CI_REGISTRY",
    "git clone https://gitlab-ci-token:${CI_JOB_TOKEN}@git.test/x.git", "pass the token: see the docs", "GIT_SSH_KEY: id_rsa.pem",
    "https://sonar.test/api/webhooks/list", "curl -sSL https://x.test/install?version=1.2.3&key=linux-amd64",
    '<span class="chip pass">passed</span>', '<a href="#rule-secret-printed">secret-printed7x</a>', "secret-detection", "include: {component: gitlab.com/components/secret-detection/secret-detection@1.1.0}",
    "ssh-keyscan -p 2222 host.test", "$[[ inputs.api_token ]]", "TOKEN: $[[ inputs.api_token ]]", "PASSWORD: '{{ password }}'",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_is_hidden_and_what_is_around_it_is_not(kind):
    form, secret = KINDS[kind]
    text = form.format(secret)
    shown = _hidden.conceal(text)
    assert shown == form.format("".join(character if character.isspace() else "*" for character in secret))
    assert _hidden.conceal(shown) == shown


@pytest.mark.parametrize("text", ORDINARY)
def test_what_is_no_secret_stays(text):
    assert _hidden.conceal(text) == text


def test_a_private_key_is_hidden_line_by_line():
    lines = ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEA" + str(number) for number in range(5)]
    head, tail = "-----BEGIN RSA PRIVATE " + "KEY-----", "-----END RSA PRIVATE " + "KEY-----"
    for joint in ("\n", "\n    ", "\\n"):
        text = joint.join([head, *lines, tail])
        shown = _hidden.conceal(f"KEY: |\n{text}\nnext: here")
        assert not [line for line in lines if line[:12] in shown]
        assert shown.endswith("next: here")
        assert set(lines) <= set(_hidden.values(text))


def test_only_what_no_innocent_text_holds_is_hidden_everywhere():
    assert set(_hidden.values("A_PASSWORD: swordfish\nB_TOKEN: " + HEX)) == {HEX}


@pytest.mark.parametrize(
    "text",
    ["pass" * 50_000, "password: " * 20_000, "a" * 200_000 + "token=x", "-u " * 60_000, "https://" * 30_000, "@" * 200_000,
     "-----BEGIN PRIVATE " + "KEY-----" * 20_000, "x://" + "a:" * 90_000 + "@", " -p" * 60_000, "authorization" * 15_000,
     '\\"password\\": \\"' * 9_000, "İ" * 100_000 + "password=hunter2hunter9"],
)  # fmt: skip
def test_hostile_texts_take_time_in_proportion(text):
    started = time.process_time()
    _hidden.conceal(text)
    assert time.process_time() - started < 3
