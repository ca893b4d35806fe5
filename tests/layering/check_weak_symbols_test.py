# SPDX-License-Identifier: Apache-2.0
"""check_weak_symbols_test.py COMPILER: plants a kernel file that uses the standard library, and one that does not."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
import check_weak_symbols  # noqa: E402

COMPILER = "c++"
LEAKING = """
#include <algorithm>
#include <vector>
void kernel(std::vector<int>& x) { std::sort(x.begin(), x.end()); }
"""
CLEAN = """
namespace { int twice(int x) { return 2 * x; } }
int kernel(int x) { return twice(x); }
"""


class WeakSymbolsTest(unittest.TestCase):
    def found(self, source):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "kernel.cpp"
            file.write_text(source, encoding="utf-8")
            # -O3 would inline the template away; the check must see through that, and through the launcher.
            command = f"/usr/bin/ccache {COMPILER} -std=c++20 -O3 -g -o kernel.o -c {file}"
            return check_weak_symbols.weak_symbols({"directory": folder, "command": command}, folder)

    def test_finds_templates_of_the_standard_library(self):
        self.assertGreater(len(self.found(LEAKING)), 10)

    def test_accepts_functions_of_the_files_own(self):
        self.assertEqual(self.found(CLEAN), [])

    def test_reads_only_files_with_flags_of_an_instruction_set(self):
        with tempfile.TemporaryDirectory() as folder:
            database = pathlib.Path(folder) / "compile_commands.json"
            database.write_text(
                '[{"directory": "/", "file": "a", "command": "c++ -mavx512f -c a"},'
                ' {"directory": "/", "file": "b", "command": "c++ -march=x86-64 -c b"}]', encoding="utf-8")
            entries = check_weak_symbols.instruction_set_entries(pathlib.Path(folder))
            self.assertEqual([entry["file"] for entry in entries], ["a"])


if __name__ == "__main__":
    COMPILER = sys.argv.pop(1)
    unittest.main()
