#!/usr/bin/env bash
# Page whoever is on call: a pipeline on main failed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/http.sh
source "$here/lib/http.sh"

usage() {
  cat <<'END'
usage: notify-pagerduty.sh --severity critical|error|warning|info [--dry-run]

  --severity S   how bad it is
  --dry-run      show the alert, send nothing

Reads PAGERDUTY_ROUTING_KEY (a secret: never shown), CI_PROJECT_PATH, CI_COMMIT_REF_NAME, CI_COMMIT_SHORT_SHA,
CI_PIPELINE_ID, CI_PIPELINE_URL. One pipeline makes one incident, however often this runs (dedup key).
Exit: 0 sent, 1 PagerDuty refused, 2 wrong call.
END
}

severity=''
while (($#)); do
  case $1 in
    --severity) option "$@" && severity=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ $severity =~ ^(critical|error|warning|info)$ ]] || misuse "--severity must be critical, error, warning or info"
need_tool curl jq
need_variable PAGERDUTY_ROUTING_KEY CI_PROJECT_PATH CI_COMMIT_REF_NAME CI_COMMIT_SHORT_SHA
need_variable CI_PIPELINE_ID CI_PIPELINE_URL

alert=$(jq --null-input --arg severity "$severity" --arg project "$CI_PROJECT_PATH" --arg ref "$CI_COMMIT_REF_NAME" \
  --arg sha "$CI_COMMIT_SHORT_SHA" --arg id "$CI_PIPELINE_ID" --arg url "$CI_PIPELINE_URL" '{
    event_action: "trigger", dedup_key: "gitlab-pipeline-\($id)", client: "GitLab", client_url: $url,
    payload: {
      summary: "\($project): pipeline \($id) on \($ref) failed at \($sha)", source: $project, severity: $severity
    },
    links: [{href: $url, text: "Pipeline \($id)"}]
  }')
if dry; then
  say "would send: $alert"
  exit 0
fi
# The key is part of the body, so the body goes through a pipe and not through curl's arguments.
body=$(mktemp)
trap 'rm -f "$body"' EXIT
KEY=$PAGERDUTY_ROUTING_KEY jq '. + {routing_key: env.KEY}' <<<"$alert" >"$body"
http https://events.pagerduty.com/v2/enqueue "Content-Type: application/json" -- --output /dev/null --data "@$body" ||
  fail "PagerDuty did not take the alert"
say "PagerDuty knows: $severity"
