# SPDX-License-Identifier: Apache-2.0
"""features_test.py OWNER_PROGRAM CLOUD_PROGRAM: images through a backbone, and every way in which they can be wrong."""

import json
import os
import pathlib
import random
import re
import shlex
import shutil
import signal
import struct
import subprocess
import time
import unittest
import zlib

import onnx_file
import pictures
import refusal
import workspace
from refusal import IO, USAGE

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("BLINDFIT_DATA", ROOT.parent / "shared" / "data"))
SQUEEZENET = DATA / "backbones" / "squeezenet_v1.1_fire9_features512.onnx"
SEEN = DATA / "mnist" / "t10k-images-idx3-ubyte.gz"
REFERENCE = DATA / "mnist" / "squeezenet1.1_fire9_test.npy"


def halves(path, rows):
    """The first rows of a file of float16."""
    with open(path, "rb") as file:
        file.seek(8)
        length = struct.unpack("<H", file.read(2))[0]
        header = file.read(length).decode()
        columns = int(header.split("(")[1].split(",")[1].split(")")[0])
        values = struct.unpack(f"<{rows * columns}e", file.read(2 * rows * columns))
    return [values[i:i + columns] for i in range(0, len(values), columns)]


class FeaturesTest(refusal.RefusalTest):
    """Each test has a folder `images` of its own and the model of channel means."""

    def setUp(self):
        self.images = self.folder / "images"
        shutil.rmtree(self.images, ignore_errors=True)
        (self.folder / "means.onnx").write_bytes(onnx_file.means())
        self.addCleanup(shutil.rmtree, self.images, ignore_errors=True)

    def put(self, name, data):
        path = self.images / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def flags(self, *more, images="images", out="f.npy", backbone="means.onnx"):
        return ["--backbone", backbone, "--images", images, "--out", out, *more]

    def means(self, *more, **options):
        """The features of the model of means, on values of 0 to 255."""
        self.succeed("features", *self.flags("--preprocess", "none", *more, **options))
        return pictures.read_table(self.folder / options.get("out", "f.npy"))


