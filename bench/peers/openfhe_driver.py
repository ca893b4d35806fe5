# SPDX-License-Identifier: Apache-2.0
"""openfhe_driver.py: times OpenFHE's operations on request, as blindfit_driver.cpp does blindfit's.

Run by a Python that can import openfhe. One request a line on standard input, one JSON object a line back:
  about                                      which library this is
  open LOG_N LIMBS FIRST_BITS BITS DIGITS    the parameter set, and what it is
  run OPERATION                              one execution: {"ms": 12.3}
  quit
OMP_NUM_THREADS must be set before it starts; OpenFHE reads it once.
"""

import json
import math
import sys
import time

import numpy
import openfhe as fhe

ROTATIONS = 16
DISTINCT_FACTORS = 8
PRODUCTS = 64


def make_context(log_n, limbs, first_bits, bits, digits):
    parameters = fhe.CCParamsCKKSRNS()
    parameters.SetSecurityLevel(fhe.HEStd_128_classic)
    parameters.SetRingDim(1 << log_n)
    parameters.SetMultiplicativeDepth(limbs - 1)
    parameters.SetFirstModSize(first_bits)
    parameters.SetScalingModSize(bits)
    parameters.SetNumLargeDigits(digits)
    parameters.SetKeySwitchTechnique(fhe.HYBRID)
    parameters.SetScalingTechnique(fhe.FIXEDMANUAL)
    parameters.SetBatchSize(1 << (log_n - 1))
    context = fhe.GenCryptoContext(parameters)
    for feature in (fhe.PKE, fhe.KEYSWITCH, fhe.LEVELEDSHE, fhe.ADVANCEDSHE):
        context.Enable(feature)
    return context


class Session:
    """Keys and operands of one parameter set. Every operation is a method without arguments."""

    def __init__(self, log_n, limbs, first_bits, bits, digits):
        self.context = make_context(log_n, limbs, first_bits, bits, digits)
        self.order = 2 << log_n
        self.keys = self.context.KeyGen()
        self.context.EvalMultKeyGen(self.keys.secretKey)
        self.context.EvalRotateKeyGen(self.keys.secretKey, list(range(1, ROTATIONS + 1)))
        # Into a map of its own: what the context holds is for rotations.
        self.conjugation = self.context.EvalAutomorphismKeyGen(self.keys.secretKey, [self.order - 1])
        generator = numpy.random.default_rng(1)
        slots = 1 << (log_n - 1)
        self.values = generator.uniform(-1, 1, slots)
        self.plaintext = self.encode()
        self.factors = [self.encrypt_public() for _ in range(DISTINCT_FACTORS)]
        self.spare_plaintext = self.encode()
        self.next_rotation = ROTATIONS + 1

    def rotation_key_bytes(self):
        """Of one serialized rotation key: those of a second secret key, which has no other."""
        other = self.context.KeyGen()
        self.context.EvalRotateKeyGen(other.secretKey, [1])
        return len(fhe.SerializeEvalAutomorphismKeyString(fhe.BINARY, other.secretKey.GetKeyTag()))

    def encode(self):
        return self.context.MakeCKKSPackedPlaintext(self.values)

    def encrypt_public(self):
        return self.context.Encrypt(self.keys.publicKey, self.plaintext)

    def encrypt_secret(self):
        return self.context.Encrypt(self.keys.secretKey, self.plaintext)

    def decrypt_decode(self):
        return self.context.Decrypt(self.keys.secretKey, self.factors[0])

    def add(self):
        return self.context.EvalAdd(self.factors[0], self.factors[1])

    def multiply_plain_rescale(self):
        return self.context.Rescale(self.context.EvalMult(self.factors[0], self.plaintext))

    def multiply_relinearize_rescale(self):
        return self.context.Rescale(self.context.EvalMult(self.factors[0], self.factors[1]))

    def accumulate_products(self):
        total = None
        for i in range(PRODUCTS):
            product = self.context.EvalMultNoRelin(self.factors[i // DISTINCT_FACTORS],
                                                   self.factors[i % DISTINCT_FACTORS])
            if total is None:
                total = product
            else:
                self.context.EvalAddInPlace(total, product)
        return self.context.Relinearize(total)

    def rotate(self):
        return self.context.EvalRotate(self.factors[0], 1)

    def conjugate(self):
        return self.context.EvalAutomorphism(self.factors[0], self.order - 1, self.conjugation)

    def rotate_hoisted(self, count):
        digits = self.context.EvalFastRotationPrecompute(self.factors[0])
        return [self.context.EvalFastRotation(self.factors[0], steps, self.order, digits)
                for steps in range(1, count + 1)]

    def rotate_hoisted_8(self):
        return self.rotate_hoisted(8)

    def rotate_hoisted_16(self):
        return self.rotate_hoisted(16)

    def ntt_round_trip(self):
        self.spare_plaintext.SetFormat(fhe.Format.COEFFICIENT)
        self.spare_plaintext.SetFormat(fhe.Format.EVALUATION)

    def generate_rotation_key(self):
        # A new index every time: a key that exists is not made again.
        self.context.EvalRotateKeyGen(self.keys.secretKey, [self.next_rotation])
        self.next_rotation += 1


def log2_modulus(context):
    """Of Q; the binding does not tell P."""
    modulus = context.GetModulus()
    return modulus.bit_length() if isinstance(modulus, int) else math.log2(modulus)


class Driver:
    """The requests."""

    def __init__(self):
        self.session = None

    def about(self):
        published = "site-packages" in fhe.__file__
        return {"library": f"OpenFHE {fhe.__version__}" + (" (published wheel)" if published else "")}

    def open(self, log_n, limbs, first_bits, bits, digits):
        self.session = Session(int(log_n), int(limbs), int(first_bits), int(bits), int(digits))
        return {
            "limbs": int(limbs), "digits": int(digits), "log_q": log2_modulus(self.session.context),
            "rotation_key_file_bytes": self.session.rotation_key_bytes(),
        }

    def run(self, operation):
        if self.session is None:
            return {"error": "no parameter set is open"}
        call = getattr(self.session, operation, None)
        if call is None:
            return {"error": f"no such operation: {operation}"}
        start = time.perf_counter()
        result = call()
        elapsed = time.perf_counter() - start
        del result  # freed outside the timed region, as little as that is
        return {"ms": elapsed * 1e3}


def main():
    driver = Driver()
    for line in sys.stdin:
        words = line.split()
        if words == ["quit"]:
            break
        try:
            reply = {"about": driver.about, "open": driver.open, "run": driver.run}[words[0]](*words[1:])
        except Exception as error:  # whatever the library raises is the answer
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
