#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run_fuzzers.py BUILD_FOLDER SECONDS [--jobs N]: every libFuzzer harness for SECONDS seconds.

The seeds in fuzz/corpus/<reader>/ are read, never written; what a run discovers is kept in BUILD_FOLDER/corpus/<reader>/
for the next one. An input that crashes is saved in BUILD_FOLDER/crashes/ and named; exit status 1 then.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
LARGEST_INPUT = 1 << 20
MEMORY_MIB = 2048  # an input of a megabyte that makes a reader take more is a finding too
EXECUTIONS = re.compile(r"Done (\d+) runs")


def harnesses(build):
    for path in sorted((build / "fuzz").glob("fuzz_*")):
        if path.is_file() and os.access(path, os.X_OK) and not path.name.endswith("_replay"):
            yield path


def fuzz(build, program, seconds):
    reader = program.name.removeprefix("fuzz_")
    discovered = build / "corpus" / reader
    crashes = build / "crashes"
    discovered.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(exist_ok=True)
    seeds = ROOT / "fuzz" / "corpus" / reader
    command = [
        str(program), f"-max_total_time={seconds}", f"-max_len={LARGEST_INPUT}", f"-rss_limit_mb={MEMORY_MIB}",
        "-timeout=20", "-print_final_stats=1", f"-artifact_prefix={crashes}/{reader}-", str(discovered),
    ] + ([str(seeds)] if seeds.is_dir() else [])
    environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1"}
    result = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, env=environment)
    return reader, result.returncode, result.stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("seconds", type=int)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    programs = list(harnesses(options.build))
    if not programs:
        print(f"fuzz: no harness is built under {options.build}/fuzz")
        return 1
    failed = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for reader, status, log in pool.map(lambda p: fuzz(options.build, p, options.seconds), programs):
            runs = EXECUTIONS.search(log)
            print(f"fuzz {reader}: {runs[1] if runs else '?'} inputs in {options.seconds} s"
                  f"{'' if status == 0 else ' FAILED'}", flush=True)
            if status != 0:
                failed.append(reader)
                print(log[-6000:])
    print(f"fuzz: {len(programs) - len(failed)} readers held, {len(failed)} failed"
          + (f" (inputs in {options.build}/crashes): {' '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
