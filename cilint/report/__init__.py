"""What was found, as one Report, and one module a format that renders it to text."""

from __future__ import annotations
