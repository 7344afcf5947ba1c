#!/usr/bin/env bash
# Find out whether somebody changed deployed infrastructure by hand.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/report.sh
source "$here/lib/report.sh"

usage() {
  cat <<'END'
usage: detect-drift.sh --stack-prefix PREFIX --output FOLDER [--minutes N] [--dry-run]

Asks CloudFormation about every stack whose name begins with PREFIX (CDK keeps no Terraform state for driftctl to read;
where DRIFTCTL_FROM names one, driftctl also looks for what no code describes). No stack at all is a failure.

  --stack-prefix P   the application's stacks
  --output FOLDER    the answers and junit.xml
  --minutes N        how long CloudFormation may take, 1 to 120 (default 30)
  --dry-run          list the stacks, ask for nothing else

Uses the credentials of aws-assume-role.sh; reads AWS_REGION, DRIFTCTL_FROM.
Exit: 0 as the code says, 1 drift or no answer, 2 wrong call.
END
}

prefix='' output='' minutes=30
while (($#)); do
  case $1 in
    --stack-prefix) option "$@" && prefix=$2 && shift 2 ;;
    --output) option "$@" && output=$2 && shift 2 ;;
    --minutes) option "$@" && minutes=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ $prefix =~ ^[A-Za-z][A-Za-z0-9-]*$ ]] || misuse "--stack-prefix must be the beginning of a stack name"
[[ -n $output ]] || misuse "--output is missing"
need_whole_number --minutes "$minutes" 1 120
need_tool aws jq
need_variable AWS_REGION

cloudformation() {
  aws cloudformation "$@" --region "$AWS_REGION" --output json
}

# The API answers a page at a time, and here the AWS CLI does not turn the pages by itself.
resource_drifts() {
  local stack=$1 answer
  local -a page=()
  while true; do
    answer=$(cloudformation describe-stack-resource-drifts --stack-name "$stack" --max-results 100 "${page[@]}") || return
    printf '%s\n' "$answer"
    page=(--next-token "$(jq --raw-output '.NextToken // empty' <<<"$answer")")
    if [[ -z ${page[1]} ]]; then
      return
    fi
  done
}

described=$(cloudformation describe-stacks) || fail "CloudFormation does not list the stacks"
mapfile -t stacks < <(jq --raw-output --arg prefix "$prefix" '
  .Stacks[] | select(.StackName | startswith($prefix)) | select(.StackStatus != "DELETE_COMPLETE") | .StackName
' <<<"$described")
((${#stacks[@]})) || fail "no stack begins with $prefix: wrong account, region or prefix"
if dry; then
  say "would ask about: ${stacks[*]}"
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$output"
deadline=$((SECONDS + minutes * 60))
pause=${DRIFT_PAUSE:-10}
for stack in "${stacks[@]}"; do
  detection=$(cloudformation detect-stack-drift --stack-name "$stack" | jq --raw-output .StackDriftDetectionId) ||
    fail "$stack: CloudFormation does not look for drift"
  while true; do
    answer=$(cloudformation describe-stack-drift-detection-status --stack-drift-detection-id "$detection") ||
      fail "$stack: CloudFormation does not say how far it is"
    case $(jq --raw-output .DetectionStatus <<<"$answer") in
      DETECTION_COMPLETE) break ;;
      DETECTION_FAILED) fail "$stack: $(jq --raw-output '.DetectionStatusReason // "no reason given"' <<<"$answer")" ;;
    esac
    ((SECONDS < deadline)) || fail "$stack: no answer after $minutes minutes"
    sleep "$pause"
  done
  resource_drifts "$stack" >"$output/$stack.json" ||
    fail "$stack: CloudFormation does not name what drifted"
  cat "$output/$stack.json" >>"$work/drifts.json"
done
convert drift "$work/drifts.json" "$work/tests.json" || fail "CloudFormation's answers cannot be read"
junit drift "$work/tests.json" "$output/junit.xml"

drifted=$(jq 'map(select(.failure)) | length' "$work/tests.json")
jq --raw-output '.[] | select(.failure) | "\(.name): \(.failure)"' "$work/tests.json" >&2
if [[ -n ${DRIFTCTL_FROM:-} ]]; then
  need_tool driftctl
  driftctl scan --quiet --from "$DRIFTCTL_FROM" --output "json://$output/driftctl.json" ||
    fail "driftctl found drift, or failed"
fi
((drifted == 0)) ||
  fail "$drifted of $(jq length "$work/tests.json") resources in ${#stacks[@]} stacks are not as the code says"
say "${#stacks[@]} stacks are as the code says"
