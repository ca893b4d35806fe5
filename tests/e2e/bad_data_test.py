# SPDX-License-Identifier: Apache-2.0
"""Bad flags and bad data: the right exit code, a message with value and remedy, nothing left behind."""

import json
import os
import struct
import unittest

from programs import CLOUD, IO, OWNER, UNFIT, USAGE, JobTest, ProgramTest, make_rows, write_csv


def npy(descr, shape, payload):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + payload


class BadTables(ProgramTest):
    PLAN = ["plan", "--transform", "centre", "--out", "plan.json"]

    def refuse_table(self, code, words, text, name="bad.csv", *more):
        path = self.folder / name
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text)
        self.refuse(code, [name, *words], OWNER, *self.PLAN, "--data", name, *more, cwd=self.folder)

    def test_missing(self):
        self.refuse(IO, ["none.csv", "No such file"], OWNER, *self.PLAN, "--data", "none.csv",
                    cwd=self.folder)

    def test_empty(self):
        self.refuse_table(USAGE, [], "")
        self.refuse_table(USAGE, [], b"", "bad.npy")

    def test_ragged(self):
        self.refuse_table(USAGE, ["3"], "0,1,2\n1,3,4\n0,5\n")

    def test_not_numbers(self):
        self.refuse_table(USAGE, ["nan"], "0,1,2\n1,nan,4\n")
        self.refuse_table(USAGE, ["inf"], "0,1,2\n1,3,inf\n")
        self.refuse_table(USAGE, ["word"], "0,1,2\n1,3,word\n")
        self.refuse_table(USAGE, [], "0,1,2\n1,,4\n")

    def test_labels(self):
        self.refuse_table(USAGE, ["-1"], "0,1,2\n-1,3,4\n")
        self.refuse_table(USAGE, ["0.5"], "0,1,2\n0.5,3,4\n")
        self.refuse_table(USAGE, [], "1,1,2\n1,3,4\n")
        self.refuse_table(USAGE, ["99999"], "0,1,2\n99999,3,4\n")
        self.refuse_table(USAGE, ["label"], "0,1,2\n1,3,4\n", "bad.csv", "--label-column", "none")
        self.refuse_table(USAGE, ["7"], "0,1,2\n1,3,4\n", "bad.csv", "--label-column", "7")

    def test_wrong_dtypes(self):
        for descr, size in (("<U1", 4), ("<c16", 16), (">f8", 8), ("|O", 8)):
            self.refuse_table(USAGE, [], npy(descr, "(2, 3)", b"\0" * 6 * size), "bad.npy")
        self.refuse_table(USAGE, [], npy("<f8", "(2, 3)", b"\0" * 40), "bad.npy")
        self.refuse_table(USAGE, [], npy("<f8", "(2, 2, 2)", b"\0" * 64), "bad.npy")

    def test_unknown_kind_of_file(self):
        self.refuse_table(USAGE, [".csv"], "0,1\n1,2\n", "bad.xlsx")

    def test_damaged_compression(self):
        self.refuse_table(4, [], b"\x1f\x8b\x08\0\0\0\0\0\0\x03truncated", "bad.csv.gz")


