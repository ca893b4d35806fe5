# SPDX-License-Identifier: Apache-2.0
"""A folder to run the two programs in, and a small data set that takes them a second or two."""

import csv
import hashlib
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROWS, FEATURES, CLASSES = 60, 12, 3
# Fits N = 2^14, the smallest ring that holds two iterations.
QUICK = ["--transform", "standardise", "--labels-as", "product", "--iterations", "2"]


def samples(rows, seed):
    """(label, features) of overlapping clouds around one centre per class; `seed` draws the noise."""
    centres = random.Random(1)
    centre = [[centres.gauss(0, 1) for _ in range(FEATURES)] for _ in range(CLASSES)]
    noise = random.Random(seed)
    return [(i % CLASSES, [round(x + noise.gauss(0, 1), 6) for x in centre[i % CLASSES]]) for i in range(rows)]


def csv_text(table):
    return "".join(",".join(map(str, [label, *features])) + "\n" for label, features in table)


def read_logits(path):
    """(classes, logits) of a table that `blindfit classify` wrote."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [name for name in rows[0] if name.startswith("logit_")]
    if [int(row["row"]) for row in rows] != list(range(1, len(rows) + 1)):
        raise ValueError(f"{path}: rows must be numbered")
    return [int(row["class"]) for row in rows], [[float(row[name]) for name in columns] for row in rows]


def tree(folder):
    """Every path below `folder`, to compare before and after."""
    return sorted(str(path.relative_to(folder)) for path in pathlib.Path(folder).rglob("*"))


def contents(folder, pattern):
    """Digest of each file that matches, by name."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(pathlib.Path(folder).glob(pattern))}


def copy_folder(source, target):
    """A copy of hard links: free of charge, so replace its files and never write into them."""
    shutil.copytree(source, target, copy_function=os.link)


def replace(path, data):
    """Puts a new file with the same permissions at `path`."""
    mode = path.stat().st_mode
    path.unlink()
    path.write_bytes(data)
    path.chmod(mode)


def with_new_checksum(text):
    """plan.json with the checksum that docs/format.md prescribes; its keys stand in order already."""
    body = re.sub(r'\n\s*"checksum": "[0-9a-f]*",', "", text)
    compact = re.sub(r"\n\s*", "", body).replace('": ', '":')
    digest = hashlib.blake2b(compact.encode(), digest_size=32).hexdigest()
    return re.sub(r'"checksum": "[0-9a-f]*"', f'"checksum": "{digest}"', text)


class WorkspaceTest(unittest.TestCase):
    """Tests that share one folder, with train.csv and test.csv in it."""

    owner_program = cloud_program = ""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="blindfit-e2e-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        (cls.folder / "train.csv").write_text(csv_text(samples(ROWS, 2)))
        (cls.folder / "test.csv").write_text(csv_text(samples(30, 3)))

    @classmethod
    def command(cls, name, *arguments):
        program = cls.cloud_program if name in ("train", "predict") else cls.owner_program
        return [program, name, *map(str, arguments)]

    @classmethod
    def attempt(cls, name, *arguments, **options):
        """Runs `blindfit NAME ...`, or `blindfit-cloud train|predict ...`, in the folder."""
        return subprocess.run(
            cls.command(name, *arguments), cwd=cls.folder, capture_output=True, text=True, check=False, **options
        )

    @classmethod
    def succeed(cls, name, *arguments, **options):
        done = cls.attempt(name, *arguments, **options)
        if done.returncode != 0:
            raise AssertionError(f"{name} {arguments} ended with {done.returncode}: {done.stderr}")
        return done

    @classmethod
    def journey(cls, prefix="", plan_flags=tuple(QUICK), until="decrypt"):
        """plan.json, owner, upload, result and head.npz, each with `prefix`."""
        steps = {
            "plan": ["--data", "train.csv", *plan_flags, "--out", prefix + "plan.json"],
            "keygen": ["--plan", prefix + "plan.json", "--out", prefix + "owner"],
            "encrypt": ["--keys", prefix + "owner", "--data", "train.csv", "--out", prefix + "upload"],
            "train": ["--job", prefix + "upload", "--out", prefix + "result"],
            "decrypt": ["--keys", prefix + "owner", "--result", prefix + "result", "--out", prefix + "head.npz"],
        }
        for name, arguments in steps.items():
            cls.succeed(name, *arguments)
            if name == until:
                return


def main():
    WorkspaceTest.cloud_program = os.path.abspath(sys.argv.pop(2))
    WorkspaceTest.owner_program = os.path.abspath(sys.argv.pop(1))
    unittest.main()
