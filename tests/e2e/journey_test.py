# SPDX-License-Identifier: Apache-2.0
"""The journey by hand: separate commands, two folders, the owner's out of reach while training."""

import json
import shutil
import stat
import tempfile
import unittest
import pathlib

from npz import read_npz
from programs import CLOUD, OWNER, JobTest, ProgramTest, listing, run, solve_mirror, write_csv

# Noise of a small job at scale 2^40, far below; a wrong mask, label or step misses by more than 1e-3.
WEIGHT_TOLERANCE = 1e-5


class Journey(JobTest):
    def test_head_is_the_mirrors_and_the_owner_was_out_of_reach(self):
        away = pathlib.Path(tempfile.mkdtemp(prefix="blindfit-e2e-away-"))
        self.addCleanup(shutil.rmtree, away, ignore_errors=True)
        shutil.move(self.folder / "owner", away / "owner")
        (self.folder / "train.csv").rename(away / "train.csv")
        self.train()
        shutil.move(away / "owner", self.folder / "owner")
        self.succeed(OWNER, "decrypt", "--keys", "owner", "--result", "result", "--out", "head.npz",
                     cwd=self.folder)

        plan = json.loads((self.folder / "plan.json").read_text())["spec"]
        radius, odd = plan["activation_radius"], plan["activation_odd_chebyshev"]
        # T_1 = y and T_3 = 4 y^3 - 3 y in y = z / radius.
        monomials = [(odd[1] - 3 * odd[3]) / radius, 4 * odd[3] / radius ** 3]
        history, mean = solve_mirror(self.ROWS, 2, monomials, 3)
        head = read_npz(self.folder / "head.npz")
        self.assertEqual(head["classes"], [0, 1, 2])
        for k, weights in enumerate(history[-1]):
            for mirrored, decrypted in zip(weights[1:], head["weights"][k]):
                self.assertAlmostEqual(mirrored, decrypted, delta=WEIGHT_TOLERANCE)
            bias = weights[0] - sum(w * m for w, m in zip(weights[1:], mean))
            self.assertAlmostEqual(bias, head["bias"][k], delta=6 * WEIGHT_TOLERANCE)
        # The control: the iteration before is another head.
        self.assertGreater(max(abs(a - b) for a, b in zip(history[0][0], history[1][0])),
                           100 * WEIGHT_TOLERANCE)

    def test_head_recognises_its_classes(self):
        self.train()
        self.succeed(OWNER, "decrypt", "--keys", "owner", "--result", "result", "--out", "head.npz",
                     cwd=self.folder)
        result = self.succeed(OWNER, "evaluate", "--head", "head.npz", "--data", "train.csv", "--json",
                              "-", cwd=self.folder)
        figures = json.loads(result.stdout)
        self.assertEqual(figures["rows"], 40)
        self.assertGreater(figures["accuracy"], 0.9)
        self.assertEqual(sum(map(sum, figures["confusion"])), 40)

    def test_upload_holds_nothing_of_the_owners(self):
        files = listing(self.folder / "upload")
        self.assertEqual({name for name in files if "/" not in name},
                         {"plan.json", "data-0001.ct", "label-product.ct", "preconditioner.ct"})
        self.assertEqual({pathlib.Path(name).suffix for name in files if "/" in name}, {".key"})
        public = json.loads((self.folder / "upload" / "plan.json").read_text())
        self.assertEqual(public["owner"], {})
        secret = (self.folder / "owner" / "secret.key").read_bytes()
        for name in files:
            self.assertNotIn(secret[-64:-32], (self.folder / "upload" / name).read_bytes())

    def test_secret_key_is_the_owners_alone(self):
        mode = stat.S_IMODE((self.folder / "owner" / "secret.key").stat().st_mode)
        self.assertEqual(mode, 0o600)
        self.assertEqual(stat.S_IMODE((self.folder / "owner").stat().st_mode), 0o700)

    def test_threads_do_not_change_a_bit(self):
        self.train("--threads", "1")
        one = listing(self.folder / "result")
        shutil.rmtree(self.folder / "result")
        self.train("--threads", "2")
        two = listing(self.folder / "result")
        for name in one:
            if name.endswith(".ct"):
                self.assertEqual(one[name], two[name], name)

    def test_sharing_is_refused_with_the_reason(self):
        self.refuse(5, ["IND-CPA-D", "SECURITY.md"], OWNER, "decrypt", "--keys", "owner", "--result",
                    "result", "--out", "head.npz", "--for-sharing", cwd=self.folder)


class ProtectedKey(ProgramTest):
    def test_passphrase_opens_and_nothing_else_does(self):
        rows = JobTest.ROWS
        write_csv(self.folder / "train.csv", rows)
        (self.folder / "right").write_text("correct horse\n")
        (self.folder / "wrong").write_text("battery staple\n")
        self.succeed(OWNER, "plan", "--data", "train.csv", *JobTest.PLAN, "--out", "plan.json",
                     cwd=self.folder)
        self.succeed(OWNER, "keygen", "--plan", "plan.json", "--out", "owner", "--passphrase-file",
                     "right", cwd=self.folder)
        encrypt = ["encrypt", "--keys", "owner", "--data", "train.csv", "--out", "upload"]
        self.refuse(4, ["secret.key"], OWNER, *encrypt, "--passphrase-file", "wrong", cwd=self.folder)
        detached = run("/usr/bin/setsid", OWNER, *encrypt, cwd=self.folder)
        self.assertEqual(detached.returncode, 2, detached.stderr)
        self.assertIn("--passphrase-file", detached.stderr)
        self.succeed(OWNER, *encrypt, "--passphrase-file", "right", cwd=self.folder)


class Info(ProgramTest):
    def test_states_kernels_and_the_security_table(self):
        for program in (OWNER, CLOUD):
            info = json.loads(self.succeed(program, "info", "--json", "-").stdout)
            self.assertIn(info["kernels"], info["kernels_available"])
            self.assertEqual(info["kernels_available"][-1], "scalar")
            self.assertEqual(info["max_log_qp"]["15"], 868)

    def test_help_documents_the_exit_codes(self):
        for program in (OWNER, CLOUD):
            self.assertIn("130 interrupted", self.succeed(program, "--help").stdout)


if __name__ == "__main__":
    unittest.main()
