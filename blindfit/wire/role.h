// SPDX-License-Identifier: Apache-2.0
// What a ciphertext is for, written into its file so that two of one shape are not taken for each
// other.
#pragma once

#include <cstdint>
#include <string>

#include "blindfit/base/csprng.h"

namespace blindfit::wire {

/// A ciphertext's part in a training run, a refresh job or a query; files of other kinds have none.
enum class RoleKind : std::uint32_t {
  kNone = 0,
  kData = 1,
  kLabels = 2,
  kLabelProduct = 3,
  kPreconditioner = 4,
  kStart = 5,
  kWeights = 6,      ///< W at level 0, after iteration `index`
  kCheckpointV = 7,  ///< V and W at their own levels, after iteration `index`
  kCheckpointW = 8,
  kState = 9,       ///< V + i V_before, what is refreshed, after iteration `index`
  kInput = 10,      ///< of a refresh job, number `index`
  kRefreshed = 11,  ///< the same refreshed
  kPower = 12,      ///< the last refreshed one, multiplied by itself to the power `index`
  /// A tile of the rows of a query; `index` counts feature tiles within pairs of row tiles.
  kQueryRows = 13,
  /// Of those rows: `index` counts, for each iteration of the query, pairs of row tiles and within
  /// them the parts that hold as many classes as a tile has features.
  kLogits = 14,
};

struct Role {
  RoleKind kind = RoleKind::kNone;
  std::uint32_t index = 0;  ///< as in the file's name, from 1; 0 where there is one such file
  /// plan_fingerprint of the run's plan, refresh_job_fingerprint of the job, query_fingerprint of
  /// the query, or zero.
  base::Digest plan{};
  bool operator==(const Role&) const = default;
};

/// "data 3", "start": what people call the role, its plan left out.
std::string to_string(const Role& role);

}  // namespace blindfit::wire
