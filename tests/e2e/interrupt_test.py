# SPDX-License-Identifier: Apache-2.0
"""interrupt_test.py OWNER_PROGRAM CLOUD_PROGRAM: kill -9 and Ctrl-C at any moment cost time and nothing else.

`encrypt` has resume_test.py."""

import json
import random
import shutil
import signal
import subprocess
import time

import refusal
import workspace
from refusal import DAMAGED

SEED = 20230403
KILLS = 3
# Three iterations: there is a first checkpoint to lose, a second and none after the last.
LONGER = ["--transform", "centre", "--labels-as", "product", "--iterations", "3", "--activation", "3"]
INTERRUPTED = 130


class InterruptTest(refusal.RefusalTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(SEED)
        print(f"seed {SEED}")
        cls.seconds = {}
        cls.journey(plan_flags=LONGER, until="plan")
        cls.measure("keygen", "--plan", "plan.json", "--out", "owner")
        cls.measure("encrypt", "--keys", "owner", "--data", "train.csv", "--out", "upload")
        cls.measure("train", "--job", "upload", "--out", "result")
        cls.weights = workspace.contents(cls.folder / "result", "weights-*.ct")

    @classmethod
    def measure(cls, name, *arguments):
        start = time.monotonic()
        cls.succeed(name, *arguments)
        cls.seconds[name] = time.monotonic() - start

    def start(self, name, *arguments):
        return subprocess.Popen(
            self.command(name, *arguments),
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def stop(self, process, number):
        """Sends the signal and waits; returns the exit code and what was said."""
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
        return process.returncode, said

    def stop_at_random(self, number, name, *arguments):
        process = self.start(name, *arguments)
        moment = self.random.random() * self.seconds[name]
        time.sleep(moment)
        code, said = self.stop(process, number)
        print(f"{name}: signal {number} after {moment:.3f} of {self.seconds[name]:.3f} s: {code}")
        return code, said

    def stop_when(self, ready, number, name, *arguments):
        """Sends the signal once `ready()` holds, so that work is surely under way and not yet done."""
        process = self.start(name, *arguments)
        deadline = time.monotonic() + 60
        while not ready() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        return self.stop(process, number)

    def stop_after(self, path, number, name, *arguments):
        return self.stop_when(path.exists, number, name, *arguments)

    def killed_after(self, iterations):
        """The folder of a run that was killed in the iteration that follows."""
        folder = self.folder / "stopped"
        shutil.rmtree(folder, ignore_errors=True)
        train = ["train", "--job", "upload", "--out", "stopped", "--resume"]
        self.stop_when(lambda: self.done(folder) >= iterations, signal.SIGKILL, *train)
        self.assertEqual(self.done(folder), iterations)
        return folder

    @staticmethod
    def done(folder):
        record = folder / "training.json"
        return json.loads(record.read_text())["iterations_done"] if record.exists() else 0

    def expect_sound_rerun(self, name, *arguments, out):
        """Kills at random moments: the target is whole or absent, and the rerun leaves nothing else."""
        names = workspace.tree(self.folder)
        for _ in range(KILLS):
            code, _ = self.stop_at_random(signal.SIGKILL, name, *arguments)
            self.assertIn(code, [0, -signal.SIGKILL])
            self.assertEqual((self.folder / out).exists(), code == 0)
            if code == 0:
                shutil.rmtree(self.folder / out)
        self.succeed(name, *arguments)
        made = [path for path in workspace.tree(self.folder) if path.split("/")[0] != out]
        self.assertEqual(made, names, "what killed runs left must be gone")

    def test_makes_keys_after_kills(self):
        self.expect_sound_rerun("keygen", "--plan", "plan.json", "--out", "new-owner", out="new-owner")
        self.assertEqual(workspace.tree(self.folder / "new-owner"), self.owner_tree())
        shutil.rmtree(self.folder / "new-owner")

    def owner_tree(self):
        encryption = ["transform.blindfit", "rows.digest"]
        return [name for name in workspace.tree(self.folder / "owner") if name not in encryption]

    def expect_resumed(self, out):
        self.succeed("train", "--job", "upload", "--out", out, "--resume")
        self.assertEqual(workspace.contents(self.folder / out, "weights-*.ct"), self.weights)
        self.assertEqual(workspace.tree(self.folder / out), workspace.tree(self.folder / "result"))
        shutil.rmtree(self.folder / out)

    def test_gives_the_same_bytes_after_kills_in_training(self):
        train = ["train", "--job", "upload", "--out", "killed", "--resume"]
        for _ in range(KILLS):
            code, _ = self.stop_at_random(signal.SIGKILL, *train)
            self.assertIn(code, [0, -signal.SIGKILL])
        self.expect_resumed("killed")
        for t in [1, 2]:
            code, _ = self.stop_after(self.folder / "killed" / f"weights-0{t}.ct", signal.SIGKILL, *train)
            self.assertEqual(code, -signal.SIGKILL)
            self.expect_resumed("killed")

    def test_keeps_checkpoints_on_interrupts(self):
        record = self.folder / "stopped" / "training.json"
        for number in [signal.SIGINT, signal.SIGTERM]:
            code, said = self.stop_after(record, number, "train", "--job", "upload", "--out", "stopped")
            self.assertEqual(code, INTERRUPTED, said)
            self.assertRegex(said, "interrupted after [12] of 3 iterations.*--resume")
            done = 1 if "after 1" in said else 2
            for name in [f"weights-0{done}.ct", f"checkpoint-0{done}-v.ct", f"checkpoint-0{done}-w.ct"]:
                self.assertTrue((record.parent / name).exists(), name)
            self.assertFalse([name for name in workspace.tree(record.parent) if "partial" in name])
            self.expect_resumed("stopped")

    def test_leaves_nothing_of_interrupted_keys(self):
        names = workspace.tree(self.folder)
        code, said = self.stop_at_random(signal.SIGINT, "keygen", "--plan", "plan.json", "--out", "stopped")
        # 0: it was done; -2: it had not begun.
        self.assertIn(code, [0, INTERRUPTED, -signal.SIGINT], said)
        shutil.rmtree(self.folder / "stopped", ignore_errors=code != 0)
        self.assertEqual(workspace.tree(self.folder), names)

    def test_goes_on_before_a_damaged_checkpoint(self):
        folder = self.killed_after(2)
        for path in ["checkpoint-02-v.ct", "checkpoint-02-w.ct"]:
            sound = (folder / path).read_bytes()
            for damage in damages(sound):
                (folder / path).write_bytes(damage)
                shutil.copytree(folder, self.folder / "copy")
                said = self.succeed("train", "--job", "upload", "--out", "copy", "--resume").stderr
                self.assertRegex(said, f"warning: .*{path}.*going on after iteration 1")
                self.assertEqual(workspace.contents(self.folder / "copy", "weights-*.ct"), self.weights)
                shutil.rmtree(self.folder / "copy")
            (folder / path).write_bytes(sound)
        self.expect_resumed("stopped")

    def test_refuses_damaged_checkpoints_with_none_before(self):
        folder = self.killed_after(1)
        for path in [*sorted(folder.glob("checkpoint-*.ct")), folder / "training.json"]:
            sound = path.read_bytes()
            for damage in damages(sound):
                if path.suffix == ".json" and len(damage) == len(sound):
                    continue  # plain text without a checksum: another number is another number
                path.write_bytes(damage)
                self.refused(DAMAGED, [path.name], "train", "--job", "upload", "--out", "stopped", "--resume")
            path.write_bytes(sound)
        self.expect_resumed("stopped")


def damages(sound):
    middle = len(sound) // 2
    return [sound[:middle], b"", sound[:middle] + bytes([sound[middle] ^ 16]) + sound[middle + 1 :]]


if __name__ == "__main__":
    workspace.main()
