# SPDX-License-Identifier: Apache-2.0
"""Decrypts and decodes blindfit files without blindfit: big-integer CRT and a direct embedding.

    oracle.py slots FILE --secret KEY      prints the slots of a ciphertext
    oracle.py check-key FILE --secret KEY  prints the largest error coefficient of an evaluation key
    oracle.py check FOLDER                 compares every object of FOLDER/expected.json

Exit status: 0 agreed, 1 did not, 2 could not be read, 77 NumPy is missing.
"""
import argparse
import json
import pathlib
import sys

try:
    import numpy as np
except ImportError:
    print("skipped: NumPy is missing (apt install python3-numpy)")
    sys.exit(77)

import blindfit_format as fmt


# ---- Arithmetic modulo one prime below 2^50 on arrays ----


def multiply(a, b, q):
    """a * b mod q. The quotient is estimated in doubles, at most one off; the rest is exact mod 2^64."""
    a, b = np.broadcast_arrays(np.asarray(a, np.uint64), np.asarray(b, np.uint64))
    quotient = (a.astype(np.float64) * b.astype(np.float64) / q).astype(np.uint64)
    rest = (a * b - quotient * np.uint64(q)).view(np.int64)
    rest = np.where(rest < 0, rest + q, rest)
    return np.where(rest >= q, rest - q, rest).astype(np.uint64)


def add(a, b, q):
    return (a + b) % np.uint64(q)


def subtract(a, b, q):
    return (a + np.uint64(q) - b) % np.uint64(q)


def powers(base, count, q):
    """1, base, base^2, ... by doubling."""
    table = np.ones(1, np.uint64)
    while len(table) < count:
        table = np.concatenate([table, multiply(table, pow(base, len(table), q), q)])
    return table[:count]


