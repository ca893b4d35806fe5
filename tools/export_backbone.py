#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""export_backbone.py NAME --out MODEL.onnx: a torchvision classifier without its last layer, for `blindfit features`.

Run it once on a machine with the internet; blindfit itself needs neither PyTorch nor a network:
  python3 -m venv torch && torch/bin/pip install torch torchvision onnx onnxruntime
  torch/bin/python tools/export_backbone.py regnet_x_400mf --out regnet_x_400mf.onnx

Writes MODEL.onnx (one input "image" of 1 x 3 x SIZE x SIZE, one output "features") and MODEL.preprocess.json,
what the weights' authors do to an image, for --preprocess. With onnxruntime installed, the exported model is run beside
the original on random images and must agree to 1e-4 of the largest feature.
"""

import argparse
import json
import pathlib
import sys
import warnings

try:
    import onnx
    import torch
    import torchvision
except ImportError as missing:
    sys.exit(f"export_backbone.py: error: {missing.name} is missing; make it with: python3 -m venv torch "
             "&& torch/bin/pip install torch torchvision onnx onnxruntime")

# Debian's OpenCV 4.6 takes Clip as opset 10 has it (MobileNetV2), and wants it nowhere else: 11 has more operators.
OPSETS = (10, 11)
TOLERANCE = 1e-4


def fail(message):
    sys.exit(f"export_backbone.py: error: {message}")


def load(name, weights):
    """The classifier in evaluation mode, and the weights' own transform if it is known."""
    if name not in torchvision.models.list_models(module=torchvision.models):
        fail(f"the model must be one of torchvision.models.list_models(): {name}")
    if weights == "random":
        torch.manual_seed(1)
        return torchvision.models.get_model(name, weights=None).eval(), None
    if pathlib.Path(weights).suffix == ".pth":
        model = torchvision.models.get_model(name, weights=None)
        model.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
        return model.eval(), torchvision.models.get_model_weights(name).DEFAULT.transforms()
    choices = torchvision.models.get_model_weights(name)
    if weights not in choices.__members__ and weights != "DEFAULT":
        fail(f"--weights must be one of {', '.join(choices.__members__)}, random, or a .pth file: {weights}")
    chosen = getattr(choices, weights)
    try:
        return torchvision.models.get_model(name, weights=chosen).eval(), chosen.transforms()
    except OSError as error:
        fail(f"cannot fetch {chosen.url}: {error}; fetch it by other means and give it as --weights FILE.pth")


def without_classifier(model):
    """Puts the identity in place of the last linear layer; SqueezeNet's is a convolution with the pooling after it."""
    if isinstance(model, torchvision.models.SqueezeNet):
        model.classifier = torch.nn.AdaptiveAvgPool2d(1)
        return model
    linear = [name for name, layer in model.named_modules() if isinstance(layer, torch.nn.Linear)]
    if not linear:
        fail("the model must end in a linear layer, or be a SqueezeNet")
    parent, _, leaf = linear[-1].rpartition(".")
    setattr(model.get_submodule(parent), leaf, torch.nn.Identity())
    return model


def write_onnx(model, image, path, opset):
    options = {"input_names": ["image"], "output_names": ["features"], "opset_version": opset,
               "do_constant_folding": True}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter's age; the newer one knows no such old opset
        try:
            torch.onnx.export(model, (image,), path, dynamo=False, **options)
        except TypeError:  # before PyTorch 2.5 there is no other exporter to turn off
            torch.onnx.export(model, (image,), path, **options)


def export(model, size, path):
    for opset in OPSETS:
        try:
            write_onnx(model, torch.zeros(1, 3, size, size), path, opset)
            break
        except torch.onnx.errors.UnsupportedOperatorError as error:
            if opset == OPSETS[-1]:
                fail(f"{error}; such networks are beyond OpenCV 4.6, too: choose a convolutional one")
    written = onnx.load(path)
    without_copies(written.graph)
    onnx.checker.check_model(written)
    onnx.save(written, path)


def without_copies(graph):
    """Removes Identity nodes: PyTorch writes one for every weight that equals another, and OpenCV 4.6 refuses them."""
    same, outputs = {}, {value.name for value in graph.output}
    for node in [node for node in graph.node if node.op_type == "Identity" and node.output[0] not in outputs]:
        same[node.output[0]] = same.get(node.input[0], node.input[0])
        graph.node.remove(node)
    for node in graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = same.get(name, name)


def largest_difference(model, path, size):
    """Against onnxruntime, relative to the largest feature; nothing without onnxruntime."""
    try:
        import onnxruntime
    except ImportError:
        return None
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    torch.manual_seed(2)
    worst = 0.0
    for _ in range(4):
        image = torch.randn(1, 3, size, size)
        with torch.no_grad():
            expected = model(image)
        seen = torch.from_numpy(session.run(None, {"image": image.numpy()})[0])
        worst = max(worst, float((seen - expected).abs().max() / expected.abs().max()))
    return worst


def preprocessing(transform):
    """blindfit's words for a torchvision transform: the centre of the image, values in [0, 1], mean and deviation."""
    return {"channels": "RGB", "scale": 1 / 255, "mean": list(transform.mean), "std": list(transform.std), "fit": "crop"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("name", help="a name of torchvision.models, such as regnet_x_400mf")
    parser.add_argument("--out", required=True, help="MODEL.onnx")
    parser.add_argument("--weights", default="DEFAULT", help="a name of torchvision (IMAGENET1K_V1), a .pth file, or "
                                                             "'random' to try the export without the internet")
    parser.add_argument("--size", type=int, default=224, help="side of the input (224)")
    options = parser.parse_args()
    model, transform = load(options.name, options.weights)
    model = without_classifier(model)
    export(model, options.size, options.out)
    with torch.no_grad():
        shape = list(model(torch.zeros(1, 3, options.size, options.size)).shape)
    if len(shape) != 2:
        fail(f"the model must give one row of features: {shape}")
    worst = largest_difference(model, options.out, options.size)
    if worst is not None and worst > TOLERANCE:
        fail(f"onnxruntime must agree to {TOLERANCE:g}: {worst:.2g}")
    checked = "not checked: no onnxruntime" if worst is None else f"onnxruntime agrees to {worst:.2g}"
    print(f"wrote '{options.out}': {shape[1]} features at {options.size} x {options.size}; {checked}")
    flags = "--preprocess imagenet"
    if transform is not None:
        file = pathlib.Path(options.out).with_suffix(".preprocess.json")
        file.write_text(json.dumps(preprocessing(transform), indent=2) + "\n")
        flags = f"--preprocess {file}"
    print(f"next: blindfit features --backbone {options.out} {flags} --images DIR --out FILE.npy")


if __name__ == "__main__":
    main()
