# SPDX-License-Identifier: Apache-2.0
"""Runs blindfit and blindfit-cloud, and makes small jobs for them. Standard library only."""

import hashlib
import json
import math
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest

BUILD = pathlib.Path(os.environ.get("BLINDFIT_BUILD", "build/release")).resolve()
OWNER = BUILD / "blindfit"
CLOUD = BUILD / "blindfit-cloud"

# Documented in --help.
DONE, INTERNAL, USAGE, IO, DAMAGED, UNFIT, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


def run(program, *arguments, cwd=None, preexec=None):
    """Runs to the end; stdout and stderr as text."""
    return subprocess.run([program, *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
                          timeout=200, preexec_fn=preexec)


def make_rows(rows, features, classes, seed=7):
    """Clouds of points, one a class, as (label, values) with plain text values."""
    draw = random.Random(seed)
    centres = [[draw.uniform(-1, 1) for _ in range(features)] for _ in range(classes)]
    result = []
    for i in range(rows):
        label = i % classes
        result.append((label, [round(c + draw.gauss(0, 0.3), 4) for c in centres[label]]))
    return result


def write_csv(path, rows):
    path.write_text("".join(f"{label},{','.join(map(str, values))}\n" for label, values in rows))


def listing(folder):
    """Every file below `folder` with a hash of its bytes."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def reseal(path, change):
    """Applies `change` to a framed file's bytes and corrects length and checksum, as a forger would."""
    data = bytearray(path.read_bytes()[:-32])
    change(data)
    path.write_bytes(bytes(data) + hashlib.blake2b(bytes(data), digest_size=32).digest())


def edit_plan(path, change):
    """Edits a plan and corrects its checksum; Python prints doubles as the plan's writer does."""
    document = json.loads(path.read_text())
    change(document)
    del document["checksum"]
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    document["checksum"] = hashlib.blake2b(text.encode(), digest_size=32).hexdigest()
    path.write_text(json.dumps(document))


class ProgramTest(unittest.TestCase):
    """A test in a folder of its own, with the programs and assertions about how they end."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="blindfit-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def succeed(self, program, *arguments, **options):
        result = run(program, *arguments, **options)
        self.assertEqual(result.returncode, DONE, f"{arguments}\n{result.stdout}\n{result.stderr}")
        return result

    def refuse(self, code, words, program, *arguments, **options):
        """The command must end with `code` and one message that holds all `words`, and must leave no
        file behind or changed."""
        before = listing(self.folder)
        result = run(program, *arguments, **options)
        self.assertEqual(result.returncode, code, f"{arguments}\n{result.stdout}\n{result.stderr}")
        errors = [line for line in result.stderr.splitlines() if ": error: " in line]
        if code != USAGE or errors:  # the command line's own parser has its own form
            self.assertEqual(len(errors), 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertEqual(listing(self.folder), before, "something was left behind or changed")
        return result


class JobTest(ProgramTest):
    """Adds one small job, made once a class: data, plan, keys and upload. Tests work on copies."""

    PLAN = ["--transform", "centre", "--method", "quadratic-gradient", "--activation", "3", "--range",
            "8", "--iterations", "2", "--labels-as", "product"]
    ROWS = make_rows(40, 6, 3)
    COPY = shutil.copy2

    @classmethod
    def setUpClass(cls):
        cls.master = pathlib.Path(tempfile.mkdtemp(prefix="blindfit-e2e-job-"))
        cls.addClassCleanup(shutil.rmtree, cls.master, ignore_errors=True)
        write_csv(cls.master / "train.csv", cls.ROWS)
        for command in (["plan", "--data", "train.csv", *cls.PLAN, "--out", "plan.json"],
                        ["keygen", "--plan", "plan.json", "--out", "owner"],
                        ["encrypt", "--plan", "plan.json", "--keys", "owner", "--data", "train.csv",
                         "--out", "upload"]):
            result = run(OWNER, *command, cwd=cls.master)
            if result.returncode != DONE:
                raise AssertionError(f"{command}\n{result.stdout}\n{result.stderr}")

    def setUp(self):
        super().setUp()
        shutil.copytree(self.master, self.folder, dirs_exist_ok=True, copy_function=type(self).COPY)

    def train(self, *more, **options):
        return self.succeed(CLOUD, "train", "--job", "upload", "--out", "result", *more,
                            cwd=self.folder, **options)


def solve_mirror(rows, iterations, monomials, classes):
    """The paper's recursion (paper.md 3.4) from W = 0 and a0 = 1 on centred features with its
    diagonal bound, in plain loops: W after every iteration, bias first, and the features' mean."""
    n, features = len(rows), len(rows[0][1])
    mean = [sum(values[j] for _, values in rows) / n for j in range(features)]
    x = [[1.0] + [values[j] - mean[j] for j in range(features)] for _, values in rows]
    sums = [sum(map(abs, row)) for row in x]
    bound = [1 / (1e-10 + 0.25 * sum(sums[i] * abs(x[i][j]) for i in range(n)))
             for j in range(features + 1)]
    w = [[0.0] * (features + 1) for _ in range(classes)]
    v, history, a0 = w, [], 1.0
    for t in range(1, iterations + 1):
        a1 = (1 + math.sqrt(1 + 4 * a0 * a0)) / 2
        eta, rate, a0 = (1 - a0) / a1, 1 + 1 / (n * t), a1
        step = []
        for k in range(classes):
            z = [sum(a * b for a, b in zip(row, v[k])) for row in x]
            p = [0.5 + sum(c * value ** (2 * i + 1) for i, c in enumerate(monomials)) for value in z]
            step.append([w[k][j] + rate * bound[j] * sum(
                ((rows[i][0] == k) - p[i]) * x[i][j] for i in range(n)) for j in range(features + 1)])
        w = [[(1 - eta) * a + eta * b for a, b in zip(step[k], v[k])] for k in range(classes)]
        v = step
        history.append(w)
    return history, mean
