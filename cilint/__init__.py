"""cilint: a policy-as-code linter for GitLab CI.

Tests of a pipeline use `check_file` and `check_text`; see docs/python.md. What `__all__` names here, and what that page
says of it, changes by addition only; everything else in the package is its inside.
"""

__version__ = "0.1.0"
__all__ = ["CheckedFile", "CilintError", "Value", "__version__", "check_file", "check_text"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.api import CheckedFile, CilintError, Value, check_file, check_text
else:

    def __getattr__(name: str) -> object:
        """What tests use comes when it is asked for: the command line starts without it.

        By name, for the parts of cilint import this package for its version, and are no part of what stands on them.
        """
        if name in __all__:
            return getattr(__import__("cilint.api", fromlist=[name]), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
