# shellcheck shell=bash
# Reading GitLab's REST API. Sourced after cli.sh and http.sh.
#
# The caller has checked CI_API_V4_URL, CI_JOB_TOKEN and APPROVAL_API_TOKEN (a project access token with read_api).
#
#   gitlab_api PATH           as APPROVAL_API_TOKEN
#   gitlab_own_job            the job that this very process runs in, as GitLab sees it (GET /job, doc/api/jobs.md)
#   gitlab_member GROUP ID    true when the user is an active member of the group or of a group above it
#   urlencode TEXT

gitlab_api() {
  http "$CI_API_V4_URL/$1" "PRIVATE-TOKEN: $APPROVAL_API_TOKEN"
}

gitlab_own_job() {
  http "$CI_API_V4_URL/job" "JOB-TOKEN: $CI_JOB_TOKEN"
}

gitlab_member() {
  local group=$1 user_id=$2 members
  members=$(gitlab_api "groups/$(urlencode "$group")/members/all?user_ids=$user_id&per_page=100") ||
    fail "cannot read the members of group $group: does it exist, and may APPROVAL_API_TOKEN read it?"
  jq --exit-status --argjson id "$user_id" 'any(.[]; .id == $id and .state == "active")' <<<"$members" >/dev/null
}

urlencode() {
  jq --null-input --raw-output --arg text "$1" '$text | @uri'
}
