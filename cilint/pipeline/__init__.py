"""The composed tree with GitLab's meaning: Pipeline, Job, Clause."""

from __future__ import annotations

from cilint.pipeline.build import build
from cilint.pipeline.job import Clause, Job, Need
from cilint.pipeline.pipeline import Pipeline

__all__ = ["Clause", "Job", "Need", "Pipeline", "build"]
