"""What GitLab accepts: every keyword's shapes, values and limits, as tables over nodes."""

from __future__ import annotations

from cilint.language.edition import COMMUNITY, Edition
from cilint.language.faults import Faults
from cilint.language.root import check_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.compose.config import Config
    from cilint.finding import Finding

__all__ = ["COMMUNITY", "Edition", "validate"]


def validate(config: Config, edition: Edition = COMMUNITY) -> list[Finding]:
    """Every way in which the shapes of a composed config are not what that GitLab takes; all of them at once.

    What names other jobs and stages is judged on the pipeline: `cilint.pipeline.logic`.
    """
    if config.root is None:
        return []
    faults = Faults(config, edition)
    check_root(config.root, faults)
    return faults.findings
