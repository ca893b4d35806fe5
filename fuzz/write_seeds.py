# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of fuzz/corpus/: one small valid input of every shape that a harness knows.

Residues are zero, so that the files compress; mutations do the rest. Needs NumPy. The files are
committed: run this again only when a format or a harness changes. Plans are what `blindfit plan`
writes; they are copied by hand, and made anew when their version changes.
"""
import gzip
import hashlib
import io
import json
import pathlib
import struct
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "tests" / "e2e"))
import onnx_file  # noqa: E402
import pictures  # noqa: E402

CORPUS = pathlib.Path(__file__).parent / "corpus"
N, BITS = 1024, 18  # fuzz/small_ring.h: log_n 10, q of 18 and 18 bits, p of 18
LIMB = bytes(N * BITS // 8)
LITERAL = struct.pack("<4I", 10, 1, 2, 1) + bytes([BITS] * 3)
SEED = bytes(range(32))


def write(reader, name, content):
    folder = CORPUS / reader
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def write_engine_seeds():
    write("ciphertext", "fresh", b"\0" + struct.pack("<IId", 1, 0, 2.0**15) + SEED + LIMB)
    for degree in (1, 2):
        fields = struct.pack("<IId", degree, 0, 2.0**15)
        write("ciphertext", f"degree_{degree}", b"\1" + fields + LIMB * (degree + 1))
    for level in (0, 1):
        b = LIMB * (level + 1) * (level + 2)
        key = struct.pack("<3I", level, level + 1, 0) + SEED + b
        write("switching_key", f"relinearization_{level}", b"\0" + struct.pack("<I", 0) + key)
        write("switching_key", f"galois_{level}", b"\1" + struct.pack("<I", 5) + key)
    secret = bytes([0b11010011] * (N // 4))
    write("owner_secret_key", "plain", LITERAL + struct.pack("<I", 0) + secret)
    sealed = struct.pack("<IQQ", 1, 1, 8192) + SEED[:16] + SEED[:24] + secret + bytes(16)
    write("owner_secret_key", "protected", LITERAL + sealed)
    write("parameters", "small", LITERAL)
    write("parameters", "secure", struct.pack("<4I", 13, 0, 3, 1) + bytes([45, 36, 36, 45]))
    for name, kind, role in (("transform", 7, bytes(40)), ("data", 3, SEED + struct.pack("<II", 1, 2))):
        frame = b"BLINDFIT" + struct.pack("<HHI", 2, kind, 0) + SEED + SEED + role + struct.pack("<Q", 2) + b"{}"
        write("frame", name, frame + hashlib.blake2b(frame, digest_size=32).digest())


def write_json_seeds():
    parameters = {"log_n": 13, "log_q": [45, 36], "log_p": [45], "digit_size": 0}
    write("json", "parameters", json.dumps(parameters))
    mean = [0.1, -2e-3]
    for kind, fields in (
        ("none", {}),
        ("centre", {"mean": mean}),
        ("standardise", {"mean": mean, "scale": [1.5, 1]}),
        ("whiten", {"mean": mean, "projection": [[1, 0.5], [-0.5, 1e-7]]}),
    ):
        write("json", kind, json.dumps({"kind": kind, "inputs": 2, **fields}))


def write_refresh_seeds():
    for name, slots, powers in (("A", 15, True), ("T14", 12, False), ("T16", 1, True)):
        job = {"set": name, "log_slots": slots, "signs": SEED.hex(), "inputs": 21, "powers": powers}
        write("refresh", name, json.dumps(job))


def with_checksum(document):
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return {**document, "checksum": hashlib.blake2b(text.encode(), digest_size=32).hexdigest()}


def write_query_seeds():
    """The harnesses also put the checksum that fits around what has none or a wrong one."""
    plan, nonce = bytes(range(32, 64)).hex(), SEED.hex()
    head = {"features": 513, "classes": 10}
    once = {"plan": plan, "nonce": nonce, "rows": 1, "iterations": [], "plain_head": head}
    kind = {"format": "blindfit query", "version": 1}
    query = {**once, **kind, "rows": 10000, "iterations": [2, 5, 10000], "plain_head": None}
    answer = {"query": plan, "iteration": 5, "go_on": False, "format": "blindfit answer", "version": 1}
    write("query", "once", json.dumps(once))
    for reader, document, damage in (("query", query, {"iterations": [5, 2]}), ("answer", answer, {"iteration": 0})):
        valid = with_checksum(document)
        write(reader, "valid", json.dumps(valid))
        write(reader, "damaged_field", json.dumps(with_checksum({**document, **damage})))
        write(reader, "wrong_checksum", json.dumps({**valid, "checksum": nonce}))


def write_data_seeds():
    for options, name, text in (
        (0, "plain", "1,0.5,-2e3\n0,1,2\n"),
        (16, "header", "label;a;b\r\n3;0.5;1\r\n4;+1.25;.5\r\n"),
        (8, "spaces", "1 2 3\n\n4 5 6"),
        (4, "quoted", '\ufeff"1","2"\n"3","4"\n'),
    ):
        write("csv", name, bytes([options]) + text.encode())
    arrays = {"f4": np.arange(6, dtype="<f4").reshape(2, 3), "u1": np.arange(4, dtype="u1")}
    arrays["f2"] = np.asfortranarray(np.arange(6, dtype="<f2").reshape(3, 2))
    for name, array in arrays.items():
        file = io.BytesIO()
        np.save(file, array)
        write("npy", name, file.getvalue())
    for name, save in (("stored", np.savez), ("deflated", np.savez_compressed)):
        file = io.BytesIO()
        save(file, **arrays)
        write("npz", name, file.getvalue())
    images = struct.pack(">4I", 0x803, 2, 2, 2) + bytes(range(8))
    write("idx", "images", images)
    write("idx", "images.gz", gzip.compress(images, mtime=0))
    write("idx", "labels", struct.pack(">2I", 0x801, 3) + bytes([0, 1, 9]))


def write_image_seeds():
    write("image", "grey.jpg", pictures.GREY_JPEG)
    write("image", "cmyk.jpg", pictures.CMYK_JPEG)
    for name, row, depth, colour in (("grey.png", [0, 9], 8, 0), ("wide.png", [1, 2, 3, 4], 16, 0),
                                     ("rgba.png", range(8), 8, 6)):
        write("image", name, pictures.png(2, 1, [row], depth, colour))
    write("onnx", "means", onnx_file.means())
    write("onnx", "filters", onnx_file.filters([[0.5] * 3], 4))


if __name__ == "__main__":
    write_engine_seeds()
    write_json_seeds()
    write_refresh_seeds()
    write_query_seeds()
    write_data_seeds()
    write_image_seeds()
