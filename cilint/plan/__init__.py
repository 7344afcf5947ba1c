"""Scenario to Plan: which jobs a pipeline would have, with which attributes, and in which order they start."""

from __future__ import annotations

from cilint.plan.planned import Absence, Plan, PlannedJob, Refusal
from cilint.plan.planner import Planner, plan
from cilint.plan.scenario import Scenario, default_scenarios
from cilint.plan.tree import Tree

__all__ = ["Absence", "Plan", "PlannedJob", "Planner", "Refusal", "Scenario", "Tree", "default_scenarios", "plan"]
