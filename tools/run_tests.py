#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run_tests.py BUILD_FOLDER [CTEST_ARGUMENT...]: runs CTest and says what a person wants to know.

While the tests run: one line every few seconds (a moving one on a terminal). Then the output of failed tests, the
skipped tests with their reasons, the slowest tests, and as the last line "tests: N passed, N failed, N skipped".
"""

import collections
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

PROGRESS = re.compile(r"^\s*(\d+)/(\d+) Test\s")
GTEST_REASON = re.compile(r": Skipped\n(.*?)\n(?:\[|$)", re.S)
SECONDS_BETWEEN_LINES = 15
SHOWN_SLOWEST = 3


def run_ctest(build, arguments, report):
    """Runs CTest with its progress on our output; returns its exit status and its last lines."""
    command = ["ctest", "--test-dir", build, "--output-junit", report, "--no-tests=error", *arguments]
    terminal = sys.stdout.isatty()
    said = time.monotonic()
    lines = collections.deque(maxlen=20)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as ctest:
        for line in ctest.stdout:
            lines.append(line)
            progress = PROGRESS.match(line)
            if not progress:
                continue
            done = f"{progress[1]} of {progress[2]} tests"
            if terminal:
                print(f"\r\033[K{done}", end="", flush=True)
            elif time.monotonic() - said > SECONDS_BETWEEN_LINES:
                said = time.monotonic()
                print(done, flush=True)
    if terminal:
        print("\r\033[K", end="")
    return ctest.returncode, "".join(lines)


def skip_reason(case):
    """Why a test was skipped: GoogleTest's message, a checker's "skipped: ..." or what CTest says."""
    output = case.findtext("system-out") or ""
    message = GTEST_REASON.search(output)
    if message:
        return " ".join(message[1].split())
    for line in output.splitlines():
        if line.startswith("skipped: "):
            return line.removeprefix("skipped: ")
    skipped = case.find("skipped")
    return skipped.get("message", "no reason given") if skipped is not None else "disabled"


def describe(cases):
    """Prints what deserves attention; returns how many tests passed, failed and were skipped."""
    failed = [case for case in cases if case.get("status") == "fail"]
    skipped = [case for case in cases if case.get("status") in ("notrun", "disabled")]
    # CTest reports a program that is missing as "not run"; that is a failure, whatever else it is.
    broken = [case for case in skipped if "Unable to find" in (skip_reason(case) or "")]
    skipped = [case for case in skipped if case not in broken]
    for case in failed + broken:
        print(f"---- {case.get('name')} failed ----")
        print((case.findtext("system-out") or skip_reason(case)).strip()[-6000:])
    reasons = collections.defaultdict(list)
    for case in skipped:
        reasons[skip_reason(case)].append(case.get("name"))
    for reason, names in sorted(reasons.items()):
        print(f"skipped {len(names)} ({names[0]}{', ...' if len(names) > 1 else ''}): {reason}")
    slowest = sorted(cases, key=lambda case: -float(case.get("time", 0)))[:SHOWN_SLOWEST]
    print("slowest: " + ", ".join(f"{case.get('name')} {float(case.get('time', 0)):.1f} s" for case in slowest))
    for case in failed + broken:
        print(f"failed: {case.get('name')}")
    bad = len(failed) + len(broken)
    return len(cases) - bad - len(skipped), bad, len(skipped)


def main():
    build, arguments = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "ctest.xml")
        status, tail = run_ctest(build, arguments, report)
        if not os.path.exists(report):
            print(tail)
            return status or 1
        cases = xml.etree.ElementTree.parse(report).getroot().findall("testcase")
    if not cases:
        print(tail)
    passed, failed, skipped = describe(cases) if cases else (0, 0, 0)
    print(f"tests: {passed} passed, {failed} failed, {skipped} skipped")
    return status if status or not failed else 1


if __name__ == "__main__":
    sys.exit(main())
