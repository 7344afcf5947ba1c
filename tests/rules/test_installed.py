"""Packs of installed packages: found by name, never imported, never shadowed by the checked repository."""

from __future__ import annotations

import importlib
import sys

import pytest

from cilint.errors import PackError
from cilint.rules import load

pytestmark = pytest.mark.usefixtures("own_cache")

RULE = """\
rules:
  - id: {rule}
    severity: warning
    title: Jobs stand in stage test
    select: $.jobs.*.stage
    assert: {{equals: test}}
    message: "{{value}} is not test"
    why: For the test.
    fix: Write test.
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)

    def package(name, module, *, pack="acme", rule="acme-stage"):
        top, *rest = module.split(".")
        folder = site.joinpath(top, *rest)
        folder.mkdir(parents=True)
        (site / top / "__init__.py").write_text("raise RuntimeError('code of the package was run')\n")
        (folder / "rules.yaml").write_text(RULE.format(rule=rule))
        facts = site / f"{name.replace('-', '_')}-1.0.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (facts / "entry_points.txt").write_text(f"[cilint.packs]\n{pack} = {module}\n")
        importlib.invalidate_caches()
        return folder

    return package


def test_a_pack_is_found_by_the_name_of_its_entry_point_and_no_code_runs(install):
    folder = install("acme-policies", "acme_policies.ci.strict")
    rules = load(["gitlab", "acme"])
    assert rules.rules["acme-stage"].pack == "acme"
    assert rules.sources[-1] == ("acme", [str(folder / "rules.yaml")])
    assert "acme_policies" not in sys.modules


def test_no_folder_of_the_repository_passes_for_it(install, tmp_path, monkeypatch):
    install("acme-policies", "acme_policies")
    (tmp_path / "repo" / "acme").mkdir(parents=True)
    (tmp_path / "repo" / "acme" / "rules.yaml").write_text(RULE.format(rule="lax"))
    monkeypatch.chdir(tmp_path / "repo")
    assert list(load(["acme"]).rules) == ["acme-stage"]
    assert list(load(["./acme"]).rules) == ["lax"]


def test_no_package_passes_for_a_built_in_pack(install):
    install("acme-policies", "acme_policies", pack="security")
    assert "acme-stage" not in load(["security"]).rules


def test_what_is_wrong_is_said(install):
    install("acme-policies", "acme_policies")
    with pytest.raises(PackError, match="no pack of rules: acm ") as raised:
        load(["acm"])
    assert "installed are acme; did you mean `acme`" in raised.value.help
    install("acme-others", "acme_others")
    with pytest.raises(PackError, match="several packages: acme_others, acme_policies"):
        load(["acme"])


def test_an_entry_point_that_leads_nowhere_is_refused(install):
    folder = install("acme-policies", "acme_policies.rules")
    (folder / "rules.yaml").unlink()
    with pytest.raises(PackError, match=r"acme holds no \.yaml file"):
        load(["acme"])
    folder.rmdir()
    with pytest.raises(PackError, match=r"should be in acme_policies\.rules, which is no folder"):
        load(["acme"])
