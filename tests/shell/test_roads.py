"""The roads by which a job reaches a command: wrappers, aliases, runners of tools, containers."""

from __future__ import annotations

import pytest

from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.pipeline import build
from cilint.shell.scripts import Scripts
from cilint.source import Source


def ran(tmp_path, lines: str) -> list[str]:
    project = Project(str(tmp_path))
    text = "a:\n  script:\n    - |\n" + "".join(f"      {line}\n" for line in lines.splitlines())
    pipeline = build(compose(Source(".gitlab-ci.yml", text), project))
    return ["|".join([one.name, *one.arguments]) for one in Scripts(project).of(pipeline.jobs["a"])]


@pytest.mark.parametrize(
    "line",
    [
        'env -S "FOO=1 kubectl apply"', 'env --split-string="kubectl apply"', "env -i FOO=1 -u B kubectl apply",
        "alias k='kubectl'; k apply", 'alias d=x k="sudo -E kubectl"\nk apply', "alias k=kubectl kk='k apply'\nkk",
        "corepack pnpm exec kubectl apply", "corepack npx kubectl apply", "npx --yes kubectl@1.2 apply",
        "pnpm dlx kubectl apply", "yarn dlx -q kubectl apply", "bunx kubectl apply", "uvx --from x kubectl apply",
        "uv tool run kubectl apply", "uv run --only-group deploy kubectl apply", "pipx run kubectl apply",
        "yarn run kubectl apply", "yarn workspace a exec kubectl apply", "yarn workspaces foreach -A -j 2 exec kubectl apply",
        "xargs -0 -I {} kubectl apply", "find . -execdir kubectl apply {} +", "timeout -k 5 10m kubectl apply",
        "nice -n 10 kubectl apply", "sudo -Eu root kubectl apply", "sudo --user=root -- kubectl apply",
        "su -s /bin/sh app -c 'kubectl apply'", "su app -lc 'kubectl apply'", "runuser -u app -- kubectl apply",
        "watch -n 5 'kubectl apply'", "retry 3 kubectl apply", "retry --times 3 -- kubectl apply", "retry -t 3 10s kubectl apply",
        "poetry run kubectl apply", "pipenv run kubectl apply", "bundle exec kubectl apply", "composer exec -- kubectl apply",
        "docker compose -f x.yml --profile p run --rm app kubectl apply", "docker-compose -p y run app kubectl apply",
        "docker run --rm --entrypoint kubectl img apply", "docker run --entrypoint= img kubectl apply",
        "docker run --entrypoint sh img -c 'kubectl apply'", "docker --context x run img kubectl apply",
        "script -qec 'kubectl apply' /dev/null", "faketime 2020 kubectl apply", "fakeroot kubectl apply",
        "nsenter -t 1 -m kubectl apply", "unshare -r kubectl apply", "setpriv --reuid 1 kubectl apply",
        "systemd-run --scope -p A=b kubectl apply", "firejail kubectl apply", "numactl -N 1 kubectl apply",
        "nix develop -c kubectl apply", "nix shell x --command kubectl apply", "devbox run -- kubectl apply",
        "mise x node@20 -- kubectl apply", "chamber exec a b -- kubectl apply", "dotenvx run -f .env -- kubectl apply",
        "doppler run --command='kubectl apply'", "sops exec-env x.yaml 'kubectl apply'", "vault-env kubectl apply",
        "envchain x kubectl apply", "wait-for-it.sh h:1 -t 5 -- kubectl apply", "dockerize -wait tcp://h:1 kubectl apply",
        "k3s kubectl apply", "vagrant ssh -c 'kubectl apply'", "gcloud compute ssh h --command='kubectl apply'",
        "sg docker -c 'kubectl apply'", "ls | entr -n kubectl apply", "nx exec -- kubectl apply", "lerna exec -- kubectl apply",
        "bash -e -o pipefail -c 'kubectl apply'", "busybox timeout 5 kubectl apply",
    ],
)  # fmt: skip
def test_the_command_at_the_end_is_known(tmp_path, line):
    assert any(one == "kubectl|apply" or one.startswith("kubectl|apply|{}") for one in ran(tmp_path, line))


@pytest.mark.parametrize(
    "line",
    [
        "alias k='kubectl; x'\nk apply", "alias kubectl='kubectl --now'\nkubectl x", "'k' apply", "env -S", "env -S ''", "nix develop -c",
        "docker compose -f", "docker run --entrypoint", "retry 3", "watch -n 5", "sops exec-env", "alias k=k2 k2=k\nk x",
        "runuser app kubectl apply", "yarn workspace", "yarn workspaces foreach", "wait-for-it.sh h:1 --", "sudo -Eu", "alias",
    ],
)  # fmt: skip
def test_what_names_no_command_makes_none_up(tmp_path, line):
    assert "kubectl|apply" not in ran(tmp_path, line)
