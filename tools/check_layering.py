#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_layering.py [ROOT]: every #include of a blindfit header must follow the table below.

A folder under blindfit/ is a layer: one namespace, one CMake target, one permitted set of includes. Prints one line a
violation and exits 1 if there is any.
"""

import pathlib
import re
import sys

# layer: the layers it may include. `kernels` is for `ring` alone; what touches the secret key lives in `owner`, which
# no layer above may know, so that the cloud's program cannot come to contain it.
ALLOWED = {
    "base": set(),
    "kernels": {"base"},
    "ring": {"base", "kernels"},
    "rlwe": {"base", "ring"},
    "ckks": {"base", "ring", "rlwe"},
    "circuits": {"base", "ring", "rlwe", "ckks"},
    "owner": {"base", "ring", "rlwe", "ckks"},
    "bootstrap": {"base", "ring", "rlwe", "ckks", "circuits"},
    "matrix": {"base", "ring", "rlwe", "ckks", "circuits"},
    "data": {"base"},
    "images": {"base", "data"},
    "learn": {"base", "ring", "rlwe", "ckks", "circuits", "bootstrap", "matrix", "data"},
    "wire": {"base", "ring", "rlwe", "ckks", "circuits", "bootstrap", "matrix", "data", "learn"},
    "testing": {"base", "ring", "rlwe", "ckks", "circuits", "owner", "bootstrap", "matrix", "data", "learn"},
}
LAYERS = set(ALLOWED)
# Readers and writers of files that only the owner has.
OWNER_FILES_OF_WIRE = re.compile(r"^owner_\w+\.(h|cpp)$")
# What a layer's tests and benchmarks may include besides: doubles, the key to look into ciphertexts, and the kernel
# table, to run on a family of their choice.
FOR_TESTS = {"testing", "owner", "kernels"}
TEST_FILE = re.compile(r"_(test|bench)\.cpp$|_test_\w+\.h$")
FOR_OWNER_PROGRAM = LAYERS - {"testing"}
FOR_OTHER_PROGRAMS = LAYERS - {"testing", "owner"}

INCLUDE = re.compile(r'^\s*#\s*include\s*["<]((?:blindfit|apps)/[^">]+|[^">/]+)[">]', re.M)
QUOTED_SIBLING = re.compile(r'^\s*#\s*include\s*"([^"/]+|\.\.?/[^"]+)"', re.M)
NAMESPACE = re.compile(r"^namespace blindfit::(\w+)", re.M)
# A friend that only tests have: how insecure parameters can be made in testing/ and nowhere else.
TEST_FRIEND = re.compile(r"^namespace blindfit::testing \{\s*(?:class|struct) \w+;\s*\}", re.M)


def layer_violations(path, layer, text):
    if layer not in ALLOWED:
        yield f"unknown layer '{layer}': add it to tools/check_layering.py with what it may include"
        return
    allowed = ALLOWED[layer] | {layer}
    if TEST_FILE.search(path.name):
        allowed = allowed | FOR_TESTS
    elif layer == "wire" and OWNER_FILES_OF_WIRE.match(path.name):
        allowed = allowed | {"owner"}
    yield from include_violations(text, f"layer {layer}", allowed)
    for sibling in QUOTED_SIBLING.findall(text):
        yield f"headers are included by their path from the root (blindfit/{layer}/...): {sibling}"
    for namespace in set(NAMESPACE.findall(TEST_FRIEND.sub("", text))) - {layer}:
        yield f"namespace must be blindfit::{layer}: blindfit::{namespace}"


def include_violations(text, subject, allowed):
    for included in INCLUDE.findall(text):
        parts = included.split("/")
        if parts[0] == "blindfit" and (len(parts) < 3 or parts[1] not in allowed):
            yield f"{subject} must not include {included}"


def program_violations(path, program, text):
    owner = program == "owner"
    allowed = FOR_OWNER_PROGRAM if owner else FOR_OTHER_PROGRAMS
    if owner and TEST_FILE.search(path.name):
        allowed = allowed | {"testing"}
    yield from include_violations(text, f"apps/{program}", allowed)
    for included in INCLUDE.findall(text):
        if included.startswith("apps/owner/") and not owner:
            yield f"apps/{program} must not include {included}"


def violations(root):
    """Yields 'file: message' for every file under `root` that breaks the table."""
    for folder in ("blindfit", "apps"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in (".h", ".cpp") or not path.is_file():
                continue
            parts = path.relative_to(root).parts
            text = path.read_text(encoding="utf-8")
            if len(parts) < 3:
                found = [f"a source file lies in a subfolder of {folder}/"]
            elif folder == "blindfit":
                found = layer_violations(path, parts[1], text)
            else:
                found = program_violations(path, parts[1], text)
            for message in found:
                yield f"{path.relative_to(root)}: {message}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1])
    found = list(violations(root))
    print("\n".join(found) if found else "layering: every include follows the table")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
