#!/usr/bin/env bash
# Have node_modules as package-lock.json says, from the branch's cache when that is still right.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/cli.sh
source "$here/lib/cli.sh"

usage() {
  cat <<'END'
usage: install-dependencies.sh [--dry-run]

Runs npm ci, unless node_modules was installed from this very package-lock.json by this version of Node.
A failed installation leaves no half-filled node_modules for the cache.
END
}

while (($#)); do
  case $1 in
    --dry-run) dry_run=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) misuse "unknown argument: $1" ;;
  esac
done
need_tool node npm sha256sum
[[ -f package-lock.json ]] || misuse "no package-lock.json in $PWD"

stamp=node_modules/.installed-from
wanted="$(sha256sum <package-lock.json) $(node --version)"
if [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; then
  say "node_modules is up to date"
  exit 0
fi
if dry; then
  say "would run: npm ci"
  exit 0
fi

trap 'rm -rf node_modules' EXIT
npm ci --no-audit --no-fund
printf '%s\n' "$wanted" >"$stamp"
trap - EXIT
