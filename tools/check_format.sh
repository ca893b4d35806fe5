#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_format.sh [--fix]: every C++ file is laid out by .clang-format. The version is fixed, because another lays out
# differently. Exits 77 ("skipped") where clang-format 14 is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly version=14
formatter=
for candidate in clang-format-$version clang-format; do
  if command -v "$candidate" >/dev/null && $candidate --version | grep -q "version $version\."; then
    formatter=$candidate
    break
  fi
done
if [ -z "$formatter" ]; then
  echo "skipped: clang-format $version is not installed (tools/install_dependencies.sh check)"
  exit 77
fi
mapfile -t files < <(find apps bench blindfit examples experiments fuzz tests \
  \( -name '*.h' -o -name '*.cpp' \) -not -path '*/build/*' | sort)
if [ "${1:-}" = --fix ]; then
  $formatter -i "${files[@]}"
  exit 0
fi
mapfile -t wrong < <(printf '%s\0' "${files[@]}" |
  xargs -0 -n 16 -P "$(nproc)" "$formatter" --dry-run -Werror 2>&1 | sed -n 's/^\([^:]*\):.*clang-formatted.*/\1/p' | sort -u)
if [ ${#wrong[@]} -ne 0 ]; then
  printf '%s: must be laid out by clang-format\n' "${wrong[@]}"
  echo "make format mends them"
  exit 1
fi
echo "format: ${#files[@]} files are laid out by .clang-format"
