// SPDX-License-Identifier: Apache-2.0
// What an owner asks of `blindfit-cloud refresh`: under which set, how packed, how many.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "blindfit/base/csprng.h"
#include "blindfit/bootstrap/parameters.h"
#include "blindfit/wire/limits.h"

namespace blindfit::wire {

inline constexpr std::size_t kMaxRefreshInputs = 256;

struct RefreshJob {
  bootstrap::BootstrapLiteral set;  ///< a named one
  unsigned log_slots = 0;           ///< messages repeat with 2^log_slots slots
  base::Seed signs{};               ///< of bootstrap::public_signs
  std::size_t inputs = 1;           ///< at most kMaxRefreshInputs
  /// Whether the last refreshed input is to be multiplied by itself until no level is left: proof
  /// that they can be used.
  bool powers = false;
  bool operator==(const RefreshJob&) const = default;
};

/// The text of a job file (docs/format.md, "Refresh job"). Throws Error{kInvalidArgument} if the
/// set has no name.
std::string save_refresh_job(const RefreshJob& job);
/// Errors: as load_document; kMalformed naming the field.
base::Result<RefreshJob> load_refresh_job(std::string_view text, const Limits& limits = {});

/// Ties ciphertexts to a job: the `plan` of their roles.
base::Digest refresh_job_fingerprint(const RefreshJob& job);

}  // namespace blindfit::wire
