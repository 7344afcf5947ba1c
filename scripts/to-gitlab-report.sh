#!/usr/bin/env bash
# Turn a tool's own JSON into the report that GitLab reads.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/report.sh
source "$here/lib/report.sh"

usage() {
  cat <<'END'
usage: to-gitlab-report.sh TOOL INPUT OUTPUT [--dry-run]

  TOOL      npm-audit or snyk (dependency_scanning), grype (container_scanning), trufflehog (secret_detection),
            zap (dast), artillery (load_performance), lighthouse (browser_performance), axe (accessibility)
  INPUT     what the tool wrote
  OUTPUT    what artifacts:reports names; replaced only when the conversion works
  --dry-run convert, write nothing

Reads CI_JOB_STARTED_AT, CI_COMMIT_SHA, APP_IMAGE. Exit: 0 written, 1 INPUT is missing or no such report, 2 wrong call.
END
}

words=()
while (($#)); do
  case $1 in
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    -*) misuse "unknown option: $1" ;;
    *) words+=("$1") && shift ;;
  esac
done
((${#words[@]} == 3)) || misuse "expected TOOL INPUT OUTPUT"
tool=${words[0]} input=${words[1]} output=${words[2]}
case $tool in
  npm-audit | snyk | grype | trufflehog | zap | artillery | lighthouse | axe) ;;
  *) misuse "no conversion for '$tool'" ;;
esac
need_tool jq

trap 'rm -f "$output.part"' EXIT
convert "$tool" "$input" "$output.part" || fail "$input is not what $tool writes"
if dry; then
  say "would write $output"
else
  mv "$output.part" "$output"
fi
