#!/usr/bin/env bash
# Run the Datadog synthetic tests of a service, from outside, as a customer would.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"

usage() {
  cat <<'END'
usage: run-synthetic-tests.sh --service NAME --environment NAME --junit FILE [--dry-run]

Runs every synthetic test that is tagged service:NAME and env:NAME; none at all is a failure.

  --service NAME       the service
  --environment NAME   the environment
  --junit FILE         results for GitLab
  --dry-run            run nothing

Reads DATADOG_API_KEY, DATADOG_APP_KEY, DATADOG_SITE (default datadoghq.eu). Exit: 0 all pass, 1 not, 2 wrong call.
END
}

service='' environment='' junit_file=''
while (($#)); do
  case $1 in
    --service) option "$@" && service=$2 && shift 2 ;;
    --environment) option "$@" && environment=$2 && shift 2 ;;
    --junit) option "$@" && junit_file=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ $service =~ ^[a-z][a-z0-9_.-]*$ ]] || misuse "--service must be a Datadog service name"
[[ $environment =~ ^[a-z][a-z0-9_-]*$ ]] || misuse "--environment must be a lower-case name"
[[ -n $junit_file ]] || misuse "--junit is missing"
need_tool datadog-ci
need_variable DATADOG_API_KEY DATADOG_APP_KEY
export DATADOG_SITE=${DATADOG_SITE:-datadoghq.eu}

change datadog-ci synthetics run-tests --search "tag:service:$service tag:env:$environment" \
  --failOnCriticalErrors --failOnMissingTests --failOnTimeout --jUnitReport "$junit_file" ||
  fail "synthetic tests of $service in $environment fail"
say "synthetic tests of $service in $environment pass"
