// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/ciphertext_files.h"

#include <fmt/core.h>

#include <cmath>
#include <span>
#include <utility>

#include "apps/program/exit_code.h"
#include "apps/program/job_files.h"
#include "blindfit/rlwe/seeded_ciphertext.h"
#include "blindfit/wire/ciphertext_file.h"
#include "blindfit/wire/load_file.h"

namespace blindfit::cloud {

std::filesystem::path CiphertextFiles::path_of(const wire::Role& role) const {
  return folder / program::ciphertext_file(role);
}

LoadedCiphertext CiphertextFiles::load(const ExpectedCiphertext& expected) const {
  using Bytes = std::span<const std::uint8_t>;
  const std::filesystem::path path = path_of(expected.role);
  const wire::Limits limits;
  LoadedCiphertext loaded;
  const auto seeded = program::value_or_throw(wire::load_file(path, limits, [&](Bytes bytes) {
    if (bytes.size() >= wire::kChecksumBytes) {
      const Bytes last = bytes.last(wire::kChecksumBytes);
      loaded.checksum.assign(last.begin(), last.end());
    }
    return wire::load_seeded_ciphertext(bytes, context->parameters(), {key_set, expected.role},
                                        limits);
  }));
  loaded.ciphertext = rlwe::expand(*context, seeded);
  const ckks::Ciphertext& ct = loaded.ciphertext;
  if (ct.level() != expected.level || !ct.scale.matches({expected.scale})) {
    throw base::Error(
        base::ErrorCode::kForeign,
        fmt::format("{}: the plan wants level {} and scale 2^{:.2f}: {} and 2^{:.2f}; "
                    "encrypt again with the plan of this job",
                    path.string(), expected.level, std::log2(expected.scale), ct.level(),
                    ct.scale.log2()));
  }
  return loaded;
}

}  // namespace blindfit::cloud
