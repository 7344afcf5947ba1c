"""Mending: edits of the text where the offending value is written."""

from __future__ import annotations
