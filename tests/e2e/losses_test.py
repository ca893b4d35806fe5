# SPDX-License-Identifier: Apache-2.0
"""losses_test.py OWNER_PROGRAM CLOUD_PROGRAM: losses, batches and streaming by separate commands."""

import csv
import json

import mirror
import workspace

# The paper's acceptance bound; noise at a scale of 2^40 leaves about 1e-7.
TOLERANCE = 5e-6
CENTRED = ["--transform", "centre", "--method", "nag", "--labels-as", "product", "--iterations", "2"]


class LossesTest(workspace.WorkspaceTest):
    def difference(self, prefix, iterations=2):
        plan = json.loads((self.folder / f"{prefix}plan.json").read_text())
        with open(self.folder / "train.csv", newline="") as file:
            table = [(int(row[0]), [float(x) for x in row[1:]]) for row in csv.reader(file)]
        head = mirror.load_head(self.folder / f"{prefix}head.npz")
        return mirror.largest_difference(head, mirror.train(table, plan, iterations))

    def test_squared_error_with_decay_and_a_schedule_is_that_of_the_formulas(self):
        flags = ["--loss", "mse", "--step", "0.05", "--weight-decay", "0.2", "--schedule", "exponential"]
        self.journey("mse-", [*CENTRED, *flags, "--schedule-rate", "0.7"])
        self.assertLess(self.difference("mse-"), TOLERANCE)
        self.assertGreater(self.difference("mse-", iterations=1), 100 * TOLERANCE)

    def test_softmax_is_within_its_error_of_the_true_one(self):
        self.journey("softmax-", [*CENTRED, "--loss", "softmax", "--step", "0.5", "--refresh", "never"])
        # An error of 1e-2 in each of 60 rows' probabilities, times features of size one and the rate 0.5 / 60.
        self.assertLess(self.difference("softmax-"), 0.5 * 1e-2)
        self.assertGreater(self.difference("softmax-", iterations=1), 0.5 * 1e-2)

    def test_data_that_memory_does_not_hold_are_streamed_to_the_same_bytes(self):
        (self.folder / "many.csv").write_text(workspace.csv_text(workspace.samples(40000, 5)))
        plan = ["--transform", "standardise", "--iterations", "3", "--batches", "2", "--log-n", "15", "--step", "1"]
        self.succeed(
            *["plan", "--data", "many.csv", *plan, "--method", "nag", "--loss", "mse", "--out", "many-plan.json"],
            *["--labels-as", "product", "--json", "many.json"],
        )
        self.succeed("keygen", "--plan", "many-plan.json", "--out", "many-owner")
        self.succeed("encrypt", "--keys", "many-owner", "--data", "many.csv", "--out", "many-upload")
        self.succeed("train", "--job", "many-upload", "--out", "whole", "--json", "whole.json")
        gib = 0.93 * json.loads((self.folder / "many.json").read_text())["peak_memory_bytes"] / 2**30
        streamed = ["train", "--job", "many-upload", "--out", "streamed", "--json", "streamed.json", "--memory", gib]
        self.succeed(*streamed)
        read = [json.loads((self.folder / name).read_text())["pairs_at_once"] for name in ("whole.json", "streamed.json")]
        self.assertEqual(read[0], 0)
        self.assertGreater(read[1], 0)
        whole, parts = (workspace.contents(self.folder / name, "weights-*.ct") for name in ("whole", "streamed"))
        self.assertEqual(len(whole), 3)
        self.assertEqual(whole, parts)
        self.assertEqual(len(list((self.folder / "many-upload").glob("label-product-*.ct"))), 2)


if __name__ == "__main__":
    workspace.main()
