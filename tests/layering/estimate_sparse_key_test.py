# SPDX-License-Identifier: Apache-2.0
"""The estimate behind SECURITY.md: close to published rows and never above them; 128 bits where they are claimed."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
try:
    import estimate_sparse_key as estimate
except ModuleNotFoundError as missing:  # NumPy
    print(f"skipped: {missing}")
    sys.exit(77)


def bits(instance, mode, core_svp=False):
    return estimate.best_attack(instance, mode, core_svp).bits


def row(log_n, log_q):
    found = [r for r in estimate.PUBLISHED if r[0] == log_n and abs(r[1] - log_q) < 1]
    return estimate.Instance(2**log_n, found[0][1], *found[0][2:4]), found[0][4]


class SparseKeyEstimateTest(unittest.TestCase):
    def test_is_a_little_below_published_rows(self):
        for instance, published in (row(9, 11.7), row(14, 100)):
            for mode in published.keys() & {"drop", "meet"}:
                found = bits(instance, mode)
                self.assertLess(found, published[mode], (instance, mode))
                self.assertGreater(found, published[mode] - 4, (instance, mode))

    def test_gives_the_encapsulation_its_128_bits(self):
        key = estimate.Instance(2**16, 110, 32, estimate.SIGMA)
        self.assertGreater(bits(key, "rep*"), 128 + 16)  # 16: a bound on what rotations could save
        self.assertGreater(bits(key, "drop"), 128 + 16)

    def test_sees_that_smaller_rings_have_less(self):
        self.assertLess(bits(estimate.Instance(2**13, 110, 32, estimate.SIGMA), "drop"), 128)


if __name__ == "__main__":
    unittest.main()
