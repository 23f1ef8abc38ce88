#!/usr/bin/env bash
# Installs those of the named Debian packages that are missing, and says so first. Does nothing, and
# asks for nothing, when none is missing.
#
#   examples/install-packages.sh libsqlite3-dev pkg-config
set -euo pipefail

installed() {
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

if ! command -v dpkg-query >/dev/null; then
  echo "This is no Debian or Ubuntu. Install what these packages hold yourself: $*" >&2
  exit 0
fi

missing=()
for package in "$@"; do
  installed "$package" || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $EUID -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "These Debian packages are missing and there is no sudo: ${missing[*]}" >&2
    echo "Install them as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "Installing Debian packages that are missing: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { ${as_root[@]+"${as_root[@]}"} apt-get update &&
  ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "The packages could not be installed; the lines above say why." >&2
  exit 1
fi
