"""`pages:` and `publish:` (lib/gitlab/ci/config/entry/pages.rb, publish.rb, job.rb)."""

from __future__ import annotations

from cilint.language.shapes import FLAG, TEXT, Duration
from cilint.language.structures import Either, Fields
from cilint.tree.node import Mapping, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults, Way

PAGES = Either(
    FLAG,
    Fields({"path_prefix": TEXT, "expire_in": Duration(never=True, variable=True), "publish": TEXT}),
    words="a boolean or a map (hash)",
)


def check_publish(node: Mapping, path: Way, faults: Faults) -> None:
    """`publish` stands in pages jobs only, and not twice."""
    if node.set("publish") is None:
        return
    pages = node.get("pages")
    if isinstance(pages, Mapping) and pages.set("publish") is not None:
        text = "cannot stand beside `pages:publish`: publish can be written once"
        faults.add("keyword-conflict", (*path, "publish"), text, at_key=True)
    elif not _is_pages_job(node, path):
        text = "can only be used within a `pages` job: set `pages: true` or name the job `pages`"
        faults.add("keyword-conflict", (*path, "publish"), text, at_key=True)


def _is_pages_job(node: Mapping, path: Way) -> bool:
    """With something in `pages`; or named `pages`, unless `pages: false` says that it is an ordinary job."""
    pages = node.get("pages")
    if isinstance(pages, Scalar):
        return pages.value is True or (pages.value is None and path[-1] == "pages")
    return (
        path[-1] == "pages"
        if pages is None
        else not isinstance(pages, Mapping) or len(pages) > 0 or path[-1] == "pages"
    )
