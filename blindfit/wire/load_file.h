// SPDX-License-Identifier: Apache-2.0
// From a path to a loaded object: reads within the limits and names the file in every error.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "blindfit/base/atomic_file.h"
#include "blindfit/wire/limits.h"

namespace blindfit::wire {

/// What a reader says about the bytes of `path`: the path comes first, and where the bytes are not
/// what they claim to be, what to do comes last.
inline base::Error about_file(const std::filesystem::path& path, const base::Error& error) {
  const bool malformed = error.code() == base::ErrorCode::kMalformed;
  return {error.code(),
          path.string() + ": " + error.what() +
              (malformed ? "; damaged, edited or another file than was meant: get or make it again"
                         : "")};
}

/// Calls `load`, which returns a Result, on the bytes of the file; they are freed on return. An
/// error of `load` is returned through about_file.
template <typename Load>
auto load_file(const std::filesystem::path& path, const Limits& limits, Load&& load)
    -> std::invoke_result_t<Load, std::span<const std::uint8_t>> {
  const base::Result<std::vector<std::uint8_t>> bytes = base::read_file(path, limits.max_bytes);
  if (!bytes) {
    return bytes.error();
  }
  auto result = load(std::span<const std::uint8_t>(*bytes));
  if (!result) {
    return about_file(path, result.error());
  }
  return result;
}

}  // namespace blindfit::wire
