#!/usr/bin/env bash
# Roll an image out beside the live colour, then move all traffic over at once.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/kubernetes.sh
source "$here/lib/kubernetes.sh"

usage() {
  cat <<'END'
usage: deploy-blue-green.sh --image REPOSITORY@DIGEST --url URL [--dry-run]

1. The idle colour gets the image and as many replicas as the live one.
2. It must answer /health through the API server, before any customer sees it.
3. The service switches to it; URL/health must answer. If it does not, or the job is stopped, the service switches back.
4. The former colour keeps running for a quick way back; the canary's share goes back to the stable version.

  --image I    what to run
  --url URL    public address of the environment
  --dry-run    show what would change

Reads APP_NAME, ROLLOUT_TIMEOUT (default 300s). Doing it twice changes nothing.
Exit: 0 switched, 1 failed and the former colour is live, 2 wrong call.
END
}

image='' url=''
while (($#)); do
  case $1 in
    --image) option "$@" && image=$2 && shift 2 ;;
    --url) option "$@" && url=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
need_variable APP_NAME
need_image "$image"
[[ $url == https://?* ]] || misuse "--url must be an https:// address"
need_tool kubectl curl

answers() {
  change curl --silent --show-error --fail --output /dev/null --max-time 10 --retry 12 --retry-delay 5 \
    --retry-all-errors "$url/health"
}

switch_to() {
  change kubectl patch service "$APP_NAME" --patch "{\"spec\":{\"selector\":{\"colour\":\"$1\"}}}"
}

live=$(kubectl get service "$APP_NAME" --output 'jsonpath={.spec.selector.colour}') ||
  fail "there is no service $APP_NAME to switch"
case $live in
  blue) idle=green ;;
  green) idle=blue ;;
  *) fail "service $APP_NAME selects colour '$live', neither blue nor green" ;;
esac

if [[ $(image_of "$APP_NAME-$live") == "$image" ]]; then
  answers || fail "$live is live with this image, but $url does not answer"
  set_canary_weight 0
  say "$live already runs this image"
  exit 0
fi

replicas=$(kubectl get deployment "$APP_NAME-$live" --output 'jsonpath={.spec.replicas}')
namespace=$(kubectl config view --minify --output 'jsonpath={..namespace}')
change kubectl scale "deployment/$APP_NAME-$idle" --replicas "${replicas:-2}"
set_image "$APP_NAME-$idle" "$image"
change kubectl get --raw "/api/v1/namespaces/${namespace:-default}/services/$APP_NAME-$idle:80/proxy/health" ||
  fail "$idle does not answer; $live stays live"

restore() {
  say "the switch failed: going back to $live"
  switch_to "$live" || say "error: service $APP_NAME may still point at $idle: set its selector to colour=$live"
}
trap restore EXIT
trap 'exit 1' INT TERM
switch_to "$idle"
answers
trap - EXIT

set_canary_weight 0
say "$idle is live with $image; $live keeps running for a quick way back"
