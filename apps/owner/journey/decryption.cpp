// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/decryption.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "apps/program/exit_code.h"
#include "apps/program/job_files.h"
#include "blindfit/bootstrap/precision_model.h"
#include "blindfit/ckks/encoder.h"
#include "blindfit/ckks/noise_model.h"
#include "blindfit/matrix/packing.h"
#include "blindfit/owner/encrypt.h"
#include "blindfit/wire/ciphertext_file.h"
#include "blindfit/wire/load_file.h"
#include "blindfit/wire/plan_file.h"
#include "blindfit/wire/transform_file.h"

namespace blindfit::journey {
namespace {

using base::Error;
using base::ErrorCode;
using program::value_or_throw;
namespace fs = std::filesystem;

/// Of what holds W after an iteration.
wire::Role weights_role(const learn::TrainingPlan& plan, std::size_t iteration) {
  return program::weights_role(plan.spec.refresh.has_value(), iteration,
                               wire::plan_fingerprint(plan));
}

/// W from what was decrypted: itself, or V and the V before it as real and imaginary part under
/// signs. Imaginary parts of weights do not count as unused then.
ckks::Slots packed_weights(const learn::TrainingSpec& spec, std::size_t iteration,
                           ckks::Slots slots) {
  if (!spec.refresh) {
    return slots;
  }
  matrix::multiply_slots(learn::slot_signs(spec), slots);
  const double eta = spec.steps[iteration - 1].eta;
  for (std::complex<double>& slot : slots) {
    slot = (1 - eta) * slot.real() + eta * slot.imag();
  }
  return slots;
}

/// What the errors of all packings and refreshes so far make of W's: the recursion of
/// TrainingCircuit::step on variances, in units of one packing's. Every iteration packs and
/// rescales anew; the label product's error is taken to be the same each time, and weights not to
/// decay. `refresh`: what a refresh adds to V and to the V before it.
double accumulated(const learn::TrainingSpec& spec, double refresh) {
  double w = 1, v = 1, covariance = 1;  // at first both are the start
  double label_w = 0, label_v = 0;      // how often the label product is in them
  double largest = 0;
  for (std::size_t t = 0; t < spec.iterations(); ++t) {
    const learn::OptimizerStep& step = spec.steps[t];
    const double keep = 1 - step.eta;
    const double next = w + 2;
    const double label_next = label_w + spec.rate(t);
    w = keep * keep * (next + refresh) + step.eta * step.eta * (v + refresh) +
        2 * keep * step.eta * covariance + 1;
    covariance = keep * next + step.eta * covariance;
    v = next + refresh;
    label_w = keep * label_next + step.eta * label_v;
    label_v = label_next;
    largest = std::max(largest, w + label_w * label_w);
  }
  return largest;
}

/// Variance of what one refresh adds to a weight.
double refresh_variance(const learn::TrainingSpec& spec) {
  if (!spec.refresh) {
    return 0;
  }
  const auto parameters = value_or_throw(bootstrap::BootstrapParameters::make(spec.refresh->set));
  const unsigned log_slots = parameters.main().log_n() - 1;
  constexpr double kPower = 0.25;  // messages are at most 1/2
  const double unit = spec.refresh->unit();
  return unit * unit *
         bootstrap::refresh_variance(parameters, log_slots, kPower, {spec.scale}).total();
}

/// Of one row and class: Y - P. Logits of a squared error are taken to stay as small as the bound
/// of weights that refreshes provide for.
double largest_error(const learn::TrainingSpec& spec) {
  switch (spec.loss) {
    case learn::Loss::kSle:
      return 0.5 + spec.activation.max_error();
    case learn::Loss::kSoftmax:
      return 1 + spec.softmax->spec.max_error;
    case learn::Loss::kMse:
      break;
  }
  return 1 + kSquaredErrorBound;
}

/// What the noise model grants the slots that the last masks set to zero. One packing leaves there
/// a rescaling, two key switches and, for each bundle, the error of its mask (its rounding; with an
/// encrypted preconditioner the rescaling of their product) times what the mask removes: sums over
/// rows of errors, `largest_error` at most, times features, in two neighbouring blocks
/// and as a complex pair. An upper bound, meant to tell noise from what is no result: that misses
/// it by orders of magnitude.
double allowed_unused(const rlwe::Parameters& parameters, const OwnerPlan& owner) {
  const learn::TrainingSpec& spec = owner.plan.spec;
  const matrix::Tiling& tiling = spec.tiling;
  const ckks::NoiseModel noise(parameters);
  const rlwe::Scale scale{spec.scale};
  const double sum_over_rows =
      largest_mean_magnitude(owner.preparation.transform.kind) * static_cast<double>(tiling.rows);
  const double removed = 2 * std::sqrt(2.0) * largest_error(spec) * sum_over_rows;
  const double mask =
      spec.encrypted_preconditioner
          ? noise.slot_variance(noise.rescaling(), {spec.scale * learn::kPreconditionerGain})
          : noise.slot_variance(noise.encoding(), scale);
  const double own = noise.rescaling() + 2 * noise.key_switch(parameters.max_level());
  const double packing = noise.slot_variance(own, scale) +
                         static_cast<double>(tiling.bundles().size()) * removed * removed * mask;
  const double both = tiling.paired() ? 4 : 1;  // x + conj x
  const double one = both * packing;
  return noise.product_bound(one * accumulated(spec, refresh_variance(spec) / one));
}

}  // namespace

double allowed_weight_error(const OwnerFolder& owner) {
  return allowed_unused(owner.context->parameters(), owner.plan);
}

DecryptedWeights decrypt_weights(const OwnerFolder& owner, const fs::path& result,
                                 std::size_t iteration) {
  const wire::Role role = weights_role(owner.plan.plan, iteration);
  const fs::path path = result / program::ciphertext_file(role);
  const rlwe::Parameters& parameters = owner.context->parameters();
  const auto ct =
      value_or_throw(wire::load_file(path, wire::Limits{}, [&](std::span<const std::uint8_t> b) {
        return wire::load_ciphertext(b, parameters, {owner.key.key_set, role});
      }));
  const learn::TrainingSpec& spec = owner.plan.plan.spec;
  if (!ct.scale.matches({spec.scale})) {
    throw Error(ErrorCode::kForeign,
                fmt::format("{}: the scale must be the plan's 2^{:.2f}: 2^{:.2f}; train again",
                            path.string(), std::log2(spec.scale), ct.scale.log2()));
  }
  const ckks::Slots slots = packed_weights(
      spec, iteration,
      ckks::Encoder(*owner.context).decode(owner::decrypt(*owner.context, owner.key.secret, ct)));
  DecryptedWeights decrypted;
  decrypted.largest_unused = matrix::largest_unused(spec.tiling, slots);
  decrypted.allowed_unused = allowed_weight_error(owner);
  if (!(decrypted.largest_unused <= decrypted.allowed_unused)) {
    throw Error(ErrorCode::kCanary,
                fmt::format("{}: slots that must be zero may be {:.2g} at most by the noise model: "
                            "{:.2g}; this is not what the plan computes (data outside the ranges "
                            "that `encrypt` warns of, or a cloud that computed something else)",
                            path.string(), decrypted.allowed_unused, decrypted.largest_unused));
  }
  const std::vector<double> weights = matrix::unpack_weights(spec.tiling, slots);
  decrypted.weights =
      Eigen::Map<const data::Matrix>(weights.data(), static_cast<Eigen::Index>(spec.tiling.classes),
                                     static_cast<Eigen::Index>(spec.tiling.features));
  return decrypted;
}

std::size_t finished_iterations(const OwnerFolder& owner, const fs::path& result) {
  const learn::TrainingPlan& plan = owner.plan.plan;
  return program::finished_iterations(result, plan.spec.refresh.has_value(),
                                      wire::plan_fingerprint(plan));
}

data::FeatureTransform load_owner_transform(const OwnerFolder& owner) {
  return value_or_throw(wire::load_file(
      owner.path / owner_files::kTransform, wire::Limits{},
      [&](std::span<const std::uint8_t> b) { return wire::load_transform(b, owner.identity()); }));
}

}  // namespace blindfit::journey
