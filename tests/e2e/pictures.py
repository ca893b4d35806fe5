# SPDX-License-Identifier: Apache-2.0
"""Writes and reads the image and array files of the tests, with the standard library only."""

import array
import ast
import base64
import gzip
import pathlib
import struct
import zlib

DIGITS = pathlib.Path(__file__).resolve().parents[2] / "blindfit" / "data" / "digits.csv.gz"

# 8 x 8 pixels of one colour each: grey 100, and CMYK as Adobe writes it.
GREY_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBg"
    "gLDAsKDAkKCgr/wAALCAAIAAgBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQID"
    "AAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3"
    "R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6"
    "/9oACAEBAAA/APD6/9k=")
CMYK_JPEG = base64.b64decode(
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoKCgYICw"
    "wLCgwJCgoK/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQE"
    "AAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZG"
    "VmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz"
    "9PX29/j5+v/aAA4EQwBNAFkASwAAPwD9/K/n/r+f+v38r//Z")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rows, depth=8, colour=0):
    """`rows`: the bytes of each row; `colour` as PNG counts: 0 grey, 2 RGB, 6 RGBA."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def flat_png(red, green, blue, side=4):
    return png(side, side, [bytes([red, green, blue]) * side] * side, colour=2)


def digits():
    """The digits that come with blindfit: (label, 64 values of 0..16)."""
    for line in gzip.open(DIGITS, "rt"):
        if line[0].isdigit():
            *pixels, label = map(int, line.split(","))
            yield label, pixels


def write_digits(folder, count, first=0):
    """PNGs of 8 x 8 pixels in class folders "digit-0" to "digit-9"."""
    for index, (label, pixels) in enumerate(digits()):
        if first <= index < first + count:
            place = folder / f"digit-{label}"
            place.mkdir(parents=True, exist_ok=True)
            rows = [bytes(min(255, 16 * p) for p in pixels[8 * y:8 * y + 8]) for y in range(8)]
            (place / f"{index:04}.png").write_bytes(png(8, 8, rows))


def read_npy(path):
    """(shape, flat values) of a file of float32 or int64."""
    data = path.read_bytes()
    length = struct.unpack("<H", data[8:10])[0]
    header = ast.literal_eval(data[10:10 + length].decode())
    values = array.array({"<f4": "f", "<i8": "q"}[header["descr"]])
    values.frombytes(data[10 + length:])
    return header["shape"], values.tolist()


def read_table(path):
    """The rows of a two-dimensional file."""
    (_, columns), values = read_npy(path)
    return [values[i:i + columns] for i in range(0, len(values), columns)]
