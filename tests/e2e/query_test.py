# SPDX-License-Identifier: Apache-2.0
"""query_test.py OWNER_PROGRAM CLOUD_PROGRAM: logits of encrypted rows, by a head that stays encrypted and by a plain one."""

import json
import shutil

import mirror
import refusal
import workspace
from refusal import DAMAGED, IO, USAGE

TEST_ROWS = workspace.samples(30, 3)  # test.csv
# Weights err by about 1e-7 and rows by 1e-8 at a scale of 2^40, times a dozen features; the table has six digits.
TOLERANCE = 1e-4


class QueryTest(refusal.RefusalTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journey(plan_flags=[*workspace.QUICK, "--inference"])
        cls.query("query", "test.csv")

    @classmethod
    def query(cls, out, data, *flags):
        cls.succeed("query", "--keys", "owner", "--data", data, "--out", out, *flags)

    def predict(self, query, out, *flags):
        return ["predict", "--job", "upload", "--query", query, "--out", out, *flags]

    def classify(self, query, logits, *flags):
        return ["classify", "--keys", "owner", "--query", query, "--logits", logits, "--out", "classes.csv", *flags]

    def opened(self, query, logits, *flags):
        self.succeed(*self.classify(query, logits, *flags))
        return workspace.read_logits(self.folder / "classes.csv")

    def head_of(self, iteration):
        flags = ["--keys", "owner", "--result", "result", "--iteration", iteration, "--out", "other.npz"]
        self.succeed("decrypt", *flags)
        return mirror.load_head(self.folder / "other.npz")

    def test_logits_of_the_encrypted_head_are_those_of_the_decrypted_one(self):
        self.succeed(*self.predict("query", "logits", "--result", "result"))
        classes, logits = self.opened("query", "logits", "--data", "test.csv", "--json", "figures.json")
        expected = mirror.logits(self.head_of(2), TEST_ROWS)
        self.assertLess(mirror.largest(logits, expected), TOLERANCE)
        self.assertEqual(classes, [max(range(3), key=row.__getitem__) for row in expected])
        figures = json.loads((self.folder / "figures.json").read_text())
        right = sum(k == label for k, (label, _) in zip(classes, TEST_ROWS))
        self.assertAlmostEqual(figures["accuracy"], right / 30)
        with self.subTest("of an earlier iteration"):
            self.succeed(*self.predict("query", "logits-1", "--result", "result", "--iteration", "1"))
            _, earlier = self.opened("query", "logits-1")
            self.assertLess(mirror.largest(earlier, mirror.logits(self.head_of(1), TEST_ROWS)), TOLERANCE)
            self.assertGreater(mirror.largest(earlier, expected), 100 * TOLERANCE)
        with self.subTest("many rows"):
            many = workspace.samples(9000, 8)  # more than a pair of row tiles
            (self.folder / "many.csv").write_text(workspace.csv_text(many))
            self.query("many", "many.csv")
            self.succeed(*self.predict("many", "many-logits", "--result", "result"))
            _, logits = self.opened("many", "many-logits")
            self.assertLess(mirror.largest(logits, mirror.logits(self.head_of(2), many)), TOLERANCE)

    def test_logits_of_a_plain_head(self):
        self.query("plain", "test.csv", "--plain-head")
        self.succeed(*self.predict("plain", "plain-logits", "--head", "head.npz"))
        _, logits = self.opened("plain", "plain-logits")
        expected = mirror.logits(mirror.load_head(self.folder / "head.npz"), TEST_ROWS)
        self.assertLess(mirror.largest(logits, expected), TOLERANCE)
        with self.subTest("a head of other sizes"):
            (self.folder / "two.csv").write_text(workspace.csv_text([(k, x[:5]) for k, x in TEST_ROWS]))
            self.query("two", "two.csv", "--plain-head")
            words = ["head.npz", "3 classes of 5 features: 3 of 12"]
            self.refused(USAGE, words, *self.predict("two", "no", "--head", "head.npz"))

    def test_leaves_nothing_of_the_rows_in_the_clear(self):
        names = workspace.tree(self.folder / "query")
        tiles = len(names) - 1
        self.assertEqual(names, [*(f"query-{i + 1:04}.ct" for i in range(tiles)), "query.json"])
        fields = json.loads((self.folder / "query" / "query.json").read_text())
        self.assertEqual(set(fields), {"format", "version", "checksum", "plan", "nonce", "rows", "iterations", "plain_head"})

    def test_refuses_what_does_not_belong_together(self):
        by_result = ["--result", "result"]
        self.refused(USAGE, ["trained head", "--result"], *self.predict("query", "no", "--head", "head.npz"))
        self.refused(IO, ["result-0"], *self.predict("query", "no", "--result", "result-0"))
        self.refused(IO, ["iteration 3"], *self.predict("query", "no", *by_result, "--iteration", "3"))
        self.refused(DAMAGED, ["--memory"], *self.predict("query", "no", *by_result, "--memory", "0.001"))
        (self.folder / "narrow.csv").write_text("1,2,3\n2,3,4\n")
        narrow = ["query", "--keys", "owner", "--data", "narrow.csv", "--out", "no"]
        self.refused(USAGE, ["12 features: 2"], *narrow)
        self.refused(USAGE, ["2 iterations: 3"], "query", "--keys", "owner", "--data", "test.csv", "--out", "no", "--after", "1,3")
        self.query("listed", "test.csv", "--after", "1")
        self.refused(USAGE, ["blindfit watch"], *self.classify("listed", "logits"))
        self.refused(USAGE, ["train --validation"], *self.predict("listed", "no", *by_result))
        self.succeed(*self.predict("query", "logits-2", *by_result))
        self.query("twin", "test.csv")
        self.refused(DAMAGED, ["logits-0001.ct"], *self.classify("twin", "logits-2"))

    def test_refuses_damage(self):
        for name in ["query.json", "query-0001.ct"]:
            workspace.copy_folder(self.folder / "query", self.folder / "damaged")
            data = bytearray((self.folder / "damaged" / name).read_bytes())
            data[len(data) // 2] ^= 1
            workspace.replace(self.folder / "damaged" / name, bytes(data))
            self.refused(DAMAGED, [name], *self.predict("damaged", "no", "--result", "result"))
            (self.folder / "damaged" / name).unlink()
            self.refused(IO, [name], *self.predict("damaged", "no", "--result", "result"))
            shutil.rmtree(self.folder / "damaged")

    def test_needs_a_plan_and_an_upload_of_its_own(self):
        self.journey(prefix="bare-")
        flags = ["query", "--keys", "bare-owner", "--data", "test.csv", "--out", "no"]
        self.refused(USAGE, ["plan --inference"], *flags)
        foreign = ["predict", "--job", "bare-upload", "--query", "query", "--result", "result", "--out", "no"]
        self.refused(DAMAGED, ["query.json", "plan of this job"], *foreign)
        with self.subTest("a plan without folds"):
            self.journey(prefix="one-", plan_flags=[*workspace.QUICK[:-1], "1"], until="encrypt")
            flags = ["--keys", "one-owner", "--data", "test.csv", "--plain-head", "--out", "no"]
            self.refused(USAGE, ["plan --inference"], "query", *flags)
        with self.subTest("before encrypt"):
            self.succeed("keygen", "--plan", "plan.json", "--out", "fresh")
            self.refused(IO, ["transform"], "query", "--keys", "fresh", "--data", "test.csv", "--out", "no")


if __name__ == "__main__":
    workspace.main()
