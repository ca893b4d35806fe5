# SPDX-License-Identifier: Apache-2.0
"""Damaged, foreign and forged files of every kind, full disks and folders that cannot be written."""

import os
import resource
import shutil
import unittest

from programs import CLOUD, DAMAGED, IO, OWNER, UNFIT, JobTest, edit_plan, listing, reseal, run


def truncate(path):
    path.write_bytes(path.read_bytes()[:-100])


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(bytes(data))


def lengthen(path):
    with path.open("ab") as file:
        file.write(b"\0" * 64)


def empty(path):
    path.write_bytes(b"")


def swell(path):
    """Two GiB that take no space: more than any reader accepts."""
    with path.open("r+b") as file:
        file.truncate(2 << 30)


DAMAGES = (truncate, flip, lengthen, empty, swell)


class Uploads(JobTest):
    TRAIN = ["train", "--job", "upload", "--out", "result"]

    def damage_and_refuse(self, name):
        path = self.folder / "upload" / name
        whole = path.read_bytes()
        for damage in DAMAGES:
            damage(path)
            with self.subTest(name=name, damage=damage.__name__):
                result = run(CLOUD, *self.TRAIN, cwd=self.folder)
                self.assertEqual(result.returncode, DAMAGED, result.stderr)
                self.assertIn(name, result.stderr)
                self.assertFalse((self.folder / "result").exists())
            path.unlink()  # never through a link into the owner's folder
            path.write_bytes(whole)

    def test_damaged_ciphertexts(self):
        self.damage_and_refuse("data-0001.ct")
        self.damage_and_refuse("label-product.ct")

    def test_damaged_keys(self):
        self.damage_and_refuse("evaluation_keys/relinearization.key")

    def test_damaged_plans(self):
        path = self.folder / "upload" / "plan.json"
        whole = path.read_text()
        for damage in (truncate, empty, swell):
            damage(path)
            self.assertEqual(run(CLOUD, *self.TRAIN, cwd=self.folder).returncode, DAMAGED)
            path.write_text(whole)
        path.write_text(whole.replace('"rows": 40', '"rows": 41'))
        self.refuse(DAMAGED, ["plan.json", "checksum"], CLOUD, *self.TRAIN, cwd=self.folder)

    def test_missing_files(self):
        for name in ("plan.json", "preconditioner.ct", "evaluation_keys/relinearization.key"):
            path = self.folder / "upload" / name
            whole = path.read_bytes()
            path.unlink()
            self.refuse(IO, [name], CLOUD, *self.TRAIN, cwd=self.folder)
            path.write_bytes(whole)

    def test_files_in_each_others_place(self):
        upload = self.folder / "upload"
        shutil.copy(upload / "data-0001.ct", upload / "label-product.ct")
        self.refuse(DAMAGED, ["label-product.ct"], CLOUD, *self.TRAIN, cwd=self.folder)
        first, second = sorted((upload / "evaluation_keys").glob("rotation_*"))[:2]
        shutil.copy(self.master / "upload" / "label-product.ct", upload / "label-product.ct")
        second.unlink()
        shutil.copy(first, second)
        self.refuse(DAMAGED, [second.name], CLOUD, *self.TRAIN, cwd=self.folder)

    def test_forged_plan_cannot_ask_for_less_security(self):
        def grow(document):
            document["parameters"]["log_q"] += [40] * 12
        edit_plan(self.folder / "upload" / "plan.json", grow)
        self.refuse(UNFIT, ["plan.json", "128"], CLOUD, *self.TRAIN, cwd=self.folder)

    def test_edited_plan_with_a_right_checksum_is_held_against_the_files(self):
        def change(document):
            document["spec"]["scale"] = 2.0 ** 39
        edit_plan(self.folder / "upload" / "plan.json", change)
        self.refuse(DAMAGED, ["scale"], CLOUD, *self.TRAIN, cwd=self.folder)

    def test_ciphertexts_of_other_parameters_or_versions(self):
        path = self.folder / "upload" / "data-0001.ct"
        whole = path.read_bytes()
        for offset in (0, 8, 10, 16):  # magic, version, kind, fingerprint
            def change(data, offset=offset):
                data[offset] ^= 1
            reseal(path, change)
            self.assertEqual(run(CLOUD, *self.TRAIN, cwd=self.folder).returncode, DAMAGED)
            path.write_bytes(whole)


