# shellcheck shell=bash
# Turning a tool's own output into what GitLab reads. Sourced after cli.sh.
#
#   convert FILTER INPUT OUTPUT [JQ_OPTION...]   through reports/FILTER.jq; INPUT may hold many JSON values, one a line
#   junit NAME INPUT OUTPUT                      [{"name", "failure" or null}, ...] as JUnit XML

reports=$(cd "$(dirname "${BASH_SOURCE[0]}")/../reports" && pwd)

convert() {
  local filter=$1 input=$2 output=$3
  shift 3
  [[ -f $input ]] || fail "there is no $input to convert"
  jq --slurp -L "$reports" --from-file "$reports/$filter.jq" \
    --arg at "${CI_JOB_STARTED_AT:-}" --arg sha "${CI_COMMIT_SHA:-}" --arg image "${APP_IMAGE:-}" "$@" \
    "$input" >"$output"
}

junit() {
  local name=$1 input=$2 output=$3
  jq --raw-output --arg name "$name" --from-file "$reports/junit.jq" "$input" >"$output"
}
