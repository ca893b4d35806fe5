# SPDX-License-Identifier: Apache-2.0
"""damaged_files_test.py OWNER_PROGRAM CLOUD_PROGRAM: ciphertexts, keys and plans damaged, foreign or insecure."""

import hashlib
import os
import random
import re
import shutil

import forgery
import refusal
import workspace
from refusal import DAMAGED, IO, UNFIT, USAGE

PASSPHRASE = "correct horse battery staple"


def insecure(plan):
    """A plan with special primes that take the modulus beyond the 430 bits that N = 2^14 allows."""
    return re.sub(r'("log_p": \[)[^]]*', r"\g<1>50,50", plan)


class DamagedFilesTest(refusal.RefusalTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journey()
        cls.journey("other-", until="train")
        cls.some_rotation = min((cls.folder / "owner" / "evaluation_keys").glob("rotation_*.key")).name

    def each_damage(self, folder, files, refuse):
        """Calls refuse(code, words) for every file of a copy of `folder`, damaged in every way."""
        for name in files:
            sound = (self.folder / folder / name).read_bytes()
            flip = random.Random(name).randrange(len(sound))
            flipped = sound[:flip] + bytes([sound[flip] ^ 1 << flip % 8]) + sound[flip + 1 :]
            damages = [b"", sound[:50], sound[: len(sound) // 2], flipped, sound + b"x", b"X" + sound[1:]]
            path = self.folder / "damaged" / name
            workspace.copy_folder(self.folder / folder, self.folder / "damaged")
            for damage in damages:
                workspace.replace(path, damage)
                refuse(DAMAGED, ["damaged/" + name])
            path.unlink()
            path.mkdir(mode=0o700)
            refuse(IO, ["damaged/" + name, "; check"])
            shutil.rmtree(self.folder / "damaged")

    def refused_by_train(self, code, words, job="damaged"):
        self.refused(code, words, "train", "--job", job, "--out", "new")

    def test_refuses_a_damaged_upload(self):
        keys = ["evaluation_keys/relinearization.key", "evaluation_keys/" + self.some_rotation]
        files = ["data-0001.ct", "label-product.ct", "preconditioner.ct", "plan.json", *keys]
        self.each_damage("upload", files, self.refused_by_train)

    def test_refuses_a_damaged_owner_folder(self):
        def refuse(code, words):
            self.refused(code, words, "encrypt", "--keys", "damaged", "--data", "train.csv", "--out", "new")

        self.each_damage("owner", ["secret.key", "plan.json"], refuse)

    def test_refuses_a_damaged_transform_or_result(self):
        def refuse_transform(code, words):
            self.refused(code, words, "decrypt", "--keys", "damaged", "--result", "result", "--out", "new.npz")

        def refuse_result(code, words):
            self.refused(code, words, "decrypt", "--keys", "owner", "--result", "damaged", "--out", "new.npz")

        self.each_damage("owner", ["transform.blindfit"], refuse_transform)
        self.each_damage("result", ["weights-02.ct"], refuse_result)

    def test_refuses_a_damaged_head(self):
        sound = (self.folder / "head.npz").read_bytes()
        path = self.folder / "damaged.npz"
        for damage in [b"", sound[:100], sound[:-1], b"P" + sound]:
            path.write_bytes(damage)
            self.refused(DAMAGED, ["damaged.npz"], "evaluate", "--head", "damaged.npz", "--data", "test.csv")
        path.unlink()

    def test_refuses_a_folder_with_a_file_missing(self):
        for name in ["data-0001.ct", "plan.json", "evaluation_keys/" + self.some_rotation]:
            workspace.copy_folder(self.folder / "upload", self.folder / "damaged")
            (self.folder / "damaged" / name).unlink()
            self.refused_by_train(IO, ["damaged/" + name, "check the name"])
            shutil.rmtree(self.folder / "damaged")

    def test_refuses_an_oversized_file_without_reading_it(self):
        workspace.copy_folder(self.folder / "upload", self.folder / "damaged")
        path = self.folder / "damaged" / "data-0001.ct"
        workspace.replace(path, b"BLINDFIT")
        os.truncate(path, 1 << 40)
        self.refused_by_train(DAMAGED, ["damaged/data-0001.ct", str(1 << 40)])
        shutil.rmtree(self.folder / "damaged")

    def test_waits_for_no_pipe(self):
        for name in ["data-0001.ct", "plan.json", "evaluation_keys/" + self.some_rotation]:
            workspace.copy_folder(self.folder / "upload", self.folder / "damaged")
            (self.folder / "damaged" / name).unlink()
            os.mkfifo(self.folder / "damaged" / name)
            arguments = ["train", "--job", "damaged", "--out", "new"]
            self.refused(IO, ["damaged/" + name, "pipe", "regular file"], *arguments, timeout=60)
            shutil.rmtree(self.folder / "damaged")

    def test_refuses_files_of_another_key_set_or_kind(self):
        rotation = "evaluation_keys/" + self.some_rotation
        swaps = [
            ("other-upload/data-0001.ct", "data-0001.ct"),
            ("other-upload/preconditioner.ct", "preconditioner.ct"),
            ("other-upload/" + rotation, rotation),
            ("other-upload/evaluation_keys/relinearization.key", "evaluation_keys/relinearization.key"),
            ("upload/evaluation_keys/relinearization.key", rotation),
            ("upload/label-product.ct", "preconditioner.ct"),
            ("result/weights-01.ct", "data-0001.ct"),
            ("owner/secret.key", "data-0001.ct"),
        ]
        for source, name in swaps:
            workspace.copy_folder(self.folder / "upload", self.folder / "damaged")
            workspace.replace(self.folder / "damaged" / name, (self.folder / source).read_bytes())
            self.refused_by_train(DAMAGED, ["damaged/"])
            shutil.rmtree(self.folder / "damaged")

    def test_refuses_files_in_one_anothers_places(self):
        # The smallest ring takes four ciphertexts for the data, which only their roles tell apart.
        small = ["--transform", "standardise", "--labels-as", "product", "--iterations", "1", "--log-n", "13"]
        self.journey("tiled-", small, until="encrypt")

        def refuse_swap(words, folder, name, other, *command):
            workspace.copy_folder(self.folder / folder, self.folder / "damaged")
            first, second = (self.folder / folder / n for n in (name, other))
            workspace.replace(self.folder / "damaged" / name, second.read_bytes())
            workspace.replace(self.folder / "damaged" / other, first.read_bytes())
            self.refused(DAMAGED, ["damaged/", *words, "keep the names"], *command)
            shutil.rmtree(self.folder / "damaged")

        train = ["train", "--job", "damaged", "--out", "new"]
        refuse_swap(["data 1", "data 2"], "tiled-upload", "data-0001.ct", "data-0002.ct", *train)
        refuse_swap(["label product", "preconditioner"], "upload", "label-product.ct", "preconditioner.ct", *train)
        decrypt = ["decrypt", "--keys", "owner", "--result", "damaged", "--out", "new.npz"]
        refuse_swap(["weights 1", "weights 2"], "result", "weights-01.ct", "weights-02.ct", *decrypt)

    def test_refuses_ciphertexts_under_an_edited_plan(self):
        workspace.copy_folder(self.folder / "upload", self.folder / "damaged")
        plan = self.folder / "damaged" / "plan.json"
        text = plan.read_text()
        edited = text.replace('"rows": 60', '"rows": 59')
        self.assertNotEqual(edited, text)
        workspace.replace(plan, workspace.with_new_checksum(edited).encode())
        self.refused_by_train(DAMAGED, ["damaged/", "of another plan"])
        shutil.rmtree(self.folder / "damaged")

    def test_refuses_the_keys_or_result_of_another_plan(self):
        self.succeed("plan", "--data", "train.csv", *workspace.QUICK, "--a0", "0.5", "--out", "third-plan.json")
        self.refused(
            *[DAMAGED, ["third-plan.json", "another plan", "keygen"], "encrypt", "--plan", "third-plan.json"],
            *["--keys", "owner", "--data", "train.csv", "--out", "new"],
        )
        decrypt = ["decrypt", "--keys", "owner", "--result", "other-result", "--out", "new.npz"]
        self.refused(DAMAGED, ["weights-02.ct"], *decrypt)
        self.refused(
            *[DAMAGED, ["'result'", "another job", "--out"], "train", "--job", "other-upload"],
            *["--out", "result", "--resume"],
        )

    def test_refuses_a_plan_that_claims_insecure_parameters(self):
        text = (self.folder / "plan.json").read_text()
        # A control: the forger's checksum and fingerprint are the right ones.
        self.assertEqual(forgery.forge(text), text)
        path = self.folder / "forged.json"
        path.write_text(forgery.forge(insecure(text)))
        self.refused(UNFIT, ["430"], "keygen", "--plan", "forged.json", "--out", "new")
        workspace.copy_folder(self.folder / "upload", self.folder / "damaged")
        upload = (self.folder / "upload" / "plan.json").read_text()
        plan = self.folder / "damaged" / "plan.json"
        workspace.replace(plan, forgery.forge(insecure(upload)).encode())
        self.refused_by_train(UNFIT, ["430"])
        # Secure, but with sizes that nobody can hold; and an edit without a new checksum.
        vast = workspace.with_new_checksum(upload.replace('"rows": 60', '"rows": 4000000000'))
        workspace.replace(plan, vast.encode())
        self.refused_by_train(DAMAGED, ["damaged/"])
        workspace.replace(plan, upload.replace('"rows": 60', '"rows": 61').encode())
        self.refused_by_train(DAMAGED, ["damaged/plan.json", "checksum"])
        shutil.rmtree(self.folder / "damaged")
        path.unlink()

    def test_refuses_weights_that_the_plan_does_not_compute(self):
        decrypt = ["decrypt", "--keys", "owner", "--out", "new.npz", "--result"]
        sound = (self.folder / "result" / "weights-02.ct").read_bytes()
        # A control: what noise leaves is far from what is granted, on the right side.
        told = self.succeed(*decrypt, "result").stdout
        left, granted = map(float, re.search(r"at most (\S+); noise may leave (\S+)", told).groups())
        self.assertLess(left, granted)
        self.assertLess(granted, 1e-3)
        (self.folder / "new.npz").unlink()
        # One changed residue under a fresh checksum: other weights than the cloud was asked for.
        body = sound[:-40] + bytes([sound[-40] ^ 1]) + sound[-39:-32]
        forged = body + hashlib.blake2b(body, digest_size=32).digest()
        workspace.copy_folder(self.folder / "result", self.folder / "damaged")
        workspace.replace(self.folder / "damaged" / "weights-02.ct", forged)
        self.refused(DAMAGED, ["weights-02.ct", "slots that must be zero", f"{granted:.2g}"], *decrypt, "damaged")
        shutil.rmtree(self.folder / "damaged")

    def test_refuses_a_wrong_passphrase(self):
        for name, text in [("right", PASSPHRASE + "\n"), ("wrong", PASSPHRASE[:-1]), ("empty", "\n")]:
            (self.folder / name).write_text(text)
        self.refused(USAGE, ["'empty'"], "keygen", "--plan", "plan.json", "--out", "new", "--passphrase-file", "empty")
        self.succeed("keygen", "--plan", "plan.json", "--out", "locked", "--passphrase-file", "right")
        self.assertNotIn(PASSPHRASE.encode(), (self.folder / "locked" / "secret.key").read_bytes())
        encrypt = ["encrypt", "--keys", "locked", "--data", "train.csv", "--out", "locked-upload"]
        self.refused(DAMAGED, ["passphrase"], *encrypt, "--passphrase-file", "wrong")
        # Without a terminal to ask at.
        self.refused(USAGE, ["--passphrase-file"], *encrypt, start_new_session=True)
        self.succeed(*encrypt, "--passphrase-file", "right")


if __name__ == "__main__":
    workspace.main()
