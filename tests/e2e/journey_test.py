# SPDX-License-Identifier: Apache-2.0
"""journey_test.py OWNER_PROGRAM CLOUD_PROGRAM: the whole journey by separate commands, against plain Python."""

import csv
import json

import mirror
import workspace

# The paper's acceptance bound on weights is 5e-6; noise at a scale of 2^40 leaves about 1e-7.
TOLERANCE = 5e-6
QUADRATIC = ["--transform", "centre", "--labels-as", "product", "--iterations", "2", "--activation", "3"]
PAPER = [
    *["--transform", "none", "--method", "nag", "--step", "0.5", "--iterations", "2", "--a0", "0.01"],
    *["--activation", "paper-cubic", "--start", "encrypted", "--start-value", "0.0128"],
]


class JourneyTest(workspace.WorkspaceTest):
    def read_head(self, prefix):
        return mirror.load_head(self.folder / f"{prefix}head.npz")

    def expect_mirror(self, prefix):
        plan = json.loads((self.folder / f"{prefix}plan.json").read_text())
        with open(self.folder / "train.csv", newline="") as file:
            table = [(int(row[0]), [float(x) for x in row[1:]]) for row in csv.reader(file)]
        head = self.read_head(prefix)
        self.assertEqual(head["classes"], list(range(workspace.CLASSES)))
        error = mirror.largest_difference(head, mirror.train(table, plan, 2))
        print(f"{prefix}: largest error of a weight {error:.2g}")
        self.assertLess(error, TOLERANCE)
        # A control: the head of another iteration is not within a hundred tolerances.
        self.assertGreater(mirror.largest_difference(head, mirror.train(table, plan, 1)), 100 * TOLERANCE)

    def test_gives_the_mirrors_head_with_the_owner_out_of_reach(self):
        self.journey("quadratic-", QUADRATIC, until="encrypt")
        # The cloud gets the upload alone; nothing of the owner's stays where it could look.
        cloud, away = self.folder / "cloud", self.folder / "away"
        cloud.mkdir()
        (self.folder / "quadratic-upload").rename(cloud / "upload")
        (self.folder / "quadratic-owner").rename(away)
        away.chmod(0)
        names = workspace.tree(cloud)
        self.assertFalse([name for name in names if "secret" in name or "transform" in name])
        self.assertEqual(json.loads((cloud / "upload" / "plan.json").read_text())["owner"], {})
        self.succeed("train", "--job", "cloud/upload", "--out", "cloud/result")
        away.chmod(0o700)
        away.rename(self.folder / "quadratic-owner")
        figures = self.succeed(
            *["decrypt", "--keys", "quadratic-owner", "--result", "cloud/result", "--out", "quadratic-head.npz"],
            *["--json", "-"],
        ).stdout
        self.assertIn('"iteration": 2', figures)
        self.expect_mirror("quadratic-")
        done = self.succeed(
            "evaluate", "--head", "quadratic-head.npz", "--data", "test.csv", "--json", "evaluation.json"
        )
        self.assertIn("accuracy", done.stdout)
        evaluation = json.loads((self.folder / "evaluation.json").read_text())
        self.assertEqual(evaluation["rows"], 30)
        self.assertGreater(evaluation["accuracy"], 0.8)

    def test_gives_the_mirrors_head_with_encrypted_labels_and_start(self):
        self.journey("paper-", PAPER)
        self.expect_mirror("paper-")

    def test_gives_the_same_ciphertexts_with_one_thread_and_two(self):
        self.journey("threads-", until="encrypt")
        for threads in "12":
            self.succeed("train", "--job", "threads-upload", "--out", "threads-" + threads, "--threads", threads)
        one, two = (workspace.contents(self.folder / ("threads-" + threads), "*.ct") for threads in "12")
        self.assertEqual(sorted(one), ["weights-01.ct", "weights-02.ct"])
        self.assertEqual(one, two)

    def test_leaves_the_secret_key_to_its_owner_alone(self):
        self.journey("modes-", until="keygen")
        self.assertEqual((self.folder / "modes-owner" / "secret.key").stat().st_mode & 0o777, 0o600)
        self.assertEqual((self.folder / "modes-owner").stat().st_mode & 0o777, 0o700)


if __name__ == "__main__":
    workspace.main()
