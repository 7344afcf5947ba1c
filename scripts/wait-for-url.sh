#!/usr/bin/env bash
# Wait until a URL answers with success.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"

usage() {
  cat <<'END'
usage: wait-for-url.sh URL [--seconds N] [--dry-run]

  --seconds N   give up after N seconds, 1 to 1800 (default 120)
  --dry-run     ask nothing

Exit: 0 it answers, 1 it does not, 2 wrong call.
END
}

url='' seconds=120
while (($#)); do
  case $1 in
    --seconds) option "$@" && seconds=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    http://?* | https://?*) url=$1 && shift ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ -n $url ]] || misuse "which URL?"
need_whole_number --seconds "$seconds" 1 1800
need_tool curl
if dry; then
  say "would wait for $url"
  exit 0
fi

deadline=$((SECONDS + seconds))
until curl --silent --show-error --fail --output /dev/null --max-time 10 "$url"; do
  if ((SECONDS >= deadline)); then
    fail "$url did not answer within $seconds seconds"
  fi
  sleep 2
done
say "$url answers"
