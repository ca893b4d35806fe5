# SPDX-License-Identifier: Apache-2.0
"""refreshed_test.py OWNER_PROGRAM CLOUD_PROGRAM: training beyond its modulus, killed at any moment, to the same bytes.

BLINDFIT_KILLS says how many random kills there are: each costs a start of the cloud's program, which reads and expands
a gigabyte of keys, so the default is one.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import time

import mirror
import refusal
import workspace
from refusal import DAMAGED, IO

SEED = 20261123
KILLS = int(os.environ.get("BLINDFIT_KILLS", "1"))
ITERATIONS = 4
# From W = 0 the first gradient is taken at the second iteration; from the third on there is a refresh before each.
REFRESHES = ITERATIONS - 2
FLAGS = ["--transform", "standardise", "--labels-as", "product", "--iterations", ITERATIONS, "--activation", "3"]
FLAGS += ["--refresh", "always", "--inference"]


class RefreshedTest(refusal.RefusalTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(SEED)
        cls.journey(plan_flags=[*FLAGS, "--json", "plan-figures.json"], until="encrypt")
        start = time.monotonic()
        cls.succeed("train", "--job", "upload", "--out", "result")
        cls.seconds = time.monotonic() - start
        cls.states = workspace.contents(cls.folder / "result", "state-*.ct")

    def train(self, out, resume=True):
        return ["train", "--job", "upload", "--out", out, *(["--resume"] if resume else [])]

    def kill(self, out, moment):
        process = subprocess.Popen(
            self.command(*self.train(out)), cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        return process.wait()

    def done(self, out):
        record = self.folder / out / "training.json"
        return json.loads(record.read_text())["iterations_done"] if record.exists() else 0

    def test_plans_refreshes(self):
        figures = json.loads((self.folder / "plan-figures.json").read_text())
        self.assertEqual(figures["refreshes"], REFRESHES)
        self.assertEqual((figures["log_n"], figures["iterations"]), (16, ITERATIONS))
        self.assertLess(figures["log_qp"], 1747)

    def test_trains_what_the_mirror_trains(self):
        self.assertEqual(len(self.states), ITERATIONS)
        self.succeed("decrypt", "--keys", "owner", "--result", "result", "--out", "head.npz")
        self.succeed("evaluate", "--head", "head.npz", "--data", "test.csv", "--json", "test.json")
        # Three overlapping clouds: chance is 33 %, plain training reaches more than 80 %.
        self.assertGreater(json.loads((self.folder / "test.json").read_text())["accuracy"], 0.75)

    def test_predicts_by_weights_that_get_their_levels_back(self):
        self.succeed("decrypt", "--keys", "owner", "--result", "result", "--out", "head.npz")
        self.succeed("query", "--keys", "owner", "--data", "test.csv", "--out", "query")
        self.succeed("predict", "--job", "upload", "--query", "query", "--result", "result", "--out", "logits")
        self.succeed("classify", "--keys", "owner", "--query", "query", "--logits", "logits", "--out", "classes.csv")
        head = mirror.load_head(self.folder / "head.npz")
        _, opened = workspace.read_logits(self.folder / "classes.csv")
        expected = mirror.logits(head, workspace.samples(30, 3))
        # Refreshes err by about 1e-3 of the weights' bound of 8, a dozen features of size one add up.
        self.assertLess(mirror.largest(opened, expected), 0.1)

    def test_gives_the_same_bytes_after_kills(self):
        kills = 0
        while kills < KILLS:
            code = self.kill("killed", self.random.random() * self.seconds)
            if code == 0 or self.done("killed") == ITERATIONS:
                self.assertEqual(workspace.contents(self.folder / "killed", "state-*.ct"), self.states)
                shutil.rmtree(self.folder / "killed")
            kills += code != 0
            print(f"kill {kills} of {KILLS}: {self.done('killed')} of {ITERATIONS} iterations are there")
        self.succeed(*self.train("killed"))
        self.assertEqual(workspace.contents(self.folder / "killed", "state-*.ct"), self.states)

    def test_uses_the_checkpoint_before_a_damaged_one(self):
        folder = self.folder / "damaged"
        shutil.copytree(self.folder / "result", folder)
        record = json.loads((folder / "training.json").read_text())
        record["iteration_seconds"] = record["iteration_seconds"][: ITERATIONS - 1]
        (folder / "training.json").write_text(json.dumps(record))
        (folder / f"state-000{ITERATIONS}.ct").unlink()
        last = folder / f"state-000{ITERATIONS - 1}.ct"
        sound = last.read_bytes()
        last.write_bytes(sound[: len(sound) // 2])
        before = folder / f"state-000{ITERATIONS - 2}.ct"
        taken = before.read_bytes()
        first = folder / "state-0001.ct"
        before.write_bytes(first.read_bytes())  # whole, but of another iteration
        said = self.succeed(*self.train("damaged")).stderr
        self.assertRegex(said, f"warning: .*{last.name}.*going on after iteration {ITERATIONS - 2}")
        self.assertRegex(said, f"warning: .*{before.name}.*going on after iteration {ITERATIONS - 3}")
        self.assertEqual(before.read_bytes(), taken)
        self.assertEqual(workspace.contents(folder, "state-*.ct"), self.states)

    def test_refuses_a_job_that_memory_does_not_hold(self):
        self.refused(DAMAGED, ["1.00 GiB", "--memory"], "train", "--job", "upload", "--out", "none", "--memory", "1")

    def test_refuses_uploads_without_the_keys_of_refreshes(self):
        workspace.copy_folder(self.folder / "upload", self.folder / "lacking")
        keys = self.folder / "lacking" / "evaluation_keys"
        swapped = (keys / "to_sparse.key").read_bytes()
        (keys / "to_sparse.key").unlink()
        self.refused(IO, ["to_sparse.key"], "train", "--job", "lacking", "--out", "none")
        (keys / "to_sparse.key").write_bytes(swapped[:200])
        self.refused(DAMAGED, ["to_sparse.key"], "train", "--job", "lacking", "--out", "none")
        self.assertFalse((self.folder / "none").exists())


if __name__ == "__main__":
    workspace.main()
