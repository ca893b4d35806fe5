# SPDX-License-Identifier: Apache-2.0
"""What a refused command must look like: an exit code, one sentence with value and remedy, and no trace on disk."""

import os

import workspace

USAGE, IO, DAMAGED, UNFIT = 2, 3, 4, 5


class RefusalTest(workspace.WorkspaceTest):
    def refused(self, code, words, name, *arguments, **options):
        """`words` must be in the message: the value that is wrong, and what to do."""
        before = workspace.tree(self.folder)
        done = self.attempt(name, *arguments, **options)
        program = os.path.basename(self.command(name)[0])
        lines = [line for line in done.stderr.splitlines() if line.startswith(f"{program}: error: ")]
        with self.subTest(" ".join(map(str, [name, *arguments]))):
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertEqual(len(lines), 1, done.stderr)
            for word in words:
                self.assertIn(word, lines[0])
            self.assertEqual(workspace.tree(self.folder), before)
