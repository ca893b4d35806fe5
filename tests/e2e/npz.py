# SPDX-License-Identifier: Apache-2.0
"""Reads the head files of `blindfit decrypt` with the standard library alone."""

import ast
import struct
import zipfile


def read_npz(path):
    """Members by name; each a list (one dimension) or a list of rows (two)."""
    members = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            members[name.removesuffix(".npy")] = parse_npy(archive.read(name))
    return members


def parse_npy(data):
    assert data[:8] == b"\x93NUMPY\x01\x00", data[:8]
    (length,) = struct.unpack("<H", data[8:10])
    header = ast.literal_eval(data[10:10 + length].decode("latin-1"))
    assert not header["fortran_order"], header
    letter = {"<f8": "d", "<i8": "q"}[header["descr"]]
    values = list(struct.unpack(f"<{(len(data) - 10 - length) // 8}{letter}", data[10 + length:]))
    if len(header["shape"]) == 1:
        return values
    rows, columns = header["shape"]
    return [values[i * columns:(i + 1) * columns] for i in range(rows)]
