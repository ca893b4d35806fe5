# SPDX-License-Identifier: Apache-2.0
"""watch_test.py OWNER_PROGRAM CLOUD_PROGRAM: early stopping on an encrypted validation part, one bit an answer."""

import hashlib
import json
import shutil
import signal
import struct
import subprocess

import mirror
import refusal
import workspace
from refusal import DAMAGED, IO, USAGE

ITERATIONS = 3
# A squared error takes the fewest levels: N = 2^15 holds three iterations.
PLAN = ["--transform", "standardise", "--labels-as", "product", "--loss", "mse", "--step", "0.02"]
PLAN += ["--iterations", ITERATIONS, "--log-n", "15"]
VALIDATION = workspace.samples(40, 7)
STOPPED = 2


def right_classes(head, rows):
    return [max(range(3), key=row.__getitem__) for row in mirror.logits(head, rows)]


class WatchTest(refusal.RefusalTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journey(plan_flags=[*PLAN, "--refresh", "never", "--inference"])
        cls.states = workspace.contents(cls.folder / "result", "weights-*.ct")
        cls.heads = []
        for t in range(1, ITERATIONS + 1):
            cls.succeed("decrypt", "--keys", "owner", "--result", "result", "--iteration", t, "--out", "head-t.npz")
            cls.heads.append(mirror.load_head(cls.folder / "head-t.npz"))
        # Labels that the first head gets right, all of them: no later one can be better.
        labels = right_classes(cls.heads[0], VALIDATION)
        cls.rows = [(label, x) for label, (_, x) in zip(labels, VALIDATION)]
        (cls.folder / "validation.csv").write_text(workspace.csv_text(cls.rows))

    def setUp(self):
        (self.folder / "owner" / "answers.json").unlink(missing_ok=True)
        for name in ["query", "new", "answers"]:
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def query(self, after):
        self.succeed("query", "--keys", "owner", "--data", "validation.csv", "--out", "query", "--after", after)

    def train(self, *flags):
        return ["train", "--job", "upload", "--validation", "query", "--out", "new", *flags]

    def watch(self, *flags, result="new", data="validation.csv", patience=1):
        where = ["--keys", "owner", "--query", "query", "--result", result, "--data", data]
        return ["watch", *where, "--patience", patience, "--json", "watch.json", *flags]

    def figures(self):
        return json.loads((self.folder / "watch.json").read_text())

    def accuracy(self, iteration):
        classes = right_classes(self.heads[iteration - 1], self.rows)
        return sum(k == label for k, (label, _) in zip(classes, self.rows)) / len(self.rows)

    def log(self):
        return json.loads((self.folder / "owner" / "answers.json").read_text())["answers"]

    def test_an_answer_stops_the_training(self):
        self.query("1,2,3")
        cloud = subprocess.Popen(
            self.command(*self.train("--wait", "60")), cwd=self.folder, stdout=subprocess.PIPE, text=True
        )
        self.succeed(*self.watch())
        said, _ = cloud.communicate(timeout=120)
        self.assertEqual(cloud.returncode, 0)
        self.assertIn("the owner's answer to iteration 2", said)
        weights = workspace.contents(self.folder / "new", "weights-*.ct")
        self.assertEqual(weights, {name: self.states[name] for name in sorted(self.states)[:STOPPED]})
        seen = self.figures()
        self.assertEqual((seen["iterations"], seen["stopped"], seen["best_iteration"]), ([1, 2], True, 1))
        for iteration, accuracy in zip(seen["iterations"], seen["accuracies"]):
            self.assertAlmostEqual(accuracy, self.accuracy(iteration))
        self.assertEqual([(a["iteration"], a["go_on"]) for a in self.log()], [(1, True), (2, False)])
        self.assertEqual((self.folder / "owner" / "answers.json").stat().st_mode & 0o777, 0o600)
        with self.subTest("an answer holds after a restart"):
            self.succeed(*self.train("--resume"))
            self.assertEqual(workspace.contents(self.folder / "new", "weights-*.ct"), weights)
        with self.subTest("without the validation part training goes on"):
            self.succeed("train", "--job", "upload", "--out", "new", "--resume")
            self.assertEqual(workspace.contents(self.folder / "new", "weights-*.ct"), self.states)

    def test_looks_again_and_says_the_same(self):
        self.query("1,2")
        self.succeed(*self.train())
        self.assertEqual(workspace.contents(self.folder / "new", "weights-*.ct"), self.states)
        (self.folder / "answers").mkdir()
        self.succeed(*self.watch("--once", "--answers", "answers"))
        before, log = workspace.contents(self.folder / "answers", "*"), self.log()
        self.assertEqual(sorted(before), ["answer-0001.json", "answer-0002.json"])
        (self.folder / "answers" / "answer-0002.json").unlink()
        self.succeed(*self.watch("--once", "--answers", "answers", patience=9))
        self.assertEqual(workspace.contents(self.folder / "answers", "*"), before)
        self.assertEqual(self.log(), log)

    def test_looks_at_a_question_once(self):
        self.query("1,2")
        self.succeed(*self.train())
        first, second = (self.folder / "new" / f"logits-000{i}.ct" for i in (1, 2))
        honest = first.read_bytes()
        # A whole ciphertext of the run under another's index, as anyone can make one.
        replayed = forged(second.read_bytes(), 116, struct.pack("<I", 1))
        self.succeed(*self.watch("--once"))
        first.write_bytes(replayed)
        self.refused(DAMAGED, ["iteration 1", "looked at once"], *self.watch("--once"))
        with self.subTest("nor more than 16 times"):
            path = self.folder / "owner" / "answers.json"
            document = json.loads(path.read_text())
            document["answers"] = [{**document["answers"][0], "iteration": 100 + i} for i in range(16)]
            path.write_text(json.dumps(signed(document)))
            self.refused(USAGE, ["at most 16 questions"], *self.watch("--once"))
        with self.subTest("nor from a log that was damaged"):
            path.write_text(path.read_text().replace("true", "false", 1))
            self.refused(DAMAGED, ["answers.json"], *self.watch("--once"))
        path.unlink()
        with self.subTest("what is no result counts, and silence is the answer"):
            body = honest[152:-32]  # after frame, degree, level and scale (docs/format.md)
            half = len(body) // 2
            first.write_bytes(forged(honest, 152, body[half:] + body[:half]))
            refused = ["watch", *self.watch("--once")[1:]]
            done = self.attempt(*refused)
            self.assertEqual(done.returncode, DAMAGED, done.stderr)
            self.assertIn("not the logits of this query", done.stderr)
            self.assertEqual([entry["go_on"] for entry in self.log()], [None])
            self.assertFalse((self.folder / "new" / "answer-0003.json").exists())
            first.write_bytes(honest)
            self.refused(DAMAGED, ["looked at once"], *self.watch("--once"))
        with self.subTest("nor under a scale that hides it"):
            path.unlink()
            first.write_bytes(forged(honest, 136, struct.pack("<d", 2.0**110)))
            self.refused(DAMAGED, ["logits-0001.ct", "scale"], *self.watch("--once"))
            self.assertFalse(path.exists())

    def test_one_watch_at_a_time(self):
        self.query("1")
        waiting = subprocess.Popen(
            self.command(*self.watch(result="result")), cwd=self.folder, stdout=subprocess.PIPE, text=True
        )
        waiting.stdout.readline()  # the head of the table: the log is open
        self.refused(IO, ["another `blindfit watch`"], *self.watch("--once", result="result"))
        waiting.send_signal(signal.SIGINT)
        waiting.communicate(timeout=60)
        self.assertEqual(waiting.returncode, 130)

    def test_logits_of_iterations_that_have_passed_are_caught_up_with(self):
        self.query("1,2")
        self.succeed("train", "--job", "upload", "--out", "new")
        self.succeed(*self.train("--resume"))
        self.succeed(*self.watch("--once"))
        self.assertEqual(self.figures()["iterations"], [1, 2])
        with self.subTest("but not into those of another query"):
            shutil.rmtree(self.folder / "query")
            self.query("1,2")
            self.refused(DAMAGED, ["logits-0001.ct", "another query"], *self.train("--resume"))

    def test_a_foreign_answer_counts_as_none(self):
        self.query("1")
        (self.folder / "answers").mkdir()
        self.succeed(*self.train())
        self.succeed(*self.watch("--once", "--answers", "answers"))
        answer = json.loads((self.folder / "answers" / "answer-0001.json").read_text())
        answer.update({"go_on": False, "query": "00" * 32})
        for text, words in [("{", "answer-0001.json"), (json.dumps(signed(answer)), "counts as none")]:
            shutil.rmtree(self.folder / "new")
            (self.folder / "new").mkdir()
            (self.folder / "new" / "answer-0001.json").write_text(text)
            self.assertIn(words, self.succeed(*self.train("--resume")).stderr)
            self.assertEqual(workspace.contents(self.folder / "new", "weights-*.ct"), self.states)

    def test_says_what_is_missing(self):
        self.query("1")
        self.succeed(*self.watch("--once", result="result"))
        self.assertEqual(self.figures()["iterations"], [])
        words = ["each of the 40 rows", "30 rows"]
        self.refused(USAGE, words, *self.watch("--once", data="test.csv"))
        shutil.rmtree(self.folder / "query")
        self.succeed("query", "--keys", "owner", "--data", "validation.csv", "--out", "query")
        self.refused(USAGE, ["list iterations", "--after"], *self.train())
        self.refused(USAGE, ["--after"], *self.watch("--once", result="result"))


def forged(data, offset, field):
    """A framed file with other bytes at `offset` and the checksum that fits."""
    body = bytearray(data[:-32])
    body[offset : offset + len(field)] = field
    return bytes(body) + hashlib.blake2b(body, digest_size=32).digest()


def signed(document):
    """With the checksum that fits its other fields."""
    document = {name: value for name, value in document.items() if name != "checksum"}
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return {**document, "checksum": hashlib.blake2b(text.encode(), digest_size=32).hexdigest()}


if __name__ == "__main__":
    workspace.main()
