#!/usr/bin/env bash
# Release the canary's image for staging, if the canary really ran it and still does.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/kubernetes.sh
source "$here/lib/kubernetes.sh"

usage() {
  cat <<'END'
usage: promote-canary.sh --image REPOSITORY@DIGEST --weight PERCENT [--output FILE] [--dry-run]

The canary must run exactly this image, be ready, and take exactly PERCENT of the traffic: a canary that was aborted or
replaced by another pipeline proves nothing about this image. Then PROMOTED_IMAGE is written for the jobs behind.

  --image I       what this pipeline sent to the canary
  --weight N      percent of the traffic that it must take, 1 to 50
  --output FILE   default promote-canary.env
  --dry-run       check, write nothing

Reads APP_NAME. Exit: 0 promoted, 1 not fit to be promoted, 2 wrong call.
END
}

image='' weight='' output=promote-canary.env
while (($#)); do
  case $1 in
    --image) option "$@" && image=$2 && shift 2 ;;
    --weight) option "$@" && weight=$2 && shift 2 ;;
    --output) option "$@" && output=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
need_variable APP_NAME
need_image "$image"
need_whole_number --weight "$weight" 1 50
need_tool kubectl
canary=$APP_NAME-canary

running=$(image_of "$canary") || fail "there is no deployment $canary"
[[ $running == "$image" ]] || fail "the canary runs ${running:-nothing}, not $image: another pipeline replaced it"
current=$(canary_weight)
[[ $current == "$weight" ]] || fail "the canary takes $current % of the traffic, not $weight %: it was aborted"
kubectl rollout status "deployment/$canary" --timeout 60s >&2 || fail "the canary is not ready"

if dry; then
  say "would promote $image"
  exit 0
fi
printf 'PROMOTED_IMAGE=%s\n' "$image" >"$output"
say "promoted $image"
