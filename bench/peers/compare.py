#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare.py DRIVER [--sets 15 16] [--seconds 10] [--threads 1] [--json FILE]: blindfit and OpenFHE, taking turns.

Both do one operation at the same ring degree, number of limbs, digits and security; then the other one does; and again.
What slows the machine for a while slows both. Prints medians and ratios.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from peers import openfhe_package

HERE = pathlib.Path(__file__).resolve().parent
# log_n: limbs, bits of the first prime, of the others, digits; blindfit's are in bench/workbench.cpp.
SETS = {13: (3, 50, 40, 3), 14: (6, 50, 40, 3), 15: (13, 50, 45, 3), 16: (24, 50, 50, 3)}
# What is compared: a name for people, blindfit's operation, OpenFHE's.
OPERATIONS = (
    ("encode", "Encode", "encode"),
    ("encrypt (OpenFHE: secret key)", "Encrypt", "encrypt_secret"),
    ("encrypt (OpenFHE: public key)", "Encrypt", "encrypt_public"),
    ("decrypt + decode", "DecryptDecode", "decrypt_decode"),
    ("add", "Add", "add"),
    ("ct x pt + rescale", "MultiplyPlainRescale", "multiply_plain_rescale"),
    ("ct x ct + relinearize + rescale", "MultiplyRelinearizeRescale", "multiply_relinearize_rescale"),
    ("64 products + one relinearization", "Accumulate64Products", "accumulate_products"),
    ("rotate", "Rotate", "rotate"),
    ("conjugate", "Conjugate", "conjugate"),
    ("8 hoisted rotations", "RotateHoisted8", "rotate_hoisted_8"),
    ("16 hoisted rotations", "RotateHoisted16", "rotate_hoisted_16"),
    ("NTT of all limbs, there and back", "NttRoundTrip", "ntt_round_trip"),
    ("rotation key", "GenerateRotationKey", "generate_rotation_key"),
)
LEAST_ROUNDS = 3
MOST_ROUNDS = 15


@dataclasses.dataclass(frozen=True)
class Plan:
    """What to measure; `seconds` bounds every operation's rounds after the first LEAST_ROUNDS."""

    sets: tuple = (15, 16)
    seconds: float = 10
    threads: int = 1


class Driver:
    """A process that times operations on request; a context manager."""

    def __init__(self, command, threads):
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=60)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        reply = json.loads(line) if line else {"error": "it ended"}
        if "error" in reply:
            raise RuntimeError(f"{self.process.args[0]}: {' '.join(map(str, words))}: {reply['error']}")
        return reply


def take_turns(ours, theirs, seconds):
    """Two callables that return milliseconds, called in pairs whose order alternates. Returns the pairs."""
    ours(), theirs()
    pairs = []
    start = time.monotonic()
    while len(pairs) < LEAST_ROUNDS or (len(pairs) < MOST_ROUNDS and time.monotonic() - start < seconds):
        if len(pairs) % 2 == 0:
            first = ours()
            pairs.append((first, theirs()))
        else:
            first = theirs()
            pairs.append((ours(), first))
    return pairs


def summarize(pairs):
    """Medians, and the ratio of every pair: its neighbours in time are what a figure is fairly compared with."""
    ratios = sorted(theirs / ours for ours, theirs in pairs)
    return {
        "ours_ms": statistics.median(ours for ours, _ in pairs),
        "theirs_ms": statistics.median(theirs for _, theirs in pairs),
        "ratio": statistics.median(ratios), "ratio_low": ratios[0], "ratio_high": ratios[-1], "rounds": len(pairs),
    }


def compare_set(log_n, ours, theirs, seconds):
    """Yields one row an operation."""
    limbs, first, bits, digits = SETS[log_n]
    about_ours = ours.ask("open", log_n)
    if (about_ours["limbs"], about_ours["digits"]) != (limbs, digits):
        raise RuntimeError(f"blindfit's set must have {limbs} limbs in {digits} digits: {about_ours}")
    about_theirs = theirs.ask("open", log_n, limbs, first, bits, digits)
    shape = {"log_n": log_n, "limbs": limbs, "digits": digits}
    for name, our_operation, their_operation in OPERATIONS:
        pairs = take_turns(lambda operation=our_operation: ours.ask("run", operation)["ms"],
                           lambda operation=their_operation: theirs.ask("run", operation)["ms"], seconds)
        row = {**shape, "operation": name, **summarize(pairs)}
        print(format_row(row), flush=True)
        yield row
    yield {**shape, "operation": "rotation key, MiB on disk", "rounds": 1,
           "ours_MiB": about_ours["rotation_key_file_bytes"] / 2**20,
           "theirs_MiB": about_theirs["rotation_key_file_bytes"] / 2**20,
           "ratio": about_theirs["rotation_key_file_bytes"] / about_ours["rotation_key_file_bytes"]}


def format_row(row):
    return (f"  2^{row['log_n']}, {row['limbs']} limbs  {row['operation']:36} {row['ours_ms']:9.2f} ms "
            f"{row['theirs_ms']:9.2f} ms   {row['ratio']:5.1f}x ({row['ratio_low']:.1f}-{row['ratio_high']:.1f}, "
            f"n={row['rounds']})")


def run(driver, python, plan):
    """Returns {"library", "ours", "threads", "rows"}."""
    print(f"  in turns: blindfit, OpenFHE, OpenFHE / blindfit; {plan.threads} thread(s)", flush=True)
    rows = []
    with Driver([str(driver)], plan.threads) as ours, \
            Driver([python, str(HERE / "openfhe_driver.py")], plan.threads) as theirs:
        for log_n in plan.sets:
            rows += compare_set(log_n, ours, theirs, plan.seconds)
        names = [process.ask("about") for process in (ours, theirs)]
    return {"ours": names[0]["library"], "library": names[1]["library"], "threads": plan.threads, "rows": rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("driver", type=pathlib.Path)
    parser.add_argument("--sets", type=int, nargs="+", default=[15, 16], choices=sorted(SETS))
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    python = openfhe_package.find()
    if python is None:
        print(openfhe_package.BY_HAND)
        return 1
    result = run(arguments.driver, python, Plan(tuple(arguments.sets), arguments.seconds, arguments.threads))
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
