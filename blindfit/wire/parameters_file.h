// SPDX-License-Identifier: Apache-2.0
// Parameter literals as JSON (inside plans, where people read them) and as bytes.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "blindfit/rlwe/parameters.h"
#include "blindfit/wire/header.h"

namespace blindfit::wire {

/// {"log_n": 15, "log_q": [...], "log_p": [...], "digit_size": 0}.
nlohmann::json to_json(const rlwe::ParametersLiteral& literal);
/// All fields are required and no other is allowed. Errors: kMalformed; whether the values make
/// sense is rlwe::Parameters::make's to say.
base::Result<rlwe::ParametersLiteral> parameters_literal_from_json(const nlohmann::json& object);

/// The encoding that parameter files and the owner's key file share (docs/format.md, "Parameters").
std::size_t parameters_literal_bytes(const rlwe::ParametersLiteral& literal);
void write_parameters_literal(const rlwe::ParametersLiteral& literal, ByteWriter& out);
/// Errors: kMalformed; the counts are compared with the remaining bytes first.
base::Result<rlwe::ParametersLiteral> read_parameters_literal(ByteReader& in);

std::vector<std::uint8_t> save_parameters(const rlwe::Parameters& parameters);
/// The literal of a parameter file whose fingerprint the caller has yet to compare.
struct ParametersFile {
  Header header;
  rlwe::ParametersLiteral literal;
};
base::Result<ParametersFile> load_parameters_file(std::span<const std::uint8_t> bytes,
                                                  const Limits& limits = {});
/// Makes and compares. Errors: as open_object; those of rlwe::Parameters::make; kForeign if the
/// fingerprint is not the one that this program derives.
base::Result<rlwe::Parameters> load_parameters(std::span<const std::uint8_t> bytes,
                                               const Limits& limits = {});

}  // namespace blindfit::wire
