// SPDX-License-Identifier: Apache-2.0
// Polynomials inside payloads: limb after limb, packed at the bit length of each prime, evaluation
// domain.
#pragma once

#include "blindfit/base/error.h"
#include "blindfit/ring/poly.h"
#include "blindfit/rlwe/parameters.h"
#include "blindfit/wire/byte_stream.h"
#include "blindfit/wire/limits.h"

namespace blindfit::wire {

/// Which limbs a polynomial has: q_0 .. q_(q_limbs-1), then p_0 .. p_(p_limbs-1).
struct LimbCount {
  std::size_t q = 0;
  std::size_t p = 0;
};

/// Bytes that a polynomial takes. Requires q <= q_primes().size() and p <= p_primes().size().
std::uint64_t poly_bytes(const rlwe::Parameters& parameters, LimbCount limbs);

/// Appends `poly`. Throws Error{kInvalidArgument} unless it is in the evaluation domain and of the
/// parameters' shape.
void write_poly(const rlwe::Parameters& parameters, const ring::Poly& poly, ByteWriter& out);

/// Reads one polynomial. The caller has compared poly_bytes with the input, so nothing is allocated
/// for bytes that are not there. Errors: kTooLarge, kMalformed (truncated; a residue not below its
/// prime, naming the limb).
base::Result<ring::Poly> read_poly(const rlwe::Parameters& parameters, LimbCount limbs,
                                   const Limits& limits, ByteReader& in);

}  // namespace blindfit::wire
