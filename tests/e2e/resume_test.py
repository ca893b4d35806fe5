# SPDX-License-Identifier: Apache-2.0
"""resume_test.py OWNER_PROGRAM CLOUD_PROGRAM: an encryption that was killed goes on where it stopped."""

import json
import random
import resource
import shutil
import signal
import subprocess
import time

import mirror
import refusal
import workspace
from refusal import IO, USAGE

SEED = 20230403
KILLS = 6
INTERRUPTED = 130
ROWS, FEATURES = 4000, 60
PLAN = ["--transform", "standardise", "--labels-as", "product", "--iterations", "2"]
SEED_BYTES = slice(144, 176)  # of c_1 in a fresh ciphertext (docs/format.md)


class ResumeTest(refusal.RefusalTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(SEED)
        print(f"seed {SEED}")
        noise = random.Random(1)
        table = [(i % 3, [round(noise.gauss(i % 3 * (j % 4), 2), 4) for j in range(FEATURES)]) for i in range(ROWS)]
        (cls.folder / "train.csv").write_text(workspace.csv_text(table))
        (cls.folder / "other.csv").write_text(workspace.csv_text(table[1:] + table[:1]))
        cls.journey(plan_flags=PLAN, until="keygen")
        start = time.monotonic()
        cls.succeed(*cls.encrypt("upload"))
        cls.seconds = time.monotonic() - start
        cls.names = workspace.tree(cls.folder / "upload")
        cls.ciphertexts = sorted((cls.folder / "upload").glob("*.ct"))
        cls.head = cls.trained_head("upload")

    @staticmethod
    def encrypt(out, *flags, data="train.csv"):
        return ["encrypt", "--keys", "owner", "--data", data, "--out", out, *flags]

    @classmethod
    def trained_head(cls, upload):
        cls.succeed("train", "--job", upload, "--out", "result")
        cls.succeed("decrypt", "--keys", "owner", "--result", "result", "--out", "head.npz")
        shutil.rmtree(cls.folder / "result")
        head = mirror.load_head(cls.folder / "head.npz")
        (cls.folder / "head.npz").unlink()
        return head

    def tearDown(self):
        for path in self.folder.glob("new*"):
            shutil.rmtree(path)

    @property
    def stage(self):
        return self.folder / "new.unfinished"

    def stopped(self, number, finished, *flags):
        """Sends the signal once so many ciphertexts are whole; returns exit code and what was said."""
        process = subprocess.Popen(
            self.command(*self.encrypt("new", *flags)), cwd=self.folder, stderr=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 60
        while len(list(self.stage.glob("*.ct"))) < finished and time.monotonic() < deadline:
            time.sleep(0.0005)
        process.send_signal(number)
        said = process.communicate(timeout=60)[1]
        return process.returncode, said

    def expect_sound(self, upload="new"):
        """The upload is what one run makes, and trains to the same head."""
        self.assertEqual(workspace.tree(self.folder / upload), self.names)
        self.assertFalse(self.stage.exists())
        head = self.trained_head(upload)
        self.assertLess(mirror.largest_difference(head, (self.head["weights"], self.head["bias"])), 1e-4)

    def resumed(self):
        done = self.succeed(*self.encrypt("new", "--resume", "--json", "figures.json"))
        figures = json.loads((self.folder / "figures.json").read_text())
        (self.folder / "figures.json").unlink()
        return done, figures["ciphertexts_kept"]

    def test_goes_on_after_kills_at_random_moments(self):
        before = {}
        for _ in range(KILLS):
            process = subprocess.Popen(
                self.command(*self.encrypt("new", "--resume")), cwd=self.folder, stderr=subprocess.DEVNULL
            )
            time.sleep(self.random.random() * self.seconds)
            process.kill()
            code = process.wait()
            self.assertIn(code, [0, -signal.SIGKILL])
            self.assertEqual((self.folder / "new").exists(), code == 0)
            if code == 0:
                break
            now = workspace.contents(self.stage, "*.ct")
            print(f"killed: {len(now)} of {len(self.ciphertexts)} ciphertexts")
            self.assertEqual(before, {name: now.get(name) for name in before}, "what was finished stays")
            before = now
        self.resumed()
        now = workspace.contents(self.folder / "new", "*.ct")
        self.assertEqual(before, {name: now.get(name) for name in before})
        self.expect_sound()

    def test_keeps_what_is_finished_and_says_how_to_go_on(self):
        code, _ = self.stopped(signal.SIGKILL, 3)
        self.assertEqual(code, -signal.SIGKILL)
        # Nothing but parts of the upload, whole or in the making.
        for name in workspace.tree(self.stage):
            self.assertIn(name.split(".partial-")[0], self.names)
        words = ["new.unfinished", "--resume", "remove it to start over"]
        self.refused(IO, words, *self.encrypt("new"))
        prepare = ["prepare", "--data", "train.csv", "--keys", "keys", "--out", "new"]
        self.refused(IO, ["encrypt --resume", *words[:1]], *prepare)
        self.assertFalse((self.folder / "new").exists())
        _, kept = self.resumed()
        self.assertGreaterEqual(kept, 3)
        self.expect_sound()

    def test_says_after_an_interrupt_what_is_finished(self):
        for number in [signal.SIGINT, signal.SIGTERM]:
            code, said = self.stopped(number, 2)
            self.assertEqual(code, INTERRUPTED, said)
            count = len(self.ciphertexts)
            self.assertRegex(said, rf"interrupted; \d+ of {count} ciphertexts.*new.unfinished.*--resume")
            self.assertFalse([name for name in workspace.tree(self.stage) if "partial" in name])
            self.resumed()
            self.expect_sound()
            shutil.rmtree(self.folder / "new")

    def test_makes_damaged_and_foreign_ciphertexts_again_with_fresh_randomness(self):
        self.stopped(signal.SIGKILL, 8)
        names = sorted(path.name for path in self.stage.glob("*.ct"))
        cut, flipped, swapped, empty, whole = (self.stage / name for name in names[:5])
        old = {path: path.read_bytes() for path in [cut, flipped, swapped, empty, whole]}
        cut.write_bytes(old[cut][:-100])
        flipped.write_bytes(old[flipped][:5000] + bytes([old[flipped][5000] ^ 1]) + old[flipped][5001:])
        swapped.write_bytes(old[whole])  # whole, of this run, in another's place
        empty.write_bytes(b"")
        (self.stage / "data-0001.ct.partial-0123456789abcdef").write_bytes(b"half")
        done, kept = self.resumed()
        self.assertGreaterEqual(kept, len(names) - 4)
        for path in [cut, flipped, swapped, empty]:
            self.assertRegex(done.stderr, f"warning: made again: .*{path.name}")
            now = (self.folder / "new" / path.name).read_bytes()
            self.assertNotEqual(now[SEED_BYTES], old[path][SEED_BYTES], "never the same randomness twice")
        self.assertEqual((self.folder / "new" / whole.name).read_bytes(), old[whole])
        self.expect_sound()

    def test_refuses_other_rows_and_strangers(self):
        self.stopped(signal.SIGKILL, 3)
        self.refused(USAGE, ["other rows already"], *self.encrypt("new", "--resume", data="other.csv"))
        (self.stage / "notes.txt").write_text("mine")
        self.refused(IO, ["notes.txt", "no part of this upload"], *self.encrypt("new", "--resume"))
        (self.stage / "notes.txt").unlink()
        # Files made with other keys are foreign, every one of them.
        self.succeed("keygen", "--plan", "plan.json", "--out", "stranger")
        foreign = ["encrypt", "--keys", "stranger", "--data", "train.csv", "--out", "new", "--resume"]
        self.refused(USAGE, ["does not say which rows", "start over"], *foreign)
        shutil.rmtree(self.folder / "stranger")
        self.resumed()
        self.expect_sound()

    def test_goes_on_when_a_full_disk_has_space_again(self):
        sizes = {path.name: path.stat().st_size for path in self.ciphertexts}
        self.assertGreater(sizes["label-product.ct"], sizes["data-0001.ct"])
        with self.subTest("the label product does not fit"):
            done = self.attempt(*self.encrypt("new"), preexec_fn=limit_files(sizes["data-0001.ct"]))
            self.assertEqual(done.returncode, IO, done.stderr)
            finished = len(sizes) - 1
            self.assertRegex(done.stderr, rf"label-product.*{finished} of {len(sizes)} ciphertexts.*--resume")
        _, kept = self.resumed()
        self.assertEqual(kept, finished)
        self.expect_sound()

    def test_has_nothing_to_do_when_all_is_done(self):
        before = workspace.contents(self.folder / "upload", "*.ct")
        self.succeed(*self.encrypt("upload", "--resume"))
        self.assertEqual(workspace.contents(self.folder / "upload", "*.ct"), before)
        workspace.copy_folder(self.folder / "upload", self.folder / "new")
        (self.folder / "new" / "label-product.ct").unlink()
        self.refused(IO, ["'new' exists already"], *self.encrypt("new", "--resume"))

    def test_leaves_the_digest_of_the_rows_with_the_owner(self):
        digest = self.folder / "owner" / "rows.digest"
        self.assertEqual(digest.stat().st_mode & 0o777, 0o600)
        self.assertFalse([name for name in self.names if "rows" in name or "transform" in name])


def limit_files(size):
    """For preexec_fn: writes beyond `size` bytes of a file fail, as on a full disk."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


if __name__ == "__main__":
    workspace.main()
