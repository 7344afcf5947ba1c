"""`image:` and `services:` (lib/gitlab/ci/config/entry/image.rb, service.rb, imageable.rb, pull_policy.rb)."""

from __future__ import annotations

from cilint.language.shapes import FILLED, INTEGER, TEXT, Text, Words
from cilint.language.structures import SCRIPT, STRINGS, Either, Fields, Listing, Strings
from cilint.language.tables.variables import PLAIN_VARIABLES

_POLICY = Words("always", "if-not-present", "never")
_PULL_POLICY = Either(_POLICY, Strings(least=1, item=_POLICY), words="a string or a list of strings")
# app/validators/json_schemas/ci_build_executor_opts (the executor's options)
_DOCKER = Fields({"platform": Text(shortest=1, longest=64), "user": Text(shortest=1, longest=255)})
_KUBERNETES = Fields({"user": Either(Text(shortest=1, longest=255), INTEGER)})

_IMAGEABLE = {
    "name": FILLED,
    "entrypoint": STRINGS,
    "pull_policy": _PULL_POLICY,
    "docker": _DOCKER,
    "kubernetes": _KUBERNETES,
}
_HINTS = {
    "ports": "only the web terminal's file takes it",
    "command": "an image takes `entrypoint`, a service `command`",
}

IMAGE = Either(FILLED, Fields(dict(_IMAGEABLE), required=("name",), hints=_HINTS), words="a string or a map (hash)")
_SERVICE = Either(
    FILLED,
    Fields(
        {**_IMAGEABLE, "alias": TEXT, "command": SCRIPT, "variables": PLAIN_VARIABLES}, required=("name",), hints=_HINTS
    ),
    words="a service: a string or a map (hash) with `name`",
)
SERVICES = Listing(_SERVICE, "a list of services", nested=True, holes=True)
