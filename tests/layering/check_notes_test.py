# SPDX-License-Identifier: Apache-2.0
"""Plants a reference to a note that does not exist, and a note that the index does not list."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
import check_notes  # noqa: E402


class NotesTest(unittest.TestCase):
    def problems(self, index, code):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "docs" / "notes").mkdir(parents=True)
            (root / "docs" / "notes" / "0001-first.md").write_text("# 0001\n", encoding="utf-8")
            (root / "docs" / "notes" / "README.md").write_text(index, encoding="utf-8")
            (root / "blindfit").mkdir()
            (root / "blindfit" / "x.h").write_text(code, encoding="utf-8")
            return list(check_notes.problems(root))

    def test_accepts_what_exists_and_is_listed(self):
        self.assertEqual(self.problems("[0001](0001-first.md)", "// why: note 0001, docs/notes/0001-first.md"), [])

    def test_rejects_a_dangling_reference_and_says_where(self):
        self.assertEqual(self.problems("[0001](0001-first.md)", "\n// note 0002"),
                         ["blindfit/x.h:2: there is no note 0002 in docs/notes"])

    def test_rejects_an_unlisted_note(self):
        self.assertEqual(self.problems("", ""), ["docs/notes/README.md: must list 0001-first.md"])


if __name__ == "__main__":
    unittest.main()
