// SPDX-License-Identifier: Apache-2.0
// What encrypted inference takes under a plan: how rows lie, which keys, how much memory and time.
#pragma once

#include <cstddef>
#include <optional>

#include "blindfit/base/error.h"
#include "blindfit/learn/training_plan.h"

namespace blindfit::learn {

/// Sizes of a head that the cloud knows in the clear.
struct PlainHeadShape {
  std::size_t features = 0;  ///< columns of its design matrix, bias included
  std::size_t classes = 0;
  bool operator==(const PlainHeadShape&) const = default;
};

/// Whose logits are asked for: those of `rows` rows by the trained weights, or by a plain head.
struct QueryShape {
  std::size_t rows = 0;
  std::optional<PlainHeadShape> plain;
};

struct InferenceCosts {
  KeyRequirements keys;
  double peak_memory_bytes = 0;  ///< keys and matrices included
  std::size_t key_switches = 0;  ///< a refresh of the weights included
};

/// The rows in tiles of the plan: its features and classes, or those of the plain head, one lane a
/// class. Errors: kInvalidArgument for counts of zero; kTooLarge beyond 2e6 ciphertext operations.
base::Result<matrix::Tiling> query_tiling(const TrainingSpec& spec, const QueryShape& shape);

/// Counted with `pairs_at_once` row pairs in memory. Errors: those of query_tiling;
/// kInvalidArgument if the plan has not the levels or the keys, as one made for inference has.
base::Result<InferenceCosts> plan_inference(const TrainingPlan& plan, const QueryShape& shape,
                                            std::size_t pairs_at_once);

/// Runs inference by the weights in `state` on levels alone, for one row pair: what a plan counts
/// for TrainingSpec::inference.
void count_inference(CountingMachine& machine, const TrainingSpec& spec,
                     TrainingState<CountingMachine::Value>& state);

}  // namespace blindfit::learn
