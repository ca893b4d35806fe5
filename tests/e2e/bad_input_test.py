# SPDX-License-Identifier: Apache-2.0
"""bad_input_test.py OWNER_PROGRAM CLOUD_PROGRAM: data, flags, folders and disks that cannot be used."""

import os
import resource
import shutil
import signal
import struct

import refusal
import workspace
from refusal import DAMAGED, IO, UNFIT, USAGE


def npy(descr, shape, data):
    header = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape!r}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


def limit_files(size):
    """For preexec_fn: writes beyond `size` bytes of a file fail, as on a full disk."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


class BadInputTest(refusal.RefusalTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journey()

    def table(self, name, text):
        (self.folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    def changed(self, line, column, value):
        rows = [row.split(",") for row in (self.folder / "train.csv").read_text().splitlines()]
        rows[line][column] = value
        return self.table("changed.csv", "".join(",".join(row) + "\n" for row in rows))

    def refused_as_data(self, words, data, code=USAGE, extra=()):
        """By every command that reads training data."""
        self.refused(code, words, "plan", "--data", data, *workspace.QUICK, *extra, "--out", "new.json")
        self.refused(code, words, "encrypt", "--keys", "owner", "--data", data, *extra, "--out", "new")

    def test_refuses_tables_that_are_no_tables(self):
        self.refused_as_data(["missing.csv", "check the name"], "missing.csv", IO)
        self.refused_as_data(["owner", "rename or convert it"], "owner")
        self.refused_as_data(["empty.csv"], self.table("empty.csv", ""))
        self.refused_as_data(["blank.csv"], self.table("blank.csv", "\n\n\n"))
        self.refused_as_data(["ragged.csv", "2"], self.table("ragged.csv", "0,1,2\n1,2\n0,1,2\n"))
        self.refused_as_data(["binary.csv"], self.table("binary.csv", bytes(range(256)) * 9))

    def test_refuses_values_that_are_no_numbers(self):
        for value in ["nan", "inf", "-inf", "1e999", "abc", ""]:
            self.refused_as_data(["changed.csv", "8", value], self.changed(7, 5, value))

    def test_refuses_labels_that_are_none(self):
        for value in ["-1", "1.5", "1e30", "nan", ""]:
            self.refused_as_data(["changed.csv", value], self.changed(7, 0, value))
        self.refused_as_data(["one.csv", "1"], self.table("one.csv", "1,2,3\n1,5,4\n1,9,1\n"))
        self.refused_as_data(["train.csv", "99"], "train.csv", extra=["--label-column", "99"])

    def test_refuses_more_classes_than_there_are_keys_for(self):
        more = self.changed(7, 0, "3")
        encrypt = ["encrypt", "--keys", "owner", "--data", more, "--out", "new"]
        self.refused(USAGE, ["3 classes: 4", "make a plan"], *encrypt)
        self.refused(USAGE, ["below 3", "3"], "evaluate", "--head", "head.npz", "--data", more)
        for classes in ["1", "70000", "-3", "1e99"]:
            sizes = ["--rows", "60", "--features", "12", "--classes", classes, "--transform", "none"]
            self.refused(USAGE, ["classes"], "plan", *sizes, "--out", "new.json")

    def test_refuses_plans_that_no_ring_holds(self):
        plan = ["plan", "--data", "train.csv", "--transform", "centre", "--out", "new.json"]
        self.refused(UNFIT, ["1747", "128 bits of security"], *plan, "--iterations", "12", "--refresh", "never")
        self.refused(UNFIT, ["214", "128 bits of security"], *plan, "--log-n", "13")
        self.refused(USAGE, ["--log-n", "9"], *plan, "--log-n", "9")
        self.refused(USAGE, ["iterations", "0"], *plan, "--iterations", "0")
        self.refused(USAGE, ["30 to 45 bits: 60"], *plan, "--scale-bits", "60")
        self.refused(USAGE, ["radius", "1000"], *plan, "--range", "-1")
        self.refused(USAGE, ["positive step"], *plan, "--step", "nan")

    def test_refuses_features_that_noise_would_drown(self):
        small = ["--labels-as", "product", "--iterations", "1", "--log-n", "13"]
        rows = [row.split(",") for row in (self.folder / "train.csv").read_text().splitlines()]
        large = self.table("large.csv", "".join(",".join([*row[:4], row[4] + "e3", *row[5:]]) + "\n" for row in rows))
        words = ["large.csv", "at most 16", "--transform standardise", "in feature 4"]
        self.refused(USAGE, words, "plan", "--data", large, "--transform", "centre", *small, "--out", "new.json")
        self.succeed("plan", "--data", "train.csv", "--transform", "centre", *small, "--out", "centred.json")
        self.succeed("keygen", "--plan", "centred.json", "--out", "centred")
        self.refused(USAGE, words, "encrypt", "--keys", "centred", "--data", large, "--out", "new")
        # The remedy works to the end, where the canary grants no more than for small features.
        (self.folder / "train.csv").rename(self.folder / "small.csv")
        (self.folder / large).rename(self.folder / "train.csv")
        self.journey("scaled-", ["--transform", "standardise", *small])
        (self.folder / "small.csv").rename(self.folder / "train.csv")

    def test_refuses_arrays_of_other_types_and_lengths(self):
        labels = self.table("labels.npy", npy("|u1", (60,), bytes(i % 3 for i in range(60))))
        doubles = struct.pack("<720d", *range(720))
        arrays = {
            "dtype.npy": (npy("<c16", (30, 12), doubles), ["c16"]),
            "object.npy": (npy("|O", (60, 12), doubles), ["O"]),
            "short.npy": (npy("<f8", (60, 12), doubles[:-8]), [";"]),
            "long.npy": (npy("<f8", (60, 12), doubles + bytes(8)), []),
            "rank.npy": (npy("<f8", (60, 3, 4), doubles), []),
            "huge.npy": (npy("<f8", (2**40, 12), doubles), []),
            "nothing.npy": (b"", []),
        }
        for name, (data, words) in arrays.items():
            self.refused_as_data([name, *words], self.table(name, data), extra=["--labels", labels])
        good = self.table("good.npy", npy("<f8", (60, 12), doubles))
        fewer = self.table("fewer.npy", npy("|u1", (59,), bytes(59)))
        self.refused_as_data(["59", "60"], good, extra=["--labels", fewer])

    def test_refuses_rows_and_columns_that_were_not_planned(self):
        other = self.table("other.csv", workspace.csv_text(workspace.samples(59, 9)))
        encrypt = ["encrypt", "--keys", "owner", "--out", "new", "--data"]
        self.refused(USAGE, ["60 rows: 59", "make a plan"], *encrypt, other)
        narrow = self.table("narrow.csv", "0,1,2\n1,2,3\n" * 30)
        self.refused(USAGE, ["12 features: 2"], *encrypt, narrow)
        self.refused(USAGE, ["12 features: 2"], "evaluate", "--head", "head.npz", "--data", narrow)
        moved = self.table("moved.csv", workspace.csv_text(workspace.samples(60, 9)))
        self.refused(USAGE, ["other rows already", "keygen"], *encrypt, moved)

    def outputs(self, out):
        """A command line for every command that writes, its target being `out`."""
        return [
            ["plan", "--data", "train.csv", *workspace.QUICK, "--out", out],
            ["keygen", "--plan", "plan.json", "--out", out],
            ["encrypt", "--keys", "owner", "--data", "train.csv", "--out", out],
            ["train", "--job", "upload", "--out", out],
            ["decrypt", "--keys", "owner", "--result", "result", "--out", out],
        ]

    def test_refuses_folders_that_cannot_be_written(self):
        for command in self.outputs("train.csv/new"):
            self.refused(IO, ["train.csv/new", "; check"], *command)
        for command in self.outputs("/proc/blindfit"):
            self.refused(IO, ["/proc/blindfit", "; check"], *command)
        with self.subTest("permissions"):
            if os.geteuid() == 0:
                self.skipTest("root may write into any folder")
            (self.folder / "locked").mkdir(mode=0o555)
            for command in self.outputs("locked/new"):
                self.refused(IO, ["locked/new", "; check"], *command)

    def test_overwrites_no_folder(self):
        for command in self.outputs("upload")[1:4]:
            self.refused(IO, ["'upload'", "nothing is overwritten", "--out"], *command)

    def test_leaves_nothing_on_a_full_disk(self):
        reason = ["full", "File too large", "ulimit -f"]
        plan, keygen, encrypt, train, decrypt = self.outputs("full")
        # Training: before its first file, and after the first weights. The demo: before its marker, and after.
        owner = [(plan, 1000), (keygen, 1 << 20), (encrypt, 1 << 18), (decrypt, 100)]
        demo = ["demo", "--out", "full"]
        for command, size in [*owner, (train, 1 << 16), (train, 1 << 18), (demo, 10), (demo, 1000)]:
            self.refused(IO, reason, *command, preexec_fn=limit_files(size))
        evaluate = ["evaluate", "--head", "head.npz", "--data", "test.csv", "--json", "full.json"]
        self.refused(IO, reason, *evaluate, preexec_fn=limit_files(10))
        # A folder that was there stays.
        (self.folder / "full").mkdir()
        self.refused(IO, reason, *train, preexec_fn=limit_files(1 << 16))
        self.succeed(*train)
        shutil.rmtree(self.folder / "full")

    def test_refuses_wrong_flags(self):
        plan = ["plan", "--data", "train.csv"]
        self.refused(USAGE, ["--nonsense", "blindfit plan --help"], "plan", "--nonsense")
        self.refused(USAGE, ["--out", "blindfit-cloud train --help"], "train", "--job", "upload")
        self.refused(USAGE, ["--plan", "blindfit keygen --help"], "keygen")
        self.refused(USAGE, ["plan, keygen", ": nonsense", "blindfit --help"], "nonsense")
        self.refused(USAGE, ["--threads", "0", "--help"], *plan, "--threads", "0")
        self.refused(USAGE, ["--iterations", "1e3", "--help"], *plan, "--iterations", "1e3")
        self.refused(USAGE, ["--limit", ">= 1: 0", "--help"], *plan, "--limit", "0")
        self.refused(USAGE, ["--max-key-gib", "> 0: -2", "--help"], *plan, "--max-key-gib", "-2")
        self.refused(USAGE, ["--components", ">= 1: -1"], *plan, "--components", "-1")
        self.refused(USAGE, ["train.csv", "[1, 12]", ": 13", "fewer"], *plan, "--components", "13")

    def test_refuses_limits_that_leave_no_plan(self):
        plan = ["plan", "--data", "train.csv", "--iterations", "2"]
        self.refused(USAGE, ["allow more", ": 1 ciphertexts"], *plan, "--max-ciphertexts", "1")
        self.refused(USAGE, ["allow more", ": 1 MiB of keys"], *plan, "--max-key-gib", "0.001")

    def test_refuses_folders_in_the_place_of_keys(self):
        encrypt = ["encrypt", "--keys", "folder", "--data", "train.csv", "--out", "new"]
        workspace.copy_folder(self.folder / "owner", self.folder / "folder")
        (self.folder / "folder" / "secret.key").unlink()
        for mode in [0o700, 0o755]:
            (self.folder / "folder" / "secret.key").mkdir(mode=mode)
            self.refused(IO, ["folder/secret.key", "Is a directory", "; check"], *encrypt)
            (self.folder / "folder" / "secret.key").rmdir()
        shutil.rmtree(self.folder / "folder")

    def test_refuses_texts_that_are_no_plans(self):
        texts = {"no.json": "plan: none\n", "other.json": '{"format": "another"}', "half.json": '{"format": '}
        for name, text in texts.items():
            words = [name, "; give the plan.json" if name == "other.json" else "; damaged, edited or"]
            self.refused(DAMAGED, words, "keygen", "--plan", self.table(name, text), "--out", "new")


if __name__ == "__main__":
    workspace.main()
