#!/usr/bin/env bash
# Watch the canary's errors and latency in Datadog; one bad minute is enough to fail.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"
# shellcheck source=scripts/lib/http.sh
source "$here/lib/http.sh"

usage() {
  cat <<'END'
usage: monitor-canary.sh --service NAME --minutes N --max-error-rate PERCENT --max-latency-ms MS
                         [--interval SECONDS] [--output FILE] [--dry-run]

Asks Datadog every interval how the canary did in the last five minutes, and stops at the first breach. A canary that
served no request by the end fails too: nobody knows how it would have done.

  --service NAME         as traced in Datadog, with env:canary
  --minutes N            how long to watch, 1 to 120
  --max-error-rate P     percent of requests that may fail, 0 to 100
  --max-latency-ms MS    95th percentile, 1 to 60000
  --interval SECONDS     between two looks, 1 to 600 (default 60)
  --output FILE          every look, as JSON (default canary-metrics.json)
  --dry-run              ask nothing

Reads DATADOG_API_KEY, DATADOG_APP_KEY, DATADOG_SITE (default datadoghq.eu).
Exit: 0 healthy throughout, 1 breach, no data or no answer, 2 wrong call.
END
}

service='' minutes='' max_error_rate='' max_latency='' interval=60 output=canary-metrics.json
while (($#)); do
  case $1 in
    --service) option "$@" && service=$2 && shift 2 ;;
    --minutes) option "$@" && minutes=$2 && shift 2 ;;
    --max-error-rate) option "$@" && max_error_rate=$2 && shift 2 ;;
    --max-latency-ms) option "$@" && max_latency=$2 && shift 2 ;;
    --interval) option "$@" && interval=$2 && shift 2 ;;
    --output) option "$@" && output=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ $service =~ ^[a-z][a-z0-9_.-]*$ ]] || misuse "--service must be a Datadog service name"
need_whole_number --minutes "$minutes" 1 120
need_whole_number --max-error-rate "$max_error_rate" 0 100
need_whole_number --max-latency-ms "$max_latency" 1 60000
need_whole_number --interval "$interval" 1 600
need_tool curl jq
need_variable DATADOG_API_KEY DATADOG_APP_KEY
site=${DATADOG_SITE:-datadoghq.eu}

# The sum or the worst value of a query over the last five minutes; null when there is no point.
ask() {
  local query=$1 how=$2 now answer
  now=$(date +%s)
  answer=$(http "https://api.$site/api/v1/query" \
    "DD-API-KEY: $DATADOG_API_KEY" "DD-APPLICATION-KEY: $DATADOG_APP_KEY" -- \
    --get --data-urlencode "from=$((now - 300))" --data-urlencode "to=$now" --data-urlencode "query=$query") ||
    fail "Datadog does not answer"
  jq --arg how "$how" '[.series[]?.pointlist[][1] | numbers]
    | if length == 0 then null elif $how == "sum" then add else max end' <<<"$answer"
}

if dry; then
  say "would watch $service for $minutes minutes: errors up to $max_error_rate %, p95 up to $max_latency ms"
  exit 0
fi

: >"$output"
looks=$(((minutes * 60 + interval - 1) / interval))
seen=0
for ((look = 1; look <= looks; look++)); do
  sleep "$interval"
  hits=$(ask "sum:trace.http.request.hits{service:$service,env:canary}.as_count()" sum)
  errors=$(ask "sum:trace.http.request.errors{service:$service,env:canary}.as_count()" sum)
  latency=$(ask "p95:trace.http.request{service:$service,env:canary}" max)
  verdict=$(jq --null-input --compact-output \
    --argjson hits "$hits" --argjson errors "$errors" --argjson latency "$latency" \
    --argjson max_error_rate "$max_error_rate" --argjson max_latency "$max_latency" '
      {hits: ($hits // 0), errors: ($errors // 0), latency_ms: (($latency // 0) * 1000)}
      | .error_rate = (if .hits > 0 then 100 * .errors / .hits else 0 end)
      | .breach = (if .error_rate > $max_error_rate then "error rate \(.error_rate) % is above \($max_error_rate) %"
          elif .latency_ms > $max_latency then "latency of \(.latency_ms) ms is above \($max_latency) ms"
          else null end)')
  printf '%s\n' "$verdict" >>"$output"
  say "look $look of $looks: $verdict"
  breach=$(jq --raw-output '.breach // empty' <<<"$verdict")
  [[ -z $breach ]] || fail "canary: $breach"
  if jq --exit-status '.hits > 0' <<<"$verdict" >/dev/null; then
    seen=1
  fi
done
((seen)) || fail "the canary served no request in $minutes minutes: nothing shows that it works"
say "the canary stayed healthy for $minutes minutes"
