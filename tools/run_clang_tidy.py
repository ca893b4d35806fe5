#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run_clang_tidy.py BUILD_FOLDER [--seconds N] [--jobs N] [--tests]: clang-tidy over the product sources.

Files whose content, headers and .clang-tidy were found clean before are not read again (BUILD_FOLDER/tidy-clean). The
rest is checked most recently changed first, until the time is up; what is not reached is counted, and the next run
goes on there. Tests are left out unless asked for: GoogleTest's macros make each take as long as five sources.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
INCLUDE = re.compile(rb'^\s*#\s*include\s*"((?:blindfit|apps)/[^"]+)"', re.M)
FINDING_START = re.compile(r"^(?=/[^\n]*: (?:warning|error): )", re.M)
TEST_FILE = re.compile(r"_(test|bench)\.cpp$")


def content_key(path, seen=None):
    """A hash over a file and all headers of the project that it reaches."""
    seen = {} if seen is None else seen
    if path not in seen and path.is_file():
        text = path.read_bytes()
        seen[path] = hashlib.sha256(text).hexdigest()
        for included in INCLUDE.findall(text):
            content_key(ROOT / included.decode(), seen)
    return seen


def clean_mark(folder, path):
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for name, value in sorted((str(p), v) for p, v in content_key(path).items()):
        digest.update(f"{name} {value}\n".encode())
    return folder / digest.hexdigest()


def product_sources(build, with_tests):
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    paths = {pathlib.Path(entry["directory"], entry["file"]).resolve() for entry in entries}
    for path in sorted(paths):
        inside = path.is_relative_to(ROOT / "blindfit") or path.is_relative_to(ROOT / "apps")
        if inside and (with_tests or not TEST_FILE.search(path.name)):
            yield path


def age_ranks():
    """Path -> rank, 0 for the most recently changed; empty where git or the history is missing."""
    def git(*arguments):
        result = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=False)
        return result.stdout.splitlines() if result.returncode == 0 else []
    names = git("diff", "--name-only", "HEAD") + git("log", "--format=", "--name-only", "-n", "200")
    ranks = {}
    for name in names:
        ranks.setdefault((ROOT / name).resolve(), len(ranks))
    return ranks


def new_findings(output, seen):
    """The findings in clang-tidy's output that were not printed yet: a header's come with every file that includes it."""
    fresh = []
    for block in FINDING_START.split(output):
        title = block.split("\n", 1)[0]
        if block.strip() and title not in seen:
            seen.add(title)
            fresh.append(block.rstrip())
    return fresh


def check(build, path):
    command = ["clang-tidy", "-p", str(build), "--quiet", str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return path, result.returncode, result.stdout.strip() or result.stderr.strip()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--tests", action="store_true")
    options = parser.parse_args()

    deadline = time.monotonic() + options.seconds
    marks = options.build / "tidy-clean"
    marks.mkdir(exist_ok=True)
    sources = list(product_sources(options.build, options.tests))
    ranks = age_ranks()
    waiting = [path for path in sources if not clean_mark(marks, path).exists()]
    waiting.sort(key=lambda path: ranks.get(path, len(ranks)))

    found = reached = 0
    seen = set()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        def check_in_time(path):
            return check(options.build, path) if time.monotonic() < deadline else None
        for result in pool.map(check_in_time, waiting):
            if result is None:
                continue
            reached += 1
            path, status, output = result
            if status == 0:
                clean_mark(marks, path).touch()
            else:
                found += 1
                for finding in new_findings(output, seen):
                    print(finding, flush=True)
    print(f"clang-tidy: {len(sources)} files, {len(sources) - len(waiting)} known clean, {reached} checked, "
          f"{found} with findings, {len(waiting) - reached} not reached in time")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
