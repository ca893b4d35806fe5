#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py BUILD_FOLDER OUTPUT.json [--long] [BENCHMARK_FLAG...]: every benchmark, joined into one JSON file.

The result has Google Benchmark's form. Its "context" says on what and beside what it was measured: processor, compiler,
commit, and how much of the machine other processes took meanwhile. If OpenFHE is installed (make bench-peers), it takes
turns with blindfit afterwards and the ratios stand under "peers".
"""

import argparse
import dataclasses
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time

import make_tables
from peers import compare, openfhe_package

ROOT = pathlib.Path(__file__).resolve().parents[1]
# More of a machine of two cores than this taken by others, and figures say little.
BUSY_CORES = 0.15


@dataclasses.dataclass(frozen=True)
class Stage:
    """One run of a program: the operations in one, the kernels in another, because one of them takes milliseconds."""

    program: pathlib.Path
    pattern: str
    repetitions: int
    seconds: float
    arguments: tuple = ()

    def command(self, flags, output):
        return [
            self.program, *self.arguments, f"--benchmark_filter={self.pattern}",
            f"--benchmark_repetitions={self.repetitions}", f"--benchmark_min_time={self.seconds}",
            "--benchmark_report_aggregates_only=true", "--benchmark_enable_random_interleaving=true",
            *flags, f"--benchmark_out={output}", "--benchmark_out_format=json",
        ]


def stages(build, long_run, flags):
    """The operations first: where a name is looked up by a part of it, the first match counts."""
    engine = build / "bench" / "blindfit_bench"
    others = sorted(p for p in build.rglob("blindfit_*_bench") if p.is_file() and os.access(p, os.X_OK))
    arguments = ("--long",) if long_run else ()
    if any(flag.startswith("--benchmark_filter") for flag in flags):
        return [Stage(program, ".", 10, 0.05, arguments if program == engine else ()) for program in [engine, *others]]
    result = [
        Stage(engine, "/level:|Calibration", 20 if long_run else 10, 0.02, arguments),
        Stage(engine, "-/level:|Calibration", 20 if long_run else 10, 0.1 if long_run else 0.02, arguments),
    ]
    return result + [Stage(program, ".", 10 if long_run else 5, 0.02) for program in others]


class Load:
    """What others took of the processors while we ran, from the system's accounts."""

    TICKS = os.sysconf("SC_CLK_TCK")

    def __init__(self):
        self.start = self.sample()

    @classmethod
    def sample(cls):
        fields = [int(x) for x in pathlib.Path("/proc/stat").read_text(encoding="utf-8").split("\n")[0].split()[1:9]]
        user, nice, system, _, _, irq, softirq, steal = fields
        ours = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return {"busy": (user + nice + system + irq + softirq) / cls.TICKS, "steal": steal / cls.TICKS, "ours": ours,
                "wall": time.monotonic()}

    def finish(self):
        end = self.sample()
        wall = end["wall"] - self.start["wall"]
        delta = {key: end[key] - self.start[key] for key in end}
        return {"wall_seconds": round(wall, 1), "cores_of_others": round((delta["busy"] - delta["ours"]) / wall, 3),
                "cores_stolen": round(delta["steal"] / wall, 3)}


def first_line(*command):
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return result.stdout.splitlines()[0].strip() if result.returncode == 0 and result.stdout else "unknown"


def processor():
    text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    fields = dict(re.findall(r"^([\w ]+?)\s*:\s*(.*)$", text, re.M))
    return (f"{fields.get('model name', 'unknown')}, family {fields.get('cpu family', '?')} model "
            f"{fields.get('model', '?')} stepping {fields.get('stepping', '?')}")


def governor():
    path = pathlib.Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    return path.read_text(encoding="utf-8").strip() if path.exists() else "unknown"


def run_stage(stage, flags, part):
    """Returns the stage's JSON, in the order of registration, which random interleaving does not keep."""
    subprocess.run(stage.command(flags, part), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not part.exists() or part.stat().st_size == 0:
        return {"context": {}, "benchmarks": []}  # the filter fits nothing here
    result = json.loads(part.read_text(encoding="utf-8"))
    result["benchmarks"].sort(key=lambda b: (b["family_index"], b["per_family_instance_index"]))
    return result


def run_peers(build, long_run):
    python = openfhe_package.find()
    if python is None:
        print("  OpenFHE is not installed (make bench-peers installs it): no ratios")
        return None
    sets = (15, 16) if long_run else (16,)
    plan = compare.Plan(sets=sets, seconds=12 if long_run else 3, threads=1)
    return compare.run(build / "bench" / "blindfit_driver", python, plan)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--long", action="store_true")
    arguments, flags = parser.parse_known_args()
    load = Load()
    joined = {"context": {}, "benchmarks": []}
    with tempfile.TemporaryDirectory() as folder:
        for number, stage in enumerate(stages(arguments.build, arguments.long, flags)):
            print(f"  {stage.program.name} {stage.pattern}", flush=True)
            result = run_stage(stage, flags, pathlib.Path(folder) / f"{number}.json")
            joined["context"] = {**result["context"], **joined["context"]}
            joined["benchmarks"] += result["benchmarks"]
    narrowed = any(flag.startswith("--benchmark_filter") for flag in flags)
    peers = None if narrowed else run_peers(arguments.build, arguments.long)
    if peers is not None:
        joined["peers"] = peers
    joined["context"].pop("executable", None)
    joined["context"].pop("host_name", None)
    joined["context"].update({
        "processor": processor(), "governor": governor(), "load": load.finish(),
        "commit": first_line("git", "describe", "--always", "--dirty"),
    })
    arguments.output.write_text(json.dumps(joined, indent=1) + "\n", encoding="utf-8")
    print(make_tables.headlines(joined))
    print(f"benchmarks: {len(joined['benchmarks'])} figures in {arguments.output}")
    if joined["context"]["load"]["cores_of_others"] > BUSY_CORES:
        print(f"WARNING: other processes took {joined['context']['load']['cores_of_others']} cores meanwhile; "
              "do not publish these figures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
