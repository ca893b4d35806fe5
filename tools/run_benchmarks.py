#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run_benchmarks.py BUILD_FOLDER OUTPUT.json [BENCHMARK_FLAG...]: every benchmark program, joined into one JSON file.

The result has Google Benchmark's form, with the processor, its frequency governor, the compiler and the commit in its
"context": figures mean nothing without them.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
DEFAULT_FLAGS = [
    "--benchmark_repetitions=10", "--benchmark_min_time=0.05", "--benchmark_report_aggregates_only=true",
    "--benchmark_enable_random_interleaving=true",
]


def first_line(*command):
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return result.stdout.splitlines()[0].strip() if result.returncode == 0 and result.stdout else "unknown"


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def governor():
    path = pathlib.Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    return path.read_text(encoding="utf-8").strip() if path.exists() else "unknown"


def main():
    build, output, flags = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    programs = sorted(p for p in build.rglob("blindfit_*bench") if p.is_file() and os.access(p, os.X_OK))
    if not programs:
        print("no benchmark is built yet")
        return 1
    joined = {"context": {}, "benchmarks": []}
    with tempfile.TemporaryDirectory() as folder:
        for program in programs:
            part = pathlib.Path(folder) / "part.json"
            command = [program, *DEFAULT_FLAGS, *flags, f"--benchmark_out={part}", "--benchmark_out_format=json"]
            subprocess.run(command, check=True)
            result = json.loads(part.read_text(encoding="utf-8"))
            joined["context"].update(result["context"])
            joined["benchmarks"] += result["benchmarks"]
    joined["context"].update({
        "processor": processor(), "governor": governor(), "compiler": first_line("c++", "--version"),
        "commit": first_line("git", "describe", "--always", "--dirty"),
    })
    joined["context"].pop("executable", None)
    output.write_text(json.dumps(joined, indent=1) + "\n", encoding="utf-8")
    print(f"benchmarks: {len(joined['benchmarks'])} figures in {output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
