// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/key_folder.h"

#include <fmt/core.h>

#include "apps/program/exit_code.h"
#include "apps/program/job_files.h"
#include "blindfit/wire/load_file.h"

namespace blindfit::cloud {
namespace {

using base::Error;
using base::ErrorCode;
using program::value_or_throw;
namespace fs = std::filesystem;
namespace upload = program::upload;
using Bytes = std::span<const std::uint8_t>;

const char* file_name(wire::PlainKey which) {
  switch (which) {
    case wire::PlainKey::kRelinearization:
      return upload::kRelinearizationKey;
    case wire::PlainKey::kToSparse:
      return upload::kToSparseKey;
    case wire::PlainKey::kFromSparse:
      return upload::kFromSparseKey;
  }
  throw Error(ErrorCode::kInvalidArgument, "a key must be one of those that belong to no element");
}

void require_level(const fs::path& path, std::size_t level, std::size_t needed) {
  if (level < needed) {
    throw Error(ErrorCode::kForeign,
                fmt::format("{}: the job needs this key up to level {}: {}; upload the keys that "
                            "were made for it",
                            path.string(), needed, level));
  }
}

}  // namespace

KeyFolder::KeyFolder(const fs::path& folder, const wire::KeySetId& key_set)
    : folder_(folder / upload::kKeys), key_set_(key_set) {}

rlwe::SwitchingKey KeyFolder::plain(wire::PlainKey which, const rlwe::Context& context,
                                    std::size_t level) const {
  const fs::path path = folder_ / file_name(which);
  auto key = value_or_throw(wire::load_file(path, wire::Limits{}, [&](Bytes bytes) {
    return wire::load_plain_key(which, bytes, context.parameters(), key_set_);
  }));
  require_level(path, key.level(), level);
  rlwe::expand_seed(context, key);
  return key;
}

rlwe::GaloisKey KeyFolder::galois(ring::GaloisElement element, const rlwe::Context& context,
                                  std::size_t level) const {
  const rlwe::Parameters& parameters = context.parameters();
  const fs::path path = folder_ / upload::galois_key_file(element, parameters.log_n());
  auto key = value_or_throw(wire::load_file(path, wire::Limits{}, [&](Bytes bytes) {
    return wire::load_galois_key(bytes, parameters, key_set_);
  }));
  if (key.automorphism.element != element) {
    throw Error(ErrorCode::kForeign,
                fmt::format("{}: the key must be for the element {}: {}; keep the names that the "
                            "keys were made under",
                            path.string(), element.value, key.automorphism.element.value));
  }
  require_level(path, key.key.level(), level);
  rlwe::expand_seed(context, key.key);
  return key;
}

}  // namespace blindfit::cloud
