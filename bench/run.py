#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py BUILD_FOLDER OUTPUT.json [--long] [BENCHMARK_FLAG...]: every benchmark, joined into one JSON file.

The result has Google Benchmark's form, medians and other aggregates only. Its "context" says on what and beside what it
was measured: processor, compiler, commit, and how much of the machine other processes took meanwhile. If OpenFHE is
installed (make bench-peers), it takes turns with blindfit after the first round, and the ratios stand under "peers".
"""

import argparse
import dataclasses
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import make_tables
from load import BUSY_CORES, Load
from peers import compare, openfhe_package

ROOT = pathlib.Path(__file__).resolve().parents[1]
# What an entry holds besides its counters.
FIELDS = {"name", "family_index", "per_family_instance_index", "run_name", "run_type", "repetitions",
          "repetition_index", "threads", "iterations", "real_time", "cpu_time", "time_unit"}


@dataclasses.dataclass(frozen=True)
class Stage:
    """A part of a program: operations apart from kernels, because one of them takes a thousand times as long."""

    program: pathlib.Path
    pattern: str
    seconds: float
    arguments: tuple = ()

    def command(self, repetitions, flags, output):
        return [
            self.program, *self.arguments, f"--benchmark_filter={self.pattern}",
            f"--benchmark_repetitions={repetitions}", f"--benchmark_min_time={self.seconds}",
            "--benchmark_enable_random_interleaving=true", *flags, f"--benchmark_out={output}",
            "--benchmark_out_format=json",
        ]


@dataclasses.dataclass(frozen=True)
class Plan:
    """Every stage in every round, so that a slow minute spoils few repetitions of anything; the rounds after the first
    only while `minutes` last."""

    stages: list
    rounds: list  # repetitions in each
    minutes: float
    peers: compare.Plan | None


def make_plan(build, long_run, flags):
    """The operations first: where a name is looked up by a part of it, the first match counts."""
    engine = build / "bench" / "blindfit_bench"
    others = sorted(p for p in build.rglob("blindfit_*_bench") if p.is_file() and os.access(p, os.X_OK))
    arguments = ("--long",) if long_run else ()
    if any(flag.startswith(("--benchmark_filter", "--benchmark_repetitions")) for flag in flags):
        stages = [Stage(program, ".", 0.05, arguments if program == engine else ()) for program in [engine, *others]]
        return Plan(stages, [10], 0, None)
    stages = [Stage(engine, "/level:|Calibration", 0.02, arguments),
              Stage(engine, "-/level:|Calibration", 0.1 if long_run else 0.02, arguments),
              *[Stage(program, ".", 0.02) for program in others]]
    if long_run:
        return Plan(stages, [5, 5, 5, 5], 24 * 60, compare.Plan(sets=(15, 16), seconds=12))
    return Plan(stages, [3, 3, 4], 8, compare.Plan(sets=(16,), seconds=3))


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


def run_stage(stage, repetitions, flags, part):
    """Returns the stage's JSON, in the order of registration, which random interleaving does not keep."""
    part.unlink(missing_ok=True)
    done = subprocess.run(stage.command(repetitions, flags, part), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{stage.program.name} ended with {done.returncode}: {done.stderr[-500:]}")
    if not part.exists() or part.stat().st_size == 0:
        return {"context": {}, "benchmarks": []}  # the filter fits nothing here
    result = json.loads(part.read_text(encoding="utf-8"))
    result["benchmarks"].sort(key=lambda b: (b["family_index"], b["per_family_instance_index"]))
    return result


def spread(times):
    """Standard deviation over mean."""
    return statistics.stdev(times) / statistics.fmean(times) if len(times) > 1 else 0.0


def aggregates(repetitions):
    """Yields the entries that stand for all repetitions of one benchmark."""
    first = repetitions[0]
    counters = {key: statistics.median(r[key] for r in repetitions) for key in first.keys() - FIELDS
                if isinstance(first[key], (int, float))}
    for name, compute in (("median", statistics.median), ("mean", statistics.fmean), ("min", min), ("cv", spread)):
        yield {
            "name": f"{first['run_name']}_{name}", "run_name": first["run_name"], "run_type": "aggregate",
            "aggregate_name": name, "repetitions": len(repetitions), "threads": first["threads"],
            "time_unit": first["time_unit"], "real_time": compute([r["real_time"] for r in repetitions]),
            "cpu_time": compute([r["cpu_time"] for r in repetitions]), **(counters if name == "median" else {}),
        }


class Collection:
    """Repetitions of all benchmarks, by stage and name, in the order in which they came first."""

    def __init__(self):
        self.context = {}
        self.repetitions = {}

    def add(self, number, result):
        self.context = {**result["context"], **self.context}
        for entry in result["benchmarks"]:
            if entry["run_type"] == "iteration":
                self.repetitions.setdefault(number, {}).setdefault(entry["run_name"], []).append(entry)

    def joined(self):
        return [entry for number in sorted(self.repetitions) for found in self.repetitions[number].values()
                for entry in aggregates(found)]


def run_peers(build, plan):
    python = openfhe_package.find()
    if python is None:
        print("  OpenFHE is not installed (make bench-peers installs it): no ratios", flush=True)
        return None
    return compare.run(build / "bench" / "blindfit_driver", python, plan)


def measure(plan, build, flags):
    """Returns what all rounds gave, and the comparison with other libraries or None."""
    collection, peers = Collection(), None
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for number, repetitions in enumerate(plan.rounds):
            began = time.monotonic()
            for index, stage in enumerate(plan.stages):
                print(f"  round {number + 1}: {stage.program.name} {stage.pattern}", flush=True)
                collection.add(index, run_stage(stage, repetitions, flags, pathlib.Path(folder) / "part.json"))
            round_minutes = (time.monotonic() - began) / 60
            if number == 0 and plan.peers is not None:
                peers = run_peers(build, plan.peers)
            next_round = plan.rounds[number + 1] / repetitions * round_minutes if plan.rounds[number + 1:] else 0
            if (time.monotonic() - start) / 60 + next_round > plan.minutes:
                break
    return collection, peers


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--long", action="store_true")
    arguments, flags = parser.parse_known_args()
    load = Load()
    collection, peers = measure(make_plan(arguments.build, arguments.long, flags), arguments.build, flags)
    context = {key: value for key, value in collection.context.items() if key not in ("executable", "host_name")}
    context.update({"processor": processor(), "governor": governor(), "load": load.finish(),
                    "commit": first_line("git", "describe", "--always", "--dirty")})
    joined = {"context": context, "benchmarks": collection.joined(), **({"peers": peers} if peers else {})}
    arguments.output.write_text(json.dumps(joined, indent=1) + "\n", encoding="utf-8")
    print(make_tables.headlines(joined))
    print(f"benchmarks: {len(joined['benchmarks'])} figures in {arguments.output}")
    if context["load"]["cores_of_others"] + context["load"]["cores_stolen"] > BUSY_CORES:
        print(f"WARNING: other processes took {context['load']['cores_of_others']} cores meanwhile, the hypervisor "
              f"{context['load']['cores_stolen']}; do not publish these figures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
