# SPDX-License-Identifier: Apache-2.0
"""The demo: what a new user runs first."""

import json
import random
import re
import unittest

import onnx_file
from programs import IO, OWNER, USAGE, ProgramTest


class Demo(ProgramTest):
    def test_reaches_its_accuracy_and_leaves_a_page_of_its_own(self):
        result = self.succeed(OWNER, "demo", "--json", "-", cwd=self.folder)
        figures = json.loads(result.stdout)
        self.assertGreaterEqual(figures["heldout_accuracy"][-1], 0.94)
        self.assertGreaterEqual(figures["plaintext_accuracy"], figures["heldout_accuracy"][-1] - 0.01)
        self.assertEqual(figures["heldout_accuracy"], figures["mirror_accuracy"])
        self.assertGreater(figures["owner_only_accuracy"], 0.9)
        # Chosen on training digits: what they promise is what others keep, within three deviations of 359 rows.
        self.assertAlmostEqual(figures["validation_accuracy"], figures["heldout_accuracy"][-1], delta=0.035)
        page = (self.folder / "blindfit-demo" / "report.html").read_text()
        self.assertIn(f"{100 * figures['heldout_accuracy'][-1]:.2f} %", page)
        self.assertIsNone(re.search(r"(href|src)=|url\(|@import|https?://", page))

        # A folder that no demo made is not touched.
        (self.folder / "precious").mkdir()
        (self.folder / "precious" / "file").write_text("text")
        self.refuse(IO, ["precious", "--out"], OWNER, "demo", "--out", "precious", cwd=self.folder)

    def test_goes_from_image_files_through_a_backbone(self):
        noise = random.Random(1)
        kernels = [[noise.gauss(0, 1) for _ in range(3 * 3 * 3)] for _ in range(9)]
        (self.folder / "small.onnx").write_bytes(onnx_file.filters(kernels, 8))
        result = self.succeed(OWNER, "demo", "--images", "--backbone", "small.onnx", "--json", "-", cwd=self.folder)
        figures = json.loads(result.stdout)
        self.assertEqual(figures["features"], "81 features of small.onnx")
        self.assertGreater(figures["heldout_accuracy"][-1], 0.85)
        folder = self.folder / "blindfit-demo"
        self.assertEqual(len(list(folder.glob("images/*/*/*.png"))), figures["rows"] + figures["heldout_rows"])
        page = (folder / "report.html").read_text()
        self.assertIn("whitened the 81 features of small.onnx to", page)
        # Pictures of digits, right and wrong ones, not of features.
        self.assertIn("Each digit has 64 pixels", page)
        self.refuse(USAGE, ["--backbone", "--images"], OWNER, "demo", "--backbone", "small.onnx", cwd=self.folder)


if __name__ == "__main__":
    unittest.main()
