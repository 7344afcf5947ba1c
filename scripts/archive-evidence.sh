#!/usr/bin/env bash
# Keep the evidence of a release beyond the week that artifacts live.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"

usage() {
  cat <<'END'
usage: archive-evidence.sh --bucket NAME --retain-years N [--dry-run] PATH...

Uploads every file under the PATHs, and a manifest with their SHA-256, to s3://NAME/PROJECT/PIPELINE/. The bucket must
have object lock; each object is locked in compliance mode for N years, so nobody, root included, can change or delete
it before. A PATH that is not there is named in the manifest as missing. Approvals must be among the files.

  --bucket NAME      an S3 bucket with object lock
  --retain-years N   1 to 10
  --dry-run          write the manifest, upload nothing

Uses the credentials of aws-assume-role.sh; reads AWS_REGION, CI_PROJECT_PATH_SLUG, CI_PIPELINE_ID, CI_PIPELINE_URL,
CI_COMMIT_SHA. A second run adds new versions; locked ones stay.
Exit: 0 kept, 1 not kept, 2 wrong call.
END
}

bucket='' years=''
paths=()
while (($#)); do
  case $1 in
    --bucket) option "$@" && bucket=$2 && shift 2 ;;
    --retain-years) option "$@" && years=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    -*) misuse "unknown option: $1" ;;
    *) paths+=("$1") && shift ;;
  esac
done
[[ $bucket =~ ^[a-z0-9][a-z0-9.-]{2,62}$ ]] || misuse "--bucket must be the name of an S3 bucket"
need_whole_number --retain-years "$years" 1 10
((${#paths[@]})) || misuse "which files?"
need_tool aws jq sha256sum find
need_variable AWS_REGION CI_PROJECT_PATH_SLUG CI_PIPELINE_ID CI_PIPELINE_URL CI_COMMIT_SHA

s3api() {
  aws s3api "$@" --bucket "$bucket" --region "$AWS_REGION"
}

manifest=$(mktemp)
trap 'rm -f "$manifest"' EXIT
prefix=$CI_PROJECT_PATH_SLUG/$CI_PIPELINE_ID
files=() missing=()
for path in "${paths[@]}"; do
  if [[ -e $path ]]; then
    while IFS= read -r -d '' file; do
      files+=("$file")
    done < <(find "$path" -type f -print0 | sort -z)
  else
    missing+=("$path")
  fi
done
[[ " ${files[*]} " == *" approvals/verified.json "* ]] ||
  fail "approvals/verified.json is not among the files: no release without it"

for file in "${files[@]}"; do
  jq --null-input --arg file "$file" --arg sha256 "$(sha256sum <"$file" | cut -d ' ' -f 1)" '{$file, $sha256}'
done | jq --slurp --arg pipeline "$CI_PIPELINE_ID" --arg url "$CI_PIPELINE_URL" --arg commit "$CI_COMMIT_SHA" \
  '{$pipeline, $url, $commit, archived_at: (now | todate), files: ., missing: $ARGS.positional}' \
  --args "${missing[@]}" >"$manifest"
if dry; then
  cat "$manifest"
  say "would keep ${#files[@]} files under s3://$bucket/$prefix for $years years"
  exit 0
fi

lock=$(s3api get-object-lock-configuration --query ObjectLockConfiguration.ObjectLockEnabled --output text) ||
  fail "cannot read the object lock of bucket $bucket"
[[ $lock == Enabled ]] || fail "bucket $bucket has no object lock: what is kept there could be changed"
until=$(jq --null-input --raw-output --argjson years "$years" 'now + $years * 366 * 86400 | todate')

keep() {
  s3api put-object --key "$prefix/$2" --body "$1" --checksum-algorithm SHA256 \
    --object-lock-mode COMPLIANCE --object-lock-retain-until-date "$until" >/dev/null || fail "$2 was not kept"
}
for file in "${files[@]}"; do
  keep "$file" "$file"
done
keep "$manifest" manifest.json # last: a manifest in the bucket means that everything it lists is there
say "kept ${#files[@]} files under s3://$bucket/$prefix until $until"
if ((${#missing[@]})); then
  say "not there: ${missing[*]}"
fi
