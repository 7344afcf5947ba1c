#!/usr/bin/env bash
# Measure a page with Lighthouse and fail when a score is too low.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/report.sh
source "$here/lib/report.sh"

usage() {
  cat <<'END'
usage: run-lighthouse.sh --url URL --minimum-score N [--output FOLDER] [--dry-run]

  --url URL           the page; waited for
  --minimum-score N   every category (performance, accessibility, best practices, SEO) must reach N of 100
  --output FOLDER     Lighthouse's own reports (default lighthouse); GitLab's goes to gl-browser-performance.json
  --dry-run           measure nothing

Exit: 0 good enough, 1 not, or Lighthouse failed, 2 wrong call.
END
}

url='' minimum='' output=lighthouse
while (($#)); do
  case $1 in
    --url) option "$@" && url=$2 && shift 2 ;;
    --minimum-score) option "$@" && minimum=$2 && shift 2 ;;
    --output) option "$@" && output=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ $url =~ ^https?:// ]] || misuse "--url must be an http or https address"
need_whole_number --minimum-score "$minimum" 0 100
need_tool lighthouse curl jq

chrome=--headless=new
if ((EUID == 0)); then # as root, Chrome starts only without its sandbox; the container is one
  chrome+=" --no-sandbox"
fi
command=(lighthouse "$url" --quiet --output json --output html --output-path "$output/report" "--chrome-flags=$chrome")
if dry; then
  say "would run: ${command[*]}"
  exit 0
fi
"$here/wait-for-url.sh" "$url"
mkdir -p "$output"
rm -f "$output/report.report.json"
"${command[@]}" || fail "Lighthouse failed"
convert lighthouse "$output/report.report.json" gl-browser-performance.json || fail "Lighthouse wrote no usable report"
low=$(jq --raw-output --argjson minimum "$minimum" '
  [.categories[] | select((.score // 0) * 100 < $minimum) | "\(.title) \((.score // 0) * 100 | round)"] | join(", ")
' "$output/report.report.json")
[[ -z $low ]] || fail "below $minimum: $low; see $output/report.report.html"
say "every category reaches $minimum"
