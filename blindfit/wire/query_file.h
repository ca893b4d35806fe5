// SPDX-License-Identifier: Apache-2.0
// What an owner asks of the cloud about rows: their logits, under which run's keys, after which
// iterations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "blindfit/base/csprng.h"
#include "blindfit/base/error.h"
#include "blindfit/learn/inference_plan.h"
#include "blindfit/wire/limits.h"

namespace blindfit::wire {

inline constexpr std::size_t kMaxAnsweredIterations = 16;
inline constexpr std::uint64_t kMaxQueryRows = std::uint64_t{1} << 32;
inline constexpr std::uint64_t kMaxPlainHeadSide = std::uint64_t{1} << 24;

/// Rows whose logits are asked for: once, or of the weights after some iterations of a training
/// run.
struct Query {
  base::Digest plan{};   ///< plan_fingerprint of the run whose keys and tiles serve it
  base::Seed nonce{};    ///< makes every query a different one; public
  std::size_t rows = 0;  ///< 1 .. kMaxQueryRows
  /// Strictly rising from 1 to at most kMaxIterations (plan_file.h), at most kMaxAnsweredIterations
  /// of them; empty: not for validation.
  std::vector<std::size_t> iterations;
  /// Of rows that a plain head is for, each count from 1 to kMaxPlainHeadSide; such a query has no
  /// iterations. None: the rows are for the trained weights, prepared as they were.
  std::optional<learn::PlainHeadShape> plain;

  [[nodiscard]] learn::QueryShape shape() const { return {rows, plain}; }
  bool operator==(const Query&) const = default;
};

/// The text of a query file (docs/format.md, "Query"). Throws Error{kInvalidArgument} for a query
/// that load_query would refuse.
std::string save_query(const Query& query);
/// Errors: as load_document; kMalformed naming the field.
base::Result<Query> load_query(std::string_view text, const Limits& limits = {});

/// Ties ciphertexts to a query: the `plan` of their roles. Throws as save_query.
base::Digest query_fingerprint(const Query& query);

}  // namespace blindfit::wire
