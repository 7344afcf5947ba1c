#!/usr/bin/env bash
# Build and publish the application's image, and hand on its digest.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"

usage() {
  cat <<'END'
usage: build-image.sh --repository REPOSITORY --base-registry REGISTRY [--dockerfile FILE] [--output FILE] [--dry-run]

Builds the Dockerfile in this folder with build argument CI_REGISTRY=REGISTRY, pushes it as REPOSITORY:COMMIT and, on
main and develop, as REPOSITORY:BRANCH, which later pipelines use when nothing in the image changed. Refuses a
Dockerfile that starts from anything outside REGISTRY.

  --repository R      where the image goes
  --base-registry R   the only registry that base images may come from
  --dockerfile FILE   default Dockerfile
  --output FILE       receives BUILT_IMAGE=REPOSITORY@DIGEST (default build-image.env)
  --dry-run           check the Dockerfile, build and push nothing

Reads CI_REGISTRY, CI_REGISTRY_USER, CI_REGISTRY_PASSWORD, CI_COMMIT_SHA, CI_COMMIT_BRANCH.
Exit: 0 published, 1 failed, 2 wrong call.
END
}

repository='' base_registry='' dockerfile=Dockerfile output=build-image.env
while (($#)); do
  case $1 in
    --repository) option "$@" && repository=$2 && shift 2 ;;
    --base-registry) option "$@" && base_registry=$2 && shift 2 ;;
    --dockerfile) option "$@" && dockerfile=$2 && shift 2 ;;
    --output) option "$@" && output=$2 && shift 2 ;;
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
[[ -n $repository ]] || misuse "--repository is missing"
[[ -n $base_registry ]] || misuse "--base-registry is missing"
[[ -f $dockerfile ]] || misuse "no $dockerfile in $PWD"
need_tool docker awk
need_variable CI_REGISTRY CI_REGISTRY_USER CI_REGISTRY_PASSWORD CI_COMMIT_SHA

# Every FROM names the private registry, by its name or by the build argument, or an earlier stage of the file.
foreign=$(awk -v registry="$base_registry/" '
  toupper($1) == "FROM" {
    image = $2
    for (i = 2; i <= NF && $i ~ /^--/; i++) image = $(i + 1)
    ours = index(image, registry) == 1 || index(image, "$CI_REGISTRY/") == 1 || index(image, "${CI_REGISTRY}/") == 1
    if (!ours && !(image in stages) && image != "scratch") print FILENAME ":" FNR ": " image
    for (i = 2; i < NF; i++) if (toupper($i) == "AS") stages[$(i + 1)] = 1
  }' "$dockerfile")
[[ -z $foreign ]] || fail "base images must come from $base_registry: $foreign"

tags=("$repository:$CI_COMMIT_SHA")
# By branch, not by slug: the slug of a branch called MAIN is main too.
if [[ ${CI_COMMIT_BRANCH:-} == main || ${CI_COMMIT_BRANCH:-} == develop ]]; then
  tags+=("$repository:$CI_COMMIT_BRANCH")
fi
if dry; then
  say "would build and push: ${tags[*]}"
  exit 0
fi

rm -f "$output"
for ((try = 1; ; try++)); do # docker-in-docker needs a moment to write its certificates and listen
  if docker info >/dev/null 2>&1; then
    break
  fi
  ((try < 30)) || fail "no Docker daemon after 60 seconds"
  sleep 2
done

trap 'docker logout "$CI_REGISTRY" >/dev/null' EXIT
docker login --username "$CI_REGISTRY_USER" --password-stdin "$CI_REGISTRY" <<<"$CI_REGISTRY_PASSWORD"
arguments=(--pull --file "$dockerfile" --build-arg "CI_REGISTRY=$base_registry"
  --label "org.opencontainers.image.revision=$CI_COMMIT_SHA")
for tag in "${tags[@]}"; do
  arguments+=(--tag "$tag")
done
docker build "${arguments[@]}" .
for tag in "${tags[@]}"; do
  docker push "$tag"
done
digest=$(docker image inspect --format '{{index .RepoDigests 0}}' "${tags[0]}")
[[ $digest =~ @sha256:[0-9a-f]{64}$ ]] || fail "the registry gave no digest for ${tags[0]}"
printf 'BUILT_IMAGE=%s\n' "$repository@${digest##*@}" >"$output"
say "published $repository@${digest##*@}"
