# SPDX-License-Identifier: Apache-2.0
"""A reader of blindfit files, written from docs/format.md alone with the standard library and NumPy.

Section names in comments are those of that page. It checks what it needs to understand a file; the
limits that a program facing strangers must have are the C++ readers' business.
"""
import hashlib
import struct
from dataclasses import dataclass

import numpy as np

PARAMETERS, FRESH, CIPHERTEXT, RELINEARIZATION, GALOIS, OWNER_KEY = range(1, 7)
CIPHERTEXT_DOMAIN = b"blindfit/v1/ciphertext"
KEY_DOMAIN = b"blindfit/v1/switching-key"


class FormatError(Exception):
    """The bytes are not what docs/format.md describes."""


def require(condition, rule):
    if not condition:
        raise FormatError(rule)


def blake2b(data):
    return hashlib.blake2b(data, digest_size=32).digest()


# ---- Frame ----


@dataclass
class Frame:
    kind: int
    fingerprint: bytes
    key_set: bytes
    plan: bytes
    role: int
    index: int
    payload: bytes


def read_frame(data):
    require(len(data) >= 160 and data[:8] == b"BLINDFIT", "not a blindfit file")
    version, kind, flags = struct.unpack_from("<HHI", data, 8)
    require(version == 2 and flags == 0, f"version 2 without flags: {version}, {flags}")
    (length,) = struct.unpack_from("<Q", data, 120)
    require(len(data) == 160 + length, f"header says {length} + 160 bytes: {len(data)}")
    require(blake2b(data[:-32]) == data[-32:], "wrong checksum")
    role, index = struct.unpack_from("<II", data, 112)
    return Frame(kind, data[16:48], data[48:80], data[80:112], role, index, data[128:-32])


def seal(frame):
    """The file of a frame: what controls use to forge files."""
    head = b"BLINDFIT" + struct.pack("<HHI", 2, frame.kind, 0) + frame.fingerprint + frame.key_set + frame.plan
    body = head + struct.pack("<IIQ", frame.role, frame.index, len(frame.payload)) + frame.payload
    return body + blake2b(body)


# ---- Parameters ----


def is_prime(x):
    if x < 2:
        return False
    for p in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        if x % p == 0:
            return x == p
    odd, twos = x - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for witness in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        y = pow(witness, odd, x)
        if y in (1, x - 1):
            continue
        for _ in range(twos - 1):
            y = y * y % x
            if y == x - 1:
                break
        else:
            return False
    return True


