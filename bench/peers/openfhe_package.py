#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""openfhe_package.py: installs OpenFHE's published Python package under build/peers, for comparisons."""

import os
import pathlib
import platform
import shutil
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "build" / "peers"
VERSION = "1.6.1.0"
# The wheels are made for one release of Ubuntu each: suffix, its Python, the C library it needs.
WHEELS = (("22.4", (3, 10), (2, 35)), ("24.4", (3, 12), (2, 39)))
BY_HAND = f"""OpenFHE's package needs Python 3.10 with glibc 2.35 or Python 3.12 with glibc 2.39, and x86-64 Linux.
Install such a Python (pyenv, uv, a package), or build OpenFHE for any Python 3:
  openfhe-development, tag v1.6.1:
    cmake -B build -DCMAKE_BUILD_TYPE=Release -DWITH_NATIVEOPT=ON -DBUILD_UNITTESTS=OFF -DBUILD_EXAMPLES=OFF \\
      -DBUILD_BENCHMARKS=OFF && cmake --build build -j --target install
  openfhe-python, tag v{VERSION}:
    cmake -B build && cmake --build build -j --target install
Then BLINDFIT_PEER_PYTHON=/path/to/python make bench-peers, where that Python can `import openfhe` and numpy."""


def imports(python):
    """Whether this Python has OpenFHE."""
    check = [str(python), "-c", "import numpy, openfhe"]
    return subprocess.run(check, capture_output=True, check=False).returncode == 0


def find():
    """The Python that has OpenFHE, or None. BLINDFIT_PEER_PYTHON names one; else what install() made."""
    chosen = os.environ.get("BLINDFIT_PEER_PYTHON")
    for python in [chosen] if chosen else [FOLDER / "venv" / "bin" / "python"]:
        if pathlib.Path(python).exists() and imports(python):
            return str(python)
    return None


def interpreters(version):
    name = f"python{version[0]}.{version[1]}"
    found = sorted(pathlib.Path.home().glob(f".pyenv/versions/{version[0]}.{version[1]}.*/bin/python"))
    on_path = shutil.which(name)
    return [*([on_path] if on_path else []), *map(str, found)]


def libc_version():
    name, version = platform.libc_ver()
    return tuple(int(x) for x in version.split(".")[:2]) if name == "glibc" else (0, 0)


def works(python, version):
    """A shim by that name may lead to nothing."""
    check = [python, "-c", f"import sys, venv; sys.exit(sys.version_info[:2] != {version})"]
    return subprocess.run(check, capture_output=True, check=False).returncode == 0


def install():
    """Returns the Python that has OpenFHE; None after saying what to do by hand."""
    found = find()
    if found is not None:
        return found
    for suffix, version, libc in WHEELS:
        for python in interpreters(version):
            if libc_version() < libc or platform.machine() != "x86_64" or not works(python, version):
                continue
            venv = FOLDER / "venv"
            subprocess.run([python, "-m", "venv", "--clear", str(venv)], check=True)
            packages = [f"openfhe=={VERSION}.{suffix}", "numpy"]
            subprocess.run([str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages], check=True)
            found = find()
            if found is not None:
                print(f"OpenFHE {VERSION} is in {venv}")
                return found
    print(BY_HAND)
    return None


if __name__ == "__main__":
    sys.exit(0 if install() is not None else 1)
