# SPDX-License-Identifier: Apache-2.0
"""Holds the C++ against the oracle, and the oracle against definitions, published vectors and forged files.

usage: oracle_test.py WRITE_OBJECTS small|secure
"""
import contextlib
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

import oracle  # exits with 77 where NumPy is missing
import blindfit_format as fmt
import numpy as np

WRITE_OBJECTS, SIZE = sys.argv[1:3]


class Definitions(unittest.TestCase):
    def test_chacha20_gives_the_block_of_rfc_8439(self):
        nonce = bytes.fromhex("000000090000004a00000000")
        words = fmt.chacha20_words(bytes(range(32)), nonce, 1, 1)
        self.assertEqual(
            words.tobytes().hex(),
            "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
            "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e",
        )

    def test_multiplication_agrees_with_integers_at_the_largest_prime(self):
        q = fmt.take_prime(50, 2048, [])
        pick = random.Random(1)
        a = [q - 1, q - 1, 0, 1] + [pick.randrange(q) for _ in range(5000)]
        b = [q - 1, 1, q - 1, 1] + [pick.randrange(q) for _ in range(5000)]
        product = oracle.multiply(np.array(a, np.uint64), np.array(b, np.uint64), q)
        self.assertEqual(product.tolist(), [x * y % q for x, y in zip(a, b)])

    def test_coefficients_have_the_values_of_the_definition(self):
        parameters = fmt.Parameters(10, 1, [20], [21])
        q, n, psi = parameters.primes[0], parameters.n, parameters.roots[0]
        pick = random.Random(2)
        values = np.array([pick.randrange(q) for _ in range(n)], np.uint64)
        c = oracle.to_coefficients(values, parameters, 0).tolist()
        for i in (0, 1, 2, 511, 777, n - 1):
            root = pow(psi, 2 * int(format(i, "010b")[::-1], 2) + 1, q)
            self.assertEqual(sum(x * pow(root, k, q) for k, x in enumerate(c)) % q, values[i])

    def test_packing_is_undone(self):
        q = fmt.take_prime(37, 2048, [])
        limb = np.arange(q - 1024, q, dtype=np.uint64)
        np.testing.assert_array_equal(fmt.unpack_limb(fmt.pack_limb(limb, q), 1024, q), limb)
        with self.assertRaises(fmt.FormatError):
            fmt.unpack_limb(fmt.pack_limb(limb + np.uint64(1), q), 1024, q)


class Objects(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.directory.name)
        subprocess.run([WRITE_OBJECTS, SIZE, cls.folder], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    @contextlib.contextmanager
    def forged(self, name, change):
        """The file with change(payload) under a fresh checksum; restored afterwards."""
        path = self.folder / name
        original = path.read_bytes()
        frame = fmt.read_frame(original)
        payload = bytearray(frame.payload)
        change(payload)
        frame.payload = bytes(payload)
        path.write_bytes(fmt.seal(frame))
        try:
            yield
        finally:
            path.write_bytes(original)

    def deviation(self, name):
        [(_, deviation, bound)] = oracle.check(self.folder, [name])
        return deviation / bound

    def test_every_object_agrees_within_its_noise(self):
        rows = list(oracle.check(self.folder))
        self.assertEqual(len(rows), 4 + 8 + 4)
        for name, deviation, bound in rows:
            with self.subTest(name):
                self.assertLessEqual(deviation, bound)
                # A bound that noise never comes near would notice nothing.
                self.assertGreater(deviation, bound / 200)

    def test_a_ciphertext_says_what_it_is_for(self):
        def role_of(name):
            frame = fmt.read_frame((self.folder / name).read_bytes())
            return frame.plan, frame.role, frame.index

        self.assertEqual(role_of("first.seeded"), (bytes([1, 2, 3]) + bytes(29), 2, 7))
        for name in ("first.expanded", "left_3.key", "owner.key"):
            self.assertEqual(role_of(name), (bytes(32), 0, 0))

    def test_one_changed_residue_is_noticed(self):
        def change(payload):
            payload[-20] ^= 1

        for name in ("first.seeded", "first.expanded", "product", "level_zero"):
            with self.subTest(name), self.forged(name, change):
                self.assertGreater(self.deviation(name), 100)
        for name in ("relinearization.key", "left_3.key"):
            with self.subTest(name), self.forged(name, change):
                self.assertGreater(self.deviation(name), 100)

    def test_a_changed_seed_or_scale_is_noticed(self):
        def seed(payload):
            payload[16] ^= 1

        def scale(payload):
            (value,) = struct.unpack_from("<d", payload, 8)
            struct.pack_into("<d", payload, 8, value * (1 + 2**-10))

        for change in (seed, scale):
            with self.forged("first.seeded", change):
                self.assertGreater(self.deviation("first.seeded"), 100)

    def test_one_wrong_coefficient_of_the_secret_is_noticed(self):
        def change(payload):
            code = payload[-1] >> 6
            payload[-1] = (payload[-1] & 0x3F) | ((1 if code == 0 else 0) << 6)

        with self.forged("owner.key", change):
            self.assertGreater(self.deviation("second.expanded"), 100)
            self.assertGreater(self.deviation("conjugation.key"), 100)

    def test_a_key_is_not_taken_for_another(self):
        def element(payload):
            struct.pack_into("<I", payload, 0, 5)

        with self.forged("left_3.key", element):
            self.assertGreater(self.deviation("left_3.key"), 100)

    def test_the_command_line_reports_agreement_and_damage(self):
        def run(*arguments):
            command = [sys.executable, pathlib.Path(oracle.__file__), *arguments]
            return subprocess.run(command, capture_output=True, text=True, check=False)

        secret = ["--secret", self.folder / "owner.key"]
        printed = run("slots", self.folder / "first.seeded", *secret, "--limit", "3")
        self.assertEqual((printed.returncode, printed.stdout.count("\n")), (0, 3))
        self.assertEqual(run("check-key", self.folder / "left_3.key", *secret).returncode, 0)
        (self.folder / "damaged").write_bytes((self.folder / "product").read_bytes()[:-1])
        self.assertEqual(run("slots", self.folder / "damaged", *secret).returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
