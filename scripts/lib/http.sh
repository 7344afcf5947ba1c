# shellcheck shell=bash
# HTTP with secrets that show up neither in the process list nor in the log. Sourced after cli.sh.
#
#   http URL [HEADER...] [-- CURL_OPTION...]
#
# The URL and the headers reach curl on standard input, as a configuration file: a webhook's URL is itself a secret.
# Answers go to standard output; anything but success is an error.

http() {
  local url=$1 header configuration
  shift
  configuration=$(printf 'url = "%s"\n' "$(http_quote "$url")")
  while (($#)) && [[ $1 != -- ]]; do
    header=$1
    configuration+=$'\n'$(printf 'header = "%s"' "$(http_quote "$header")")
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
