#!/usr/bin/env bash
# Look for accessibility faults with axe.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/report.sh
source "$here/lib/report.sh"

usage() {
  cat <<'END'
usage: run-a11y-tests.sh --url URL [--path PATH]... [--output FOLDER] [--dry-run]

  --url URL         the site
  --path PATH       a page of it, such as /login; may be given again (default /)
  --output FOLDER   axe's own report (default axe); GitLab's goes to gl-accessibility.json
  --dry-run         open no page

Checks WCAG 2.1 levels A and AA. Exit: 0 no fault, 1 faults or axe failed, 2 wrong call.
END
}

url='' output=axe
paths=()
while (($#)); do
  case $1 in
    --url) option "$@" && url=${2%/} && shift 2 ;;
    --path) option "$@" && paths+=("$2") && shift 2 ;;
    --output) option "$@" && output=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ $url =~ ^https?:// ]] || misuse "--url must be an http or https address"
if ((${#paths[@]} == 0)); then
  paths=(/)
fi
for path in "${paths[@]}"; do
  [[ $path == /* ]] || misuse "--path must begin with /, not '$path'"
done
need_tool axe jq

command=(axe "${paths[@]/#/$url}" --tags "wcag2a,wcag2aa,wcag21a,wcag21aa" --dir "$output" --save report.json)
if ((EUID == 0)); then # as root, Chrome starts only without its sandbox; the container is one
  command+=(--chrome-options no-sandbox)
fi
if dry; then
  say "would run: ${command[*]}"
  exit 0
fi
mkdir -p "$output"
rm -f "$output/report.json"
"${command[@]}" || fail "axe failed"
convert axe "$output/report.json" gl-accessibility.json || fail "axe wrote no usable report"
errors=$(jq .errors gl-accessibility.json)
((errors == 0)) || fail "$errors accessibility faults on ${#paths[@]} page(s)"
say "no accessibility fault on ${#paths[@]} page(s)"
