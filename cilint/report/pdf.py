"""Format `pdf`: the page of `html` in short, laid out for paper by WeasyPrint, which is an extra: `pip install cilint[pdf]`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NoReturn

from cilint.errors import UsageError
from cilint.report import html

if TYPE_CHECKING:
    from cilint.evidence.model import Evidence


def render(evidence: Evidence) -> bytes:
    """The report on A4. Raises UsageError where WeasyPrint, or a library of the system that it uses, is missing."""
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        why = str(error).split("\n", 1)[0]
        hint = "pip install 'cilint[pdf]', and Pango of the system; or print the page of --format html"
        raise UsageError(f"PDF needs WeasyPrint: {why}", help=hint) from None
    # It tells of every rule of the style sheet that paper has no use for.
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    document = weasyprint.HTML(string=html.render(evidence, paper=True), url_fetcher=_refuse)
    data: bytes = document.write_pdf(pdf_identifier=evidence.digest.encode())
    return data


def _refuse(url: str) -> NoReturn:
    """The page asks for nothing; should it ever, it gets nothing."""
    raise ValueError(f"nothing is fetched: {url}")
