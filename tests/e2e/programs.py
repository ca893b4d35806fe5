# SPDX-License-Identifier: Apache-2.0
"""Runs the owner's program in a folder of its own. Standard library only."""

import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

BUILD = pathlib.Path(os.environ.get("BLINDFIT_BUILD", "build/release")).resolve()
OWNER = BUILD / "blindfit"

# Documented in --help.
DONE, INTERNAL, USAGE, IO, DAMAGED, UNFIT, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


def run(program, *arguments, cwd=None, preexec=None):
    """Runs to the end; stdout and stderr as text."""
    return subprocess.run([program, *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
                          timeout=200, preexec_fn=preexec)


def listing(folder):
    """Every file below `folder` with a hash of its bytes."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


class ProgramTest(unittest.TestCase):
    """A test in a folder of its own, with the programs and assertions about how they end."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="blindfit-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def succeed(self, program, *arguments, **options):
        result = run(program, *arguments, **options)
        self.assertEqual(result.returncode, DONE, f"{arguments}\n{result.stdout}\n{result.stderr}")
        return result

    def refuse(self, code, words, program, *arguments, **options):
        """The command must end with `code` and one message that holds all `words`, and must leave no
        file behind or changed."""
        before = listing(self.folder)
        result = run(program, *arguments, **options)
        self.assertEqual(result.returncode, code, f"{arguments}\n{result.stdout}\n{result.stderr}")
        errors = [line for line in result.stderr.splitlines() if ": error: " in line]
        self.assertEqual(len(errors), 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertEqual(listing(self.folder), before, "something was left behind or changed")
        return result
