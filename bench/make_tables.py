#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make_tables.py [BENCH.json [TABLES.md]]: docs/benchmarks-engine.md from what `make bench` measured.

Every table names its columns' origin: this run, OpenFHE in turns in this run, or anchors measured elsewhere.
"""

import json
import pathlib
import sys

from figures import Figures, number, ratio, table
from load import BUSY_CORES

ROOT = pathlib.Path(__file__).resolve().parents[1]
ANCHORS = json.loads((ROOT / "bench" / "anchors.json").read_text(encoding="utf-8"))
DEGREES = (16, 15, 14, 13)
OPERATIONS = {
    "Encode": "encode", "Encrypt": "encrypt", "DecryptDecode": "decrypt + decode", "Add": "add",
    "MultiplyPlainRescale": "ct x pt + rescale", "MultiplyRelinearizeRescale": "ct x ct + relinearize + rescale",
    "Accumulate64Products": "64 products + one relinearization", "Rotate": "rotate", "Conjugate": "conjugate",
    "RotateHoisted8": "8 hoisted rotations", "RotateHoisted16": "16 hoisted rotations",
    "SumOf4Rotations": "sum of 4 rotations", "GenerateRotationKey": "make a rotation key",
    "GenerateRelinearizationKey": "make a relinearization key",
    "SaveRotationKey": "save a rotation key", "LoadRotationKey": "load it and expand its seed",
    "SaveCiphertext": "save a ciphertext", "LoadCiphertext": "load it",
    "SaveUpload": "save a fresh ciphertext with its seed", "LoadUpload": "load it and expand its seed",
    "Multiply": "part: product of three components", "GadgetDecompose": "part: decompose (mod_up)",
    "GadgetProduct": "part: gadget product", "ModDown": "part: mod_down, a pair", "Rescale": "part: rescale",
    "NttRoundTrip": "all limbs of a polynomial to coefficients and back",
}
# What peers/compare.py calls the same operation; encryption is compared with a secret key, as ours is.
PEER_NAMES = {
    **{key: name for key, name in OPERATIONS.items()}, "Encrypt": "encrypt (OpenFHE: secret key)",
    "GenerateRotationKey": "rotation key", "NttRoundTrip": "NTT of all limbs, there and back",
}
# Aims at N = 2^16 with 24 limbs of at most 50 bits, dnum 3, one thread, on a quiet processor of the class above.
AIMS = (("ForwardNtt", 155, "us"), ("InverseNtt", 165, "us"), ("Rotate", 60, "ms"),
        ("MultiplyRelinearizeRescale", 75, "ms"), ("RotateHoisted16", 480, "ms"), ("Encode", 15, "ms"),
        ("Encrypt", 40, "ms"), ("DecryptDecode", 40, "ms"))
KERNELS = ("MultiplyLimb", "MultiplyAdd", "DotPair", "ExtendLimb", "OverflowCount", "Permute", "PermuteAdd", "Reduce",
           "ReduceCentred", "SubtractMultiplyScalar", "AddLimb")


def name_of(figures, operation, isa, log_n, level=None, threads=1):
    """The benchmark's name; the highest level of a set unless another is given."""
    if operation in OPERATIONS:
        levels = figures.levels(log_n)
        level = level if level is not None else (levels[0] if levels else 0)
        return f"BM_{operation}/isa:{isa}/log_n:{log_n}/level:{level}/threads:{threads}"
    return f"BM_{operation}/isa:{isa}/log_n:{log_n}/threads:{threads}"


def peer_rows(joined, log_n):
    rows = joined.get("peers", {}).get("rows", [])
    return {row["operation"]: row for row in rows if row["log_n"] == log_n}


def conditions(joined):
    context = joined["context"]
    load = context.get("load", {})
    lines = [
        f"* {context.get('processor', 'unknown processor')}; {context.get('num_cpus', '?')} processors; governor "
        f"{context.get('governor', 'unknown')}",
        f"* {context.get('date', 'unknown date')}; commit {context.get('commit', 'unknown')}; compiler "
        f"{context.get('compiler', 'unknown')}; kernel families {context.get('kernel_families', 'unknown')}",
        f"* {load.get('wall_seconds', '?')} s; meanwhile other processes took {load.get('cores_of_others', '?')} cores "
        f"and the hypervisor {load.get('cores_stolen', '?')}",
    ]
    if load.get("cores_of_others", 0) + load.get("cores_stolen", 0) > BUSY_CORES:
        lines.append("\n**Warning: the machine was not quiet. Absolute times are too long, ratios uncertain.**")
    if context.get("commit", "").endswith("-dirty"):
        lines.append("\n**Warning: the sources differ from the commit.**")
    return "\n".join(lines)


