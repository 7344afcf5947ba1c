"""`retry:` (lib/gitlab/ci/config/entry/retry.rb; the reasons are those of app/models/concerns/enums/ci/commit_status.rb)."""

from __future__ import annotations

from cilint.language.shapes import INTEGER, Whole, Words
from cilint.language.structures import Either, Fields, Listing, Strings

REASONS = (
    "always", "unknown_failure", "script_failure", "api_failure", "stuck_or_timeout_failure", "runner_system_failure",
    "runner_unsupported", "stale_schedule", "job_execution_timeout", "archived_failure", "unmet_prerequisites",
    "scheduler_failure", "data_integrity_failure",
    # accepted, though not documented
    "missing_dependency_failure", "forward_deployment_failure", "user_blocked", "project_deleted", "ci_quota_exceeded",
    "pipeline_loop_detected", "no_matching_runner", "trace_size_exceeded", "builds_disabled",
    "environment_creation_failure", "deployment_rejected", "failed_outdated_deployment_job",
    "job_execution_server_timeout", "protected_environment_failure", "insufficient_bridge_permissions",
    "downstream_bridge_project_not_found", "invalid_bridge_trigger", "upstream_bridge_project_not_found",
    "insufficient_upstream_permissions", "bridge_pipeline_is_child_pipeline", "downstream_pipeline_creation_failed",
    "secrets_provider_not_found", "reached_max_descendant_pipelines_depth", "ip_restriction_failure",
    "reached_max_pipeline_hierarchy_size", "reached_downstream_pipeline_trigger_rate_limit",
    "job_token_expired", "runner_provisioning_timeout",
)  # fmt: skip

_AFTER_18_11 = (
    (18, 12),
    (
        "runner_configuration_error", "runner_external_dependency_failure", "runner_interrupted",
        "stuck_pending_with_matching_runners", "stuck_pending_no_matching_runners", "no_updates_running",
        "no_updates_canceling", "server_timeout_running", "server_timeout_canceling",
    ),
)  # fmt: skip
_REASON = Words(*REASONS, newer=_AFTER_18_11)
RETRY = Either(
    Whole(0, 2),
    Fields(
        {
            "max": Whole(0, 2, lenient=True),
            "when": Either(_REASON, Strings(item=_REASON), words="a string or a list of strings"),
            "exit_codes": Either(INTEGER, Listing(INTEGER, "a list of integers")),
        }
    ),
    words="either an integer from 0 to 2 or a map (hash)",
)
