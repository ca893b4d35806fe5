// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/parameters_file.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "blindfit/wire/json_fields.h"

namespace blindfit::wire {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kFieldBytes = 16;  // log_n, digit_size, two counts

}  // namespace

nlohmann::json to_json(const rlwe::ParametersLiteral& literal) {
  return {{"log_n", literal.log_n},
          {"log_q", literal.log_q},
          {"log_p", literal.log_p},
          {"digit_size", literal.digit_size}};
}

base::Result<rlwe::ParametersLiteral> parameters_literal_from_json(const nlohmann::json& object) {
  try {
    const JsonFields fields(object, "parameters", {"log_n", "log_q", "log_p", "digit_size"});
    rlwe::ParametersLiteral literal;
    literal.log_n = static_cast<unsigned>(fields.unsigned_integer("log_n", 64));
    literal.log_q = fields.unsigned_integers("log_q", 64);
    literal.log_p = fields.unsigned_integers("log_p", 64);
    literal.digit_size = static_cast<unsigned>(fields.unsigned_integer("digit_size", 255));
    return literal;
  } catch (const Error& error) {
    return error;
  }
}

std::size_t parameters_literal_bytes(const rlwe::ParametersLiteral& literal) {
  return kFieldBytes + literal.log_q.size() + literal.log_p.size();
}

void write_parameters_literal(const rlwe::ParametersLiteral& literal, ByteWriter& out) {
  out.number(std::uint32_t{literal.log_n});
  out.number(std::uint32_t{literal.digit_size});
  out.number(static_cast<std::uint32_t>(literal.log_q.size()));
  out.number(static_cast<std::uint32_t>(literal.log_p.size()));
  for (const unsigned bits : literal.log_q) {
    out.number(static_cast<std::uint8_t>(bits));
  }
  for (const unsigned bits : literal.log_p) {
    out.number(static_cast<std::uint8_t>(bits));
  }
}

base::Result<rlwe::ParametersLiteral> read_parameters_literal(ByteReader& in) {
  rlwe::ParametersLiteral literal;
  literal.log_n = in.number<std::uint32_t>();
  literal.digit_size = in.number<std::uint32_t>();
  const std::size_t q_count = in.number<std::uint32_t>();
  const std::size_t p_count = in.number<std::uint32_t>();
  const std::span<const std::uint8_t> log_q = in.bytes(q_count);
  const std::span<const std::uint8_t> log_p = in.bytes(p_count);
  if (in.failed()) {
    return Error(ErrorCode::kMalformed,
                 "a parameter set has one byte a prime: " + std::to_string(q_count) + " + " +
                     std::to_string(p_count) + " primes, bytes left " +
                     std::to_string(in.remaining()));
  }
  literal.log_q.assign(log_q.begin(), log_q.end());
  literal.log_p.assign(log_p.begin(), log_p.end());
  return literal;
}

std::vector<std::uint8_t> save_parameters(const rlwe::Parameters& parameters) {
  ObjectWriter object(ObjectKind::kParameters, {parameters.fingerprint(), {}},
                      parameters_literal_bytes(parameters.literal()));
  write_parameters_literal(parameters.literal(), object.payload());
  return std::move(object).seal();
}

base::Result<ParametersFile> load_parameters_file(std::span<const std::uint8_t> bytes,
                                                  const Limits& limits) {
  const base::Result<OpenObject> object = open_object(bytes, ObjectKind::kParameters, limits);
  if (!object) {
    return object.error();
  }
  ByteReader in(object->payload);
  base::Result<rlwe::ParametersLiteral> literal = read_parameters_literal(in);
  if (!literal) {
    return literal.error();
  }
  if (in.remaining() != 0) {
    return Error(ErrorCode::kMalformed, "a parameter set ends with its last prime: bytes left " +
                                            std::to_string(in.remaining()));
  }
  return ParametersFile{object->header, std::move(literal).value()};
}

base::Result<rlwe::Parameters> load_parameters(std::span<const std::uint8_t> bytes,
                                               const Limits& limits) {
  const base::Result<ParametersFile> file = load_parameters_file(bytes, limits);
  if (!file) {
    return file.error();
  }
  base::Result<rlwe::Parameters> parameters = rlwe::Parameters::make(file->literal);
  if (!parameters) {
    return parameters;
  }
  if (const base::Status status =
          check_identity(file->header, {parameters->fingerprint(), KeySetId{}});
      !status) {
    return status.error();
  }
  return parameters;
}

}  // namespace blindfit::wire
