# shellcheck shell=bash
# HTTP with secrets that show up neither in the process list nor in the log. Sourced after cli.sh.
#
#   http URL [HEADER...] [-- CURL_OPTION...]
#
# The URL and the headers reach curl on standard input, as a configuration file: a webhook's URL is itself a secret.
# Answers go to standard output; anything but success is an error.

http() {
  local quoted configuration
  quoted=$(http_quote "$1") || return
  configuration="url = \"$quoted\""
  shift
  while (($#)) && [[ $1 != -- ]]; do
    quoted=$(http_quote "$1") || return
    configuration+=$'\n'"header = \"$quoted\""
    shift
  done
  if (($#)); then
    shift
  fi
  curl --config - --silent --show-error --fail --proto '=https' --max-time 30 --retry 3 --retry-connrefused "$@" \
    <<<"$configuration"
}

# A quoted value of curl's configuration file: backslash and quote escaped, line ends refused.
http_quote() {
  local text=$1
  if [[ $text == *$'\n'* || $text == *$'\r'* ]]; then
    misuse "a URL or header holds a line end"
  fi
  text=${text//\\/\\\\}
  printf '%s' "${text//\"/\\\"}"
}
