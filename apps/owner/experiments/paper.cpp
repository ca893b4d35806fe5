// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/paper.h"

#include <array>
#include <cmath>
#include <initializer_list>

namespace blindfit::experiments {
namespace {

constexpr double kStartValue = 0.0128;
constexpr double kMomentumStart = 0.01;
constexpr std::size_t kIterations = 2;

/// True if `value` rounds to `printed` at `digits` decimals.
bool prints_as(double value, double printed, int digits) {
  const double unit = std::pow(10.0, -digits);
  return std::abs(value - printed) <= 0.5 * unit * (1 + 1e-6);
}

/// Ends of an interval are printed rounded one way or the other.
bool within_unit(double value, double printed, int digits) {
  return std::abs(value - printed) <= std::pow(10.0, -digits);
}

bool row_prints_as(const data::Matrix& m, Eigen::Index row, std::initializer_list<double> printed,
                   int digits) {
  Eigen::Index column = 0;
  for (const double value : printed) {
    if (!prints_as(m(row, column), value, digits)) {
      return false;
    }
    ++column;
  }
  return true;
}

/// The first gradient, from T_1 = W_0 + (1 + gamma_1) B g.
data::Matrix first_gradient(const journey::PreparedData& prepared,
                            const learn::TrainingTrace& mirror) {
  const double rate = 1 + 1 / static_cast<double>(prepared.design.rows());
  data::Matrix gradient = (mirror.iterations[0].momentum.array() - kStartValue) / rate;
  gradient.array().rowwise() /= prepared.preconditioner.array();
  return gradient;
}

}  // namespace

journey::OwnerPlan plan_paper(const data::Dataset& train, const learn::CostModel& cost) {
  journey::TrainingRequest request;
  request.rows = static_cast<std::size_t>(train.rows());
  request.features = 1 + static_cast<std::size_t>(train.columns());
  request.classes = static_cast<std::size_t>(train.classes);
  request.iterations = kIterations;
  request.activation = learn::paper_cubic();
  request.labels = learn::LabelSource::kEncryptedLabels;
  request.start = learn::Start::kEncrypted;
  request.preparation.optimizer = {
      .method = learn::Optimizer::kQuadraticGradientNag, .a0 = kMomentumStart, .step = {}};
  request.preparation.start_value = kStartValue;
  request.refreshes = journey::Refreshes::kNever;
  request.max_ciphertexts = 6;  // the paper's upload
  request.scale_bits = 45;      // as fast as 40, and five bits more of every weight
  return journey::make_plan(request, cost);
}

bool has_published_digits(const journey::PreparedData& prepared,
                          const learn::TrainingTrace& mirror) {
  const auto& first = mirror.iterations[0];
  const auto& second = mirror.iterations[1];
  return row_prints_as(first_gradient(prepared, mirror), 0,
                       {-87.18937, -266.45417, -29.04021, -75.47083}, 5) &&
         row_prints_as(first.weights, 0, {0.01268649, 0.01268707, 0.01272758}, 8) &&
         row_prints_as(second.weights, 0,
                       {0.00612291, 0.00617802, 0.01013330, 0.00499976, 0.00549603}, 8) &&
         row_prints_as(second.weights, 1, {0.00627255, 0.00621191, 0.00609829}, 8) &&
         within_unit(first.largest_logit, 4.05, 2) && within_unit(second.largest_logit, 0.66, 2) &&
         prints_as(100 * first.train_accuracy, 29.69, 2) &&
         prints_as(100 * second.train_accuracy, 29.69, 2) &&
         prints_as(first.train_loss, -3628, 0) && prints_as(second.train_loss, -1892, 0);
}

nlohmann::json paper_figures(const journey::OwnerPlan&, const journey::PreparedData& prepared,
                             const learn::TrainingTrace& mirror) {
  constexpr double kMega = 1e6;
  constexpr double kMebi = 1 << 20;
  return {{"mirror_check", has_published_digits(prepared, mirror)},
          {"published_train_seconds", 1259.57},
          {"published_iteration_seconds", {676.58, 582.99}},
          {"published_keygen_seconds", 17.34},
          {"published_vcpus", 64},
          {"published_peak_rss_mib", 19436 * kMega / kMebi},
          {"published_ciphertexts_uploaded", 6},
          {"published_test_accuracy", {0.2048, 0.2149}},
          {"published_log_n", 16},
          {"estimated_log_qp", 2400},
          {"estimated_security_bits", 86},
          {"estimated_upload_bytes", 97 * kMega},
          {"estimated_evaluation_key_bytes", 3.8e9}};
}

}  // namespace blindfit::experiments