class OwnersFiles(JobTest):
    def test_keys_of_another_owner(self):
        self.succeed(OWNER, "keygen", "--plan", "plan.json", "--out", "second", cwd=self.folder)
        name = "evaluation_keys/relinearization.key"
        (self.folder / "upload" / name).unlink()
        shutil.copy(self.folder / "second" / name, self.folder / "upload" / name)
        self.refuse(DAMAGED, ["relinearization.key", "key set"], CLOUD, "train", "--job", "upload",
                    "--out", "result", cwd=self.folder)

    def test_keys_of_another_plan(self):
        self.succeed(OWNER, "plan", "--data", "train.csv", *self.PLAN, "--a0", "0.5", "--out",
                     "other.json", cwd=self.folder)
        self.refuse(DAMAGED, ["another plan", "keygen"], OWNER, "encrypt", "--plan", "other.json",
                    "--keys", "owner", "--data", "train.csv", "--out", "second", cwd=self.folder)

    def test_result_of_another_owner(self):
        self.train()
        self.succeed(OWNER, "keygen", "--plan", "plan.json", "--out", "second", cwd=self.folder)
        self.refuse(DAMAGED, ["weights-02.ct", "key set"], OWNER, "decrypt", "--keys", "second",
                    "--result", "result", "--out", "head.npz", cwd=self.folder)

    def test_result_that_is_no_result(self):
        self.train()
        path = self.folder / "result" / "weights-02.ct"

        def scramble(data):
            data[2000:2400] = b"\0" * 400  # residues stay below their primes
        reseal(path, scramble)
        self.refuse(DAMAGED, ["weights-02.ct", "noise model"], OWNER, "decrypt", "--keys", "owner",
                    "--result", "result", "--out", "head.npz", cwd=self.folder)
        flip(path)
        self.refuse(DAMAGED, ["weights-02.ct"], OWNER, "decrypt", "--keys", "owner", "--result",
                    "result", "--out", "head.npz", cwd=self.folder)

    def test_damaged_secret_key_and_transform(self):
        for name in ("secret.key", "plan.json"):
            path = self.folder / "owner" / name
            whole = path.read_bytes()
            flip(path)
            self.refuse(DAMAGED, [name], OWNER, "encrypt", "--keys", "owner", "--data", "train.csv",
                        "--out", "second", cwd=self.folder)
            path.write_bytes(whole)
        self.train()
        truncate(self.folder / "owner" / "transform.blindfit")
        self.refuse(DAMAGED, ["transform.blindfit"], OWNER, "decrypt", "--keys", "owner", "--result",
                    "result", "--out", "head.npz", cwd=self.folder)

    def test_secret_key_that_others_may_read(self):
        (self.folder / "owner" / "secret.key").chmod(0o644)
        self.refuse(IO, ["secret.key", "chmod"], OWNER, "encrypt", "--keys", "owner", "--data",
                    "train.csv", "--out", "second", cwd=self.folder)

    def test_nothing_is_overwritten(self):
        self.refuse(IO, ["owner", "--out"], OWNER, "keygen", "--plan", "plan.json", "--out", "owner",
                    cwd=self.folder)
        self.refuse(IO, ["upload", "--out"], OWNER, "encrypt", "--keys", "owner", "--data",
                    "train.csv", "--out", "upload", cwd=self.folder)
        self.train()
        self.refuse(IO, ["result", "--resume"], CLOUD, "train", "--job", "upload", "--out", "result",
                    cwd=self.folder)

    def test_damaged_head(self):
        self.train()
        self.succeed(OWNER, "decrypt", "--keys", "owner", "--result", "result", "--out", "head.npz",
                     cwd=self.folder)
        for damage in (truncate, flip, empty):
            damage(self.folder / "head.npz")
            self.refuse(DAMAGED, ["head.npz"], OWNER, "evaluate", "--head", "head.npz", "--data",
                        "train.csv", cwd=self.folder)


class FullOrForbiddenPlaces(JobTest):
    @staticmethod
    def small_files():
        """What a full disk does: every file ends at 64 KiB."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))

    def test_full_disk(self):
        self.refuse(IO, ["'second"], OWNER, "keygen", "--plan", "plan.json", "--out", "second",
                    cwd=self.folder, preexec=self.small_files)
        self.refuse(IO, ["'second"], OWNER, "encrypt", "--keys", "owner", "--data", "train.csv",
                    "--out", "second", cwd=self.folder, preexec=self.small_files)
        result = run(CLOUD, "train", "--job", "upload", "--out", "result", cwd=self.folder,
                     preexec=self.small_files)
        self.assertEqual(result.returncode, IO, result.stderr)
        self.assertEqual(listing(self.folder / "result"), {})
        self.succeed(CLOUD, "train", "--job", "upload", "--out", "result", "--resume",
                     cwd=self.folder)

    def test_folders_that_cannot_be_written(self):
        (self.folder / "file").write_text("no folder")
        for out in ("file/second", "none/second", "/proc/second"):
            self.refuse(IO, [out], OWNER, "keygen", "--plan", "plan.json", "--out", out,
                        cwd=self.folder)
            self.refuse(IO, [out], OWNER, "encrypt", "--keys", "owner", "--data", "train.csv",
                        "--out", out, cwd=self.folder)
        for out in ("file/result", "/proc/result"):
            self.refuse(IO, [out], CLOUD, "train", "--job", "upload", "--out", out, cwd=self.folder)
        self.refuse(IO, ["none/plan.json"], OWNER, "plan", "--data", "train.csv", "--out",
                    "none/plan.json", cwd=self.folder)

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_folder_without_permission(self):
        (self.folder / "closed").mkdir(mode=0o500)
        self.refuse(IO, ["closed"], OWNER, "keygen", "--plan", "plan.json", "--out", "closed/owner",
                    cwd=self.folder)


if __name__ == "__main__":
    unittest.main()
