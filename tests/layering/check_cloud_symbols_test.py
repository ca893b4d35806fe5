# SPDX-License-Identifier: Apache-2.0
"""check_cloud_symbols_test.py COMPILER: programs with and without a decryptor, and a stripped one."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).parents[2] / "tools" / "check_cloud_symbols.sh"
COMPILER = "c++"
MANY_SYMBOLS = "\n".join(f"int function_{i}() {{ return {i}; }}" for i in range(600))
DECRYPTOR = "namespace owner { int decrypt(int x) { return x; } }\n"
MAIN = "\nint main() { return 0; }\n"


class CloudSymbolsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.clean = cls.program("clean", MANY_SYMBOLS + MAIN)
        cls.owner = cls.program("owner", MANY_SYMBOLS + DECRYPTOR + MAIN)
        cls.stripped = cls.program("stripped", MANY_SYMBOLS + DECRYPTOR + MAIN, "-s")

    @classmethod
    def program(cls, name, source, *flags):
        path = pathlib.Path(cls.folder.name) / name
        subprocess.run([COMPILER, *flags, "-x", "c++", "-", "-o", path], input=source, text=True, check=True)
        return path

    def check(self, cloud, owner):
        return subprocess.run([CHECK, cloud, owner], capture_output=True, text=True, check=False)

    def test_accepts_a_program_without_secrets(self):
        self.assertEqual(self.check(self.clean, self.owner).returncode, 0)

    def test_rejects_a_decryptor_and_names_it(self):
        result = self.check(self.owner, self.owner)
        self.assertEqual(result.returncode, 1)
        self.assertIn("owner::decrypt(int)", result.stdout)

    def test_rejects_a_stripped_program(self):
        result = self.check(self.stripped, self.owner)
        self.assertEqual(result.returncode, 1)
        self.assertIn("must have more than 500 symbols", result.stdout)

    def test_rejects_a_search_that_finds_nothing_anywhere(self):
        self.assertEqual(self.check(self.clean, self.clean).returncode, 1)

    def test_skips_what_is_not_built(self):
        self.assertEqual(self.check("/nonexistent", self.owner).returncode, 77)


if __name__ == "__main__":
    COMPILER = sys.argv.pop(1)
    unittest.main()
