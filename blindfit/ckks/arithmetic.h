// SPDX-License-Identifier: Apache-2.0
// Operations without key switching. Operands may stand at different levels: the result has the
// lower one, because forgetting a prime is free and exact. Every function is thread-safe for
// distinct outputs, and `out` may alias any operand.
#pragma once

#include <complex>

#include "blindfit/ckks/encoder.h"

namespace blindfit::ckks {

/// Slot-wise sum and difference. Scales must match (Error{kScaleMismatch}, both values named);
/// degrees may differ.
void add(const Context& context, const Ciphertext& a, const Ciphertext& b, Ciphertext& out);
void subtract(const Context& context, const Ciphertext& a, const Ciphertext& b, Ciphertext& out);
void negate(const Context& context, const Ciphertext& a, Ciphertext& out);
void add_plain(const Context& context, const Ciphertext& a, const Plaintext& b, Ciphertext& out);
/// Adds `value` to every slot at the ciphertext's own scale: no encoding, no error beyond rounding.
/// Throws Error{kInvalidArgument} unless |value * scale| is below 2^126.
void add_constant(const Context& context, std::complex<double> value, Ciphertext& ct);

/// Slot-wise product with a plaintext; the scale becomes the product of both.
void multiply_plain(const Context& context, const Ciphertext& a, const Plaintext& b,
                    Ciphertext& out);
/// accumulator += a * b at the accumulator's level, which must not exceed a's or b's
/// (Error{kLevelMismatch}); scales must match, and its degree must be at least a's.
void multiply_plain_add(const Context& context, const Ciphertext& a, const Plaintext& b,
                        Ciphertext& accumulator);
/// Multiplies every slot by `value`, encoded at `constant_scale`: an integer product without
/// encoding. |value * constant_scale| must be below 2^62.
void multiply_constant(const Context& context, const Ciphertext& a, double value,
                       Scale constant_scale, Ciphertext& out);
/// accumulator += a * value at the accumulator's scale and level, which must not exceed a's: the
/// constant is encoded at constant_scale, and the scales must match as in multiply_plain_add. No
/// rescaling, no encoding.
void multiply_constant_add(const Context& context, const Ciphertext& a, double value,
                           Scale constant_scale, Ciphertext& accumulator);
/// Multiplies every slot by i: exact, no level, no noise (a product with X^(N/2)).
void multiply_by_i(const Context& context, const Ciphertext& a, Ciphertext& out);

/// The encryption of zero without noise, degree 1: the neutral start of a sum. Not a fresh
/// encryption; it hides nothing.
Ciphertext zero_ciphertext(const Context& context, std::size_t level, Scale scale);

/// The three-component product of two ciphertexts of degree 1; scale multiplies. Cost: 4 products a
/// limb.
Ciphertext multiply(const Context& context, const Ciphertext& a, const Ciphertext& b);
/// accumulator += a * b without relinearization. An empty accumulator becomes the product. Level:
/// the lowest of the three.
void multiply_add(const Context& context, const Ciphertext& a, const Ciphertext& b,
                  Ciphertext& accumulator);

/// Divides by q_level with rounding: level - 1, scale / q_level. Any degree. Cost: (degree + 1) *
/// (level + 1) NTTs. Throws Error{kLevelExhausted} at level 0.
void rescale(const Context& context, Ciphertext& ct);
/// multiply_plain and rescale in one pass: the product is divided while it is in the cache. Errors
/// as rescale.
void multiply_plain_and_rescale(const Context& context, const Ciphertext& a, const Plaintext& b,
                                Ciphertext& out);
/// Forgets the primes above `level`; value and scale stay. Throws Error{kLevelMismatch} if `level`
/// is above ct's.
void drop_level(Ciphertext& ct, std::size_t level);

}  // namespace blindfit::ckks