class BadFlags(ProgramTest):
    SIZES = ["--rows", "100", "--features", "8", "--classes", "3", "--transform", "none"]

    def test_unknown_or_missing(self):
        self.refuse(USAGE, ["--nonsense"], OWNER, "plan", "--nonsense")
        self.refuse(USAGE, ["subcommand"], OWNER)
        self.refuse(USAGE, ["--job"], CLOUD, "train", "--out", "x")
        self.refuse(USAGE, ["--threads"], OWNER, "plan", *self.SIZES, "--threads", "0")
        self.refuse(USAGE, ["papers", "paper-whitened"], OWNER, "reproduce", "papers")

    def test_values_out_of_range(self):
        for flag, value in (("--method", "newton"), ("--transform", "shake"), ("--activation", "4"),
                            ("--activation", "tanh"), ("--range", "-1"), ("--scale-bits", "60"),
                            ("--iterations", "0"), ("--step", "-2"), ("--a0", "-1"),
                            ("--start", "random"), ("--log-n", "20"), ("--bound", "tight")):
            arguments = [a for a in self.SIZES if a not in ("--transform", "none")] + [
                "--transform", "none"]
            if flag == "--transform":
                arguments = arguments[:-2]
            self.refuse(USAGE, [value], OWNER, "plan", *arguments, flag, value)

    def test_sizes_that_fit_nothing(self):
        self.refuse(USAGE, ["2: 1"], OWNER, "plan", "--rows", "9", "--features", "4", "--classes", "1",
                    "--transform", "none")
        self.refuse(USAGE, ["40000"], OWNER, "plan", "--rows", "9", "--features", "4", "--classes",
                    "40000", "--transform", "none")
        self.refuse(USAGE, ["--components"], OWNER, "plan", "--rows", "9", "--features", "4",
                    "--classes", "2")
        self.refuse(USAGE, ["--rows"], OWNER, "plan", "--rows", "9")

    def test_insecure_sizes(self):
        self.refuse(UNFIT, ["128"], OWNER, "plan", *self.SIZES, "--log-n", "13", "--iterations", "5")
        self.refuse(UNFIT, ["128"], OWNER, "plan", *self.SIZES, "--iterations", "40")

    def test_forced_kernels_that_do_not_exist(self):
        os.environ["BLINDFIT_KERNELS"] = "abacus"
        self.addCleanup(os.environ.pop, "BLINDFIT_KERNELS")
        self.refuse(USAGE, ["abacus"], OWNER, "info")

    def test_targets_that_are_no_files(self):
        self.refuse(IO, ["/dev/null"], OWNER, "plan", *self.SIZES, "--out", "/dev/null")
        self.refuse(IO, ["/dev/full"], OWNER, "info", "--json", "/dev/full")


class DataOfAnotherShape(JobTest):
    def refuse_rows(self, words, rows):
        write_csv(self.folder / "other.csv", rows)
        self.refuse(USAGE, ["other.csv", *words], OWNER, "encrypt", "--keys", "owner", "--data",
                    "other.csv", "--out", "second", cwd=self.folder)

    def test_is_refused_with_both_counts(self):
        self.refuse_rows(["40 rows", "39"], self.ROWS[:39])
        self.refuse_rows(["6 features", "5"], [(y, x[:5]) for y, x in self.ROWS])
        self.refuse_rows(["3 classes", "4"], make_rows(40, 6, 4))

    def test_of_the_same_shape_is_refused_too(self):
        write_csv(self.folder / "other.csv", make_rows(40, 6, 3, seed=8))
        self.refuse(USAGE, ["other rows", "keygen"], OWNER, "encrypt", "--keys", "owner", "--data",
                    "other.csv", "--out", "second", cwd=self.folder)

    def test_ranges_that_training_would_leave_are_foreseen(self):
        loud = [(y, [40 * v for v in x]) for y, x in self.ROWS]
        write_csv(self.folder / "loud.csv", loud)
        result = self.succeed(OWNER, "plan", "--data", "loud.csv", "--transform", "none", "--method",
                              "nag", "--step", "4", "--activation", "3", "--range", "2",
                              "--iterations", "2", cwd=self.folder)
        self.assertIn("warning: in iteration 2 the logit of row", result.stderr)
        self.assertIn("--range", result.stderr)

    def test_evaluation_of_other_data_is_refused(self):
        self.train()
        self.succeed(OWNER, "decrypt", "--keys", "owner", "--result", "result", "--out", "head.npz",
                     cwd=self.folder)
        write_csv(self.folder / "wide.csv", make_rows(9, 7, 3))
        self.refuse(USAGE, ["6 features", "7"], OWNER, "evaluate", "--head", "head.npz", "--data",
                    "wide.csv", cwd=self.folder)
        write_csv(self.folder / "more.csv", make_rows(9, 6, 5))
        self.refuse(USAGE, ["below 3", "4"], OWNER, "evaluate", "--head", "head.npz", "--data",
                    "more.csv", cwd=self.folder)
        figures = self.succeed(OWNER, "evaluate", "--head", "head.npz", "--data", "train.csv",
                               "--limit", "1", "--json", "-", cwd=self.folder)
        self.assertEqual(json.loads(figures.stdout)["rows"], 1)


if __name__ == "__main__":
    unittest.main()
