#!/usr/bin/env bash
# Turn the job's GitLab identity token into AWS credentials for an hour. Nothing is stored anywhere else.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"

usage() {
  cat <<'END'
usage: aws-assume-role.sh [--seconds N] [--dry-run]

Calls AWS STS assume-role-with-web-identity and writes the answer to the credentials file that the AWS CLI, the SDKs,
cdk and kubectl read in this job.

  --seconds N   lifetime of the credentials, 900 to 43200 (default 3600)
  --dry-run     call nothing, write nothing

Reads  AWS_ROLE_ARN                 arn:aws:iam::${AWS_ACCOUNT_ID}:role/GitLabCIRole
       AWS_ID_TOKEN                 from id_tokens:
       AWS_SHARED_CREDENTIALS_FILE  where the credentials go (mode 600)
       AWS_REGION, CI_PROJECT_ID, CI_JOB_ID
       AWS_SESSION_POLICY_ARN       optional: a managed policy that this session may not exceed
Exit: 0 done, 1 AWS refused, 2 wrong call.
END
}

seconds=3600
while (($#)); do
  case $1 in
    --seconds) option "$@" && seconds=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
need_whole_number --seconds "$seconds" 900 43200
need_tool aws jq
need_variable AWS_ROLE_ARN AWS_ID_TOKEN AWS_SHARED_CREDENTIALS_FILE AWS_REGION CI_PROJECT_ID CI_JOB_ID
if ! [[ $AWS_ROLE_ARN =~ ^arn:aws:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$ ]]; then
  misuse "AWS_ROLE_ARN is '$AWS_ROLE_ARN', which names no account: is the account's variable set for this branch?"
fi

request=(
  sts assume-role-with-web-identity
  --role-arn "$AWS_ROLE_ARN"
  --role-session-name "gitlab-$CI_PROJECT_ID-$CI_JOB_ID"
  --duration-seconds "$seconds"
  --region "$AWS_REGION"
  --output json
)
if [[ -n ${AWS_SESSION_POLICY_ARN:-} ]]; then
  request+=(--policy-arns "arn=$AWS_SESSION_POLICY_ARN")
fi
if dry; then
  say "would run: aws ${request[*]}"
  exit 0
fi

# The token goes through a file that only this user reads: an argument would show up in the process list.
umask 077
token_file=$(mktemp)
trap 'rm -f "$token_file"' EXIT
printf '%s' "$AWS_ID_TOKEN" >"$token_file"

answer=$(aws "${request[@]}" --web-identity-token "file://$token_file") ||
  fail "AWS did not let this job assume $AWS_ROLE_ARN: check the role's trust policy (aud, sub) and the token's aud"

mkdir -p "$(dirname "$AWS_SHARED_CREDENTIALS_FILE")"
rm -f "$AWS_SHARED_CREDENTIALS_FILE"
jq --raw-output '.Credentials | "[default]",
  "aws_access_key_id = \(.AccessKeyId)",
  "aws_secret_access_key = \(.SecretAccessKey)",
  "aws_session_token = \(.SessionToken)"' <<<"$answer" >"$AWS_SHARED_CREDENTIALS_FILE"

say "$(jq --raw-output '"assumed \(.AssumedRoleUser.Arn) until \(.Credentials.Expiration)"' <<<"$answer")"
