# SPDX-License-Identifier: Apache-2.0
"""Writes small ONNX models field by field (onnx.proto), with the standard library only."""

import struct

FLOAT = 1


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def number(field, value):
    return varint(field << 3) + varint(value)


def text(field, value):
    data = value if isinstance(value, bytes) else value.encode()
    return varint(field << 3 | 2) + varint(len(data)) + data


def value_info(name, extents, element=FLOAT):
    """`extents`: numbers, or names for axes that are left open."""
    shape = b"".join(text(1, text(2, e) if isinstance(e, str) else number(1, e)) for e in extents)
    return text(1, name) + text(2, text(1, number(1, element) + text(2, shape)))


def tensor(name, extents, values):
    return (b"".join(number(1, extent) for extent in extents) + number(2, FLOAT) + text(8, name)
            + text(9, struct.pack(f"<{len(values)}f", *values)))


def integers(name, values):
    """An attribute that is a list of integers."""
    return text(1, name) + b"".join(number(8, value) for value in values) + number(20, 7)


def node(operation, inputs, output, attributes=()):
    return (b"".join(text(1, name) for name in inputs) + text(2, output) + text(3, output + "_node")
            + text(4, operation) + b"".join(text(5, attribute) for attribute in attributes))


def model(nodes, inputs, outputs, tensors=()):
    graph = (b"".join(text(1, item) for item in nodes) + text(2, "graph")
             + b"".join(text(5, item) for item in tensors) + b"".join(text(11, item) for item in inputs)
             + b"".join(text(12, item) for item in outputs))
    return number(1, 6) + text(2, "blindfit tests") + text(7, graph) + text(8, number(2, 11))


def means(extents=(1, 3, 4, 4)):
    """Three features: the mean of each channel."""
    return model([node("GlobalAveragePool", ["data"], "pooled"), node("Flatten", ["pooled"], "features")],
                 [value_info("data", extents)], [value_info("features", [1, 3])])


def filters(kernels, size):
    """A layer of square filters on three channels, each kernel a list of 3 k k numbers, then its positive part as
    features: the smallest network that learns to see."""
    side = round((len(kernels[0]) / 3) ** 0.5)
    flat = [value for kernel in kernels for value in kernel]
    strides = integers("strides", [2, 2])
    return model(
        [node("Conv", ["data", "weights"], "seen", [integers("kernel_shape", [side, side]), strides]),
         node("Relu", ["seen"], "positive"), node("Flatten", ["positive"], "features")],
        [value_info("data", ["batch", 3, size, size])], [value_info("features", ["batch", "features"])],
        [tensor("weights", [len(kernels), 3, side, side], flat)])
