"""cilint: a policy-as-code linter for GitLab CI."""

__version__ = "0.1.0"
