# SPDX-License-Identifier: Apache-2.0
"""The demo: what a new user runs first."""

import json
import re
import unittest

from programs import IO, OWNER, ProgramTest


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


if __name__ == "__main__":
    unittest.main()
