// SPDX-License-Identifier: Apache-2.0
// The one bit that an owner gives back about the logits of an iteration: whether to go on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "blindfit/base/csprng.h"
#include "blindfit/base/error.h"
#include "blindfit/wire/limits.h"

namespace blindfit::wire {

struct Answer {
  base::Digest query{};       ///< query_fingerprint of the query that it belongs to
  std::size_t iteration = 0;  ///< whose logits were looked at: 1 .. kMaxIterations (plan_file.h)
  bool go_on = true;          ///< whether the training run is to do more iterations
  bool operator==(const Answer&) const = default;
};

/// The text of an answer file (docs/format.md, "Answer"). Throws Error{kInvalidArgument} for an
/// answer that load_answer would refuse.
std::string save_answer(const Answer& answer);
/// Errors: as load_document; kMalformed naming the field.
base::Result<Answer> load_answer(std::string_view text, const Limits& limits = {});

}  // namespace blindfit::wire
