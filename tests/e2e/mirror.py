# SPDX-License-Identifier: Apache-2.0
"""The head that training must give, from the formulas of the paper (section 3.4) and a plan, in plain Python."""

import ast
import math
import struct
import zipfile


def load_head(path):
    """{"weights": rows, "bias": list, "classes": list} of a head.npz, without NumPy."""
    arrays = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if data[:8] != b"\x93NUMPY\x01\x00":
                raise ValueError(f"{name}: must be an .npy of version 1")
            start = 10 + struct.unpack_from("<H", data, 8)[0]
            header = ast.literal_eval(data[10:start].decode())
            if header["fortran_order"]:
                raise ValueError(f"{name}: must be in C order")
            letter = {"<f8": "d", "<i8": "q"}[header["descr"]]
            values = list(struct.unpack_from(f"<{math.prod(header['shape'])}{letter}", data, start))
            if len(header["shape"]) == 2:
                columns = header["shape"][1]
                values = [values[i : i + columns] for i in range(0, len(values), columns)]
            arrays[name.removesuffix(".npy")] = values
    return arrays


def sigmoid(spec, z):
    """1/2 + sum c_k T_k(z / R) after the domain extension, from the plan alone."""
    radius, ratio = spec["activation_radius"], spec["activation_extension_ratio"]
    for k in reversed(range(spec["activation_extension_steps"])):
        z -= 4 / 27 * z**3 / (radius * ratio**k) ** 2
    y = z / radius
    before, now, total = 1.0, y, 0.5
    for coefficient in spec["activation_odd_chebyshev"][1:]:
        total += coefficient * now
        before, now = now, 2 * y * now - before
    return total


def probabilities(spec, z):
    """Of one row, for the plan's loss."""
    if spec["loss"] == "mse":
        return [1 / len(z) + x for x in z]
    if spec["loss"] == "softmax":
        powers = [math.exp(x - max(z)) for x in z]
        return [x / sum(powers) for x in powers]
    return [sigmoid(spec, x) for x in z]


def schedule(a0, rows, iterations, step):
    """(factor of the gradient, eta): `step` / rows if given, else the paper's 1 + 1 / (n t)."""
    pairs = []
    for t in range(1, iterations + 1):
        a1 = (1 + math.sqrt(1 + 4 * a0 * a0)) / 2
        pairs.append((step / rows if step else 1 + 1 / (rows * t), (1 - a0) / a1))
        a0 = a1
    return pairs


def train(table, plan, iterations):
    """(weights, bias) after some iterations of a plan with transform none or centre, for plain features."""
    spec, owner = plan["spec"], plan["owner"]
    rows, classes = len(table), spec["classes"]
    mean = [0.0] * (spec["features"] - 1)
    if owner["transform"] == "centre":
        mean = [math.fsum(column) / rows for column in zip(*(x for _, x in table))]
    design = [[1.0, *(a - b for a, b in zip(x, mean))] for _, x in table]
    columns = range(spec["features"])
    bound = [1.0] * spec["features"]
    if owner["method"] == "quadratic-gradient":
        sums = [sum(map(abs, x)) for x in design]
        bound = [1 / (1e-10 + 0.25 * sum(s * abs(x[j]) for s, x in zip(sums, design))) for j in columns]
    weights = [[owner["start_value"]] * spec["features"] for _ in range(classes)]
    v = [row[:] for row in weights]
    for t, (factor, eta) in enumerate(schedule(owner["a0"], rows, iterations, owner.get("step"))):
        left = math.exp(-owner["schedule_rate"] * t) if owner["schedule"] == "exponential" else 1
        keep, factor = 1 - left * owner["weight_decay"], left * factor
        errors = []
        for (label, _), x in zip(table, design):
            p = probabilities(spec, [sum(a * b for a, b in zip(x, v[k])) for k in range(classes)])
            errors.append([(label == k) - p[k] for k in range(classes)])
        step = [
            [keep * weights[k][j] + factor * bound[j] * sum(e[k] * x[j] for e, x in zip(errors, design)) for j in columns]
            for k in range(classes)
        ]
        weights = [[(1 - eta) * t + eta * old for t, old in zip(step[k], v[k])] for k in range(classes)]
        v = step
    bias = [w[0] - sum(a * b for a, b in zip(w[1:], mean)) for w in weights]
    return [w[1:] for w in weights], bias


def logits(head, table):
    """Of a head.npz, row by row."""
    pairs = list(zip(head["weights"], head["bias"]))
    return [[b + sum(u * v for u, v in zip(w, x)) for w, b in pairs] for _, x in table]


def largest_difference(head, expected):
    weights, bias = expected
    return largest([*head["weights"], head["bias"]], [*weights, bias])


def largest(measured, expected):
    """Difference of two tables."""
    pairs = zip(measured, expected, strict=True)
    return max(abs(a - b) for got, want in pairs for a, b in zip(got, want, strict=True))
