# SPDX-License-Identifier: Apache-2.0
"""kill -9 and Ctrl-C in the middle of every long command, and a rerun."""

import json
import os
import shutil
import signal
import subprocess
import time
import unittest

from programs import CLOUD, DONE, INTERRUPTED, OWNER, JobTest, listing, run


def start(program, *arguments, cwd):
    return subprocess.Popen([program, *arguments], cwd=cwd, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True)


def wait_for(condition, process):
    """Until `condition` holds or the process has ended."""
    while process.poll() is None and not condition():
        time.sleep(0.002)


def ciphertexts(folder):
    return {name: digest for name, digest in listing(folder).items() if name.startswith("weights")}


class KillAndResume(JobTest):
    PLAN = ["--transform", "centre", "--method", "quadratic-gradient", "--activation", "3", "--range",
            "8", "--iterations", "3", "--scale-bits", "36", "--labels-as", "product"]
    COPY = os.link  # nothing here writes into a file that exists
    TRAIN = ["train", "--job", "upload", "--out", "result", "--threads", "2"]

    def whole_result(self):
        self.succeed(CLOUD, "train", "--job", "upload", "--out", "whole", cwd=self.folder)
        return ciphertexts(self.folder / "whole")

    def test_resumed_training_gives_the_same_bytes(self):
        expected = self.whole_result()
        self.assertEqual(len(expected), 3)
        for end, t in ((signal.SIGKILL, 1), (signal.SIGINT, 2)):
            process = start(CLOUD, *self.TRAIN, "--resume", cwd=self.folder)
            wait_for((self.folder / "result" / f"weights-0{t}.ct").exists, process)
            process.send_signal(end)
            _, errors = process.communicate()
            if end == signal.SIGINT:
                self.assertEqual(process.returncode, INTERRUPTED, errors)
                self.assertIn("--resume", errors)
        record = json.loads((self.folder / "result" / "training.json").read_text())
        self.assertFalse(record["complete"])
        self.succeed(CLOUD, *self.TRAIN, "--resume", cwd=self.folder)
        self.assertEqual(ciphertexts(self.folder / "result"), expected)
        record = json.loads((self.folder / "result" / "training.json").read_text())
        self.assertTrue(record["complete"])
        self.assertEqual(len(record["iteration_seconds"]), 3)
        # Once more: there is nothing left to do, and nothing changes.
        before = listing(self.folder / "result")
        self.succeed(CLOUD, *self.TRAIN, "--resume", cwd=self.folder)
        self.assertEqual(listing(self.folder / "result"), before)

    def test_result_of_another_job_is_not_resumed(self):
        self.succeed(OWNER, "encrypt", "--keys", "owner", "--data", "train.csv", "--out", "upload-2",
                     cwd=self.folder)
        process = start(CLOUD, *self.TRAIN, cwd=self.folder)
        wait_for((self.folder / "result" / "weights-01.ct").exists, process)
        wait_for((self.folder / "result" / "training.json").exists, process)
        process.kill()
        process.communicate()
        self.refuse(4, ["another job", "--out"], CLOUD, "train", "--job", "upload-2", "--out",
                    "result", "--resume", cwd=self.folder)

    def kill_and_rerun(self, command, out, delays):
        """A killed run leaves no folder of the final name; a rerun succeeds and cleans up."""
        for delay in delays:
            process = start(OWNER, *command, cwd=self.folder)
            wait_for(lambda: list(self.folder.glob(f"{out}.partial-*")), process)
            time.sleep(delay)
            process.kill()
            process.communicate()
            if process.returncode == DONE:  # it was faster than the kill
                shutil.rmtree(self.folder / out)
            self.assertFalse((self.folder / out).exists())
        self.succeed(OWNER, *command, cwd=self.folder)
        self.assertEqual(list(self.folder.glob(f"{out}.partial-*")), [])

    def test_killed_keygen(self):
        self.kill_and_rerun(["keygen", "--plan", "plan.json", "--out", "second"], "second",
                            (0, 0.2))
        keys = len(list((self.folder / "second" / "evaluation_keys").iterdir()))
        self.assertEqual(keys, len(list((self.folder / "owner" / "evaluation_keys").iterdir())))

    def test_killed_encrypt(self):
        self.kill_and_rerun(["encrypt", "--keys", "owner", "--data", "train.csv", "--out", "second"],
                            "second", (0, 0.02))
        result = run(CLOUD, "train", "--job", "second", "--out", "result", cwd=self.folder)
        self.assertEqual(result.returncode, DONE, result.stderr)

    def test_interrupted_keygen_cleans_up_at_once(self):
        process = start(OWNER, "keygen", "--plan", "plan.json", "--out", "second", cwd=self.folder)
        wait_for(lambda: list(self.folder.glob("second.partial-*")), process)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
        self.assertEqual(process.returncode, INTERRUPTED, errors)
        self.assertEqual(list(self.folder.glob("second*")), [])


if __name__ == "__main__":
    unittest.main()
