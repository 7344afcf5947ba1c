#!/usr/bin/env bash
# Say which image this pipeline is about, by digest: the one it built, or the last one published.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"

usage() {
  cat <<'END'
usage: resolve-image.sh --repository REPOSITORY [--output FILE] [--dry-run]

Writes APP_IMAGE=REPOSITORY@DIGEST. When build-image ran, that is its image (BUILT_IMAGE). When it did not, because
nothing in the image changed, it is what REPOSITORY:main (or :develop, on develop) holds now. On main and develop, which
deploy it, the sources of that image must equal this commit's: after a failed build the published image is too old.

  --repository R   where images are published
  --output FILE    default resolve-image.env
  --dry-run        decide, write nothing

Reads BUILT_IMAGE, CI_REGISTRY, CI_REGISTRY_USER, CI_REGISTRY_PASSWORD, CI_DEFAULT_BRANCH, CI_COMMIT_BRANCH,
CI_PIPELINE_SOURCE.
Exit: 0 resolved, 1 no usable image, 2 wrong call.
END
}

# What ends up in the image. The pipeline's build-image lists the same under only:changes.
sources=(Dockerfile .dockerignore package-lock.json src)

repository='' output=resolve-image.env
while (($#)); do
  case $1 in
    --repository) option "$@" && repository=$2 && shift 2 ;;
    --output) option "$@" && output=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ -n $repository ]] || misuse "--repository is missing"

resolved() {
  [[ $1 =~ @sha256:[0-9a-f]{64}$ ]] || fail "'$1' is not an image by digest"
  if dry; then
    say "would hand on $1"
  else
    printf 'APP_IMAGE=%s\n' "$1" >"$output"
    say "image: $1 ($2)"
  fi
}

if ! dry; then
  rm -f "$output"
fi
if [[ -n ${BUILT_IMAGE:-} ]]; then
  resolved "$BUILT_IMAGE" "built by this pipeline"
  exit 0
fi

need_tool docker git
need_variable CI_REGISTRY CI_REGISTRY_USER CI_REGISTRY_PASSWORD CI_DEFAULT_BRANCH CI_PIPELINE_SOURCE
branch=$CI_DEFAULT_BRANCH
if [[ ${CI_COMMIT_BRANCH:-} == develop ]]; then
  branch=develop
fi
trap 'docker logout "$CI_REGISTRY" >/dev/null' EXIT
docker login --username "$CI_REGISTRY_USER" --password-stdin "$CI_REGISTRY" <<<"$CI_REGISTRY_PASSWORD"
digest=$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$repository:$branch") ||
  fail "$repository:$branch was never published: run a pipeline for $branch by hand, which always builds the image"

if [[ -n ${CI_COMMIT_BRANCH:-} && $CI_PIPELINE_SOURCE != schedule ]]; then
  revision=$(docker buildx imagetools inspect \
    --format '{{index .Image.Config.Labels "org.opencontainers.image.revision"}}' "$repository@$digest")
  if ! git diff --quiet "$revision" HEAD -- "${sources[@]}"; then
    fail "$repository:$branch was built from $revision, and the sources changed since (a build failed in between?):" \
      "run a pipeline for $branch by hand, which always builds the image"
  fi
fi
resolved "$repository@$digest" "last published for $branch"
