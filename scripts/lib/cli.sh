# shellcheck shell=bash
# What every script here speaks with. Sourced, never run.
#
#   say TEXT                 a line for people, on standard error: standard output is for results
#   fail TEXT                the work failed: exit 1
#   misuse TEXT              the call is wrong: exit 2
#   option "$@"              the option $1 has a value in $2
#   need_variable NAME...    these environment variables hold something
#   need_tool NAME...        these programs are on the PATH
#   change COMMAND...        run a command that changes the world; only show it under --dry-run
#   dry                      true under --dry-run

shopt -s inherit_errexit # or a failure inside $(...) would go unnoticed
dry_run=0

say() {
  printf '%s\n' "$*" >&2
}

fail() {
  say "error: $*"
  exit 1
}

misuse() {
  say "error: $*"
  say "help:  ${0##*/} --help"
  exit 2
}

option() {
  if (($# < 2)) || [[ -z $2 ]]; then
    misuse "$1 needs a value"
  fi
}

need_variable() {
  local name
  for name in "$@"; do
    if [[ -z ${!name:-} ]]; then
      misuse "the variable $name is not set (Settings > CI/CD > Variables; a protected one needs a protected branch)"
    fi
  done
}

need_tool() {
  local name
  for name in "$@"; do
    if ! command -v "$name" >/dev/null; then
      misuse "$name is not on the PATH of this image"
    fi
  done
}

dry() {
  ((dry_run))
}

change() {
  if dry; then
    say "would run: $*"
  else
    "$@"
  fi
}

need_whole_number() {
  local name=$1 value=$2 low=$3 high=$4
  if ! [[ $value =~ ^(0|[1-9][0-9]{0,8})$ ]] || ((value < low || value > high)); then
    misuse "$name must be a whole number from $low to $high, not '$value'"
  fi
}
