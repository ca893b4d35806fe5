# SPDX-License-Identifier: Apache-2.0
"""What a refused command must look like: an exit code, one sentence with value and remedy, and no trace on disk."""

import workspace

USAGE, IO, DAMAGED, UNFIT = 2, 3, 4, 5


class RefusalTest(workspace.WorkspaceTest):
    def refused(self, code, words, name, *arguments, **options):
        """`words` must be in the message: the value that is wrong, and what to do."""
        before = workspace.tree(self.folder)
        done = self.attempt(name, *arguments, **options)
        # Flags that do not parse are answered by the parser, which then points to the help.
        lines = [line for line in done.stderr.splitlines() if "error:" in line] or done.stderr.splitlines()[:1]
        with self.subTest(" ".join(map(str, [name, *arguments]))):
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertEqual(len(lines), 1, done.stderr)
            for word in words:
                self.assertIn(word, lines[0])
            self.assertEqual(workspace.tree(self.folder), before)
