// SPDX-License-Identifier: Apache-2.0
// What the owner does to its data in the clear before encryption: choices that a plan carries
// along.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "blindfit/data/transform.h"
#include "blindfit/learn/objective.h"
#include "blindfit/learn/optimizer.h"
#include "blindfit/learn/training_spec.h"

namespace blindfit::journey {

/// The bound of the curvature that makes a gradient "quadratic".
enum class CurvatureBound {
  kPaper,  ///< learn::diagonal_bound
  kGram,   ///< learn::gram_bound
};

struct Preparation {
  data::TransformOptions transform;
  learn::Loss loss = learn::Loss::kSle;
  learn::OptimizerOptions optimizer;
  CurvatureBound bound = CurvatureBound::kPaper;
  double start_value = 0;                     ///< of every weight in W_0, if the start is encrypted
  std::vector<std::string> class_names = {};  ///< data::Dataset's
  /// Draws the order in which rows are encrypted; none: the file's. Batches are consecutive rows,
  /// and files are often sorted.
  std::optional<std::uint64_t> shuffle;
};

nlohmann::json to_json(const Preparation& preparation);
/// Throws Error{kMalformed}, naming the field.
Preparation preparation_from_json(const nlohmann::json& object);

/// Names as flags and plan files write them. Reading throws Error{kInvalidArgument} that lists the
/// known ones.
data::TransformKind transform_kind(std::string_view name);
/// Of whitening: "file" or "equal".
bool equal_units(std::string_view name);
learn::Optimizer optimizer_method(std::string_view name);
CurvatureBound curvature_bound(std::string_view name);
std::string_view to_string(data::TransformKind kind) noexcept;
std::string_view to_string(learn::Optimizer method) noexcept;
learn::StepSchedule step_schedule(std::string_view name);
std::string_view to_string(CurvatureBound bound) noexcept;
std::string_view to_string(learn::StepSchedule schedule) noexcept;

/// The rows in the order in which they are encrypted.
data::Dataset arrange(data::Dataset train, const Preparation& preparation);

/// Data as they are encrypted.
struct PreparedData {
  data::FeatureTransform transform;
  data::Matrix design;                ///< transformed features after a column of ones
  Eigen::RowVectorXd preconditioner;  ///< B; empty unless the optimizer is a quadratic gradient
};
/// Fits the transform on `train` and applies it. Throws what data::fit_transform returns;
/// Error{kInvalidArgument} if a column is larger than largest_mean_magnitude, naming the column of
/// the table, the value and the remedy.
PreparedData prepare(const data::Dataset& train, const Preparation& preparation);

/// What the mean of |x| over the rows never exceeds in a column of the design matrix: 1 where the
/// transform makes the mean square at most 1, else 2^4, which `prepare` enforces. Noise grows with
/// it, and the canary of decryption is set by it.
double largest_mean_magnitude(data::TransformKind kind) noexcept;

}  // namespace blindfit::journey
