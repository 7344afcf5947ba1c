"""Scripts of package.json in workspaces."""

from __future__ import annotations

import pytest

from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.pipeline import build
from cilint.shell.scripts import Scripts
from cilint.source import Source

FILES = {
    "package.json": '{"scripts": {"ship": "root"}, "workspaces": ["packages/*"]}',
    "packages/web/package.json": '{"name": "@acme/web", "scripts": {"ship": "web"}}',
    "packages/api/package.json": '{"name": "api", "scripts": {"ship": "api"}}',
    "packages/api/node_modules/x/package.json": '{"name": "x", "scripts": {"ship": "x"}}',
}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("npm run ship", ["root"]),
        ("node --run ship", ["root"]),
        ("run-s ship", ["root"]),
        ("npm -w packages/web run ship", ["web"]),
        ("npm run ship --workspace=@acme/web", ["web"]),
        ("npm run ship -ws", ["api", "web"]),
        ("pnpm --filter web run ship", ["web"]),
        ("pnpm --filter '@acme/*' ship", ["web"]),
        ("pnpm --filter ./packages/api ship", ["api"]),
        ("pnpm -r ship", ["api", "web"]),
        ("pnpm -w run ship", ["root"]),
        ("yarn workspace @acme/web ship", ["web"]),
        ("yarn workspaces foreach -A run ship", ["api", "web"]),
        ("npx turbo run ship", ["api", "web"]),
        ("npx nx run api:ship", ["api"]),
        ("npx lerna run ship", ["api", "web"]),
        ("npm install ship", []),
    ],
)
def test_the_packages_that_a_filter_names(tmp_path, line, expected):
    for path, text in FILES.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    project = Project(str(tmp_path))
    pipeline = build(compose(Source(".gitlab-ci.yml", f"a:\n  script:\n    - {line}\n"), project))
    found = [one.name for one in Scripts(project).of(pipeline.jobs["a"])]
    assert [name for name in found if name in ("root", "web", "api", "x")] == expected
