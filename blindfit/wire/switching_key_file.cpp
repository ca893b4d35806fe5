// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/switching_key_file.h"

#include <string>
#include <utility>

#include "blindfit/wire/poly_payload.h"

namespace blindfit::wire {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kFieldBytes = 16 + 32;  // element, level, digits, zero; seed

std::uint64_t payload_bytes(const rlwe::Parameters& parameters, std::size_t level) {
  return kFieldBytes + parameters.digits(level) *
                           poly_bytes(parameters, {level + 1, parameters.p_primes().size()});
}

ObjectKind kind_of(PlainKey which) noexcept {
  switch (which) {
    case PlainKey::kToSparse:
      return ObjectKind::kToSparseKey;
    case PlainKey::kFromSparse:
      return ObjectKind::kFromSparseKey;
    case PlainKey::kRelinearization:
      break;
  }
  return ObjectKind::kRelinearizationKey;
}

std::vector<std::uint8_t> save(ObjectKind kind, const rlwe::Parameters& parameters,
                               const KeySetId& key_set, const rlwe::SwitchingKey& key,
                               std::uint32_t element) {
  const std::size_t level = key.level();
  ObjectWriter object(kind, {parameters.fingerprint(), key_set}, payload_bytes(parameters, level));
  ByteWriter& out = object.payload();
  out.number(element);
  out.number(static_cast<std::uint32_t>(level));
  out.number(static_cast<std::uint32_t>(key.b.size()));
  out.number(std::uint32_t{0});
  out.bytes(key.seed);
  for (const ring::Poly& b : key.b) {
    write_poly(parameters, b, out);
  }
  return std::move(object).seal();
}

struct LoadedKey {
  std::uint32_t element = 0;
  rlwe::SwitchingKey key;
};

base::Result<LoadedKey> read_key(const rlwe::Parameters& parameters, const Limits& limits,
                                 ByteReader& in) {
  LoadedKey loaded;
  loaded.element = in.number<std::uint32_t>();
  const auto level = in.number<std::uint32_t>();
  const auto digits = in.number<std::uint32_t>();
  const auto reserved = in.number<std::uint32_t>();
  in.fill(loaded.key.seed);
  if (in.failed() || reserved != 0) {
    return Error(ErrorCode::kMalformed,
                 "the reserved field of a key is zero: " + std::to_string(reserved));
  }
  if (level > parameters.max_level()) {
    return Error(ErrorCode::kMalformed, "the level of a key is at most " +
                                            std::to_string(parameters.max_level()) + ": " +
                                            std::to_string(level));
  }
  if (digits != parameters.digits(level)) {
    return Error(ErrorCode::kMalformed, "a key up to level " + std::to_string(level) + " has " +
                                            std::to_string(parameters.digits(level)) +
                                            " digits: " + std::to_string(digits));
  }
  const std::uint64_t residue_bytes = payload_bytes(parameters, level) - kFieldBytes;
  if (in.remaining() != residue_bytes) {
    return Error(ErrorCode::kMalformed,
                 "the residues of a key up to level " + std::to_string(level) + " take " +
                     std::to_string(residue_bytes) + " bytes: " + std::to_string(in.remaining()));
  }
  loaded.key.b.reserve(digits);
  for (std::uint32_t d = 0; d < digits; ++d) {
    base::Result<ring::Poly> b =
        read_poly(parameters, {std::size_t{level} + 1, parameters.p_primes().size()}, limits, in);
    if (!b) {
      return b.error();
    }
    loaded.key.b.push_back(std::move(b).value());
  }
  return loaded;
}

base::Result<LoadedKey> load(std::span<const std::uint8_t> bytes, ObjectKind kind,
                             const rlwe::Parameters& parameters, const KeySetId& key_set,
                             const Limits& limits) {
  const base::Result<OpenObject> object = open_object(bytes, kind, limits);
  if (!object) {
    return object.error();
  }
  const Identity expected{parameters.fingerprint(), key_set};
  if (const base::Status status = check_identity(object->header, expected); !status) {
    return status.error();
  }
  ByteReader in(object->payload);
  return read_key(parameters, limits, in);
}

}  // namespace

std::uint64_t switching_key_file_bytes(const rlwe::Parameters& parameters, std::size_t level) {
  return kHeaderBytes + payload_bytes(parameters, level) + kChecksumBytes;
}

std::vector<std::uint8_t> save_plain_key(PlainKey which, const rlwe::Parameters& parameters,
                                         const KeySetId& key_set, const rlwe::SwitchingKey& key) {
  return save(kind_of(which), parameters, key_set, key, 0);
}

std::vector<std::uint8_t> save_galois_key(const rlwe::Parameters& parameters,
                                          const KeySetId& key_set, const rlwe::GaloisKey& key) {
  return save(ObjectKind::kGaloisKey, parameters, key_set, key.key, key.automorphism.element.value);
}

base::Result<rlwe::SwitchingKey> load_plain_key(PlainKey which, std::span<const std::uint8_t> bytes,
                                                const rlwe::Parameters& parameters,
                                                const KeySetId& key_set, const Limits& limits) {
  base::Result<LoadedKey> loaded = load(bytes, kind_of(which), parameters, key_set, limits);
  if (!loaded) {
    return loaded.error();
  }
  if (loaded->element != 0) {
    return Error(ErrorCode::kMalformed,
                 "this key has no Galois element: " + std::to_string(loaded->element));
  }
  return std::move(loaded).value().key;
}

base::Result<rlwe::GaloisKey> load_galois_key(std::span<const std::uint8_t> bytes,
                                              const rlwe::Parameters& parameters,
                                              const KeySetId& key_set, const Limits& limits) {
  base::Result<LoadedKey> loaded = load(bytes, ObjectKind::kGaloisKey, parameters, key_set, limits);
  if (!loaded) {
    return loaded.error();
  }
  const std::uint32_t element = loaded->element;
  if (element % 2 == 0 || element >= 2 * parameters.n()) {
    return Error(ErrorCode::kMalformed,
                 "a Galois element is odd and below 2N = " + std::to_string(2 * parameters.n()) +
                     ": " + std::to_string(element));
  }
  return rlwe::GaloisKey{ring::make_automorphism({element}, parameters.log_n()),
                         std::move(loaded).value().key};
}

}  // namespace blindfit::wire
