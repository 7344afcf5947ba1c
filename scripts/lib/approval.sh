# shellcheck shell=bash
# Who may approve. Sourced after cli.sh, http.sh and gitlab-api.sh; used by check-approval.sh when somebody presses
# play, and by verify-approvals.sh once more before production.
#
#   change_authors SHA                 the people behind a commit, one "kind value" a line: login, name or email
#   require_stranger ROLE USER SHA     fails when the user (JSON) is one of them
#   require_member ROLE USER GROUP     fails when the user is not an active member of the group

change_authors() {
  local sha=$1 project commit requests request commits
  project=$(urlencode "$CI_PROJECT_ID")
  commit=$(gitlab_api "projects/$project/repository/commits/$sha") || fail "cannot read commit $sha"
  requests=$(gitlab_api "projects/$project/repository/commits/$sha/merge_requests") ||
    fail "cannot read the merge requests of commit $sha"
  jq --raw-output '"name \(.author_name)", "email \(.author_email)"' <<<"$commit"
  jq --raw-output '.[] | "login \(.author.username)"' <<<"$requests"
  for request in $(jq '.[].iid' <<<"$requests"); do
    commits=$(gitlab_api "projects/$project/merge_requests/$request/commits?per_page=100") ||
      fail "cannot read the commits of merge request $request"
    jq --raw-output '.[] | "name \(.author_name)", "email \(.author_email)"' <<<"$commits"
  done
}

# A commit carries a name and an e-mail that its author chose; the merge request carries the login that GitLab knows,
# and the commits that a merge commit brought. Any of them is enough to refuse.
require_stranger() {
  local role=$1 user=$2 sha=$3 authors kind value
  authors=$(change_authors "$sha")
  while read -r kind value; do
    if jq --exit-status --arg kind "$kind" --arg value "$value" '
        {login: [.username], name: [.name], email: [.public_email, .commit_email, .email]}[$kind]
        | map(select(. != null and . != "") | ascii_downcase) | index($value | ascii_downcase) != null
      ' <<<"$user" >/dev/null; then
      fail "$role: $(jq --raw-output .username <<<"$user") is an author of this change and cannot approve it"
    fi
  done <<<"$authors"
}

require_member() {
  local role=$1 user=$2 group=$3
  if ! gitlab_member "$group" "$(jq .id <<<"$user")"; then
    fail "$role: $(jq --raw-output .username <<<"$user") is not an active member of $group"
  fi
}
