#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_notes.py [ROOT]: every design note that is referred to exists, and the index lists every note."""

import pathlib
import re
import sys

FOLDERS = ("apps", "bench", "blindfit", "docs", "examples", "fuzz", "tests", "tools")
SUFFIXES = {".h", ".cpp", ".md", ".py"}
REFERENCE = re.compile(r"\bnotes? (\d{4})\b|\bdocs/notes/(\d{4})")


def problems(root):
    """Yields one line a broken reference or unlisted note."""
    notes = {path.name[:4]: path.name for path in (root / "docs" / "notes").glob("[0-9]*.md")}
    files = sorted(root.glob("*.md"))
    for folder in FOLDERS:
        files += sorted(path for path in (root / folder).rglob("*") if path.suffix in SUFFIXES and path.is_file())
    for path in files:
        if path.name.startswith("check_notes"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            for reference in REFERENCE.finditer(line):
                note = reference[1] or reference[2]
                if note not in notes:
                    yield f"{path.relative_to(root)}:{number}: there is no note {note} in docs/notes"
    index = (root / "docs" / "notes" / "README.md").read_text(encoding="utf-8")
    for name in sorted(notes.values()):
        if f"({name})" not in index:
            yield f"docs/notes/README.md: must list {name}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1])
    found = list(problems(root))
    print("\n".join(found) if found else "notes: every reference leads to a note, every note is in the index")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
