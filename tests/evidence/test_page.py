"""The page in a real browser: axe finds no fault, nothing is asked for from outside, print shows what is folded."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

AXE = Path(__file__).resolve().parents[1] / "judges" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """
<pre id="axe-says"></pre>
<script>%s</script>
<script>
for (const one of document.querySelectorAll('details')) one.open = true;
axe.run(document, {resultTypes: ['violations']}).then(found => {
  const said = found.violations.map(v => ({id: v.id, impact: v.impact, nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))}));
  document.getElementById('axe-says').textContent = 'AXE' + JSON.stringify({passes: found.passes.length, violations: said}) + 'END';
});
</script>
"""


@pytest.fixture(scope="session")
def chromium(tool):
    path = tool("chromium")

    def run(page, *arguments):
        command = [path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", *arguments]
        return subprocess.run(
            [*command, f"file://{page}"], check=True, capture_output=True, text=True, timeout=300
        ).stdout

    return run


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "size"),
    [*[(kind, "1280,900") for kind in ("clean", "faulty", "waived", "unresolved")], ("faulty", "400,800")],
)
def test_axe_finds_no_fault(made, chromium, tmp_path, kind, size):
    assert AXE.is_file(), "`make tools` installs axe-core"
    text = made[kind].text("html")
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    head, end = text.rsplit("</main>", 1)
    page = tmp_path / "page.html"
    page.write_text(head + _RUN.replace("%s", AXE.read_text(encoding="utf-8")) + "</main>" + end, encoding="utf-8")
    dom = chromium(page, f"--window-size={size}", "--virtual-time-budget=120000", "--dump-dom")
    said = re.search(r">AXE(\{.*?\})END<", dom, re.S)
    assert said, "axe said nothing"
    result = json.loads(said[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    assert result["passes"] > 10
    assert result["violations"] == []


@pytest.mark.slow
def test_print_shows_what_is_folded_on_the_screen(made, chromium, tmp_path, tool):
    pdftotext = tool("pdftotext")
    chromium(made["waived"].files["html"], "--no-pdf-header-footer", f"--print-to-pdf={tmp_path / 'page.pdf'}")
    done = subprocess.run(
        [pdftotext, "-layout", tmp_path / "page.pdf", "-"], check=True, capture_output=True, text=True
    )
    text = " ".join(done.stdout.split())
    for control in (control for one in made["waived"].json()["frameworks"] for control in one["controls"]):
        assert control["id"] in text
    assert "Still to be asked for" in text
    assert "do not show that it is met" in text
    assert "vendor image cannot be mirrored" in text


@pytest.mark.slow
def test_nothing_is_wider_than_a_phone(one, chromium, tmp_path):
    text = one.text("html")
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    script = (
        "<script>addEventListener('load', () => { document.title = 'W' + document.documentElement.scrollWidth + "
        "'/' + document.documentElement.clientWidth; });</script></body>"
    )
    page = tmp_path / "page.html"
    page.write_text(text.replace("</body>", script), encoding="utf-8")
    dom = chromium(page, "--window-size=500,900", "--virtual-time-budget=10000", "--dump-dom")
    wide, seen = map(int, re.search(r"<title>W(\d+)/(\d+)", dom).groups())
    assert wide <= seen + 1


def test_the_browser_is_told_to_fetch_nothing(one):
    text = one.text("html")
    assert "default-src 'none'" in text
