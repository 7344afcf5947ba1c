#!/usr/bin/env bash
# Give the canary a new image and its share of the traffic, or take the traffic away.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/kubernetes.sh
source "$here/lib/kubernetes.sh"

usage() {
  cat <<'END'
usage: deploy-canary.sh --image REPOSITORY@DIGEST --weight PERCENT [--dry-run]
       deploy-canary.sh --abort [--dry-run]

Takes the canary out of the traffic, rolls the image out, waits until it is ready, then sends it PERCENT of the traffic.
If any step fails, all traffic goes back to the stable version and the canary to its former image.

  --image I     what to run
  --weight N    percent of the traffic, 1 to 50
  --abort       send the canary no traffic; its pods stay for whoever looks into it
  --dry-run     show what would change

Reads APP_NAME, ROLLOUT_TIMEOUT (default 300s). Doing it twice changes nothing.
Exit: 0 done, 1 failed and restored, 2 wrong call.
END
}

image='' weight='' abort=0
while (($#)); do
  case $1 in
    --image) option "$@" && image=$2 && shift 2 ;;
    --weight) option "$@" && weight=$2 && shift 2 ;;
    --abort) abort=1 && shift ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
need_variable APP_NAME
canary=$APP_NAME-canary

if ((abort)); then
  [[ -z $image$weight ]] || misuse "--abort stands alone"
  need_tool kubectl
  set_canary_weight 0
  say "the canary gets no traffic"
  exit 0
fi
need_image "$image"
need_whole_number --weight "$weight" 1 50
need_tool kubectl

former=$(image_of "$canary") || fail "there is no deployment $canary to update"
if [[ $former == "$image" && $(canary_weight) == "$weight" ]]; then
  change kubectl rollout status "deployment/$canary" --timeout "$rollout_timeout"
  say "the canary already runs this image with $weight % of the traffic"
  exit 0
fi

restore() {
  say "the canary failed: sending all traffic to the stable version"
  set_canary_weight 0 || say "error: the canary may still get traffic: run 'deploy-canary.sh --abort'"
  if [[ -n $former && $former != "$image" ]]; then
    change kubectl set image "deployment/$canary" "$APP_NAME=$former" || say "error: $canary still has the failed image"
  fi
}
trap restore EXIT
trap 'exit 1' INT TERM

set_canary_weight 0
set_image "$canary" "$image"
set_canary_weight "$weight"
if ! dry && [[ $(canary_weight) != "$weight" ]]; then
  fail "the ingress did not take the weight of $weight %"
fi
trap - EXIT
say "the canary runs $image with $weight % of the traffic"
