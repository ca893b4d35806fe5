// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/decryption.h"

#include <fmt/core.h>

#include <cmath>

#include "apps/program/exit_code.h"
#include "apps/program/job_files.h"
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

wire::Role weights_role(std::size_t iteration, const base::Digest& plan) {
  return {wire::RoleKind::kWeights, static_cast<std::uint32_t>(iteration), plan};
}

/// How far sums over rows of errors times features may reach, a row: features of networks and
/// whitened features stay below 2^4, errors below 1.
constexpr double kFeatureBound = 0x1p4;

/// What the noise model grants the slots that the last masks set to zero: in every iteration a
/// rescaling, two key switches, and the error of the mask (its rounding; with an encrypted
/// preconditioner the rescaling of their product) times the sums that it removes. An upper bound,
/// meant to tell noise from what is no result: that misses it by orders of magnitude.
double allowed_unused(const rlwe::Parameters& parameters, const learn::TrainingSpec& spec) {
  const ckks::NoiseModel noise(parameters);
  const rlwe::Scale scale{spec.scale};
  const double removed = kFeatureBound * static_cast<double>(spec.tiling.rows);
  const double mask =
      spec.encrypted_preconditioner
          ? noise.slot_variance(noise.rescaling(), {spec.scale * learn::kPreconditionerGain})
          : noise.slot_variance(noise.encoding(), scale);
  const double own = noise.rescaling() + 2 * noise.key_switch(parameters.max_level());
  const double each = noise.slot_variance(own, scale) + removed * removed * mask;
  // The label product and the start add theirs.
  return noise.product_bound(static_cast<double>(spec.iterations() + 2) * each);
}

}  // namespace

DecryptedWeights decrypt_weights(const OwnerFolder& owner, const fs::path& result,
                                 std::size_t iteration) {
  const wire::Role role = weights_role(iteration, wire::plan_fingerprint(owner.plan.plan));
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
  const ckks::Slots slots =
      ckks::Encoder(*owner.context).decode(owner::decrypt(*owner.context, owner.key.secret, ct));
  DecryptedWeights decrypted;
  decrypted.largest_unused = matrix::largest_unused(spec.tiling, slots);
  decrypted.allowed_unused = allowed_unused(parameters, spec);
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

std::size_t finished_iterations(const fs::path& result) {
  std::size_t count = 0;
  while (fs::exists(result / program::ciphertext_file(weights_role(count + 1, {})))) {
    ++count;
  }
  return count;
}

data::FeatureTransform load_owner_transform(const OwnerFolder& owner) {
  return value_or_throw(wire::load_file(
      owner.path / owner_files::kTransform, wire::Limits{},
      [&](std::span<const std::uint8_t> b) { return wire::load_transform(b, owner.identity()); }));
}

}  // namespace blindfit::journey
