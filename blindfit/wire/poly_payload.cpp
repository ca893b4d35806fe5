// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/poly_payload.h"

#include <string>

#include "blindfit/wire/bit_packing.h"

namespace blindfit::wire {
namespace {

using base::Error;
using base::ErrorCode;

std::uint64_t prime_of_limb(const rlwe::Parameters& parameters, LimbCount limbs, std::size_t i) {
  return i < limbs.q ? parameters.q_primes()[i] : parameters.p_primes()[i - limbs.q];
}

}  // namespace

std::uint64_t poly_bytes(const rlwe::Parameters& parameters, LimbCount limbs) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < limbs.q + limbs.p; ++i) {
    total += packed_bytes(parameters.n(), residue_bits(prime_of_limb(parameters, limbs, i)));
  }
  return total;
}

void write_poly(const rlwe::Parameters& parameters, const ring::Poly& poly, ByteWriter& out) {
  const LimbCount limbs{poly.q_limbs(), poly.p_limbs()};
  if (poly.n() != parameters.n() || poly.domain() != ring::Domain::kEvaluation ||
      limbs.q > parameters.q_primes().size() || limbs.p > parameters.p_primes().size()) {
    throw Error(ErrorCode::kInvalidArgument,
                "files hold polynomials in the evaluation domain of their parameters: n " +
                    std::to_string(poly.n()) + ", limbs " + std::to_string(limbs.q) + "+" +
                    std::to_string(limbs.p));
  }
  for (std::size_t i = 0; i < poly.limbs(); ++i) {
    const unsigned bits = residue_bits(prime_of_limb(parameters, limbs, i));
    pack(poly.limb(i), bits, out.extend(packed_bytes(poly.n(), bits)));
  }
}

base::Result<ring::Poly> read_poly(const rlwe::Parameters& parameters, LimbCount limbs,
                                   const Limits& limits, ByteReader& in) {
  if (parameters.log_n() > limits.max_log_n || limbs.q + limbs.p > limits.max_limbs) {
    return Error(ErrorCode::kTooLarge, "a polynomial may have at most " +
                                           std::to_string(limits.max_limbs) + " limbs of 2^" +
                                           std::to_string(limits.max_log_n) +
                                           " words here: " + std::to_string(limbs.q + limbs.p) +
                                           " of 2^" + std::to_string(parameters.log_n()));
  }
  if (in.remaining() < poly_bytes(parameters, limbs)) {
    return Error(ErrorCode::kMalformed, "a polynomial is cut short: bytes left " +
                                            std::to_string(in.remaining()) + " of " +
                                            std::to_string(poly_bytes(parameters, limbs)));
  }
  ring::Poly poly(parameters.n(), limbs.q, limbs.p, ring::Domain::kEvaluation);
  for (std::size_t i = 0; i < poly.limbs(); ++i) {
    const std::uint64_t prime = prime_of_limb(parameters, limbs, i);
    const std::size_t bytes = packed_bytes(poly.n(), residue_bits(prime));
    if (!unpack(in.bytes(bytes), prime, poly.limb(i))) {
      return Error(ErrorCode::kMalformed,
                   "residues are below their prime " + std::to_string(prime) +
                       " (made by another program?): one of limb " + std::to_string(i) + " is not");
    }
  }
  return poly;
}

}  // namespace blindfit::wire