def take_prime(bits, two_n, taken):
    q = ((2**bits - 1) // two_n) * two_n + 1
    while q >= 2**bits or q in taken or not is_prime(q):
        q -= two_n
        require(q > 2 ** (bits - 1), f"no prime of {bits} bits is left")
    return q


class Parameters:
    def __init__(self, log_n, digit_size, log_q, log_p):
        self.n = 2**log_n
        self.log_n = log_n
        primes = []
        for bits in list(log_q) + list(log_p):
            primes.append(take_prime(bits, 2 * self.n, primes))
        self.primes = primes
        self.q_count = len(log_q)
        self.p_count = len(log_p)
        self.digit_size = digit_size or self.p_count
        self.roots = [self._root(q) for q in primes]

    def _root(self, q):
        for g in range(2, q):
            psi = pow(g, (q - 1) // (2 * self.n), q)
            if pow(psi, self.n, q) == q - 1:
                return psi
        raise FormatError(f"{q} has no root of unity of order 2N")

    def fingerprint(self):
        fields = [self.log_n, self.digit_size, self.q_count, self.p_count] + self.primes
        return blake2b(b"blindfit/v1/parameters" + struct.pack(f"<{len(fields)}Q", *fields))

    def q_limbs(self, level):
        """Modulus indices of a ciphertext polynomial."""
        require(level < self.q_count, f"level below {self.q_count}: {level}")
        return list(range(level + 1))

    def key_limbs(self, level):
        return self.q_limbs(level) + [self.q_count + j for j in range(self.p_count)]


def read_parameters(payload):
    """Returns the parameters and how many bytes they took."""
    log_n, digit_size, q_count, p_count = struct.unpack_from("<4I", payload)
    require(10 <= log_n <= 17 and 1 <= q_count <= 128 and 1 <= p_count <= 128, "parameter ranges")
    bits = payload[16 : 16 + q_count + p_count]
    require(len(bits) == q_count + p_count, "parameters cut short")
    return Parameters(log_n, digit_size, bits[:q_count], bits[q_count:]), 16 + q_count + p_count


# ---- Polynomials ----


def unpack_limb(data, n, q):
    bits = q.bit_length()
    require(len(data) == n * bits // 8, "a limb is cut short")
    table = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little").reshape(n, bits)
    weights = np.uint64(1) << np.arange(bits, dtype=np.uint64)
    limb = (table.astype(np.uint64) * weights).sum(axis=1, dtype=np.uint64)
    require(int(limb.max()) < q, "a residue is not below its prime")
    return limb


def pack_limb(limb, q):
    bits = np.arange(q.bit_length(), dtype=np.uint64)
    table = (limb[:, None] >> bits[None, :]) & np.uint64(1)
    return np.packbits(table.astype(np.uint8).reshape(-1), bitorder="little").tobytes()


class Payload:
    """Fields in a row."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        require(self.at + count <= len(self.data), "a payload is cut short")
        self.at += count
        return self.data[self.at - count : self.at]

    def fields(self, layout):
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))

    def poly(self, parameters, limbs):
        """One array of residues per modulus index in `limbs`."""
        n, primes = parameters.n, parameters.primes
        return [
            unpack_limb(self.take(n * primes[m].bit_length() // 8), n, primes[m]) for m in limbs
        ]

    def end(self):
        require(self.at == len(self.data), f"bytes left over: {len(self.data) - self.at}")


# ---- Seeds ----


def chacha20_words(key, nonce, first_block, blocks):
    """RFC 8439 key stream as little-endian u64 words, all blocks at once."""
    start = np.zeros((16, blocks), np.uint32)
    start[:4] = np.frombuffer(b"expand 32-byte k", "<u4")[:, None]
    start[4:12] = np.frombuffer(key, "<u4")[:, None]
    start[12] = np.arange(first_block, first_block + blocks, dtype=np.uint64).astype(np.uint32)
    start[13:] = np.frombuffer(nonce, "<u4")[:, None]
    x = start.copy()

    def quarter(a, b, c, d):
        for target, other, mixed, shift in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            x[target] += x[other]
            x[mixed] ^= x[target]
            x[mixed] = (x[mixed] << np.uint32(shift)) | (x[mixed] >> np.uint32(32 - shift))

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return np.ascontiguousarray((x + start).T).astype("<u4").reshape(-1).view("<u8")


def uniform_limb(parameters, domain, seed, stream, m):
    q, n = parameters.primes[m], parameters.n
    key = blake2b(domain + seed)
    nonce = struct.pack("<QI", stream * 2**16 + m, 0)
    mask = np.uint64(2 ** q.bit_length() - 1)
    limb, block = np.zeros(0, np.uint64), 0
    while len(limb) < n:
        words = chacha20_words(key, nonce, block, n // 8) & mask
        limb, block = np.concatenate([limb, words[words < q]]), block + n // 8
    return limb[:n]


# ---- Ciphertexts, switching keys, owner's key ----


@dataclass
class Ciphertext:
    level: int
    scale: float
    parts: list


def read_ciphertext(frame, parameters):
    payload = Payload(frame.payload)
    degree, level, scale = payload.fields("IId")
    require(degree in (1, 2) and 1 <= scale <= 2.0**120, f"degree {degree}, scale {scale}")
    limbs = parameters.q_limbs(level)
    if frame.kind == FRESH:
        require(degree == 1, "fresh ciphertexts have degree 1")
        seed = payload.take(32)
        c1 = [uniform_limb(parameters, CIPHERTEXT_DOMAIN, seed, 0, m) for m in limbs]
        parts = [payload.poly(parameters, limbs), c1]
    else:
        require(frame.kind == CIPHERTEXT, f"not a ciphertext: kind {frame.kind}")
        parts = [payload.poly(parameters, limbs) for _ in range(degree + 1)]
    payload.end()
    return Ciphertext(level, scale, parts)


@dataclass
class SwitchingKey:
    element: int
    level: int
    b: list
    a: list


def read_switching_key(frame, parameters):
    require(frame.kind in (RELINEARIZATION, GALOIS), f"not a switching key: kind {frame.kind}")
    payload = Payload(frame.payload)
    element, level, digits, zero = payload.fields("4I")
    require(digits == level // parameters.digit_size + 1 and zero == 0, "digits of a key")
    require((element == 0) == (frame.kind == RELINEARIZATION), "element of a key")
    seed = payload.take(32)
    limbs = parameters.key_limbs(level)
    b = [payload.poly(parameters, limbs) for _ in range(digits)]
    payload.end()
    a = [
        [uniform_limb(parameters, KEY_DOMAIN, seed, d, m) for m in limbs] for d in range(digits)
    ]
    return SwitchingKey(element, level, b, a)


def read_owner_key(frame):
    """Returns the parameters and the secret's coefficients."""
    require(frame.kind == OWNER_KEY, f"not an owner's key: kind {frame.kind}")
    parameters, used = read_parameters(frame.payload)
    require(parameters.fingerprint() == frame.fingerprint, "fingerprint of the owner's key")
    (protection,) = struct.unpack_from("<I", frame.payload, used)
    require(protection == 0, "this reader has no Argon2id: use a key without a passphrase")
    packed = np.frombuffer(frame.payload[used + 4 :], np.uint8)
    require(len(packed) == parameters.n // 4, "length of the owner's key")
    codes = (packed[:, None] >> np.array([0, 2, 4, 6], np.uint8)) & 3
    require(not (codes == 2).any(), "coefficients of the owner's key")
    return parameters, np.array([0, 1, 0, -1], np.int64)[codes].reshape(-1)
