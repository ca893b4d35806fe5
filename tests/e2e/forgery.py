# SPDX-License-Identifier: Apache-2.0
"""A plan edited by hand, with the fingerprint and checksum that its new content calls for (docs/format.md)."""

import hashlib
import json
import re
import struct

import workspace

# Deterministic for all numbers below 2^64.
WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


def is_prime(n):
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for witness in WITNESSES:
        x = pow(witness, odd, n)
        if x != 1 and all(pow(x, 2**k, n) != n - 1 for k in range(twos)):
            return False
    return True


def primes(log_n, bits):
    """For each entry, the largest prime of that many bits that is 1 mod 2N and not taken yet."""
    taken = []
    for b in bits:
        step = 2 << log_n
        q = (1 << b) - step + 1
        while q in taken or not is_prime(q):
            q -= step
        taken.append(q)
    return taken


def fingerprint(parameters):
    log_q, log_p = parameters["log_q"], parameters["log_p"]
    sizes = [parameters["log_n"], parameters["digit_size"] or len(log_p), len(log_q), len(log_p)]
    words = [*sizes, *primes(parameters["log_n"], log_q + log_p)]
    data = b"blindfit/v1/parameters" + struct.pack(f"<{len(words)}Q", *words)
    return hashlib.blake2b(data, digest_size=32).hexdigest()


def forge(text):
    """`text` as blindfit itself would have signed it."""
    parameters = json.loads(text)["parameters"]
    text = re.sub(r'"fingerprint": "[0-9a-f]*"', f'"fingerprint": "{fingerprint(parameters)}"', text)
    return workspace.with_new_checksum(text)
