#!/usr/bin/env bash
# Tell the team's Slack channel how a pipeline ended.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/http.sh
source "$here/lib/http.sh"

usage() {
  cat <<'END'
usage: notify-slack.sh --status success|failure [--dry-run]

  --status S   how the pipeline ended
  --dry-run    show the message, send nothing

Reads SLACK_WEBHOOK_URL (a secret: never shown), CI_PROJECT_PATH, CI_COMMIT_REF_NAME, CI_COMMIT_SHORT_SHA,
CI_COMMIT_TITLE, CI_PIPELINE_ID, CI_PIPELINE_URL, CI_PIPELINE_SOURCE, GITLAB_USER_LOGIN.
Exit: 0 sent, 1 Slack refused, 2 wrong call.
END
}

status=''
while (($#)); do
  case $1 in
    --status) option "$@" && status=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
case $status in
  success) icon=':white_check_mark:' ;;
  failure) icon=':rotating_light:' ;;
  *) misuse "--status must be success or failure" ;;
esac
need_tool curl jq
need_variable SLACK_WEBHOOK_URL CI_PROJECT_PATH CI_COMMIT_REF_NAME CI_COMMIT_SHORT_SHA CI_PIPELINE_ID CI_PIPELINE_URL

# & < > are Slack's own marks: a commit title must not become a link or a mention.
message=$(jq --null-input --arg icon "$icon" --arg status "$status" --arg project "$CI_PROJECT_PATH" \
  --arg ref "$CI_COMMIT_REF_NAME" --arg sha "$CI_COMMIT_SHORT_SHA" --arg title "${CI_COMMIT_TITLE:-}" \
  --arg id "$CI_PIPELINE_ID" --arg url "$CI_PIPELINE_URL" --arg source "${CI_PIPELINE_SOURCE:-}" \
  --arg user "${GITLAB_USER_LOGIN:-}" '
  def plain: gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;");
  {text: ("\($icon) *\($project | plain)* \($ref | plain): <\($url)|pipeline \($id)> ended in \($status)\n"
    + "\($sha) \($title | plain) (\($source), \($user | plain))")}')
if dry; then
  say "would send: $message"
  exit 0
fi
http "$SLACK_WEBHOOK_URL" "Content-Type: application/json" -- --output /dev/null --data "$message" ||
  fail "Slack did not take the message"
say "Slack knows: $status"
