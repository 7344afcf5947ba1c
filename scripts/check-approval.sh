#!/usr/bin/env bash
# Decide whether the person who pressed play may give this approval, and record it.
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
usage: check-approval.sh --role ROLE --group GROUP --record FILE [--dry-run]

Refuses unless the person who pressed play
  - is the one GitLab says it is (the API's answer about this job, not a variable that can be given by hand),
  - is an active member of GROUP, and
  - has no part in the change: neither the commit's author nor the author of its merge request.
Writes who approved what, and when, to FILE as JSON.

  --role ROLE     what is approved: canary, staging, security, product
  --group GROUP   full path of the GitLab group whose members may approve
  --record FILE   where the approval is recorded
  --dry-run       check everything, record nothing

Reads CI_API_V4_URL, CI_JOB_TOKEN, APPROVAL_API_TOKEN, CI_PROJECT_ID, CI_PIPELINE_ID, CI_JOB_ID, CI_JOB_NAME,
CI_COMMIT_SHA, GITLAB_USER_LOGIN, GITLAB_USER_ID.
Exit: 0 approved, 1 refused, 2 wrong call.
END
}

role='' group='' record=''
while (($#)); do
  case $1 in
    --role) option "$@" && role=$2 && shift 2 ;;
    --group) option "$@" && group=$2 && shift 2 ;;
    --record) option "$@" && record=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ $role =~ ^[a-z][a-z-]*$ ]] || misuse "--role must be a lower-case word"
[[ -n $group ]] || misuse "--group is missing"
[[ -n $record ]] || misuse "--record is missing"
need_tool curl jq
need_variable CI_API_V4_URL CI_JOB_TOKEN APPROVAL_API_TOKEN CI_PROJECT_ID CI_PIPELINE_ID CI_JOB_ID CI_JOB_NAME
need_variable CI_COMMIT_SHA GITLAB_USER_LOGIN GITLAB_USER_ID

job=$(gitlab_own_job) || fail "$role: GitLab does not say whose job this is"
user=$(jq '.user' <<<"$job")

# The token belongs to one job only. If it is not the one that the variables describe, somebody changed a variable.
if ! jq --exit-status \
  --argjson id "$CI_JOB_ID" --arg name "$CI_JOB_NAME" --argjson pipeline "$CI_PIPELINE_ID" --arg sha "$CI_COMMIT_SHA" \
  --argjson user_id "$GITLAB_USER_ID" --arg login "$GITLAB_USER_LOGIN" \
  '.id == $id and .name == $name and .pipeline.id == $pipeline and .commit.id == $sha
   and .user.id == $user_id and .user.username == $login' <<<"$job" >/dev/null; then
  fail "$role: GitLab knows this job otherwise than its variables say; a predefined variable was overridden"
fi

require_member "$role" "$user" "$group"
require_stranger "$role" "$user" "$CI_COMMIT_SHA"

login=$(jq --raw-output .username <<<"$user")
if dry; then
  say "would record: $role approved by $login in $record"
  exit 0
fi
mkdir -p "$(dirname "$record")"
jq --arg role "$role" --arg group "$group" --arg at "$(date -u +%Y-%m-%dT%H:%M:%SZ)" '{
    role: $role, group: $group, approved_at: $at,
    approver: {id: .user.id, username: .user.username, name: .user.name},
    job: {id: .id, name: .name}, pipeline: .pipeline.id, commit: .commit.id
  }' <<<"$job" >"$record"
say "$role approved by $login"
