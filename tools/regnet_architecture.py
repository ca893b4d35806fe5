#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""regnet_architecture.py --out DIR [--images N] [--seed S]: RegNet_X_400MF with random weights, and what it must compute.

Builds the network without its classifier from the published block parameters (Radosavovic et al., "Designing Network
Design Spaces", CVPR 2020; the same five numbers stand in torchvision.models.regnet), writes DIR/regnet.onnx, random
images DIR/images.npy, and their features by onnxruntime DIR/reference.npy, with every convolution, normalisation and
addition as its own node. `blindfit reproduce regnet-architecture` runs the same model through OpenCV and compares.

Needs numpy, onnx and onnxruntime (PyPI):
  python3 -m venv build/onnx-venv && build/onnx-venv/bin/pip install numpy onnx onnxruntime
"""

import argparse
import math
import pathlib
import sys


def fail(message):
    """Ends as blindfit does when something that it needs is not there."""
    print(f"regnet_architecture.py: error: {message}", file=sys.stderr)
    sys.exit(3)


try:
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper
except ImportError as missing:
    fail(f"{missing.name} is missing; make it with: python3 -m venv build/onnx-venv "
         "&& build/onnx-venv/bin/pip install numpy onnx onnxruntime")

# The published parameters: blocks, first width, slope, quantisation, group width; then stem width and size of input.
DEPTH, W_0, W_A, W_M, GROUP = 22, 24, 24.48, 2.54, 16
STEM, SIZE, FEATURES = 32, 224, 400
# torchvision states 5,495,976 parameters with the classifier of 400 x 1000 weights and 1000 offsets.
PARAMETERS = 5_495_976 - 400 * 1000 - 1000
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
OPSET = 11


def stages():
    """(width, blocks) of each stage: widths grow linearly and are rounded to powers of W_M, then to eights."""
    widths = []
    for j in range(DEPTH):
        power = round(math.log((W_0 + W_A * j) / W_0) / math.log(W_M))
        widths.append(round(W_0 * W_M ** power / 8) * 8)
    # Every width is made the nearest multiple of the group width, the upper one of two.
    widths = [math.floor(width / GROUP + 0.5) * GROUP for width in widths]
    return [(width, widths.count(width)) for width in sorted(set(widths))]


class Builder:
    """Nodes and weights of a graph in the making."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.tensors, self.parameters = [], [], 0

    def add(self, operation, inputs, name, **attributes):
        self.nodes.append(helper.make_node(operation, inputs, [name], name=name, **attributes))
        return name

    def tensor(self, name, values, learned=True):
        self.tensors.append(numpy_helper.from_array(values.astype("f4"), name))
        self.parameters += values.size if learned else 0
        return name

    def convolution(self, source, name, widths, kernel, stride=1, groups=1):
        """Convolution without offsets, then normalisation with statistics of its own."""
        inputs, outputs = widths
        fan = inputs // groups * kernel * kernel
        weights = self.random.normal(0, math.sqrt(2 / fan), (outputs, inputs // groups, kernel, kernel))
        seen = self.add("Conv", [source, self.tensor(name + ".weight", weights)], name + ".conv",
                        kernel_shape=[kernel, kernel], strides=[stride, stride], pads=[kernel // 2] * 4, group=groups)
        normal, uniform = self.random.normal, self.random.uniform
        statistics = [
            self.tensor(name + ".scale", uniform(0.6, 1.2, outputs)),
            self.tensor(name + ".offset", normal(0, 0.2, outputs)),
            self.tensor(name + ".mean", normal(0, 0.2, outputs), learned=False),
            self.tensor(name + ".variance", uniform(0.7, 1.5, outputs), learned=False),
        ]
        return self.add("BatchNormalization", [seen, *statistics], name, epsilon=1e-5)

    def block(self, source, name, widths, stride):
        """1 x 1, 3 x 3 in groups, 1 x 1; beside it the input, projected where the shape changes."""
        width_in, width = widths
        x = self.convolution(source, name + ".a", (width_in, width), 1)
        x = self.convolution(self.add("Relu", [x], name + ".a.relu"), name + ".b", (width, width), 3, stride,
                             width // GROUP)
        x = self.convolution(self.add("Relu", [x], name + ".b.relu"), name + ".c", (width, width), 1)
        beside = source
        if width_in != width or stride != 1:
            beside = self.convolution(source, name + ".projection", (width_in, width), 1, stride)
        return self.add("Relu", [self.add("Add", [beside, x], name + ".sum")], name)


def build(seed):
    """The model, and how many learned parameters it has."""
    builder = Builder(seed)
    x = builder.convolution("image", "stem", (3, STEM), 3, 2)
    x, width_in = builder.add("Relu", [x], "stem.relu"), STEM
    for number, (width, blocks) in enumerate(stages(), 1):
        for index in range(blocks):
            x = builder.block(x, f"stage{number}.block{index + 1}", (width_in, width), 2 if index == 0 else 1)
            width_in = width
    x = builder.add("GlobalAveragePool", [x], "pool")
    builder.add("Flatten", [x], "features", axis=1)
    graph = helper.make_graph(
        builder.nodes, "regnet_x_400mf",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", FEATURES])], builder.tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="blindfit")
    model.ir_version = 6
    onnx.checker.check_model(model, full_check=True)
    return model, builder.parameters


def reference(path, images):
    """Features by onnxruntime, of images normalised here and not by blindfit."""
    x = ((images / 255.0 - np.array(MEAN)) / np.array(STD)).astype("f4").transpose(0, 3, 1, 2)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["features"], {"image": x})[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--images", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    model, parameters = build(options.seed)
    print(f"stages (width, blocks): {stages()}; {parameters:,} parameters")
    if parameters != PARAMETERS:
        fail(f"there must be {PARAMETERS:,} parameters: {parameters:,}")
    options.out.mkdir(parents=True, exist_ok=True)
    path = str(options.out / "regnet.onnx")
    onnx.save(model, path)
    images = np.random.default_rng(options.seed + 1).integers(0, 256, (options.images, SIZE, SIZE, 3), dtype=np.uint8)
    np.save(options.out / "images.npy", images)
    np.save(options.out / "reference.npy", reference(path, images))


if __name__ == "__main__":
    main()
