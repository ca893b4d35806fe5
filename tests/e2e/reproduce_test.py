# SPDX-License-Identifier: Apache-2.0
"""`reproduce` states every figure that it promises, and they are within what the project claims."""

import json
import os
import pathlib
import sys
import unittest

from programs import OWNER, ProgramTest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("BLINDFIT_DATA", ROOT.parent / "shared" / "data"))

FIELDS = ("rows features classes iterations log_n log_qp levels ciphertexts_uploaded upload_bytes "
          "evaluation_key_bytes keygen_seconds encrypt_seconds train_seconds iteration_seconds "
          "peak_rss_mib train_accuracy heldout_accuracy owner_only_accuracy max_weight_error kernels "
          "threads cpu").split()


class Reproduce(ProgramTest):
    def figures(self, name):
        self.succeed(OWNER, "reproduce", name, "--data", DATA, "--scratch", self.folder, "--json",
                     "figures.json", cwd=self.folder)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["figures.json"])
        figures = json.loads((self.folder / "figures.json").read_text())
        for field in FIELDS:
            self.assertIn(field, figures)
        self.assertEqual(len(figures["iteration_seconds"]), figures["iterations"])
        self.assertLessEqual(figures["log_qp"], {15: 868, 16: 1747}[figures["log_n"]])
        for field in ("test_accuracy", "mirror_accuracy", "plain_accuracy", "rows_different", "weight_error"):
            self.assertEqual(len(figures[field]), figures["iterations"], field)
        return figures

    def test_paper(self):
        f = self.figures("paper")
        self.assertLessEqual(f["ciphertexts_uploaded"], 6)
        self.assertEqual((f["rows"], f["features"], f["classes"], f["iterations"]), (128, 401, 10, 2))
        self.assertTrue(f["mirror_check"])
        self.assertLessEqual(f["max_weight_error"], 5e-6)
        self.assertEqual(f["train_accuracy"], [0.296875, 0.296875])
        self.assertLessEqual(f["evaluation_key_bytes"], 0.75 * 2 ** 30)
        self.assertLessEqual(f["peak_rss_mib"], 2500)

    def test_paper_whitened(self):
        f = self.figures("paper-whitened")
        self.assertLessEqual(f["ciphertexts_uploaded"], 6)
        self.assertEqual(f["rows"], 128)
        self.assertGreaterEqual(f["heldout_accuracy"][-1], 0.79)
        self.assertGreater(f["owner_only_accuracy"], 0)

    def test_mnist38(self):
        f = self.figures("mnist38")
        self.assertEqual((f["rows"], f["heldout_rows"], f["components"], f["refreshes"]), (11982, 1984, 127, 0))
        self.assertGreaterEqual(f["test_accuracy"][-1], 0.964)
        self.assertLessEqual(abs(f["test_accuracy"][-1] - f["plain_accuracy"][-1]), 0.003)
        self.assertGreaterEqual(f["auc"], 0.99)
        self.assertLessEqual(f["rows_different"][-1], 2)
        self.assertLessEqual(f["weight_error"][-1], 1e-3)


if __name__ == "__main__":
    if not (DATA / "regnet_x_400mf_mnist_first512.csv").exists():
        print(f"skipped: the paper's rows are not in {DATA} (BLINDFIT_DATA, or ../shared/data)")
        sys.exit(77)
    unittest.main()
