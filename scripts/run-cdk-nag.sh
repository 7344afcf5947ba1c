#!/usr/bin/env bash
# Judge the CDK application by cdk-nag's rule packs.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/report.sh
source "$here/lib/report.sh"

usage() {
  cat <<'END'
usage: run-cdk-nag.sh --packs PACK[,PACK...] [--output FOLDER] [--dry-run]

Synthesises the application with context cdk-nag=PACKS; the application adds those packs as aspects, with
reportFormats: [NagReportFormat.JSON]. A rule of level Error that does not hold fails; so does a run without a report.

  --packs P         AwsSolutions, PCI.DSS.321, HIPAA.Security, NIST.800.53.R5
  --output FOLDER   the packs' reports and junit.xml (default cdk-nag)
  --dry-run         synthesise nothing

Exit: 0 every rule holds, 1 some do not or synthesis failed, 2 wrong call.
END
}

packs='' output=cdk-nag
while (($#)); do
  case $1 in
    --packs) option "$@" && packs=$2 && shift 2 ;;
    --output) option "$@" && output=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ $packs =~ ^[A-Za-z0-9.]+(,[A-Za-z0-9.]+)*$ ]] || misuse "--packs must be names, separated by commas"
need_tool npx jq

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command=(npx --no-install cdk synth --quiet --output "$work/cdk.out" --context "cdk-nag=$packs")
if dry; then
  say "would run: ${command[*]}"
  exit 0
fi

# cdk synth fails when a rule of level Error does, after writing the reports; so judge by the reports first.
status=0
"${command[@]}" || status=$?
mkdir -p "$output"
rm -f "$output"/*-NagReport.json "$output/junit.xml"
find "$work/cdk.out" -name '*-NagReport.json' -exec cp {} "$output" \;
if [[ -z $(find "$output" -name '*-NagReport.json') ]]; then
  fail "cdk-nag wrote no report (cdk synth ended with $status): does the application read context cdk-nag?"
fi
cat "$output"/*-NagReport.json >"$work/lines.json"
convert cdk-nag "$work/lines.json" "$work/tests.json" || fail "cdk-nag's reports cannot be read"
junit cdk-nag "$work/tests.json" "$output/junit.xml"
failed=$(jq 'map(select(.failure)) | length' "$work/tests.json")
((failed == 0)) || fail "$failed of $(jq length "$work/tests.json") cdk-nag checks fail: see $output"
((status == 0)) || fail "cdk synth failed with status $status"
say "all $(jq length "$work/tests.json") cdk-nag checks pass"