def calibration(figures):
    rows = []
    for operation, words, key, unit in (
            ("MultiplyAdd52", "/bits:512", "Gop/s", "vpmadd52, 10^9/s"), ("Multiply64", "", "Gop/s", "64 x 64, 10^9/s"),
            ("Copy", "/KiB:512", "GB/s", "copy of 512 KiB, read + written GB/s"),
            ("Copy", "/KiB:24576", "GB/s", "copy of 24 MiB"), ("Copy", "/KiB:262144", "GB/s", "copy of 256 MiB")):
        one = figures.counter(f"BM_Calibration{operation}{words}/threads:1", key)
        both = figures.counter(f"BM_Calibration{operation}SideBySide{words}/threads:2", key)
        rows.append([unit, number(one), number(both), number(ratio(both, one), "x")])
    return table(["this machine in this run", "one core", "both", "gain"], rows)


def transforms(figures):
    families = figures.families()
    header = ["one limb, us", *families, f"gain over {families[-1]}", "primes < 2^48", "one hot limb", "both, hot",
              "HEXL here", "HEXL elsewhere"]
    rows = []
    for operation, anchor in (("ForwardNtt", "hexl_forward_ntt_us"), ("InverseNtt", "hexl_inverse_ntt_us")):
        for log_n in DEGREES:
            times = [figures.microseconds(name_of(figures, operation, isa, log_n)) for isa in families]
            gains = [number(ratio(times[-1], time), "x") for time in times[:-1]]
            variants = [figures.microseconds(name_of(figures, operation + variant, families[0], log_n))
                        for variant in ("SmallPrimes", "Hot", "SmallPrimesHot")]
            hexl = figures.microseconds(f"BM_Hexl{operation}/log_n:{log_n}/threads:1")
            rows.append([f"{operation}, N = 2^{log_n}", *map(number, times), ", ".join(gains), *map(number, variants),
                         number(hexl), ANCHORS[anchor].get(str(log_n), "-")])
    return table(header, rows)


def kernels(figures):
    families = figures.families()
    header = ["one limb of N = 2^16", *[f"{isa}, us" for isa in families], *[f"{isa}, GB/s" for isa in families]]
    rows = []
    for kernel in KERNELS:
        names = [name_of(figures, kernel, isa, 16) for isa in families]
        rows.append([kernel, *[number(figures.microseconds(name)) for name in names],
                     *[number(figures.counter(name, "GB/s")) for name in names]])
    return table(header, rows)


def operations(joined, figures, log_n):
    families = [isa for isa in figures.families() if figures.microseconds(name_of(figures, "Rotate", isa, log_n))]
    peers = peer_rows(joined, log_n)
    anchors = ANCHORS["openfhe_ms"].get(str(log_n), {})
    header = ["ms", *families, "fastest", "us/limb", "OpenFHE here", "in turns", "ratio", "OpenFHE elsewhere"]
    rows = []
    for operation, title in OPERATIONS.items():
        names = [name_of(figures, operation, isa, log_n) for isa in families]
        times = [figures.milliseconds(name) for name in names]
        if not any(times):
            continue
        peer = peers.get(PEER_NAMES[operation], {})
        rows.append([title, *map(number, times), number(figures.fastest_milliseconds(names[0])),
                     number(figures.counter(names[0], "us/limb")), number(peer.get("theirs_ms")),
                     number(peer.get("ours_ms")), number(peer.get("ratio"), "x"), anchors.get(operation, "-")])
    return table(header, rows)


def set_description(figures, log_n):
    name = name_of(figures, "Rotate", figures.families()[0], log_n)
    values = {key: number(figures.counter(name, key))
              for key in ("log_qp", "digits", "ciphertext_MiB", "key_MiB", "key_file_MiB")}
    anchor = ANCHORS["openfhe_rotation_key_MiB"].get(str(log_n))
    elsewhere = f" (OpenFHE: {anchor})" if anchor else ""
    return (f"{figures.levels(log_n)[0] + 1} limbs, log2(QP) = {values['log_qp']}, {values['digits']} digits; "
            f"ciphertext {values['ciphertext_MiB']} MiB; key {values['key_MiB']} MiB in memory, "
            f"{values['key_file_MiB']} MiB on disk{elsewhere}.")


