#!/usr/bin/env bash
# Mark a deployment on Datadog's timelines.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/http.sh
source "$here/lib/http.sh"

usage() {
  cat <<'END'
usage: create-datadog-event.sh --service NAME --environment NAME [--dry-run]

  --service NAME       what was deployed
  --environment NAME   where to
  --dry-run            show the event, send nothing

Reads DATADOG_API_KEY, DATADOG_SITE (default datadoghq.eu), CI_COMMIT_SHORT_SHA, CI_PIPELINE_ID, CI_PIPELINE_URL.
Datadog joins events of one pipeline (aggregation key). Exit: 0 sent, 1 Datadog refused, 2 wrong call.
END
}

service='' environment=''
while (($#)); do
  case $1 in
    --service) option "$@" && service=$2 && shift 2 ;;
    --environment) option "$@" && environment=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ -n $service ]] || misuse "--service is missing"
[[ -n $environment ]] || misuse "--environment is missing"
need_tool curl jq
need_variable DATADOG_API_KEY CI_COMMIT_SHORT_SHA CI_PIPELINE_ID CI_PIPELINE_URL

event=$(jq --null-input --arg service "$service" --arg environment "$environment" --arg sha "$CI_COMMIT_SHORT_SHA" \
  --arg pipeline "$CI_PIPELINE_ID" --arg url "$CI_PIPELINE_URL" '{
    title: "\($service) \($sha) deployed to \($environment)", text: "Pipeline \($pipeline): \($url)",
    alert_type: "info", source_type_name: "gitlab", aggregation_key: "gitlab-pipeline-\($pipeline)",
    tags: ["service:\($service)", "env:\($environment)", "version:\($sha)", "event:deployment"]
  }')
if dry; then
  say "would send: $event"
  exit 0
fi
http "https://api.${DATADOG_SITE:-datadoghq.eu}/api/v1/events" \
  "DD-API-KEY: $DATADOG_API_KEY" "Content-Type: application/json" -- --output /dev/null --data "$event" ||
  fail "Datadog did not take the event"
say "Datadog knows about the deployment"
