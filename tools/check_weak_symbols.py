#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_weak_symbols.py BUILD_FOLDER: files compiled for one instruction set define no symbol that others could get.

An inline function or template compiled with, say, -mavx512f is a weak symbol; the linker may pick that copy for the
whole program, which then dies on older processors. So every kernel file with its own -m flags is compiled once more
without optimisation, where nothing is inlined away, and `nm` must show no weak or unique symbol. The commands come from
BUILD_FOLDER/compile_commands.json. Exits 77 ("skipped") if no such file exists yet.
"""

import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

WEAK = re.compile(r" [WwVvu] (?!DW\.ref\.)")  # DW.ref.*: a pointer that unwinding needs, no instructions
INSTRUCTION_SET_FLAG = re.compile(r"^-m(avx|fma|bmi|sse[34])")
LAUNCHERS = {"ccache", "sccache"}


def unoptimised_command(entry, output):
    """The compile command of `entry`, for g++ or clang++, with -O0 and another output."""
    arguments = shlex.split(entry["command"]) if "command" in entry else list(entry["arguments"])
    while pathlib.Path(arguments[0]).name in LAUNCHERS:
        arguments = arguments[1:]
    kept = []
    skip = False
    for argument in arguments:
        if skip or argument.startswith(("-O", "-fsanitize", "-MD", "-g")):
            skip = False
        elif argument in ("-o", "-MT", "-MF"):
            skip = True
        else:
            kept.append(argument)
    return kept + ["-O0", "-o", str(output)]


def weak_symbols(entry, folder):
    """The lines of `nm` that show a weak or unique symbol defined by the file of `entry`."""
    output = pathlib.Path(folder) / "object.o"
    subprocess.run(unoptimised_command(entry, output), cwd=entry["directory"], check=True)
    listing = subprocess.run(["nm", "-C", str(output)], check=True, capture_output=True, text=True)
    return [line for line in listing.stdout.splitlines() if WEAK.search(line)]


def instruction_set_entries(build):
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    for entry in entries:
        command = entry.get("command") or " ".join(entry["arguments"])
        if any(INSTRUCTION_SET_FLAG.match(argument) for argument in shlex.split(command)):
            yield entry


def main():
    entries = list(instruction_set_entries(pathlib.Path(sys.argv[1])))
    if not entries:
        print("skipped: no file is compiled for an instruction set of its own yet")
        return 77
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for entry in entries:
            found = weak_symbols(entry, folder)
            failed = failed or bool(found)
            for line in found:
                print(f"{entry['file']}: weak symbol {line}")
    print(f"weak symbols: {len(entries)} files of instruction sets " + ("leak" if failed else "leak none"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
