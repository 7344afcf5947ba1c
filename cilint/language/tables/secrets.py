"""Keywords of the Enterprise Edition: `secrets:`, `dast_configuration:` (ee/lib/gitlab/ci/config/entry/)."""

from __future__ import annotations

from cilint.language.shapes import ANY, FILLED, FLAG, TEXT
from cilint.language.structures import Either, Fields, Named

_PROVIDERS = ("vault", "azure_key_vault", "gcp_secret_manager", "aws_secrets_manager", "gitlab_secrets_manager")
_VAULT = Either(
    FILLED,
    Fields(
        {"engine": Fields({"name": TEXT, "path": TEXT}, required=("name", "path")), "path": FILLED, "field": FILLED},
        required=("engine", "path", "field"),
    ),
)
_SECRET = Fields(
    {**dict.fromkeys(_PROVIDERS, ANY), "vault": _VAULT, "file": FLAG, "token": TEXT}, needed_one=(_PROVIDERS,)
)

SECRETS = Named(_SECRET)
DAST_CONFIGURATION = Fields({"site_profile": TEXT, "scanner_profile": TEXT})
