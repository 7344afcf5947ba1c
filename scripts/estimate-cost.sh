#!/usr/bin/env bash
# Say what the infrastructure of a commit costs a month.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"

usage() {
  cat <<'END'
usage: estimate-cost.sh --assembly FOLDER [--output FILE] [--dry-run]

Hands every CloudFormation template of a cloud assembly, those of nested assemblies too, to Infracost, which takes
files and no folder of them. What Infracost has no price for is named in its report; a template that it cannot read is
a failure.

  --assembly FOLDER   what cdk synth wrote, cdk.out
  --output FILE       Infracost's report as JSON (default infracost.json)
  --dry-run           name the templates, ask nobody

Reads INFRACOST_API_KEY, INFRACOST_CURRENCY (default USD). Exit: 0 estimated, 1 failed, 2 wrong call.
END
}

assembly='' output=infracost.json
while (($#)); do
  case $1 in
    --assembly) option "$@" && assembly=$2 && shift 2 ;;
    --output) option "$@" && output=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ -f $assembly/manifest.json ]] || misuse "--assembly '$assembly' holds no manifest.json: did cdk-synth run?"
need_tool infracost jq find sort
need_variable INFRACOST_API_KEY

mapfile -d '' -t templates < <(find "$assembly" -name '*.template.json' -type f -print0 | sort -z)
((${#templates[@]})) || fail "$assembly holds no template"
if dry; then
  say "would price: ${templates[*]}"
  exit 0
fi

configuration=$(mktemp)
trap 'rm -f "$configuration"' EXIT
# JSON is YAML, and needs no quoting of ours.
jq --null-input '{version: "0.1", projects: [$ARGS.positional[] | {path: ., name: .}]}' --args "${templates[@]}" \
  >"$configuration"
rm -f "$output"
infracost breakdown --config-file "$configuration" --format json --out-file "$output" || fail "Infracost failed"
unread=$(jq --raw-output '
  [.projects[] | select((.metadata.errors // []) | length > 0) | .name] | join(", ")' "$output") ||
  fail "Infracost wrote no usable report"
[[ -z $unread ]] || fail "Infracost could not read $unread"
infracost output --path "$output" --format table
say "$(jq --raw-output '"\(.totalMonthlyCost // 0) \(.currency // "USD") a month"' "$output")"
