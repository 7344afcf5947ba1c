#!/usr/bin/env bash
# Attack a running application with ZAP, and fail on what is dangerous.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/report.sh
source "$here/lib/report.sh"

usage() {
  cat <<'END'
usage: run-dast.sh --target URL [--minutes N] [--output FOLDER] [--dry-run]

Waits for URL, then lets ZAP spider and attack it. An alert of risk High fails. Point it at what is yours to break.

  --target URL      the application
  --minutes N       at most this long for the attack, 1 to 240 (default 30)
  --output FOLDER   ZAP's reports (default zap); GitLab's goes to gl-dast-report.json
  --dry-run         show the plan, attack nothing

Exit: 0 nothing dangerous, 1 dangerous alerts or ZAP failed, 2 wrong call.
END
}

target='' minutes=30 output=zap
while (($#)); do
  case $1 in
    --target) option "$@" && target=$2 && shift 2 ;;
    --minutes) option "$@" && minutes=$2 && shift 2 ;;
    --output) option "$@" && output=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ $target =~ ^https?://[A-Za-z0-9.:/_-]+$ ]] || misuse "--target must be a plain http or https address"
need_whole_number --minutes "$minutes" 1 240
need_tool zap.sh curl jq

mkdir -p "$output"
plan=$(mktemp)
trap 'rm -f "$plan"' EXIT
cat >"$plan" <<END
env:
  contexts: [{name: application, urls: ["$target"]}]
  parameters: {failOnError: true, failOnWarning: false}
jobs:
  - {type: spider, parameters: {context: application, maxDuration: 5}}
  - {type: passiveScan-wait, parameters: {maxDuration: 5}}
  - {type: activeScan, parameters: {context: application, maxScanDurationInMins: $minutes}}
  - {type: report, parameters: {template: traditional-json, reportDir: "$PWD/$output", reportFile: report.json}}
  - {type: report, parameters: {template: traditional-html, reportDir: "$PWD/$output", reportFile: report.html}}
END
if dry; then
  say "would run ZAP with this plan:"
  cat "$plan" >&2
  exit 0
fi

"$here/wait-for-url.sh" "$target"
rm -f "$output/report.json"
# ZAP exits 2 when all went well but for warnings; what it found is judged below.
status=0
zap.sh -cmd -autorun "$plan" || status=$?
((status == 0 || status == 2)) || fail "ZAP failed with status $status"
convert zap "$output/report.json" gl-dast-report.json || fail "ZAP wrote no usable report"
high=$(jq '[.vulnerabilities[] | select(.severity == "High")] | length' gl-dast-report.json)
((high == 0)) || fail "ZAP found $high alerts of risk High: see $output/report.html"
say "ZAP found nothing of risk High"
