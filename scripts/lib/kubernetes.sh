# shellcheck shell=bash
# The objects that deployments touch. Sourced after cli.sh; kubectl already points at the cluster and the namespace.
#
#   image_of DEPLOYMENT               the image that its container named like the application should run
#   set_image DEPLOYMENT IMAGE        and wait until every replica runs it
#   canary_weight                     percent of the traffic that the canary gets, 0 when there is none
#   set_canary_weight PERCENT
#   release_of DEPLOYMENT             the pipeline that deployed what runs, empty when unknown
#   set_release DEPLOYMENT PIPELINE
#
# Names: Deployment and Ingress $APP_NAME-canary (ingress-nginx splits the traffic), Deployments $APP_NAME-blue and
# $APP_NAME-green behind Service $APP_NAME (selector "colour"), Deployment $APP_NAME in production.

rollout_timeout=${ROLLOUT_TIMEOUT:-300s}
weight_annotation=nginx.ingress.kubernetes.io/canary-weight
release_annotation=delivery/pipeline

image_of() {
  kubectl get deployment "$1" --output "jsonpath={.spec.template.spec.containers[?(@.name=='$APP_NAME')].image}"
}

set_image() {
  change kubectl set image "deployment/$1" "$APP_NAME=$2" &&
    change kubectl rollout status "deployment/$1" --timeout "$rollout_timeout"
}

canary_weight() {
  local weight
  weight=$(kubectl get ingress "$APP_NAME-canary" \
    --output 'jsonpath={.metadata.annotations.nginx\.ingress\.kubernetes\.io/canary-weight}')
  printf '%s' "${weight:-0}"
}

set_canary_weight() {
  change kubectl annotate ingress "$APP_NAME-canary" "$weight_annotation=$1" --overwrite
}

release_of() {
  kubectl get deployment "$1" --output 'jsonpath={.metadata.annotations.delivery/pipeline}'
}

set_release() {
  change kubectl annotate deployment "$1" "$release_annotation=$2" --overwrite
}

need_image() {
  if ! [[ $1 =~ ^[^[:space:]]+@sha256:[0-9a-f]{64}$ ]]; then
    misuse "--image must be REPOSITORY@sha256:DIGEST, not '$1': a tag can change between the scan and the deployment"
  fi
}
