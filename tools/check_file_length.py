#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_file_length.py [ROOT]: no source file has more than 500 lines (one idea a file; 300 is normal)."""

import pathlib
import sys

LIMIT = 500
FOLDERS = ("apps", "bench", "blindfit", "cmake", "examples", "experiments", "fuzz", "tests", "tools")
SUFFIXES = {".h", ".cpp", ".py", ".sh", ".cmake"}
# Tables of data that no person reads line by line.
EXEMPT = ()


def too_long(root):
    """Yields (path, lines) for every source file above the limit."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            relative = path.relative_to(root)
            if path.suffix in SUFFIXES and path.is_file() and str(relative) not in EXEMPT:
                lines = path.read_bytes().count(b"\n")
                if lines > LIMIT:
                    yield relative, lines


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1])
    found = list(too_long(root))
    for path, lines in found:
        print(f"{path}: a file must have at most {LIMIT} lines: {lines}")
    if not found:
        print(f"file length: every file has at most {LIMIT} lines")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
