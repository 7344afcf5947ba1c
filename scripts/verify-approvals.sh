#!/usr/bin/env bash
# Before production: ask GitLab again who played each approval job, and that they are different people.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/http.sh
source "$here/lib/http.sh"
# shellcheck source=scripts/lib/gitlab-api.sh
source "$here/lib/gitlab-api.sh"
# shellcheck source=scripts/lib/approval.sh
source "$here/lib/approval.sh"

usage() {
  cat <<'END'
usage: verify-approvals.sh JOB=GROUP JOB=GROUP... [--record FILE] [--dry-run]

For every approval JOB of this pipeline: it succeeded, whoever played it is an active member of GROUP and has no part
in the change. All of them are different people. Reads nothing that an approver could have written: neither the
artifacts nor the variables of the approval jobs.

  --record FILE   where the verdict is written as JSON (default approvals/verified.json)
  --dry-run       check everything, record nothing

Reads CI_API_V4_URL, APPROVAL_API_TOKEN, CI_PROJECT_ID, CI_PIPELINE_ID, CI_COMMIT_SHA.
Exit: 0 verified, 1 refused, 2 wrong call.
END
}

record=approvals/verified.json
claims=()
while (($#)); do
  case $1 in
    --record) option "$@" && record=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    -*) misuse "unknown option: $1" ;;
    ?*=?*) claims+=("$1") && shift ;;
    *) misuse "expected JOB=GROUP, not '$1'" ;;
  esac
done
((${#claims[@]} >= 2)) || misuse "at least two approvals, as JOB=GROUP"
need_tool curl jq
need_variable CI_API_V4_URL APPROVAL_API_TOKEN CI_PROJECT_ID CI_PIPELINE_ID CI_COMMIT_SHA

# The newest try of each job (no include_retried), a hundred at a time.
pipeline_jobs() {
  local path page answer
  path="projects/$(urlencode "$CI_PROJECT_ID")/pipelines/$CI_PIPELINE_ID/jobs"
  for ((page = 1; page <= 20; page++)); do
    answer=$(gitlab_api "$path?per_page=100&page=$page") ||
      fail "cannot read the jobs of pipeline $CI_PIPELINE_ID"
    printf '%s\n' "$answer"
    if (($(jq length <<<"$answer") < 100)); then
      return
    fi
  done
}

jobs=$(pipeline_jobs | jq --slurp add)
approvals='[]'
for claim in "${claims[@]}"; do
  name=${claim%%=*} group=${claim#*=}
  job=$(jq --arg name "$name" '[.[] | select(.name == $name and .status == "success")] | max_by(.id)' <<<"$jobs")
  [[ $job != null ]] || fail "$name has not succeeded in this pipeline"
  user=$(jq .user <<<"$job")
  require_member "$name" "$user" "$group"
  require_stranger "$name" "$user" "$CI_COMMIT_SHA"
  approvals=$(jq --argjson job "$job" --arg group "$group" '. + [{
    job: $job.name, job_id: $job.id, group: $group, finished_at: $job.finished_at,
    approver: {id: $job.user.id, username: $job.user.username}
  }]' <<<"$approvals")
done

if jq --exit-status '(map(.approver.id) | unique | length) < length' <<<"$approvals" >/dev/null; then
  given=$(jq --raw-output 'map("\(.job) by \(.approver.username)") | join(", ")' <<<"$approvals")
  fail "one person gave more than one approval: $given"
fi
if dry; then
  say "would record the approvals in $record"
  exit 0
fi
mkdir -p "$(dirname "$record")"
jq --argjson pipeline "$CI_PIPELINE_ID" --arg sha "$CI_COMMIT_SHA" --arg at "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
  '{pipeline: $pipeline, commit: $sha, verified_at: $at, approvals: .}' <<<"$approvals" >"$record"
say "approved by $(jq --raw-output 'map("\(.approver.username) (\(.job))") | join(" and ")' <<<"$approvals")"
