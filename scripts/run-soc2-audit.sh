#!/usr/bin/env bash
# Take stock of the AWS account with CloudQuery and judge it by the SOC 2 criteria that a machine can judge.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/report.sh
source "$here/lib/report.sh"

usage() {
  cat <<'END'
usage: run-soc2-audit.sh --output FOLDER [--plugins FOLDER] [--dry-run]

Writes the inventory (one file a table), controls.json and junit.xml to FOLDER. A control without data fails. The
controls are in scripts/reports/soc2.jq; they support criteria CC6.1, CC6.7, CC7.1, CC7.2, A1.2 and C1.1, none alone.

  --output FOLDER    the evidence
  --plugins FOLDER   CloudQuery's plugins in the image (default /opt/cloudquery): nothing is downloaded
  --dry-run          show CloudQuery's configuration, ask AWS nothing

Uses the credentials of aws-assume-role.sh; reads AWS_REGION.
Exit: 0 every control holds, 1 some do not or CloudQuery failed, 2 wrong call.
END
}

output='' plugins=/opt/cloudquery
while (($#)); do
  case $1 in
    --output) option "$@" && output=$2 && shift 2 ;;
    --plugins) option "$@" && plugins=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ -n $output ]] || misuse "--output is missing"
need_tool cloudquery jq
need_variable AWS_REGION
tables=(aws_cloudtrail_trails aws_iam_credential_reports aws_iam_password_policies
  aws_s3_bucket_public_access_blocks aws_rds_instances aws_guardduty_detectors)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/cloudquery.yml" <<END
kind: source
spec:
  name: aws
  registry: local
  path: $plugins/aws
  destinations: [file]
  tables: [$(printf '%s, ' "${tables[@]}" | sed 's/, $//')]
  spec:
    regions: [$AWS_REGION]
---
kind: destination
spec:
  name: file
  registry: local
  path: $plugins/file
  spec:
    path: $PWD/$output/{{TABLE}}.json
    format: json
    no_rotate: true
END
if dry; then
  say "would run cloudquery with:"
  cat "$work/cloudquery.yml" >&2
  exit 0
fi

mkdir -p "$output"
for table in "${tables[@]}"; do
  rm -f "$output/$table.json"
done
cloudquery sync --no-log-file "$work/cloudquery.yml" || fail "CloudQuery failed"

inventory='{}'
for table in "${tables[@]}"; do
  if [[ -f $output/$table.json ]]; then
    jq --slurp --arg table "$table" '{($table): .}' "$output/$table.json" >"$work/$table"
    inventory=$(jq --slurpfile rows "$work/$table" '. + $rows[0]' <<<"$inventory")
  fi
done
printf '%s\n' "$inventory" >"$work/inventory.json"
convert soc2 "$work/inventory.json" "$output/controls.json" || fail "the controls cannot read CloudQuery's tables"
junit soc2 "$output/controls.json" "$output/junit.xml"
jq --raw-output '.[] | if .failure then "fails  \(.name): \(.failure)" else "holds  \(.name)" end' "$output/controls.json"
failed=$(jq 'map(select(.failure)) | length' "$output/controls.json")
((failed == 0)) || fail "$failed of $(jq length "$output/controls.json") SOC 2 controls do not hold"
