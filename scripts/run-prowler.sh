#!/usr/bin/env bash
# Check the AWS account against a compliance framework with Prowler.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/report.sh
source "$here/lib/report.sh"

usage() {
  cat <<'END'
usage: run-prowler.sh --framework NAME --output FOLDER [--dry-run]

  --framework NAME   as 'prowler aws --list-compliance' lists it: pci_4.0_aws, hipaa_aws, soc2_aws
  --output FOLDER    Prowler's reports (html, csv, json) and junit.xml for GitLab
  --dry-run          check nothing

Uses the credentials of aws-assume-role.sh; reads AWS_REGION.
Exit: 0 every check passes, 1 some fail or Prowler failed, 2 wrong call.
END
}

framework='' output=''
while (($#)); do
  case $1 in
    --framework) option "$@" && framework=$2 && shift 2 ;;
    --output) option "$@" && output=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ $framework =~ ^[a-z0-9._]+_aws$ ]] || misuse "--framework must be a Prowler framework for AWS, such as pci_4.0_aws"
[[ -n $output ]] || misuse "--output is missing"
need_tool prowler jq
need_variable AWS_REGION

command=(prowler aws --compliance "$framework" --region "$AWS_REGION" --output-formats html csv json-ocsf
  --output-directory "$output" --output-filename report --no-banner)
if dry; then
  say "would run: ${command[*]}"
  exit 0
fi
mkdir -p "$output"
rm -f "$output/report.ocsf.json" "$output/junit.xml"

# Prowler exits 3 when checks fail, which is an answer; anything else but 0 is a failure of Prowler.
status=0
"${command[@]}" || status=$?
if ((status != 0 && status != 3)); then
  fail "Prowler failed with status $status"
fi
tests=$(mktemp)
trap 'rm -f "$tests"' EXIT
convert prowler "$output/report.ocsf.json" "$tests" || fail "Prowler wrote no usable report"
junit "$framework" "$tests" "$output/junit.xml"
failed=$(jq 'map(select(.failure)) | length' "$tests")
((failed == 0)) || fail "$failed of $(jq length "$tests") checks of $framework fail: see $output/report.html"
say "all $(jq length "$tests") checks of $framework pass"
