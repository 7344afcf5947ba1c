#!/usr/bin/env bash
# The standard deployment: CDK stacks for dev, a rolling update with kubectl for production.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/kubernetes.sh
source "$here/lib/kubernetes.sh"

usage() {
  cat <<'END'
usage: deploy.sh cdk --environment NAME --image REPOSITORY@DIGEST --assembly FOLDER [--outputs FILE] [--dry-run]
       deploy.sh cdk --environment NAME --destroy [--dry-run]
       deploy.sh kubectl --environment NAME --image REPOSITORY@DIGEST [--dry-run]

cdk       deploys what cdk synth wrote to FOLDER, or destroys the environment's stacks. CloudFormation undoes a failed
          deployment itself.
kubectl   updates deployment $APP_NAME and waits until every replica is ready; if that fails, it goes back to the image
          before. Marks the deployment with the pipeline, for rollback.sh.

  --environment NAME   what is deployed to; dev-main, dev-develop, production
  --image I            the application's image
  --assembly FOLDER    the cloud assembly, cdk.out
  --outputs FILE       receives the stacks' outputs (default deploy-dev/outputs.json)
  --destroy            remove the environment; never production
  --dry-run            show what would change

Reads APP_NAME; kubectl also CI_PIPELINE_ID, ROLLOUT_TIMEOUT. Doing it twice changes nothing.
Exit: 0 deployed, 1 failed (kubectl: and restored), 2 wrong call.
END
}

method='' environment='' image='' assembly='' outputs=deploy-dev/outputs.json destroy=0
while (($#)); do
  case $1 in
    cdk | kubectl) method=$1 && shift ;;
    --environment) option "$@" && environment=$2 && shift 2 ;;
    --image) option "$@" && image=$2 && shift 2 ;;
    --assembly) option "$@" && assembly=$2 && shift 2 ;;
    --outputs) option "$@" && outputs=$2 && shift 2 ;;
    --destroy) destroy=1 && shift ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ -n $method ]] || misuse "cdk or kubectl?"
[[ $environment =~ ^[a-z][a-z0-9-]*$ ]] || misuse "--environment must be a lower-case name"
need_variable APP_NAME

destroy_with_cdk() {
  [[ $environment == dev-* ]] || misuse "only dev environments can be destroyed, not $environment"
  change npx --no-install cdk destroy --all --force --context "environment=$environment"
  say "$environment is gone"
}

deploy_with_cdk() {
  need_image "$image"
  [[ -f $assembly/manifest.json ]] || misuse "--assembly '$assembly' holds no manifest.json: did cdk-synth run?"
  change mkdir -p "$(dirname "$outputs")"
  change npx --no-install cdk deploy --app "$assembly" --all --require-approval never \
    --parameters "ImageUri=$image" --outputs-file "$outputs"
  say "$environment runs $image"
}

restore() {
  say "the deployment failed: going back to $former"
  if set_image "$APP_NAME" "$former" && set_release "$APP_NAME" "$former_release"; then
    say "$environment is back to $former"
  else
    say "error: $environment is not back to $former: look at 'kubectl rollout history deployment/$APP_NAME'"
  fi
}

deploy_with_kubectl() {
  need_image "$image"
  need_variable CI_PIPELINE_ID
  former=$(image_of "$APP_NAME") || fail "there is no deployment $APP_NAME to update"
  if [[ $former == "$image" ]]; then
    change kubectl rollout status "deployment/$APP_NAME" --timeout "$rollout_timeout"
    say "$environment already runs $image"
    return
  fi
  former_release=$(release_of "$APP_NAME")
  trap restore EXIT
  trap 'exit 1' INT TERM
  # First the mark, then the image: whoever has to roll back a half-done deployment finds out whose it is.
  set_release "$APP_NAME" "$CI_PIPELINE_ID"
  set_image "$APP_NAME" "$image"
  trap - EXIT
  say "$environment runs $image"
}

if ((destroy)); then
  [[ $method == cdk ]] || misuse "--destroy goes with cdk"
  [[ -z $image$assembly ]] || misuse "--destroy goes with --environment only"
  need_tool npx
  destroy_with_cdk
elif [[ $method == cdk ]]; then
  need_tool npx
  deploy_with_cdk
else
  [[ -z $assembly ]] || misuse "--assembly goes with cdk"
  need_tool kubectl
  deploy_with_kubectl
fi
