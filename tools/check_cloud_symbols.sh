#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_cloud_symbols.sh CLOUD_PROGRAM OWNER_PROGRAM: the cloud's program contains no decryptor, secret key or sampler of
# secrets. Control: the same search finds them in the owner's program. Exits 77 ("skipped") if a program is not built.
set -euo pipefail
readonly suspicious='decrypt|secret_?key|ternary|sample_secret'
readonly least_symbols=500 # fewer would mean a stripped program, of which nothing can be said

for program in "$@"; do
  if [ ! -x "$program" ]; then
    echo "skipped: $program is not built"
    exit 77
  fi
done
symbols=$(nm -C "$1" | wc -l)
found=$(nm -C "$1" | grep -iE "$suspicious" || true)
control=$(nm -C "$2" | grep -ciE "$suspicious" || true)
if [ "$symbols" -le "$least_symbols" ]; then
  echo "$1 must have more than $least_symbols symbols: $symbols"
  exit 1
fi
if [ "$control" -eq 0 ]; then
  echo "the search finds nothing in $2 either, so it proves nothing: $suspicious"
  exit 1
fi
if [ -n "$found" ]; then
  echo "$1 must hold nothing that only the owner may have:"
  echo "$found"
  exit 1
fi
echo "cloud symbols: none of $symbols is suspicious; $control are in the owner's program"
