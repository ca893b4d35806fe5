# SPDX-License-Identifier: Apache-2.0
"""own_data_test.py OWNER_PROGRAM CLOUD_PROGRAM: a user's own data, and no flag but their name. Needs NumPy."""

import json
import sys

try:
    import numpy as np
    import own_data
except ImportError:
    sys.exit(77)

import refusal
import workspace
from refusal import USAGE

ROWS, TEST_ROWS, FEATURES, CLASSES = 3000, 2000, 40, 7
# What issue 5 allows, in points of accuracy.
TOLERANCE = 0.3
RIDGE = 1e-3
NEWTON_STEPS = 12


def logistic_regression(x, labels):
    """Each class against the rest, by Newton's method until it stands; rows of weights, bias last."""
    design = np.hstack([x, np.ones((len(x), 1))])
    rows = []
    for k in range(labels.max() + 1):
        w = np.zeros(design.shape[1])
        for _ in range(NEWTON_STEPS):
            p = 1 / (1 + np.exp(-np.clip(design @ w, -50, 50)))
            gradient = design.T @ ((labels == k) - p) - RIDGE * w
            hessian = (design * (p * (1 - p))[:, None]).T @ design + RIDGE * np.eye(len(w))
            w += np.linalg.solve(hessian, gradient)
        rows.append(w)
    return np.array(rows)


def plaintext_accuracy(train, test):
    (x, labels), (test_x, test_labels) = train, test
    deviation = x.std(axis=0)
    scale = np.where(deviation > 1e-12 * np.abs(x).max(axis=0), 1 / np.where(deviation > 0, deviation, 1), 0)
    weights = logistic_regression((x - x.mean(axis=0)) * scale, labels)
    logits = np.hstack([(test_x - x.mean(axis=0)) * scale, np.ones((len(test_x), 1))]) @ weights.T
    return 100 * np.mean(np.argmax(logits, axis=1) == test_labels)


class OwnDataTest(refusal.RefusalTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.train = own_data.samples(ROWS, FEATURES, CLASSES, seed=3)
        cls.test = own_data.samples(TEST_ROWS, FEATURES, CLASSES, seed=3, draw=1)
        for name, (x, labels) in [("own", cls.train), ("own.test", cls.test)]:
            np.save(cls.folder / f"{name}.npy", x)
            np.save(cls.folder / f"{name}.labels.npy", labels)
        steps = {
            "plan": ["--data", "own.npy", "--out", "plan.json", "--json", "plan-figures.json"],
            "keygen": ["--plan", "plan.json", "--out", "owner"],
            "encrypt": ["--keys", "owner", "--data", "own.npy", "--out", "upload"],
            "train": ["--job", "upload", "--out", "result"],
            "decrypt": ["--keys", "owner", "--result", "result", "--out", "head.npz"],
        }
        cls.said = {name: cls.succeed(name, *arguments) for name, arguments in steps.items()}

    def accuracy(self, data):
        self.succeed("evaluate", "--head", "head.npz", "--data", data, "--json", "evaluation.json")
        return 100 * json.loads((self.folder / "evaluation.json").read_text())["accuracy"]

    def test_is_as_accurate_as_logistic_regression_in_the_clear(self):
        plain = plaintext_accuracy(self.train, self.test)
        encrypted = self.accuracy("own.test.npy")
        print(f"encrypted {encrypted:.2f} %, logistic regression {plain:.2f} %")
        self.assertGreater(encrypted, plain - TOLERANCE)
        self.assertGreater(plain, 80)
        self.assertLess(plain, 97)

    def test_says_what_was_chosen_and_foresees_no_trouble(self):
        for line in ["chosen: components", "chosen: training", "chosen: range"]:
            self.assertIn(line, self.said["plan"].stdout)
        for name, done in self.said.items():
            self.assertNotIn("warning", done.stderr, name)

    def test_needs_no_training_in_the_clear(self):
        done = self.succeed("plan", "--data", "own.npy", "--no-mirror")
        self.assertIn("rule", done.stdout)
        unseen = ["--rows", ROWS, "--features", FEATURES, "--classes", CLASSES]
        self.assertIn("31", self.succeed("plan", *unseen).stdout)

    def test_takes_every_common_type_and_order(self):
        x, labels = self.train
        forms = {
            "single.npy": (x.astype(np.float32), labels.astype(np.uint8)),
            "fortran.npy": (np.asfortranarray(x), labels.astype(np.int32)),
            "from-one.npy": (x, labels + 1),
            "counts.npy": (np.round(np.clip(x * 1000, -1e6, 1e6)).astype(np.int64), labels),
            "floats.npy": (x, labels.astype(np.float64)),
        }
        for name, (features, classes) in forms.items():
            np.save(self.folder / name, features)
            np.save(self.folder / name.replace(".npy", ".labels.npy"), classes)
            with self.subTest(name):
                self.succeed("plan", "--data", name, "--limit", "400", "--iterations", "3", "--step", "4")

    def test_takes_names_of_classes(self):
        names = np.array(["ash", "beech", "elm", "fir", "oak", "pine", "yew"])
        for name, (x, labels) in [("named", self.train), ("named.test", self.test)]:
            rows = [",".join(map(repr, row)) + "," + names[k] for row, k in zip(x.tolist(), labels, strict=True)]
            (self.folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
        last = ["--label-column", "last"]
        quick = ["--limit", "600", "--iterations", "2", "--step", "4"]
        self.succeed("plan", "--data", "named.csv", *last, *quick, "--out", "named.json")
        self.succeed("keygen", "--plan", "named.json", "--out", "named-owner")
        encrypt = ["encrypt", "--keys", "named-owner", "--data", "named.csv", *last, "--limit", "600"]
        self.succeed(*encrypt, "--out", "named-upload")
        for path in (self.folder / "named-upload").glob("*.json"):
            self.assertNotIn("beech", path.read_text(), "names are the owner's")
        self.succeed("train", "--job", "named-upload", "--out", "named-result")
        self.succeed("decrypt", "--keys", "named-owner", "--result", "named-result", "--out", "named.npz")
        self.assertEqual([*np.load(self.folder / "named.npz")["names"].astype(str)], [*names])
        evaluate = ["evaluate", "--head", "named.npz", "--json", "evaluation.json"]
        done = self.succeed(*evaluate, "--data", "named.test.csv", *last)
        self.assertIn("beech", done.stdout)
        self.assertGreater(json.loads((self.folder / "evaluation.json").read_text())["accuracy"], 0.7)
        self.refused(USAGE, ["own.test.npy", "names, such as 'ash'"], *evaluate[:3], "--data", "own.test.npy")

    def test_says_where_a_value_is_missing(self):
        x, labels = self.train
        x = x.copy()
        x[17, 4] = np.nan
        np.save(self.folder / "holes.npy", x)
        np.save(self.folder / "holes.labels.npy", labels)
        self.refused(USAGE, ["holes.npy", "row 17", "column 4", "replace or drop NaN"], "plan", "--data", "holes.npy")


if __name__ == "__main__":
    workspace.main()
