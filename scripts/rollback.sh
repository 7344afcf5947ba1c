#!/usr/bin/env bash
# Put production back to the revision before this pipeline's deployment.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/kubernetes.sh
source "$here/lib/kubernetes.sh"

usage() {
  cat <<'END'
usage: rollback.sh --environment NAME [--to-revision N] [--dry-run]

Undoes the last rollout of deployment $APP_NAME and waits until every replica is ready. Refuses when the environment
does not run this pipeline's release: the button of an old pipeline must not undo a newer one, and pressing twice must
not bring the bad release back.

  --environment NAME   for the messages: production
  --to-revision N      that revision of 'kubectl rollout history', not the one before
  --dry-run            show what would change

Reads APP_NAME, CI_PIPELINE_ID, ROLLOUT_TIMEOUT (default 300s).
Exit: 0 rolled back, 1 refused or failed, 2 wrong call.
END
}

environment='' revision=''
while (($#)); do
  case $1 in
    --environment) option "$@" && environment=$2 && shift 2 ;;
    --to-revision) option "$@" && revision=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ -n $environment ]] || misuse "--environment is missing"
if [[ -n $revision ]]; then
  need_whole_number --to-revision "$revision" 1 999999999
fi
need_variable APP_NAME CI_PIPELINE_ID
need_tool kubectl

release=$(release_of "$APP_NAME") || fail "there is no deployment $APP_NAME in $environment"
if [[ $release != "$CI_PIPELINE_ID" ]]; then
  fail "$environment runs the release of pipeline '${release:-unknown}', not of $CI_PIPELINE_ID: nothing to undo here"
fi

arguments=("deployment/$APP_NAME")
if [[ -n $revision ]]; then
  arguments+=(--to-revision "$revision")
fi
bad=$(image_of "$APP_NAME")
change kubectl rollout undo "${arguments[@]}"
change kubectl rollout status "deployment/$APP_NAME" --timeout "$rollout_timeout" ||
  fail "the former revision does not become ready: pick one of 'kubectl rollout history' with --to-revision"
set_release "$APP_NAME" "rollback-of-$CI_PIPELINE_ID"
say "$environment no longer runs $bad"
