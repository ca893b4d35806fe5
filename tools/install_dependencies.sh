#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# install_dependencies.sh PURPOSE...: installs the Debian packages of tools/dependencies.txt that are missing. Touches
# neither the network nor the system if none is. Purposes: build test check fuzz bench.
set -euo pipefail
list=$(dirname "$0")/dependencies.txt

if ! command -v dpkg-query >/dev/null; then
  echo "blindfit: this is no Debian system, so nothing is installed; what is needed stands in $list" >&2
  exit 0
fi
missing=()
for purpose in "$@"; do
  packages=$(awk -v purpose="$purpose" '$1 == purpose { print $2 }' "$list")
  if [ -z "$packages" ]; then
    echo "blindfit: no such purpose in $list: $purpose" >&2
    exit 2
  fi
  for package in $packages; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    if [ "$status" != installed ] && [[ " ${missing[*]-} " != *" $package "* ]]; then
      missing+=("$package")
      reason=$(awk -v p="$purpose" -v n="$package" \
        '$1 == p && $2 == n { $1 = $2 = ""; sub(/^ +/, ""); print }' "$list")
      echo "blindfit: missing Debian package $package ($reason)"
    fi
  done
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "blindfit: cannot install them: neither root nor sudo here. As root, run:" >&2
    echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "blindfit: installing ${#missing[@]} packages with ${as_root[*]:+sudo }apt-get: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Lists first: a bare machine has none, an old one may name files that the mirrors no longer hold. An unreachable source
# that has nothing to do with us must not stop the installation, so only apt-get install decides.
if ! { "${as_root[@]}" apt-get update -q || true
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}"; } </dev/null >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "blindfit: apt-get failed (above); install these by hand and run again: ${missing[*]}" >&2
  exit 1
fi
echo "blindfit: installed."
