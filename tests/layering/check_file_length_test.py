# SPDX-License-Identifier: Apache-2.0
"""Plants a file that is one line too long."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
import check_file_length  # noqa: E402


class FileLengthTest(unittest.TestCase):
    def found(self, name, lines):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / name
            file.parent.mkdir(parents=True)
            file.write_text("\n" * lines, encoding="utf-8")
            return [(str(path), count) for path, count in check_file_length.too_long(pathlib.Path(folder))]

    def test_accepts_the_limit(self):
        self.assertEqual(self.found("blindfit/ring/ntt.cpp", 500), [])

    def test_rejects_one_line_more_in_code_tests_and_tools(self):
        for name in ("blindfit/ring/ntt.cpp", "blindfit/ring/ntt_test.cpp", "tools/check.py", "apps/cloud/a.h"):
            self.assertEqual(self.found(name, 501), [(name, 501)])

    def test_leaves_data_alone(self):
        self.assertEqual(self.found("fuzz/corpus/csv/long.csv", 501), [])


if __name__ == "__main__":
    unittest.main()
