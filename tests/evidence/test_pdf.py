"""The PDF, which is an extra: whole, the same bytes each time, and a clear word where WeasyPrint is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.slow
def test_the_pdf_is_whole_and_always_the_same(made, world, tmp_path, tool):
    pdftotext = tool("pdftotext")
    files = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    for file in files:
        arguments = ("--framework", "owasp-cicd", "--select", "image-private-registry", "-o", f"pdf={file}")
        done = world.run("report", *arguments, cwd=made["waived"].folder)
        assert done.returncode in (0, 1), done.stderr
    assert files[0].read_bytes() == files[1].read_bytes()
    done = subprocess.run([pdftotext, "-layout", files[0], "-"], check=True, capture_output=True, text=True)
    text = " ".join(done.stdout.split())
    assert "CICD-SEC-3" in text
    assert "W-1" in text


def test_without_weasyprint_it_says_what_to_install(made):
    code = "import sys; sys.modules['weasyprint'] = None\nfrom cilint.cli import main\nsys.exit(main(['report', '-o', 'x.pdf']))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=made["waived"].folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "cilint[pdf]" in done.stderr
