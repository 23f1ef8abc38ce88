#!/usr/bin/env bash
# Runs every command of the README's sh blocks, in a home of its own, and compares its command line
# with what the program says of itself. The quickstart and the tests are steps of Tests/run.sh already
# and are left out here.
#
#   Tests/readme.sh PATH_OF_THE_BINARY
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

binary=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

commands=$(sed -n '/^```sh$/,/^```$/{/^```/!p}' README.md |
  grep -vxE 'examples/quickstart\.sh|Tests/run\.sh|swift build .*')
[[ -n $commands ]] || {
  echo "The README has no commands."
  exit 1
}

while IFS= read -r command; do
  echo "\$ $command"
  if ! env -u XDG_CONFIG_HOME -u XDG_STATE_HOME -u BURSAR_POLICY -u BURSAR_RUN HOME="$folder" \
    PATH="$(dirname "$binary"):$PATH" bash -c "$command" </dev/null; then
    echo "This command of the README failed: $command"
    exit 1
  fi
done <<<"$commands"

while IFS= read -r usage; do
  if ! grep --quiet --fixed-strings --line-regexp -- "  $usage" <<<"$("$binary" --help)"; then
    echo "This line of the README's command line is not in bursar --help: $usage"
    exit 1
  fi
done < <(awk '/^## / { inside = $0 == "## Command line" } inside && /^bursar /' README.md)