class GoodImagesTest(FeaturesTest):
    def test_keeps_classes_names_and_a_record(self):
        self.put("cat/a.png", pictures.flat_png(10, 20, 30))
        self.put("cat/b.jpg", pictures.GREY_JPEG)
        self.put("dog/a.png", pictures.flat_png(1, 2, 3))
        self.assertEqual(self.means(), [[10, 20, 30], [1, 2, 3], [100, 100, 100]])
        self.assertEqual(pictures.read_npy(self.folder / "f.labels.npy"), ((3,), [0, 1, 0]))
        names = (self.folder / "f.files.txt").read_text().split()
        self.assertEqual(names, ["images/cat/a.png", "images/dog/a.png", "images/cat/b.jpg"])
        record = json.loads((self.folder / "f.json").read_text())
        self.assertEqual((record["rows"], record["features"], record["classes"]), (3, 3, ["cat", "dog"]))
        self.assertEqual(record["preprocessing"]["channels"], "RGB")
        self.assertEqual((record["backbone"]["width"], record["backbone"]["output"]), (4, "features"))

    def test_prepares_as_told(self):
        self.put("a.png", pictures.flat_png(255, 0, 51))
        for name, expected in {
            "unit": [1, 0, 0.2],
            "imagenet": [(1 - 0.485) / 0.229, -0.456 / 0.224, (0.2 - 0.406) / 0.225],
            "caffe": [51 - 104, -117, 255 - 123],
            "own.json": [25.5 - 1, -2, 5.1 - 3],
        }.items():
            (self.folder / "own.json").write_text('{"scale": 0.1, "mean": [1, 2, 3]}')
            self.succeed("features", *self.flags("--preprocess", name))
            for seen, wanted in zip(pictures.read_table(self.folder / "f.npy")[0], expected):
                self.assertAlmostEqual(seen, wanted, places=4)

    def test_reads_every_kind_of_image(self):
        self.put("16-bit.png", pictures.png(1, 1, [struct.pack(">HHH", 0xFF00, 0x1234, 0)], depth=16, colour=2))
        self.put("alpha.png", pictures.png(1, 1, [[255, 0, 0, 0]], colour=6))
        self.put("cmyk.jpg", pictures.CMYK_JPEG)
        self.put("really-a-png.jpg", pictures.flat_png(1, 2, 3))
        self.put("tiny.png", pictures.png(1, 1, [[77]]))
        rows = dict(zip(sorted(path.name for path in self.images.iterdir()), self.means()))
        self.assertEqual(rows["16-bit.png"], [254, 0x12, 0])
        self.assertEqual(rows["alpha.png"], [255, 255, 255])
        self.assertEqual(rows["really-a-png.jpg"], [1, 2, 3])
        self.assertEqual(rows["tiny.png"], [77, 77, 77])
        # Pillow wrote no cyan, and full magenta and yellow.
        for seen, wanted in zip(rows["cmyk.jpg"], [255, 0, 0]):
            self.assertAlmostEqual(seen, wanted, delta=3)

    def test_reads_arrays_with_their_labels(self):
        self.put("x.idx3", struct.pack(">4I", 0x803, 3, 1, 1) + bytes([5, 6, 7]))
        self.put("y.idx1", struct.pack(">2I", 0x801, 3) + bytes([2, 0, 1]))
        rows = self.means("--labels", "images/y.idx1", "--limit", 2, images="images/x.idx3")
        self.assertEqual(rows, [[5, 5, 5], [6, 6, 6]])
        self.assertEqual(pictures.read_npy(self.folder / "f.labels.npy")[1], [2, 0])

    def test_goes_on_without_bad_images_and_lists_them(self):
        self.put("cat/a.png", pictures.flat_png(1, 1, 1))
        self.put("cat/b.png", b"")
        self.put("dog/a.png", pictures.flat_png(2, 2, 2)[:45])
        self.put("dog/b.png", pictures.flat_png(3, 3, 3))
        done = self.attempt("features", *self.flags("--preprocess", "none", "--skip-bad", "--json", "-"))
        self.assertEqual((done.returncode, json.loads(done.stdout)["skipped"]), (0, 2), done.stderr)
        self.assertEqual(pictures.read_table(self.folder / "f.npy"), [[1, 1, 1], [3, 3, 3]])
        self.assertEqual(pictures.read_npy(self.folder / "f.labels.npy")[1], [0, 1])
        skipped = json.loads((self.folder / "f.json").read_text())["skipped"]
        self.assertEqual([line.split(":")[0] for line in skipped], ["images/dog/a.png", "images/cat/b.png"])

    def test_treats_other_images_alike(self):
        for name in ("ant", "bee", "cat"):
            self.put(f"{name}/a.png", pictures.flat_png(9, 8, 7, side=6))
        self.succeed("features", *self.flags("--preprocess", "caffe", "--size", 6, "--output", "pooled", out="train.npy"))
        shutil.rmtree(self.images / "bee")
        self.succeed("features", *self.flags("--like", "train.json", out="test.npy"))
        self.assertEqual(pictures.read_npy(self.folder / "test.labels.npy")[1], [0, 2])
        train, test = (json.loads((self.folder / f"{name}.json").read_text()) for name in ("train", "test"))
        for entry in ("backbone", "preprocessing", "classes"):
            self.assertEqual(train[entry], test[entry])
        (self.folder / "other.onnx").write_bytes(onnx_file.means((1, 3, 5, 5)))
        self.refused(USAGE, ["other.onnx", "train.json"], "features",
                     *self.flags("--like", "train.json", backbone="other.onnx"))

    def test_holds_out_a_share_of_every_class(self):
        pictures.write_digits(self.images, 100)
        self.succeed("features", *self.flags("--preprocess", "none", "--hold-out", 0.3))
        parts = [pictures.read_npy(self.folder / f"f{part}.labels.npy")[1] for part in ("", ".heldout")]
        self.assertEqual(sum(map(len, parts)), 100)
        for digit in range(10):
            count = sum(part.count(digit) for part in parts)
            self.assertAlmostEqual(parts[1].count(digit), 0.3 * count, delta=0.5)
        names = [(self.folder / f"f{part}.files.txt").read_text().split() for part in ("", ".heldout")]
        self.assertFalse(set(names[0]) & set(names[1]))
        self.assertEqual([f"images/digit-{label}" for label in parts[1]], [os.path.dirname(n) for n in names[1]])

    def test_goes_on_after_an_interruption(self):
        for index in range(3000):
            self.put(f"{index:04}.png", pictures.flat_png(index % 256, index // 256, 0))
        command = self.command("features", *self.flags("--preprocess", "none", "--threads", 1))
        whole = self.means()
        (self.folder / "f.npy").unlink()
        process = subprocess.Popen(command, cwd=self.folder, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while not list(self.folder.glob("f.npy.partial/chunk-*")) and time.monotonic() < deadline:
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        error = process.communicate()[1]
        self.assertEqual(process.returncode, 130, error)
        self.assertFalse((self.folder / "f.npy").exists())
        # A damaged chunk and one of another image are made again.
        chunks = sorted(self.folder.glob("f.npy.partial/chunk-*"))
        chunks[0].write_bytes(chunks[0].read_bytes()[:-1])
        self.put("0000.png", pictures.flat_png(0, 0, 200))
        done = self.succeed("features", *self.flags("--preprocess", "none", "--json", "-"))
        self.assertEqual(json.loads(done.stdout)["resumed"], 256 * (len(chunks) - 1))
        self.assertEqual(pictures.read_table(self.folder / "f.npy"), [[0, 0, 200]] + whole[1:])
        self.assertFalse((self.folder / "f.npy.partial").exists())

    @unittest.skipUnless(SQUEEZENET.exists() and REFERENCE.exists(), f"no SqueezeNet and MNIST in {DATA}")
    def test_gives_the_reference_features_of_squeezenet(self):
        self.succeed("features", *self.flags("--size", 128, "--preprocess", "caffe", "--limit", 100,
                                             images=SEEN, backbone=SQUEEZENET))
        reference = halves(REFERENCE, 100)
        largest = [max(column) or 1 for column in zip(*reference)]
        errors = [abs(a - b) / c for row, wanted in zip(pictures.read_table(self.folder / "f.npy"), reference)
                  for a, b, c in zip(row, wanted, largest)]
        print(f"largest error of a feature {max(errors):.2g} of its column's maximum")
        self.assertLessEqual(max(errors), 1e-3)
        # A control: RGB in place of BGR does not pass.
        self.succeed("features", *self.flags("--size", 128, "--preprocess", "none", "--limit", 5,
                                             images=SEEN, backbone=SQUEEZENET))
        errors = [abs(a - b) / c for row, wanted in zip(pictures.read_table(self.folder / "f.npy"), reference)
                  for a, b, c in zip(row, wanted, largest)]
        self.assertGreater(max(errors), 0.1)


class BadInputTest(FeaturesTest):
    def refuse_image(self, name, data, *words, code=USAGE):
        self.put(name, data)
        self.refused(code, [name, *words], "features", *self.flags())
        (self.images / name).unlink()

    def test_refuses_bad_images_by_name(self):
        self.put("good.png", pictures.flat_png(1, 2, 3))
        bomb = pictures.png(1, 1, [[0]]).replace(struct.pack(">II", 1, 1), struct.pack(">II", 50000, 50000), 1)
        header = bomb[12:29]
        bomb = bomb[:12] + header + struct.pack(">I", zlib.crc32(header)) + bomb[33:]
        self.refuse_image("a-bomb.png", bomb, "50000 x 50000", "--skip-bad")
        self.refuse_image("b-empty.png", b"", "an empty file")
        self.refuse_image("c-broken.png", pictures.flat_png(1, 2, 3)[:-20], "undamaged")
        self.refuse_image("d-broken.jpg", pictures.GREY_JPEG[:150], "undamaged")
        self.refuse_image("e-text.png", b"hello", "5 bytes of something else")
        self.refuse_image("f-image.gif", b"GIF89a", "a GIF")
        (self.images / "g-dangling.png").symlink_to("nowhere")
        self.refused(IO, ["g-dangling.png"], "features", *self.flags())

    def test_refuses_folders_that_are_no_classes(self):
        self.images.mkdir()
        self.refused(USAGE, ["images", "it is empty"], "features", *self.flags())
        self.put("cat/a.png", pictures.flat_png(1, 2, 3))
        self.put("Cat/a.png", pictures.flat_png(1, 2, 3))
        self.refused(USAGE, ["images/cat", "case"], "features", *self.flags())
        shutil.rmtree(self.images / "Cat")
        (self.images / "dog").mkdir()
        self.refused(USAGE, ["images/dog", "must have a picture"], "features", *self.flags())
        self.refused(IO, ["none"], "features", *self.flags(images="none"))

    def test_refuses_unfit_models_by_name(self):
        self.put("a.png", pictures.flat_png(1, 2, 3))
        f = onnx_file
        output = [f.value_info("features", [1, 3])]
        relu = [f.node("Relu", ["data"], "features")]
        picture = [f.value_info("data", [1, 3, 4, 4])]
        models = {
            "text.onnx": (b"hello", ["whole ONNX file"]),
            "empty.onnx": (b"", ["whole ONNX file"]),
            "cut.onnx": (f.means()[:-30], ["whole ONNX file"]),
            "two-inputs.onnx": (f.model(relu, picture + [f.value_info("mask", [1])], output), ["data, mask"]),
            "flat.onnx": (f.model(relu, [f.value_info("data", [1, 784])], output), ["1 x 784"]),
            "last.onnx": (f.model(relu, [f.value_info("data", [1, 4, 4, 3])], output), ["1 x 4 x 4 x 3"]),
            "half.onnx": (f.model(relu, [f.value_info("data", [1, 3, 4, 4], 10)], output), ["float"]),
            "map.onnx": (f.model(relu, picture, output), ["1 x 3 x 4 x 4", "--output"]),
            "two-outputs.onnx": (f.model(relu, picture, output + [f.value_info("more", [1])]), ["features, more"]),
            "unknown.onnx": (f.model([f.node("Frobnicate", ["data"], "features")], picture, output), ["Frobnicate"]),
        }
        for name, (data, words) in models.items():
            (self.folder / name).write_bytes(data)
            self.refused(USAGE, [name, *words], "features", *self.flags(backbone=name))
        self.refused(IO, ["none.onnx"], "features", *self.flags(backbone="none.onnx"))
        self.refused(USAGE, ["means.onnx", "logits"], "features", *self.flags("--output", "logits"))
        # Two axes left open are no fault: the usual size is taken, or the one that is asked for.
        (self.folder / "open.onnx").write_bytes(onnx_file.means(("n", 3, "height", "width")))
        self.succeed("features", *self.flags("--size", 32, backbone="open.onnx"))
        record = json.loads((self.folder / "f.json").read_text())
        self.assertEqual(record["backbone"]["width"], 32)

    def test_refuses_a_size_that_the_model_cannot_take(self):
        self.put("a.png", pictures.flat_png(1, 2, 3))
        model = onnx_file.filters([[0.1] * 27] * 2, 8)
        (self.folder / "filters.onnx").write_bytes(model)
        self.succeed("features", *self.flags(backbone="filters.onnx"))
        self.refused(USAGE, ["filters.onnx", "2 x 2"], "features",
                     *self.flags("--size", 2, backbone="filters.onnx"))

    def test_refuses_wrong_flags_and_files(self):
        self.put("a.png", pictures.flat_png(1, 2, 3))
        (self.folder / "own.json").write_text('{"scale": 0.1, "means": [1, 2, 3]}')
        self.refused(USAGE, ["own.json", "means"], "features", *self.flags("--preprocess", "own.json"))
        (self.folder / "own.json").write_text('{"std": [1, 0, 1]}')
        self.refused(USAGE, ["own.json", "std"], "features", *self.flags("--preprocess", "own.json"))
        self.refused(USAGE, ["own.json"], "features", *self.flags("--like", "own.json"))
        self.refused(USAGE, ["resnet"], "features", *self.flags("--preprocess", "resnet"))
        self.refused(USAGE, ["--out", "f.csv"], "features", *self.flags(out="f.csv"))
        self.refused(IO, ["nowhere"], "features", *self.flags(out="nowhere/f.npy"))
        self.refused(USAGE, ["--size"], "features", *self.flags("--size", 0))
        self.refused(USAGE, ["--hold-out"], "features", *self.flags("--hold-out", 0.5))
        self.refused(USAGE, ["a.png"], "features", *self.flags(images="images/a.png"))


class ImageJourneyTest(FeaturesTest):
    """From images to a head that was trained on ciphertexts, by the commands that the README shows."""

    def commands(self):
        """The block of the README's section on images."""
        section = (ROOT / "README.md").read_text().split("## From images")[1]
        lines = re.findall(r"^\$ (.*?)(?: +#.*)?$", section.split("```")[1], re.M)
        self.assertEqual(len(lines), 4)
        return [shlex.split(line) for line in lines]

    def test_recognizes_images_that_it_has_not_seen(self):
        pictures.write_digits(self.folder / "photos", 400)
        noise = random.Random(1)
        kernels = [[noise.gauss(0, 0.01) for _ in range(3 * 3 * 3)] for _ in range(12)]
        (self.folder / "backbone.onnx").write_bytes(onnx_file.filters(kernels, 16))
        programs = {"blindfit": self.owner_program, "blindfit-cloud": self.cloud_program}
        for program, *arguments in self.commands():
            if arguments[0] == "features":  # the README's size is of another network
                arguments[arguments.index("--size") + 1] = "16"
            if arguments[0] == "evaluate":
                arguments += ["--json", "evaluation.json"]
            done = subprocess.run([programs[program], *arguments], cwd=self.folder, capture_output=True, text=True,
                                  check=False)
            self.assertEqual(done.returncode, 0, f"{program} {arguments}: {done.stderr}")
        evaluation = json.loads((self.folder / "evaluation.json").read_text())
        print(f"{evaluation['rows']} unseen images, accuracy {evaluation['accuracy']:.4f}")
        self.assertGreaterEqual(evaluation["rows"], 75)
        # Nine in ten; guessing is one in ten.
        self.assertGreater(evaluation["accuracy"], 0.85)
        self.assertFalse((self.folder / "owner.plan.json").exists())
        # Folders that are taken are found out before anything is made.
        prepare = self.commands()[1][2:]
        self.refused(IO, ["--keys", "owner"], "prepare", *prepare)
        prepare[prepare.index("owner")] = "other"
        self.refused(IO, ["--out", "upload"], "prepare", *prepare)
        prepare[prepare.index("upload")] = "another"
        self.refused(USAGE, ["--frobnicate"], "prepare", *prepare, "--frobnicate", 1)


if __name__ == "__main__":
    workspace.main()