def to_coefficients(values, parameters, m):
    """Undoes docs/format.md, "Polynomials": value i is c(psi^(2 brv(i) + 1)).

    With t = brv(i) that is sum_k (c_k psi^k) (psi^2)^(k t), so the c_k psi^k are an inverse Fourier
    transform of input in bit-reversed order, which decimation in time takes as it is.
    """
    q, n = parameters.primes[m], parameters.n
    psi_inverse = pow(parameters.roots[m], -1, q)
    x = values
    half = 1
    while half < n:
        twiddles = powers(pow(psi_inverse, n // half, q), half, q)  # order 2 * half
        x = x.reshape(-1, 2, half)
        even, odd = x[:, 0], multiply(x[:, 1], twiddles[None, :], q)
        x = np.stack([add(even, odd, q), subtract(even, odd, q)], axis=1)
        half *= 2
    return multiply(multiply(x.reshape(-1), powers(psi_inverse, n, q), q), pow(n, -1, q), q)


class Secret:
    """The owner's secret and its automorphic images, as values at the roots of each prime."""

    def __init__(self, coefficients, parameters):
        self.coefficients, self.parameters = coefficients, parameters
        self.table = {}

    def values(self, m, element=1):
        """Of s(X^element): the direct definition, one term after the other."""
        if (m, element) not in self.table:
            q, n = self.parameters.primes[m], self.parameters.n
            root_powers = powers(self.parameters.roots[m], 2 * n, q)
            exponents = np.zeros(n, np.int64)
            for bit in range(self.parameters.log_n):
                exponents = 2 * exponents + (np.arange(n) >> bit) % 2
            exponents = 2 * exponents + 1
            values = np.zeros(n, np.uint64)
            for k in np.nonzero(self.coefficients)[0]:
                term = root_powers[exponents * int(k) * element % (2 * n)]
                values = (add if self.coefficients[k] == 1 else subtract)(values, term, q)
            self.table[m, element] = values
        return self.table[m, element]


# ---- Decryption and decoding ----


def decrypt(ciphertext, secret, parameters):
    """The coefficients of m in (-Q/2, Q/2], as Python integers."""
    limbs = parameters.q_limbs(ciphertext.level)
    modulus = 1
    for m in limbs:
        modulus *= parameters.primes[m]
    total = np.zeros(parameters.n, object)
    for m in limbs:
        q = parameters.primes[m]
        s = secret.values(m)
        value = ciphertext.parts[-1][m]
        for part in reversed(ciphertext.parts[:-1]):
            value = add(multiply(value, s, q), part[m], q)
        share = modulus // q
        residue = multiply(to_coefficients(value, parameters, m), pow(share, -1, q), q)
        total = total + residue.astype(object) * share
    total %= modulus
    return [int(c) - modulus if 2 * c > modulus else int(c) for c in total]


def decode(coefficients, scale, parameters, slots):
    """Slot j = sum_k m_k zeta^(k 5^j) / scale, term by term, for each j in `slots`."""
    n = parameters.n
    zeta = np.exp(1j * np.pi * np.arange(2 * n) / n)
    m = np.array([c / scale for c in coefficients])
    k = np.arange(n, dtype=np.int64)
    return np.array([(m * zeta[k * pow(5, int(j), 2 * n) % (2 * n)]).sum() for j in slots])


def key_error(key, secret, parameters):
    """The largest |coefficient| of b_d + a_d t - P s [digit d], which must agree modulo every prime."""
    n, limbs = parameters.n, parameters.key_limbs(key.level)
    p = 1
    for prime in parameters.primes[parameters.q_count :]:
        p *= prime
    inverse = pow(key.element or 1, -1, 2 * n)
    worst = 0
    errors = {}
    for position, m in enumerate(limbs):
        q = parameters.primes[m]
        s, t = secret.values(m), secret.values(m, inverse)
        source = multiply(s, s, q) if key.element == 0 else s
        for d, (b, a) in enumerate(zip(key.b, key.a)):
            value = add(b[position], multiply(a[position], t, q), q)
            if m < parameters.q_count and m // parameters.digit_size == d:
                value = subtract(value, multiply(source, p % q, q), q)
            error = to_coefficients(value, parameters, m).astype(np.int64)
            error = np.where(error > q // 2, error - q, error)
            worst = max(worst, int(np.abs(error).max()))
            if not np.array_equal(errors.setdefault(d, error), error):
                return max(worst, q // 2)
    return worst


# ---- Commands ----


def load_owner_key(path):
    frame = fmt.read_frame(pathlib.Path(path).read_bytes())
    parameters, coefficients = fmt.read_owner_key(frame)
    return frame, parameters, Secret(coefficients, parameters)


def read_for(path, owner_frame):
    frame = fmt.read_frame(pathlib.Path(path).read_bytes())
    fmt.require(frame.fingerprint == owner_frame.fingerprint, "other parameters than the secret's")
    fmt.require(frame.key_set == owner_frame.key_set, "another key set than the secret's")
    return frame


def slots_of(path, owner, slots):
    owner_frame, parameters, secret = owner
    ciphertext = fmt.read_ciphertext(read_for(path, owner_frame), parameters)
    return decode(decrypt(ciphertext, secret, parameters), ciphertext.scale, parameters, slots)


def key_error_of(path, owner):
    owner_frame, parameters, secret = owner
    key = fmt.read_switching_key(read_for(path, owner_frame), parameters)
    return key_error(key, secret, parameters)


def check(folder, names=None):
    """Yields (name, deviation, bound) for the objects that FOLDER/expected.json lists."""
    expected = json.loads((folder / "expected.json").read_text())
    owner = load_owner_key(folder / expected["secret"])
    for entry in expected["ciphertexts"]:
        if names is None or entry["file"] in names:
            measured = slots_of(folder / entry["file"], owner, entry["slots"])
            values = np.array([complex(*v) for v in entry["values"]])
            yield entry["file"], float(np.abs(measured - values).max()), entry["bound"]
    for entry in expected["keys"]:
        if names is None or entry["file"] in names:
            yield entry["file"], float(key_error_of(folder / entry["file"], owner)), entry["bound"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("slots", "check-key"):
        command = commands.add_parser(name)
        command.add_argument("file", type=pathlib.Path)
        command.add_argument("--secret", type=pathlib.Path, required=True)
        if name == "slots":
            command.add_argument("--limit", type=int, default=16, help="how many to print")
    commands.add_parser("check").add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    try:
        if arguments.command == "check":
            rows = list(check(arguments.folder))
            for name, deviation, bound in rows:
                verdict = "ok" if deviation <= bound else "DISAGREES"
                print(f"{name:28} {deviation:.3e} (bound {bound:.3e}) {verdict}")
            return 0 if all(deviation <= bound for _, deviation, bound in rows) else 1
        owner = load_owner_key(arguments.secret)
        if arguments.command == "slots":
            count = min(arguments.limit, owner[1].n // 2)
            for j, value in enumerate(slots_of(arguments.file, owner, range(count))):
                print(f"{j} {value.real:.12g} {value.imag:.12g}")
        else:
            print(key_error_of(arguments.file, owner))
        return 0
    except (fmt.FormatError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