def levels(figures):
    best = figures.families()[0]
    columns = {"Rotate": "rotate", "MultiplyRelinearizeRescale": "ct x ct", "MultiplyPlainRescale": "ct x pt",
               "Encode": "encode", "Encrypt": "encrypt", "DecryptDecode": "decrypt", "RotateHoisted16": "16 hoisted"}
    rows = []
    for log_n in DEGREES:
        for level in figures.levels(log_n):
            times = [figures.milliseconds(name_of(figures, operation, best, log_n, level)) for operation in columns]
            rows.append([f"N = 2^{log_n}, level {level}", *map(number, times)])
    return table([f"{best}, ms", *columns.values()], rows)


def two_threads(figures):
    best = figures.families()[0]
    rows = []
    for operation in ("ForwardNtt", "InverseNtt", "MultiplyAdd", "DotPair", "ExtendLimb", *OPERATIONS):
        one = figures.microseconds(name_of(figures, operation, best, 16))
        pooled = name_of(figures, operation, best, 16, threads=2)
        pool = figures.microseconds(pooled)
        free = figures.microseconds(pooled.replace("/isa", "SideBySide/isa", 1))
        if pool is not None:
            rows.append([operation, number(ratio(one, free), "x"), number(ratio(one, pool), "x"),
                         number(ratio(free, pool))])
    return table(["N = 2^16", "two runs side by side", "one pool of two threads", "share of the ceiling"], rows)


def addition(figures):
    """Addition does no work to speak of: what counts is how near it comes to a copy."""
    add = figures.counter(name_of(figures, "Add", figures.families()[0], 16), "GB/s")
    copy = figures.counter("BM_CalibrationCopy/KiB:24576/threads:1", "GB/s")
    share = ratio(add, copy)
    percent = "-" if share is None else f"{100 * share:.0f} %"
    return f"add moves {number(add)} GB/s, {percent} of what copying 24 MiB moves ({number(copy)} GB/s)"


def headlines(joined):
    """For a terminal: the figures that have an aim."""
    figures = Figures(joined)
    lines = []
    for operation, aim, unit in AIMS:
        for isa in figures.families()[:1]:
            name = name_of(figures, operation, isa, 16)
            time = figures.microseconds(name) if unit == "us" else figures.milliseconds(name)
            if time is not None:
                peer = peer_rows(joined, 16).get(PEER_NAMES.get(operation, ""), {})
                beside = f"   OpenFHE in turns {number(peer['theirs_ms'])} ms, {peer['ratio']:.1f}x" if peer else ""
                lines.append(f"  {name:76} {number(time):>7} {unit}   aim {aim} {unit}{beside}")
    return "\n".join([*lines, f"  {addition(figures)}"])


TITLE = """# Engine benchmarks

Made by `bench/make_tables.py` from `build/bench.json` (`make bench-tables`); edit neither. Medians of
repetitions that were interleaved at random ("fastest": the fastest one of the first family); one thread unless said."""
TRANSFORMS = """## Number-theoretic transforms

Primes of 50 bits; 24 limbs take turns, each with its own twiddles, except where one limb stays hot."""
KERNELS_TITLE = """## Other kernels

24 limbs take turns. GB/s counts every operand once."""
TWO_THREADS = """## Two threads

Throughput over one thread's. Side by side: two threads that never wait for each other, the machine's own ceiling."""


def origin_of_peers(joined):
    peers = joined.get("peers")
    if peers is None:
        here = "OpenFHE was not installed in this run."
    else:
        here = (f"\"OpenFHE here\" and \"in turns\": {peers['library']} and {peers['ours']} on {peers['threads']} "
                "thread, one operation each in turns; the ratio is the median of the pairs. A published wheel is built "
                "for any x86-64 processor. It encrypts with a secret key here, as blindfit does.")
    return f"{here}\n\n\"Elsewhere\": {ANCHORS['source']}"


def document(joined):
    figures = Figures(joined)
    sections = [TITLE, conditions(joined), "## The machine", calibration(figures), TRANSFORMS, transforms(figures),
                KERNELS_TITLE, kernels(figures)]
    for log_n in DEGREES:
        if figures.levels(log_n):
            sections += [f"## Operations at N = 2^{log_n}\n\n{set_description(figures, log_n)}",
                         operations(joined, figures, log_n)]
            if log_n == 16:
                sections.append(f"Of these, {addition(figures)}.")
    sections += [origin_of_peers(joined), "## Levels", levels(figures), TWO_THREADS, two_threads(figures)]
    return "\n\n".join(sections) + "\n"


def main():
    source = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "bench.json"
    target = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "benchmarks-engine.md"
    target.write_text(document(json.loads(source.read_text(encoding="utf-8"))), encoding="utf-8")
    print(f"tables: {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
