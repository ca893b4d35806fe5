// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/ciphertext_file.h"

#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "blindfit/wire/poly_payload.h"

namespace blindfit::wire {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kFieldBytes = 16;  // degree or zero, level, scale
constexpr double kMaxScale = 0x1p120;

Identity identity_of(const rlwe::Parameters& parameters, const CiphertextTag& tag) {
  return {parameters.fingerprint(), tag.key_set, tag.role};
}

/// The fields before the residues of either kind.
struct Fields {
  std::uint32_t degree = 0;
  std::uint32_t level = 0;
  double scale = 0;
};

void write_fields(const Fields& fields, ByteWriter& out) {
  out.number(fields.degree);
  out.number(fields.level);
  out.number(fields.scale);
}

Fields read_fields(ByteReader& in) {
  Fields fields;
  fields.degree = in.number<std::uint32_t>();
  fields.level = in.number<std::uint32_t>();
  fields.scale = in.number<double>();
  return fields;
}

std::optional<Error> check_fields(const Fields& fields, const rlwe::Parameters& parameters,
                                  const Limits& limits) {
  if (fields.degree < 1 || fields.degree > limits.max_degree) {
    return Error(ErrorCode::kMalformed, "the degree of a ciphertext is in [1, " +
                                            std::to_string(limits.max_degree) +
                                            "]: " + std::to_string(fields.degree));
  }
  if (fields.level > parameters.max_level()) {
    return Error(ErrorCode::kMalformed, "the level of a ciphertext is at most " +
                                            std::to_string(parameters.max_level()) + ": " +
                                            std::to_string(fields.level));
  }
  if (!std::isfinite(fields.scale) || fields.scale < 1 || fields.scale > kMaxScale) {
    return Error(ErrorCode::kMalformed,
                 "the scale of a ciphertext is in [1, 2^120]: " + std::to_string(fields.scale));
  }
  return std::nullopt;
}

std::optional<Error> check_length(const ByteReader& in, std::uint64_t expected) {
  if (in.failed() || in.remaining() != expected) {
    return Error(ErrorCode::kMalformed, "the residues of a ciphertext of this level take " +
                                            std::to_string(expected) +
                                            " bytes: " + std::to_string(in.remaining()));
  }
  return std::nullopt;
}

base::Result<ByteReader> open_payload(std::span<const std::uint8_t> bytes, ObjectKind kind,
                                      const Identity& identity, const Limits& limits) {
  const base::Result<OpenObject> object = open_object(bytes, kind, limits);
  if (!object) {
    return object.error();
  }
  if (const base::Status status = check_identity(object->header, identity); !status) {
    return status.error();
  }
  return ByteReader(object->payload);
}

}  // namespace

std::vector<std::uint8_t> save_seeded_ciphertext(const rlwe::Parameters& parameters,
                                                 const CiphertextTag& tag,
                                                 const rlwe::SeededCiphertext& ct) {
  const LimbCount limbs{ct.c0.q_limbs(), 0};
  ObjectWriter object(ObjectKind::kSeededCiphertext, identity_of(parameters, tag),
                      kFieldBytes + ct.seed.size() + poly_bytes(parameters, limbs));
  write_fields({1, static_cast<std::uint32_t>(limbs.q - 1), ct.scale.value}, object.payload());
  object.payload().bytes(ct.seed);
  write_poly(parameters, ct.c0, object.payload());
  return std::move(object).seal();
}

std::vector<std::uint8_t> save_ciphertext(const rlwe::Parameters& parameters,
                                          const CiphertextTag& tag, const rlwe::Ciphertext& ct) {
  const LimbCount limbs{ct.level() + 1, 0};
  ObjectWriter object(ObjectKind::kCiphertext, identity_of(parameters, tag),
                      kFieldBytes + ct.parts.size() * poly_bytes(parameters, limbs));
  write_fields({static_cast<std::uint32_t>(ct.degree()), static_cast<std::uint32_t>(ct.level()),
                ct.scale.value},
               object.payload());
  for (const ring::Poly& part : ct.parts) {
    write_poly(parameters, part, object.payload());
  }
  return std::move(object).seal();
}

base::Result<rlwe::SeededCiphertext> load_seeded_ciphertext(std::span<const std::uint8_t> bytes,
                                                            const rlwe::Parameters& parameters,
                                                            const CiphertextTag& tag,
                                                            const Limits& limits) {
  base::Result<ByteReader> payload =
      open_payload(bytes, ObjectKind::kSeededCiphertext, identity_of(parameters, tag), limits);
  if (!payload) {
    return payload.error();
  }
  ByteReader in = std::move(payload).value();
  const Fields fields = read_fields(in);
  rlwe::SeededCiphertext ct;
  in.fill(ct.seed);
  if (auto error = check_fields(fields, parameters, limits)) {
    return *error;
  }
  if (fields.degree != 1) {
    return Error(ErrorCode::kMalformed,
                 "a fresh ciphertext has degree 1: " + std::to_string(fields.degree));
  }
  const LimbCount limbs{std::size_t{fields.level} + 1, 0};
  if (auto error = check_length(in, poly_bytes(parameters, limbs))) {
    return *error;
  }
  base::Result<ring::Poly> c0 = read_poly(parameters, limbs, limits, in);
  if (!c0) {
    return c0.error();
  }
  ct.c0 = std::move(c0).value();
  ct.scale = {fields.scale};
  return ct;
}

base::Result<rlwe::Ciphertext> load_ciphertext(std::span<const std::uint8_t> bytes,
                                               const rlwe::Parameters& parameters,
                                               const CiphertextTag& tag, const Limits& limits) {
  base::Result<ByteReader> payload =
      open_payload(bytes, ObjectKind::kCiphertext, identity_of(parameters, tag), limits);
  if (!payload) {
    return payload.error();
  }
  ByteReader in = std::move(payload).value();
  const Fields fields = read_fields(in);
  if (auto error = check_fields(fields, parameters, limits)) {
    return *error;
  }
  const LimbCount limbs{std::size_t{fields.level} + 1, 0};
  const std::size_t parts = std::size_t{fields.degree} + 1;
  if (auto error = check_length(in, parts * poly_bytes(parameters, limbs))) {
    return *error;
  }
  rlwe::Ciphertext ct;
  ct.scale = {fields.scale};
  ct.parts.reserve(parts);
  for (std::size_t k = 0; k < parts; ++k) {
    base::Result<ring::Poly> part = read_poly(parameters, limbs, limits, in);
    if (!part) {
      return part.error();
    }
    ct.parts.push_back(std::move(part).value());
  }
  return ct;
}

}  // namespace blindfit::wire
